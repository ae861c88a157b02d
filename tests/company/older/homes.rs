//! The stores that outlive their program, each with a place of its own where it can be opened again.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use fondaco::core::store::Store;
use fondaco::store::{OrderedStore, Sqlite};

use crate::directory::{Directory, Fsync};

/// A kind of store at a place, which is removed afterwards.
pub(super) struct Home {
    pub(super) name: &'static str,
    pub(super) open: Box<dyn Fn() -> Arc<dyn Store>>,
    _folder: Folder,
}

/// A folder that no other test uses.
pub(super) struct Folder(pub(super) PathBuf);

impl Folder {
    pub(super) fn new() -> Folder {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("older-{}-{number}", std::process::id());
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        let _ = std::fs::remove_dir_all(&path);
        std::fs::create_dir_all(&path).unwrap();
        Folder(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn home<S: Store + 'static>(name: &'static str, open: impl Fn(&Path) -> S + 'static) -> Home {
    let folder = Folder::new();
    let path = folder.0.join(name);
    let open = Box::new(move || Arc::new(open(&path)) as Arc<dyn Store>);
    Home { name, open, _folder: folder }
}

/// One of each kind; PostgreSQL where there is a server.
pub(super) fn homes() -> Vec<Home> {
    let directory =
        |path: &Path| OrderedStore::open(Directory::open(path, Fsync::Never).unwrap()).unwrap();
    let mut homes =
        vec![home("sqlite", |path| Sqlite::open(path).unwrap()), home("directory", directory)];
    #[cfg(feature = "redb")]
    homes.push(home("redb", |path| fondaco::store::Redb::open(path).unwrap()));
    #[cfg(all(feature = "postgres", unix))]
    homes.extend(postgres());
    homes
}

#[cfg(all(feature = "postgres", unix))]
fn postgres() -> Option<Home> {
    use fondaco::store::{Postgres, PostgresOptions};
    use fondaco_testkit::server;
    let url = server::postgres()?;
    let schema = server::name("older");
    let options = PostgresOptions::new().schema(schema).connections(4);
    Some(home("postgresql", move |_| Postgres::connect_with(url, &options).unwrap()))
}
