//! Finds the programs of PostgreSQL and starts a server with them. Standard library only: `xtask` compiles this file too.

use std::fs;
use std::io;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

/// Where the URL of a server is given.
pub const URL: &str = "FONDACO_TEST_POSTGRES";

/// A server: somebody else's, or one of our own, which is stopped when this is dropped.
#[derive(Debug)]
pub struct Server {
    url: String,
    guard: Option<Guard>,
}

/// The folder of a server of our own, and the shell that stops it when we are gone.
#[derive(Debug)]
struct Guard {
    shell: Child,
    log: PathBuf,
}

impl Server {
    /// The server of the environment, or one of our own.
    ///
    /// # Errors
    /// Why there is none.
    pub fn find() -> Result<Server, String> {
        match std::env::var(URL) {
            Ok(url) if !url.is_empty() => Ok(Server { url, guard: None }),
            _ => Server::start(&programs()?),
        }
    }

    /// `postgresql://...`
    pub fn url(&self) -> &str {
        &self.url
    }

    /// What a server of our own said last, for whoever lost it: why it went (a full disk, most often), if it has not taken that
    /// with it.
    pub fn last_words(&self) -> Option<String> {
        let said = fs::read_to_string(&self.guard.as_ref()?.log);
        let said = said.unwrap_or_else(|error| format!("its log is gone, too: {error}"));
        let skip = said.lines().count().saturating_sub(20);
        Some(said.lines().skip(skip).collect::<Vec<_>>().join("\n"))
    }

    /// Starts a server with the programs in `bin`.
    ///
    /// # Errors
    /// Why it does not start.
    pub fn start(bin: &Path) -> Result<Server, String> {
        let home = Home::new()?;
        let data = home.folder.join("data");
        let mut made = home.command(bin, "initdb");
        made.arg("-D").arg(&data);
        made.args(["-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"]);
        let done = made.output().map_err(|error| format!("initdb does not start: {error}"))?;
        if !done.status.success() {
            let said = String::from_utf8_lossy(&done.stderr).into_owned();
            home.remove();
            return Err(format!("initdb failed: {}", said.trim()));
        }
        let guard = home.guarded(bin, &data)?;
        home.wait(&data)?;
        let folder = home.folder.display().to_string().replace('/', "%2F");
        let url = format!("postgresql://postgres@{folder}/postgres");
        Ok(Server { url, guard: Some(guard) })
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        // The end of its input is its sign.
        drop(self.shell.stdin.take());
        let _ = self.shell.wait();
    }
}

/// A temporary folder, and as whom the server runs: PostgreSQL refuses to run as root.
struct Home {
    folder: PathBuf,
    user: Option<(u32, u32)>,
}

/// Waits for the end of its input, then stops the server and removes the folder. A keyboard's interrupt is not for it.
const GUARD: &str = "trap '' INT TERM HUP; cat >/dev/null; \"$1/pg_ctl\" -D \"$2\" -m immediate -s stop; \
                     for _ in 1 2 3 4 5 6 7 8 9 10; do [ -e \"$2/postmaster.pid\" ] || break; sleep 0.1; done; \
                     rm -rf \"$3\" & exit 0";

