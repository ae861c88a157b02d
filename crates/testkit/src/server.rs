//! A PostgreSQL server for tests: one that is there, or one that is started for the program and goes with it.
//!
//! - `FONDACO_TEST_POSTGRES`, the URL of a server, is used as it is; each test makes schemas of its own in it.
//! - Else the programs of PostgreSQL are looked for in the usual folders, and a server of its own is started: data in a
//!   temporary folder, a socket in the same folder and no port, all settings of durability as they are installed. It is stopped
//!   and its folder removed when the program ends, however it ends: a small shell waits for that.
//! - Where there is none, `cargo xtask test` brings one, and tests say that they were left out. With `CI` set they
//!   fail instead.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

#[allow(unreachable_pub, clippy::disallowed_methods)]
// xtask's too; what tests start, no act depends on
mod start;

pub use start::{Server, URL, programs};

/// The URL of a server for this program's tests, the same for all of them; `None` when there is none, which is said on standard
/// error. The user may create schemas, roles and databases.
///
/// # Panics
/// With `CI` set when there is none: there, a test left out is a test that failed.
#[allow(clippy::panic, clippy::disallowed_methods)]
pub fn postgres() -> Option<&'static str> {
    static SERVER: OnceLock<Result<Server, String>> = OnceLock::new();
    match SERVER.get_or_init(Server::find) {
        Ok(server) => Some(server.url()),
        Err(why) if std::env::var_os("CI").is_some() => {
            panic!("no PostgreSQL for the tests: {why}")
        }
        Err(why) => {
            crate::left_out(&format!("the tests of the PostgreSQL store, for {why}"));
            None
        }
    }
}

/// A name that no other test has, of this program or of another: for a schema, a role, a database.
///
/// ```
/// use fondaco_testkit::server::name;
/// assert_ne!(name("books"), name("books"));
/// ```
pub fn name(part: &str) -> String {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let number = COUNT.fetch_add(1, Ordering::Relaxed);
    format!("test_{part}_{}_{number}", std::process::id())
}
