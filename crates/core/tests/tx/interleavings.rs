//! Two acts at once end as one after the other: wherever the second slips in between the calls of the first.

use std::sync::{Arc, Mutex};

use crate::common::acts::*;
use crate::common::*;
use fondaco_core::Driver;
use fondaco_core::store::Store;
use fondaco_store::{Memory, Sqlite};
use fondaco_testkit::{Model, Moment, Slipping};
use proptest::prelude::*;

/// What came of the first act and of the second, and all rows.
type Ended = (String, String, Vec<String>);

fn told(result: Result<fondaco_core::Done<Vec<i64>>, ShopError>) -> String {
    match result {
        Ok(done) => format!("{:?}", done.answer),
        Err(ShopError::No(why)) => why,
        Err(ShopError::Halt(halt)) => format!("halt: {halt}"),
    }
}

fn prefix(store: &Arc<dyn Store>, history: &[Act]) -> Host {
    let host = Host::sync("any", store.clone());
    for (n, command) in history.iter().enumerate() {
        let _ = host.run_as(&format!("act {n}"), command, act);
    }
    host
}

fn second(store: &dyn Store, command: &Act) -> String {
    let driver = Driver::new(store, acme()).with_predictable_salts();
    told(driver.run(envelope("second"), command, act))
}

fn one_after_the_other(history: &[Act], first: &Act, then: &Act, first_first: bool) -> Ended {
    let store: Arc<dyn Store> = Arc::new(Model::new());
    let host = prefix(&store, history);
    let before = (!first_first).then(|| second(&*store, then));
    let a = told(host.run_as("first", first, act));
    let b = before.unwrap_or_else(|| second(&*store, then));
    (a, b, rows(&host))
}

/// `None` when the first act was done before that call.
fn at_once(
    store: Arc<dyn Store>,
    asynchronous: bool,
    history: &[Act],
    (first, then): (&Act, &Act),
    at: Moment,
) -> Option<Ended> {
    let plain = prefix(&store, history);
    let (said, command) = (Arc::new(Mutex::new(None)), then.clone());
    let heard = said.clone();
    let slipping = Slipping::over(store, at, move |store| {
        *heard.lock().unwrap() = Some(second(store, &command));
    });
    let host = match asynchronous {
        true => Host::asynchronous("any", slipping),
        false => Host::sync("any", slipping),
    };
    let a = told(host.run_as("first", first, act));
    let b = said.lock().unwrap().take()?;
    plain.verify();
    Some((a, b, rows(&plain)))
}

/// Acts whose answers tell what they only peeked at are no case for this.
fn rests_on_all(act: &Act) -> bool {
    !matches!(act, Act::Deliver(..) | Act::Slip(..))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn two_acts_at_once_are_two_in_some_order(
        history in prop::collection::vec(one_act(), 4..12),
        first in one_act().prop_filter("peeks", rests_on_all),
        then in one_act(),
    ) {
        let orders = [true, false].map(|order| one_after_the_other(&history, &first, &then, order));
        let moments = (1..9).map(Moment::Read).chain((1..4).map(Moment::Commit));
        for at in moments {
            for asynchronous in [false, true] {
                let stores: [Arc<dyn Store>; 3] =
                    [Arc::new(Memory::new()), Arc::new(Model::new()), Arc::new(Sqlite::in_memory().unwrap())];
                for (n, store) in stores.into_iter().enumerate() {
                    let Some(ended) = at_once(store, asynchronous, &history, (&first, &then), at) else { continue };
                    prop_assert!(
                        orders.contains(&ended),
                        "store {}, asynchronous: {}, {:?} {:?}:\n{:#?}\nis neither\n{:#?}",
                        n, asynchronous, first, then, ended, orders
                    );
                }
            }
        }
    }
}
