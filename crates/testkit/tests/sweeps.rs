//! `sweep` passes acts that survive every failure, and finds those that do not.

use fondaco_core::store::{Batch, Meta, Read, Store, StoreError};
use fondaco_core::{ActorId, CommandId, CompanyId, Timestamp};
use fondaco_testkit::{Model, sweep};

fn acme() -> CompanyId {
    CompanyId::named("acme")
}

fn step(store: &dyn Store, id: &str) -> Result<(), StoreError> {
    store.read(&Read::now(acme(), vec![]))?;
    let meta = Meta::new(ActorId::new("clerk"), Timestamp::EPOCH);
    store.commit(Batch::new(acme(), CommandId::named(id), meta)).map(|_| ())
}

#[test]
fn an_act_of_two_commands_survives_each_of_its_six_steps() {
    let swept = sweep(acme(), Model::new, |store| {
        step(store, "first")?;
        step(store, "second")
    });
    let swept = swept.unwrap();
    assert_eq!((swept.failures, swept.commits), (6, 2));
}

#[test]
fn an_act_with_a_new_id_each_time_is_found_out() {
    let number = std::sync::atomic::AtomicU64::new(0);
    let swept = sweep(acme(), Model::new, |store| {
        let number = number.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        step(store, &format!("id {number}"))
    });
    assert!(swept.unwrap_err().to_string().contains("step"));
}

#[test]
fn an_act_that_swallows_failures_is_found_out() {
    let swept = sweep(acme(), Model::new, |store| {
        let _ = step(store, "only");
        Ok::<(), StoreError>(())
    });
    assert!(swept.unwrap_err().to_string().contains("says it is done"));
}

#[test]
fn an_act_that_trusts_its_first_failure_for_ever_is_found_out() {
    let swept = sweep(acme(), Model::new, |store| {
        if step(store, "a").is_err() {
            // Goes on with another command instead of asking again.
            return step(store, "b");
        }
        Ok(())
    });
    assert!(swept.unwrap_err().to_string().contains("no beginning"));
}
