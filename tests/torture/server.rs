//! PostgreSQL: programs killed, the server stopped hard and started again, wires that break anywhere.

use std::io::{Read, Write};
use std::net::Shutdown;
use std::os::unix::fs::MetadataExt;
use std::os::unix::net::{UnixListener, UnixStream};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use fondaco::core::store::Store;
use fondaco::store::postgres::client::{Client, NoTls};
use fondaco::store::{Postgres, PostgresOptions};
use fondaco_testkit::faults::{Bank, Life, Trouble};
use fondaco_testkit::{Random, server};

use crate::homes::Home;
use crate::rounds::Round;
use crate::{ensure, kill, needs};

/// A place is a URL and a schema.
pub(crate) const POSTGRES: Home = Home {
    name: "postgres",
    open: |place| {
        let (url, schema) = place.split_once(' ').unwrap_or((place, "fondaco"));
        let options = PostgresOptions::new().schema(schema).connections(8);
        Ok(Box::new(Postgres::connect_with(url, &options)?))
    },
};

/// A schema for this round; `None` where there is no server.
fn place(round: &Round) -> Option<(String, String)> {
    let url = server::postgres()?;
    let name = round.dir.file_name().unwrap_or_default().to_string_lossy().replace(['.', '-'], "_");
    let schema = format!("torture_{}_{name}", std::process::id());
    Some((url.to_owned(), schema))
}

fn drop_schema(url: &str, schema: &str) -> Result<(), Trouble> {
    let mut client = needs("a connection", Client::connect(url, NoTls))?;
    let dropped = client.batch_execute(&format!("DROP SCHEMA IF EXISTS {schema} CASCADE"));
    needs("dropping a schema", dropped)
}

/// Children are killed as they are on a store in a file.
pub(crate) fn killed(round: &Round) -> Result<Option<String>, Trouble> {
    let Some((url, schema)) = place(round) else { return Ok(None) };
    let mut client = needs("a connection", Client::connect(&url, NoTls))?;
    // The server ends what a killed program had begun, when it comes to it.
    let mut settled = || {
        let of =
            "SELECT count(*) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND query LIKE $1";
        for _ in 0..30_000 {
            let row = needs("activity", client.query_one(of, &[&format!("%{schema}%")]))?;
            if row.get::<_, i64>(0) == 0 {
                return Ok(());
            }
            std::thread::sleep(Duration::from_millis(2));
        }
        Err(Trouble::Broken("the server does not end what a killed program had begun".into()))
    };
    let told = kill::alone(&POSTGRES, &format!("{url} {schema}"), round, 15, &mut settled)?;
    drop_schema(&url, &schema)?;
    Ok(told)
}

pub(crate) fn bank(round: &Round) -> Result<Option<String>, Trouble> {
    let Some((url, schema)) = place(round) else { return Ok(None) };
    let store = (POSTGRES.open)(&format!("{url} {schema}"))?;
    let settled = Bank::new(round.seed).transfers(100).run(store.into())?;
    drop_schema(&url, &schema)?;
    Ok(Some(format!("16 writers: {} done, {} short", settled.done, settled.short)))
}

/// Wires break after any number of bytes, sent or answered: what was answered is there, and asking again tells the rest.
pub(crate) fn cut(round: &Round) -> Result<Option<String>, Trouble> {
    let Some((url, schema)) = place(round) else { return Ok(None) };
    let Some(wire) = Wire::before(&url, round)? else { return Ok(None) };
    let direct = (POSTGRES.open)(&format!("{url} {schema}"))?;
    direct.prepare(Life::TABLES)?;
    let store = (POSTGRES.open)(&format!("{} {schema}", wire.url))?;
    let (mut life, mut failed) = (Life::new(round.seed), 0);
    while store.prepare(Life::TABLES).is_err() {
        failed += 1;
        ensure(failed < 500, || "it never got through".into())?;
    }
    while life.steps() < 150 {
        match life.live(&store) {
            Ok(_) => {}
            Err(Trouble::Failed(_)) if failed < 5_000 => failed += 1,
            Err(other) => return Err(other),
        }
    }
    Life::new(round.seed).find(&direct, life.steps())?;
    let settled = Bank::new(round.seed).writers(6).transfers(40).run(store.into())?;
    let cuts = wire.cuts.load(Ordering::SeqCst);
    ensure(cuts > 10, || format!("{cuts} cuts only"))?;
    drop(direct);
    drop_schema(&url, &schema)?;
    Ok(Some(format!(
        "{cuts} wires broke, {failed} calls failed in 150 steps; bank: {} done, {} short",
        settled.done, settled.short
    )))
}

