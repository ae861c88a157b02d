//! A company moves from any store to any other, with log, ids and chain, and goes on there.
#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests are tests

mod common;

use std::ops::ControlFlow;
use std::sync::Arc;

use common::altered::Altered;
use common::*;
use fondaco_core::chain;
use fondaco_core::copy::{self, copy_company};
use fondaco_core::proof::{Prover, SignedCheckpoint};
use fondaco_core::store::{Drawn, Event, Record, Store, StoreError, Value};
use fondaco_core::{CompanyId, Drew, Driver, GuardCount, Progressed, Reading, Tx};
use smol_str::SmolStr;

fn slip(tx: &mut Tx<'_>) -> Result<Drawn, ShopError> {
    match tx.draw("slips", None)? {
        Drew::Place(slip) => Ok(slip),
        Drew::Late(_) => no("late"),
    }
}

fn history(store: &Arc<dyn Store>) -> Host {
    let host = Host::sync("any", store.clone());
    host.done("many", |tx| {
        tx.insert_all::<Move>((1..=70).map(|number| Move::new(1, number, 1, 5)).collect())?;
        tx.insert(Shelf::new(1, 1, 10).labelled("door"))?;
        tx.add(Stock::of(1, 1, 5), &[])?;
        tx.emit(Event::new("shop.opened").with("moves", Value::I64(70)));
        for number in 1..=3 {
            let slip = slip(tx)?;
            tx.insert(Move { slip: Some(slip), ..Move::new(2, number, 1, 5) })?;
        }
        Ok(70_i64)
    });
    for number in [1, 2] {
        host.done(&format!("person {number}"), |tx| {
            let mail = tx.personal(SmolStr::new(format!("{number}@example.org")));
            let who = tx.personal(SmolStr::new("Ada"));
            tx.insert(Person { number, mail: Some(mail), points: 3 })?;
            Ok(tx.insert(Visit { number, who: Some(who) })?)
        });
    }
    host.done("label", |tx| {
        let shelf = tx.get::<Shelf>(&(1, 1))?.unwrap();
        tx.add(Stock::of(1, 1, 2), &[])?;
        Ok(tx.put(Shelf { load: 11, ..shelf.as_ref().clone() })?)
    });
    host.done("erase", |tx| {
        tx.erase::<Person>(&1)?;
        Ok(tx.erase::<Visit>(&1)?)
    });
    host
}

#[test]
fn from_every_store_to_every_other() {
    for (from_name, from) in stores() {
        history(&from);
        let before = chain::verify(&*from, acme(), &all_tables()).unwrap();
        let checkpoint = {
            let mut prover = Prover::new(&*from, acme(), &all_tables());
            prover.catch_up(&mut ()).unwrap();
            prover.checkpoint("acme.example/books").unwrap()
        };
        for (to_name, to) in stores() {
            let copied = copy_company(&*from, &*to, acme(), &all_tables(), &mut ()).unwrap();
            let place = format!("from {from_name} to {to_name}");
            assert_eq!(
                (copied.commits, copied.series, copied.link),
                (5, 1, before.link),
                "{place}"
            );
            let after = chain::audit(&*to, acme(), &all_tables(), &checkpoint).unwrap();
            assert_eq!(after, before, "{place}");
            assert_eq!(copy::tally(&*from, acme(), &all_tables()).unwrap(), copied, "{place}");
            goes_on(&Host::sync(to_name, to));
        }
    }
}

/// The next commands find all as it was: replays, versions, sums, numbers, unique entries, erasure.
fn goes_on(host: &Host) {
    assert_eq!(host.done("many", |_| Ok(0_i64)), 70, "answered from the log");
    host.done("more", |tx| {
        let shelf = tx.get::<Shelf>(&(1, 1))?.unwrap();
        tx.put(Shelf { load: shelf.load + 1, ..shelf.as_ref().clone() })?;
        tx.add(Stock::of(1, 1, -7), &[Stock::floor()])?;
        let slip = slip(tx)?;
        Ok(tx.insert(Move { slip: Some(slip), ..Move::new(2, 4, 1, 5) })?)
    });
    host.view(|view| {
        assert_eq!(view.peek::<Stock>(&(1, 1))?.unwrap().on_hand, 0);
        let slip = view.peek::<Move>(&(2, 4))?.unwrap().slip.unwrap();
        assert_eq!(slip.number(), Some(4), "numbers go on");
        Ok(())
    });
    let taken = host.run("taken", |tx| {
        tx.get::<Shelf>(&(1, 9))?;
        match tx.unique(Shelf::BY_LABEL, &SmolStr::new("door"))? {
            Some(_) => no("taken"),
            None => Ok(tx.insert(Shelf::new(1, 9, 1).labelled("door"))?),
        }
    });
    assert_eq!(refusal(taken), "taken");
    host.done("erase too", |tx| Ok(tx.erase::<Person>(&2)?));
    let feed = host.feed();
    assert!(feed[2].salt.is_none(), "the commit that wrote the person forgets");
    host.verify();
}

