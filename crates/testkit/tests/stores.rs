//! The testkit's own stores keep the contract.

use fondaco_testkit::{Blocking, Model, Suite, Unloaded, certify};

#[test]
fn the_model_keeps_every_promise() {
    let report = certify(Model::new);
    println!("{report}");
    report.assert();
}

#[test]
fn what_the_model_keeps_survives_a_reopening_that_does_nothing() {
    let report = Suite::new(Model::new).reopen(|store| store).only("reopen").run();
    assert_eq!(report.checks.len(), 1);
    report.assert();
}

#[test]
fn a_store_that_has_nothing_loaded_keeps_every_promise() {
    certify(|| Blocking(Unloaded::new(Model::new(), 3))).assert();
}
