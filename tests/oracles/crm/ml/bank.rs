//! The bank's telephone campaign, whose data are not here.

use serde_json::Value;

use crate::case::Case;

pub(super) fn cases(file: &Value) -> Vec<Case> {
    let names = ["uci_bank", "psi_bank_euribor3m"].into_iter();
    let there = names.filter(|name| file.get(name).is_some());
    there.map(|name| Case::unsupported(name.into(), "the data set is not here")).collect()
}