#[test]
fn what_is_there_is_not_overwritten_and_a_stop_leaves_nothing() {
    for (name, to) in stores() {
        let (_, from) = stores().remove(0);
        history(&from);
        let mut looks = 0;
        let mut stop = |_: &Progressed| {
            looks += 1;
            if looks > 2 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        };
        let copied = copy_company(&*from, &*to, acme(), &all_tables(), &mut stop);
        assert!(matches!(copied, Err(StoreError::Stopped)), "on {name}");
        assert_eq!(chain::verify(&*to, acme(), &all_tables()).unwrap().commits, 0, "on {name}");
        copy_company(&*from, &*to, acme(), &all_tables(), &mut ()).unwrap();
        let again = copy_company(&*from, &*to, acme(), &all_tables(), &mut ());
        assert!(matches!(again, Err(StoreError::Occupied { .. })), "on {name}");
        let nobody = CompanyId::named("nobody");
        let none = copy_company(&*from, &*to, nobody, &all_tables(), &mut ());
        assert!(none.unwrap_err().to_string().ends_with("has commits"), "on {name}");
    }
}

/// A table that is not named is told, whatever its rows are: no hash covers counters.
#[test]
fn no_table_with_rows_is_left_behind() {
    for (name, from) in stores() {
        history(&from);
        let to = fondaco_store::Memory::new();
        for left in [Move::TABLE, Shelf::TABLE, Stock::TABLE, GuardCount::TABLE] {
            let without: Vec<_> = all_tables().into_iter().filter(|table| *table != left).collect();
            let error = copy_company(&*from, &to, acme(), &without, &mut ()).unwrap_err();
            let told = format!("tables {} have rows of company", left.name);
            assert!(error.to_string().contains(&told), "on {name}: {error}");
            assert_eq!(error.code(), "store.misused");
            assert!(copy::tally(&*from, acme(), &without).is_err(), "on {name}");
        }
        let unused: Vec<_> =
            all_tables().into_iter().filter(|table| *table != Log::TABLE).collect();
        copy_company(&*from, &to, acme(), &unused, &mut ()).unwrap();
    }
}

/// Damage is not passed on.
#[test]
fn only_what_verifies_is_copied() {
    let (_, inner) = stores().remove(0);
    history(&inner);
    let (_, to) = stores().remove(1);
    to.prepare(&all_tables()).unwrap();
    let rows = |scan: &fondaco_core::store::Scan, rows: &mut Vec<fondaco_core::store::Row>| {
        if scan.table == Visit::TABLE {
            rows.clear();
        }
    };
    let damaged = Altered::new(inner, |_| {}, rows);
    let error = copy_company(&damaged, &*to, acme(), &all_tables(), &mut ()).unwrap_err();
    assert_eq!(error.code(), "store.corrupt");
    assert_eq!(chain::verify(&*to, acme(), &all_tables()).unwrap().commits, 0);
    let bare: Arc<dyn Store> = Arc::new(fondaco_store::Memory::without_chain());
    Host::sync("bare", bare.clone()).done("one", |tx| Ok(tx.insert(Log { number: 1 })?));
    let error = copy_company(&*bare, &*to, acme(), &all_tables(), &mut ()).unwrap_err();
    assert!(error.to_string().contains("has no seal"), "{error}");
}

/// Proofs made before the move hold after it, and those made after it are the same.
#[test]
fn proofs_move_with_it() {
    let (_, from) = stores().remove(0);
    history(&from);
    let (_, to) = stores().remove(2);
    copy_company(&*from, &*to, acme(), &all_tables(), &mut ()).unwrap();
    let proof = |store: &dyn Store| {
        let driver = Driver::new(store, acme());
        driver.prepare(&own_tables()).unwrap();
        let mut prover = driver.prover();
        prover.catch_up(&mut ()).unwrap();
        let checkpoint = SignedCheckpoint::new(prover.checkpoint("acme.example/books").unwrap());
        prover.commit(3, &checkpoint).unwrap().to_string()
    };
    assert_eq!(proof(&*from), proof(&*to));
}
