//! Random histories against the model.

use crate::history;
use crate::suite::Check;

pub(super) const CHECKS: &[Check] = &[
    Check {
        name: "histories.short",
        promise: "random histories of 25 steps have the same answers, refusals, states, feeds and links as the model",
        run: |probe| (100..112).try_for_each(|seed| history::run(probe, seed, 25)),
    },
    Check {
        name: "histories.long",
        promise: "random histories of 150 steps have the same answers, refusals, states, feeds and links as the model",
        run: |probe| (200..203).try_for_each(|seed| history::run(probe, seed, 150)),
    },
];
