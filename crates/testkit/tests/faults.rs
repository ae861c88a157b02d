//! The tests under faults must be able to fail: stores that lie are found by them, and those that don't are not.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test ends here")]

#[allow(dead_code, reason = "the suite's tests use the rest")]
mod liar;

use std::sync::Arc;

use fondaco_core::store::{Batch, Meta, Read, Record, Store, StoreError};
use fondaco_core::{ActorId, CommandId, CompanyId, Driver, Envelope, Halt, Timestamp, Tx};
use fondaco_testkit::Model;
use fondaco_testkit::faults::{Bank, Flaky, Life, Trouble, orders};
use liar::{Liar, Lie};

/// What is broken, in words.
#[track_caller]
fn broken<T: std::fmt::Debug>(result: Result<T, Trouble>) -> String {
    match result {
        Err(Trouble::Broken(what)) => what,
        other => panic!("nothing was found to be broken: {other:?}"),
    }
}

// ---- Bank

fn run(lie: Lie, seed: u64) -> Result<fondaco_testkit::faults::Settled, Trouble> {
    Bank::new(seed).writers(6).transfers(200).run(Arc::new(Liar::new(lie)))
}

#[test]
fn an_honest_bank_settles_and_carries_out_each_transfer_once() {
    let settled = run(Lie::None, 3).unwrap();
    assert_eq!(settled.done + settled.short, 200);
    assert!(settled.done >= 20 && settled.short >= 3, "{settled:?}");
}

#[test]
fn an_honest_bank_settles_over_a_store_that_fails_every_fifth_time() {
    let settled =
        Bank::new(4).writers(6).transfers(40).run(Arc::new(Flaky::new(Model::new(), 9, 5)));
    assert_eq!(settled.map(|it| it.done + it.short).unwrap(), 40);
}

#[test]
fn the_bank_finds_lost_adds_lost_updates_missing_floors_and_what_is_done_twice() {
    for (lie, about) in [
        (Lie::AddsLostInRaces, "balances"),
        (Lie::SeenIgnored, "uses of the cards"),
        (Lie::NoFloors, "below zero"),
        (Lie::NumberGaps, "slip"),
    ] {
        // Some lies need writers that meet, and on a busy machine they may not.
        let found = (1..40).find_map(|seed| run(lie, seed).err().map(|trouble| (seed, trouble)));
        let Some((seed, Trouble::Broken(what))) = found else {
            panic!("{lie:?} was not found: {found:?}")
        };
        assert!(what.contains(about), "{lie:?}: {what}");
        assert!(what.contains(&format!("seed {seed}")), "{what}");
    }
}

// ---- Life

#[test]
fn what_was_answered_is_found_and_one_step_more_is_too() {
    let store = Model::new();
    store.prepare(Life::TABLES).unwrap();
    let mut child = Life::new(11);
    for _ in 0..60 {
        child.live(&store).unwrap();
    }
    for answered in [60, 59] {
        let found = Life::new(11).find(&store, answered).unwrap();
        assert!((answered..=60).contains(&found), "{found} of {answered}");
    }
    // Too little or too much is neither.
    let mut early = Life::new(11);
    let gone = broken(early.find(&store, 20));
    assert!(gone.contains("seed 11") && gone.contains("positions"), "{gone}");
    assert!(Life::new(11).find(&Model::new(), 60).is_err());
    // Another history is not this one.
    broken(Life::new(12).find(&store, 60));
}

#[test]
fn a_step_whose_answer_was_lost_is_asked_for_again_and_done_once() {
    let store = Flaky::new(Model::new(), 5, 3);
    while store.prepare(Life::TABLES).is_err() {}
    let (mut life, mut failed) = (Life::new(13), 0);
    while life.steps() < 80 {
        match life.live(&store) {
            Ok(_) => {}
            Err(Trouble::Failed(_)) => failed += 1,
            Err(other) => panic!("{other}"),
        }
    }
    assert!(failed > 15, "{failed}");
    assert_eq!(Life::new(13).find(store.inner(), 80).unwrap(), 80);
}

#[test]
fn a_life_on_a_store_that_lies_is_no_life() {
    for lie in [Lie::LastChangeLost, Lie::HalfARefusedBatch, Lie::NoFloors, Lie::NumberGaps] {
        let store = Liar::new(lie);
        store.prepare(Life::TABLES).unwrap();
        let mut life = Life::new(1);
        let lived = (0..200).try_for_each(|_| life.live(&store).map(|_| ()));
        let what = broken(lived.and_then(|()| Life::new(1).find(&store, 200).map(|_| ())));
        assert!(what.contains("seed 1"), "{what}");
    }
}

