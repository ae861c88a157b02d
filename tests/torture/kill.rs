//! kill -9 while commits are made: whatever was answered is there, whole, and what was not is there whole or not at all.

use fondaco_testkit::faults::{Life, Trouble};

use crate::children::{Running, Task, shared_bank, told};
use crate::homes::{DIRECTORY, Home, REDB, SQLITE, SQLITE_FAST};
use crate::rounds::Round;
use crate::{ensure, micros, needs};
use fondaco_testkit::Random;

/// How often a round kills.
const KILLS: u64 = 40;

pub(crate) fn sqlite(round: &Round) -> Result<Option<String>, Trouble> {
    in_a_file(&SQLITE, round)
}

pub(crate) fn sqlite_fast(round: &Round) -> Result<Option<String>, Trouble> {
    in_a_file(&SQLITE_FAST, round)
}

pub(crate) fn redb(round: &Round) -> Result<Option<String>, Trouble> {
    in_a_file(&REDB, round)
}

pub(crate) fn directory(round: &Round) -> Result<Option<String>, Trouble> {
    in_a_file(&DIRECTORY, round)
}

fn in_a_file(home: &Home, round: &Round) -> Result<Option<String>, Trouble> {
    alone(home, &home.place(&round.dir), round, KILLS, &mut || Ok(()))
}

/// One child after the other lives the same history on one store; each is killed after some answers and some moments more,
/// the first ones while they make the store. `settled` waits until what a killed child had begun has ended.
pub(crate) fn alone(
    home: &Home,
    place: &str,
    round: &Round,
    kills: u64,
    settled: &mut dyn FnMut() -> Result<(), Trouble>,
) -> Result<Option<String>, Trouble> {
    let mut random = Random::new(round.seed);
    let mut life = Life::new(round.seed);
    let mut more = 0;
    for kill in 0..kills {
        let step = life.steps();
        let task = Task::Life { seed: round.seed, step };
        let mut child = Running::start(task.command(home, place)?)?;
        let early = kill < kills / 6;
        let answers = if early { 0 } else { random.below(10) };
        let mut said: Vec<String> = (0..answers).map_while(|_| child.line()).collect();
        let most = if early { 12_000 } else { 2_500 };
        std::thread::sleep(micros(random.below(most) as u64));
        said.extend(child.kill());
        let answered = said.iter().filter_map(|line| told(line, "step ")).max().unwrap_or(step);
        if let Some(wrong) = said.iter().find(|line| !line.starts_with("step ")) {
            return Err(Trouble::Broken(format!("kill {kill}: a child said: {wrong}")));
        }
        settled()?;
        let found = find(home, place, &mut life, answered)
            .map_err(|why| Trouble::Broken(format!("kill {kill}, {answered} answered: {why}")))?;
        more += found - answered;
    }
    ensure(life.steps() > kills, || format!("{} steps: hardly anything lived", life.steps()))?;
    let steps = life.steps();
    Ok(Some(format!("{kills} kills in {steps} steps; {more} were there that nobody had heard of")))
}

fn find(home: &Home, place: &str, life: &mut Life, answered: u64) -> Result<u64, Trouble> {
    let store = (home.open)(place)?;
    store.prepare(Life::TABLES)?;
    life.find(&store, answered)
}

/// Three processes share a bank in one file; one after the other of them is killed and begins again.
pub(crate) fn processes(round: &Round) -> Result<Option<String>, Trouble> {
    let (place, mut random) = (SQLITE.place(&round.dir), Random::new(round.seed));
    let bank = shared_bank(round.seed);
    let store = (SQLITE.open)(&place)?;
    bank.open(&store)?;
    let task = Task::Bank { seed: round.seed };
    let start = || Running::start(task.command(&SQLITE, &place)?);
    let mut children = vec![start()?, start()?, start()?];
    for _ in 0..8 {
        let mut child = children.remove(random.below(children.len()));
        let mut said: Vec<String> = (0..random.below(12)).map_while(|_| child.line()).collect();
        std::thread::sleep(micros(random.below(2_000) as u64));
        said.extend(child.kill());
        let answered = said.iter().filter_map(|line| told(line, "transfer "));
        for number in answered.collect::<Vec<_>>() {
            let known = bank.knows(&store, number as usize)?;
            ensure(known, || format!("transfer {number} was answered, and is gone"))?;
        }
        children.push(start()?);
    }
    let ends: Vec<Result<Vec<String>, Trouble>> = children.into_iter().map(Running::end).collect();
    for end in ends {
        let said = end?;
        let wrong = said.iter().find(|line| !line.starts_with("transfer "));
        ensure(wrong.is_none(), || format!("a child said: {wrong:?}"))?;
    }
    let settled = bank.settle(&store)?;
    drop(store);
    bank.settle(&needs("opening again", (SQLITE.open)(&place))?)?;
    Ok(Some(format!("3 processes, 8 kills; {} done, {} short", settled.done, settled.short)))
}
