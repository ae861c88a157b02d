//! A disk that is full: the failure is named, nothing is lost, and with room again it goes on.

use std::process::Command;

use fondaco_testkit::Random;
use fondaco_testkit::faults::{Life, Trouble};

use crate::children::{Running, Task};
use crate::homes::{Home, REDB, SQLITE};
use crate::rounds::Round;
use crate::{ensure, needs};

pub(crate) fn full_sqlite(round: &Round) -> Result<Option<String>, Trouble> {
    full(&SQLITE, round, 1_200)
}

/// redb's smallest file is 1.5 MB.
pub(crate) fn full_redb(round: &Round) -> Result<Option<String>, Trouble> {
    full(&REDB, round, 2_500)
}

/// A small disk in memory, of `kib` and some more, for whoever may mount one: the store meets its end, and room is made.
fn full(home: &Home, round: &Round, kib: usize) -> Result<Option<String>, Trouble> {
    let kib = kib + Random::new(round.seed).below(300);
    let dir = round.dir.join("disk");
    needs("a folder", std::fs::create_dir_all(&dir))?;
    let inner = Task::Full { seed: round.seed }.command(home, &home.place(&dir))?;
    let mount = format!("mount -t tmpfs -o size={kib}k tmpfs '{}'", dir.display());
    let Some(said) = on_its_own(&mount, &inner)? else { return Ok(None) };
    let full = said.iter().find(|line| line.starts_with("full "));
    let full = full.ok_or_else(|| Trouble::Broken(format!("it was never full: {said:?}")))?;
    let named = full.contains("store.unavailable") || full.contains("store.unknown");
    ensure(named && full.contains("full"), || full.clone())?;
    ensure(said.iter().any(|line| line.starts_with("found ")), || format!("{said:?}"))?;
    let steps = full.split(' ').nth(1).unwrap_or_default();
    Ok(Some(format!("{kib} KiB were full after {steps} steps")))
}

/// A folder where nothing may be written: that is said, with the file's name, and the file stays as it is.
pub(crate) fn read_only(round: &Round) -> Result<Option<String>, Trouble> {
    let place = SQLITE.place(&round.dir);
    let mut life = Life::new(round.seed);
    let lived = |life: &mut Life| -> Result<(), Trouble> {
        let store = (SQLITE.open)(&place)?;
        store.prepare(Life::TABLES)?;
        (0..20).try_for_each(|_| life.live(&store).map(|_| ()))
    };
    lived(&mut life)?;
    let inner = Task::Life { seed: round.seed, step: 20 }.command(&SQLITE, &place)?;
    let dir = round.dir.display();
    let mount = format!("mount --bind '{dir}' '{dir}' && mount -o remount,ro,bind '{dir}'");
    let Some(said) = on_its_own(&mount, &inner)? else { return Ok(None) };
    let named =
        |line: &String| line.starts_with("failed store.unavailable") && line.contains(&place);
    ensure(said.len() == 1 && said.iter().all(named), || format!("{said:?}"))?;
    let store = (SQLITE.open)(&place)?;
    store.prepare(Life::TABLES)?;
    Life::new(round.seed).find(&store, 20)?;
    drop(store);
    lived(&mut life)?;
    Ok(Some("refused by name, and as it was afterwards".into()))
}

/// Runs a command in a namespace where something is mounted; `None` where that is not allowed.
fn on_its_own(mount: &str, inner: &Command) -> Result<Option<Vec<String>>, Trouble> {
    let may = Command::new("unshare").args(["-m", "true"]).output();
    if !may.is_ok_and(|output| output.status.success()) {
        return Ok(None);
    }
    let shell = format!("{mount} || exit 77; exec {}", words(inner));
    let output = Command::new("unshare").args(["-m", "sh", "-c", &shell]).output();
    let output = needs("unshare", output)?;
    if output.status.code() == Some(77) {
        return Ok(None);
    }
    let said: Vec<String> =
        String::from_utf8_lossy(&output.stdout).lines().map(str::to_owned).collect();
    let wrong = || format!("{said:?} {}", String::from_utf8_lossy(&output.stderr));
    ensure(output.status.success(), wrong)?;
    Ok(Some(said))
}

fn words(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    let quoted = |word: &std::ffi::OsStr| format!("'{}'", word.to_string_lossy());
    words.map(quoted).collect::<Vec<_>>().join(" ")
}

pub(crate) fn limit_sqlite(round: &Round) -> Result<Option<String>, Trouble> {
    limit(&SQLITE, round, 350, 1_500)
}

pub(crate) fn limit_redb(round: &Round) -> Result<Option<String>, Trouble> {
    limit(&REDB, round, 3_080, 3_200)
}

/// A limit on the size of files: the write that meets it is done in part. Whoever has none opens it, finds all that was
/// answered, and goes on. `from` and `to` are the limit's bounds, in blocks of 512 bytes.
fn limit(home: &Home, round: &Round, from: i64, to: i64) -> Result<Option<String>, Trouble> {
    if cfg!(not(unix)) {
        return Ok(None);
    }
    let (place, mut random) = (home.place(&round.dir), Random::new(round.seed));
    let inner = Task::Life { seed: round.seed, step: 0 }.command(home, &place)?;
    let blocks = random.between(from, to);
    let mut shell = Command::new("sh");
    let script = format!("trap '' XFSZ; ulimit -f {blocks}; exec {}", words(&inner));
    shell.args(["-c", &script]).stdout(std::process::Stdio::piped());
    let said = Running::start(shell)?.end()?;
    let failed = said.iter().find(|line| line.starts_with("failed "));
    let failed = failed.ok_or_else(|| Trouble::Broken(format!("it did not fail: {said:?}")))?;
    let named = failed.contains("store.unavailable") || failed.contains("store.unknown");
    ensure(named && failed.contains(&place), || failed.clone())?;
    let answered = said.iter().filter_map(|line| crate::children::told(line, "step ")).max();
    let answered = answered.unwrap_or(0);
    let store = (home.open)(&place)?;
    store.prepare(Life::TABLES)?;
    let mut life = Life::new(round.seed);
    life.find(&store, answered)?;
    (0..20).try_for_each(|_| life.live(&store).map(|_| ()))?;
    let mut again = Life::new(round.seed);
    again.find(&store, life.steps())?;
    Ok(Some(format!("{blocks} blocks held {answered} steps")))
}