impl Home {
    fn new() -> Result<Home, String> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("fondaco-pg-{}-{number}", std::process::id());
        let folder = std::env::temp_dir().join(name);
        let failed = |error: io::Error| format!("{}: {error}", folder.display());
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir(&folder).map_err(failed)?;
        fs::set_permissions(&folder, fs::Permissions::from_mode(0o700)).map_err(failed)?;
        let user = match fs::metadata(&folder).map_err(failed)?.uid() {
            0 => Some(other_user()?),
            _ => None,
        };
        if let Some((uid, gid)) = user {
            chown(&folder, Some(uid), Some(gid)).map_err(failed)?;
        }
        Ok(Home { folder, user })
    }

    fn command(&self, bin: &Path, program: &str) -> Command {
        let mut command = Command::new(bin.join(program));
        self.prepare(&mut command);
        command
    }

    fn prepare(&self, command: &mut Command) {
        command.current_dir(&self.folder).env_remove("PGDATA").stdin(Stdio::null());
        if let Some((uid, gid)) = self.user {
            command.uid(uid).gid(gid);
        }
    }

    /// Starts the server, and the shell that outlives us.
    fn guarded(&self, bin: &Path, data: &Path) -> Result<Guard, String> {
        let log = self.folder.join("log");
        let failed = |error: io::Error| format!("{}: {error}", log.display());
        let (out, err) =
            (fs::File::create(&log).map_err(failed)?, fs::File::create(&log).map_err(failed)?);
        let mut server = self.command(bin, "postgres");
        server.arg("-D").arg(data).arg("-k").arg(&self.folder);
        server.args(["-c", "listen_addresses=", "-c", "max_connections=300"]);
        server.stdout(out).stderr(err);
        let mut shell = Command::new("sh");
        self.prepare(&mut shell);
        shell.args(["-c", GUARD, "guard"]).arg(bin).arg(data).arg(&self.folder);
        shell.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        // The guard first: so that no server is ever without.
        let shell = shell.spawn().map_err(|error| format!("sh does not start: {error}"))?;
        let guard = Guard { shell, log };
        server.spawn().map_err(|error| format!("postgres does not start: {error}"))?;
        Ok(guard)
    }

    /// Waits until the server says that it is ready.
    fn wait(&self, data: &Path) -> Result<(), String> {
        for _ in 0..3_600 {
            let said = fs::read_to_string(data.join("postmaster.pid")).unwrap_or_default();
            if said.lines().nth(7).is_some_and(|line| line.trim() == "ready") {
                return Ok(());
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        let log = fs::read_to_string(self.folder.join("log")).unwrap_or_default();
        Err(format!("postgres was not ready after 3 minutes: {}", log.trim()))
    }

    fn remove(&self) {
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// Somebody who is not root: `postgres` where there is one, else `nobody`.
fn other_user() -> Result<(u32, u32), String> {
    let users =
        fs::read_to_string("/etc/passwd").map_err(|error| format!("/etc/passwd: {error}"))?;
    let of = |name: &str| {
        let line = users.lines().find(|line| line.split(':').next() == Some(name))?;
        let mut fields = line.split(':').skip(2);
        Some((fields.next()?.parse().ok()?, fields.next()?.parse().ok()?))
    };
    of("postgres").or_else(|| of("nobody")).ok_or_else(|| {
        "PostgreSQL does not run as root, and there is no user postgres or nobody".into()
    })
}

/// The folder with the programs of the newest PostgreSQL.
///
/// # Errors
/// Where they were looked for.
pub fn programs() -> Result<PathBuf, String> {
    let mut found: Vec<(u32, PathBuf)> = Vec::new();
    let folders =
        ["/usr/lib/postgresql", "/usr/local/opt", "/opt/homebrew/opt", "/usr", "/usr/local"];
    for folder in folders {
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            let number = name.trim_start_matches("postgresql@").trim_start_matches("pgsql-");
            let version = if name == "pgsql" { Some(0) } else { number.parse().ok() };
            let bin = entry.path().join("bin");
            if let Some(version) = version
                && is_there(&bin)
            {
                found.push((version, bin));
            }
        }
    }
    let path = std::env::var_os("PATH").unwrap_or_default();
    found.extend(std::env::split_paths(&path).filter(|bin| is_there(bin)).map(|bin| (0, bin)));
    if let Ok(bin) = brought()
        && is_there(&bin)
    {
        found.push((0, bin));
    }
    found.sort();
    found.pop().map(|(_, bin)| bin).ok_or_else(|| {
        format!(
            "{URL} names no server, and no PostgreSQL is in /usr/lib/postgresql, /usr/pgsql-*, Homebrew's folders or the \
             path; `cargo xtask test` brings one"
        )
    })
}

/// Whether a folder has them.
pub fn is_there(bin: &Path) -> bool {
    ["initdb", "pg_ctl", "postgres"].iter().all(|program| bin.join(program).is_file())
}

/// Where `cargo xtask test` puts the programs that it brings: a folder that everybody may read and we alone may write, for the server does not run as
/// root.
///
/// # Errors
/// When the folder is somebody else's or can't be made.
pub fn brought() -> Result<PathBuf, String> {
    let me = fs::metadata("/proc/self").map_or(0, |me| me.uid());
    let folder = std::env::temp_dir().join(format!("fondaco-postgresql-16-{me}"));
    let failed = |error: io::Error| format!("{}: {error}", folder.display());
    match fs::create_dir(&folder) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(failed(error)),
        _ => {}
    }
    let meta = fs::symlink_metadata(&folder).map_err(failed)?;
    if !meta.is_dir() || (meta.uid() != me && Path::new("/proc/self").exists()) {
        return Err(format!("{} is somebody else's", folder.display()));
    }
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o755)).map_err(failed)?;
    Ok(folder.join("pgserver/pginstall/bin"))
}