/// The server is stopped hard, as by a power cut, and started again, while a history is lived.
pub(crate) fn restarted(round: &Round) -> Result<Option<String>, Trouble> {
    let Some((url, schema)) = place(round) else { return Ok(None) };
    let Some(folder) = folder(&url).filter(|folder| folder.join("data").is_dir()) else {
        return Ok(None); // somebody else's
    };
    let store = (POSTGRES.open)(&format!("{url} {schema}"))?;
    store.prepare(Life::TABLES)?;
    let over = AtomicBool::new(false);
    let lived = std::thread::scope(|scope| {
        let living = scope.spawn(|| live_on(&store, round.seed, &over));
        let mut random = Random::new(round.seed);
        let restarts = (0..3).try_for_each(|_| {
            std::thread::sleep(Duration::from_millis(random.below(300) as u64));
            restart(&folder)
        });
        over.store(true, Ordering::SeqCst);
        restarts.and(living.join().unwrap_or_else(|_| Err(Trouble::Broken("it panicked".into()))))
    });
    let (steps, failed) = lived?;
    drop(store);
    let again = (POSTGRES.open)(&format!("{url} {schema}"))?;
    again.prepare(Life::TABLES)?;
    Life::new(round.seed).find(&again, steps)?;
    drop_schema(&url, &schema)?;
    Ok(Some(format!("3 hard restarts in {steps} steps, {failed} calls failed")))
}

/// Lives until it is told that it is over, and the step that was asked for last is answered.
fn live_on(store: &dyn Store, seed: u64, over: &AtomicBool) -> Result<(u64, u64), Trouble> {
    let (mut life, mut failed) = (Life::new(seed), 0);
    loop {
        match life.live(store) {
            Ok(steps) if over.load(Ordering::SeqCst) => return Ok((steps, failed)),
            Ok(_) => {}
            Err(Trouble::Failed(_)) if failed < 30_000 => {
                failed += 1;
                std::thread::sleep(Duration::from_millis(10));
            }
            Err(other) => return Err(other),
        }
    }
}

/// The folder of a server with a socket of its own.
fn folder(url: &str) -> Option<PathBuf> {
    let host = url.split_once('@')?.1.split_once('/')?.0;
    Some(PathBuf::from(host.replace("%2F", "/"))).filter(|path| path.is_absolute())
}

fn restart(folder: &Path) -> Result<(), Trouble> {
    let (bin, data) = (needs("PostgreSQL", server::programs())?, folder.join("data"));
    let owner = needs("its data", std::fs::metadata(&data))?;
    let mut command = Command::new(bin.join("pg_ctl"));
    command.arg("-D").arg(&data).args(["-m", "immediate", "-w", "-t", "600", "-s", "-l"]);
    command.arg(folder.join("restarted.log")).arg("restart").current_dir(folder);
    let me = needs("this process", std::fs::metadata("/proc/self"))?;
    if me.uid() != owner.uid() {
        command.uid(owner.uid()).gid(owner.gid());
    }
    let output = needs("pg_ctl", command.stdin(std::process::Stdio::null()).output())?;
    ensure(output.status.success(), || String::from_utf8_lossy(&output.stderr).into_owned())
}

/// A wire to the server that breaks after some bytes, again and again.
struct Wire {
    url: String,
    cuts: Arc<AtomicI64>,
}

impl Wire {
    /// `None` before a server that has no socket.
    fn before(url: &str, round: &Round) -> Result<Option<Wire>, Trouble> {
        let Some(server) = folder(url).map(|folder| folder.join(".s.PGSQL.5432")) else {
            return Ok(None);
        };
        // The path of a socket may not be long.
        let own = std::env::temp_dir().join(format!("wire-{}-{}", std::process::id(), round.seed));
        let _ = std::fs::remove_dir_all(&own);
        needs("a folder", std::fs::create_dir_all(&own))?;
        let listener = needs("a socket", UnixListener::bind(own.join(".s.PGSQL.5432")))?;
        let (random, cuts) = (Random::new(round.seed), Arc::new(AtomicI64::new(0)));
        let (chance, count) = (Arc::new(Mutex::new(random)), cuts.clone());
        std::thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let Ok(server) = UnixStream::connect(&server) else { continue };
                let bytes = chance.lock().map_or(0, |mut it| it.between(100, 60_000));
                pass(client, server, bytes, &count);
            }
        });
        let (user, database) = ("postgres", url.rsplit('/').next().unwrap_or("postgres"));
        let host = own.display().to_string().replace('/', "%2F");
        Ok(Some(Wire { url: format!("postgresql://{user}@{host}/{database}"), cuts }))
    }
}

/// Passes bytes both ways, until so many have passed.
fn pass(client: UnixStream, server: UnixStream, bytes: i64, cuts: &Arc<AtomicI64>) {
    let left = Arc::new(AtomicI64::new(bytes));
    for (from, to) in [(&client, &server), (&server, &client)] {
        let (Ok(mut from), Ok(mut to)) = (from.try_clone(), to.try_clone()) else { return };
        let (left, cuts) = (left.clone(), cuts.clone());
        std::thread::spawn(move || {
            let mut buffer = [0; 512];
            while let Ok(count @ 1..) = from.read(&mut buffer) {
                let before = left.fetch_sub(count as i64, Ordering::SeqCst);
                let through = before.clamp(0, count as i64) as usize;
                let sent = to.write_all(buffer.get(..through).unwrap_or_default());
                if through < count {
                    if before > 0 {
                        cuts.fetch_add(1, Ordering::SeqCst);
                    }
                    break;
                }
                if sent.is_err() {
                    break;
                }
            }
            let _ = from.shutdown(Shutdown::Both);
            let _ = to.shutdown(Shutdown::Both);
        });
    }
}
