//! What earlier runs of an act learnt from the store's refusals.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use smol_str::SmolStr;

use crate::store::{Key, KeyBytes, Refusal, Row};

/// Broken floors, taken unique entries and late series: the act meets them in its next run.
#[derive(Debug, Default)]
pub(crate) struct Learned {
    pub(crate) short: BTreeMap<Key, Option<Row>>,
    pub(crate) clashes: BTreeMap<(&'static str, usize, KeyBytes), Key>,
    pub(crate) late: BTreeMap<SmolStr, NaiveDate>,
}

impl Learned {
    /// Takes what a refusal says; `true` when some of it is new.
    pub(crate) fn learn(&mut self, refusal: Refusal) -> bool {
        let before = (self.short.len(), self.clashes.len(), self.late.clone());
        for seen in &refusal.moved {
            self.forget(&seen.key);
        }
        let known = (self.short.len(), self.clashes.len());
        self.short.extend(refusal.short);
        let clash = |clash: crate::store::Clash| {
            ((clash.holder.table.name, clash.index, clash.part), clash.holder)
        };
        self.clashes.extend(refusal.clashes.into_iter().map(clash));
        self.late.extend(refusal.late);
        let grown =
            self.short.len() > known.0 || self.clashes.len() > known.1 || self.late != before.2;
        grown && (before.0, before.1) == known
    }

    /// Forgets what rested on a row that has changed since.
    fn forget(&mut self, key: &Key) {
        self.short.remove(key);
        self.clashes.retain(|_, holder| holder != key);
    }
}