// ---- Orders

/// Two doctors, one of whom must stay on call.
#[derive(Record, Debug, Clone, PartialEq)]
#[record(table = "doctor", kind = state, key(number))]
struct Doctor {
    number: i64,
    on_call: bool,
}

fn acme() -> CompanyId {
    CompanyId::named("acme")
}

fn send(store: &dyn Store, name: &str, act: impl Fn(&mut Tx<'_>) -> Result<bool, Halt>) -> String {
    let envelope = Envelope::new(CommandId::named(name), ActorId::new("a"), Timestamp::EPOCH);
    let done = Driver::new(store, acme()).run(envelope, name, |tx, _| act(tx));
    done.map_or_else(|halt| halt.to_string(), |done| done.answer.to_string())
}

fn ward<S: Store>(store: S) -> S {
    store.prepare(&[Doctor::TABLE]).unwrap();
    send(&store, "both", |tx| {
        tx.insert_all(vec![
            Doctor { number: 1, on_call: true },
            Doctor { number: 2, on_call: true },
        ])?;
        Ok(true)
    });
    store
}

/// Leaves if the other is there.
fn leave(store: &dyn Store, me: i64, other: i64) -> String {
    send(store, &format!("leave {me}"), |tx| {
        let other = tx.get::<Doctor>(&other)?.is_some_and(|doctor| doctor.on_call);
        if other {
            tx.get::<Doctor>(&me)?;
            tx.put(Doctor { number: me, on_call: false })?;
        }
        Ok(other)
    })
}

fn on_call(store: &impl Store) -> usize {
    let all = fondaco_core::Range::<Doctor>::all();
    let driver = Driver::new(store, acme());
    let doctors = driver.view(|view| fondaco_core::Reading::peek_scan(view, &all)).unwrap();
    doctors.iter().filter(|doctor| doctor.on_call).count()
}

type Leaving = fn(&dyn Store) -> String;
const LEAVING: [Leaving; 2] = [|store| leave(store, 1, 2), |store| leave(store, 2, 1)];

#[test]
fn all_orders_of_two_acts_are_run_and_end_as_one_after_the_other() {
    let [a, b] = LEAVING;
    let orders = orders(|| ward(Model::new()), [&a, &b], on_call, 1, 10_000).unwrap();
    // Two reads and a commit each: 6 over 3 are 20 orders, and more for who has to run again.
    assert!(orders.all && orders.run >= 20, "{orders:?}");
    assert!(orders.second_first > 3 && orders.second_first < orders.run, "{orders:?}");
}

#[test]
fn a_write_skew_is_found_in_some_order_and_the_order_is_told() {
    let [a, b] = LEAVING;
    let lying = || ward(Liar::new(Lie::SeenIgnored));
    let what = broken(orders(lying, [&a, &b], on_call, 1, 10_000));
    assert!(what.contains("act 2 reads") && what.contains("act 1 commits"), "{what}");
}

#[test]
fn more_orders_than_are_wanted_are_drawn_by_the_seed() {
    let [a, b] = LEAVING;
    let few = orders(|| ward(Model::new()), [&a, &b], on_call, 1, 10).unwrap();
    assert_eq!((few.run, few.all), (10, false));
}

// ---- Flaky

#[test]
fn a_commit_whose_answer_is_lost_may_be_there_and_asking_again_tells() {
    let store = Flaky::new(Model::new(), 2, 2);
    let (mut unknown, mut there) = (0, 0);
    for number in 0..60 {
        let meta = Meta::new(ActorId::new("a"), Timestamp::EPOCH);
        let batch = Batch::new(acme(), CommandId::from_u128(number), meta);
        let before = store.inner().read(&Read::now(acme(), vec![])).unwrap().at.position;
        let result = store.commit(batch);
        let after = store.inner().read(&Read::now(acme(), vec![])).unwrap().at.position;
        match result {
            Ok(_) => assert_eq!(after, before + 1),
            Err(StoreError::Unknown { .. }) => {
                unknown += 1;
                there += after - before;
            }
            Err(_) => assert_eq!(after, before),
        }
    }
    assert!(unknown > 5 && there == unknown, "{there} of {unknown}");
}
