//! What a slip was told of a person that is nobody else's business: the values of a tax card (church, marriage, student loans), and accounts.
//!
//! They stand in a personal column of the slip: no log shows them, the hash chain holds a salted commitment, and they go with the person.
//! What was paid stays: lines, sums and cost centres are kept for as long as books are.

use std::collections::BTreeMap;
use std::sync::Arc;

use fondaco_core::Tx;
use fondaco_core::store::Personal;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::{BankShare, PayInput, PayValue, Slip, Whole};

/// The part of a case that is personal.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Told {
    /// What the rules were told, besides what components feed.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub values: BTreeMap<SmolStr, PayValue>,
    /// Where net pay goes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub bank: Vec<BankShare>,
}

/// Why something was said: what is personal of it, or what stands in clear in rows of before that.
pub(crate) fn why<'r>(said: Option<&'r Personal<SmolStr>>, reason: &'r SmolStr) -> &'r str {
    said.and_then(Personal::get).unwrap_or(reason)
}

impl Slip {
    /// Where net pay goes, in the order in which accounts are served; nowhere, once the person was erased.
    ///
    /// ```
    /// # mod house { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/january.rs")); }
    /// # use house::*;
    /// assert_eq!(slips_of_january()[0].bank()[0].account, "EE382200221020145685");
    /// ```
    #[must_use]
    pub fn bank(&self) -> &[BankShare] {
        match &self.told {
            Some(told) => told.get().map(|told| told.bank.as_slice()).unwrap_or_default(),
            None => &self.input.bank,
        }
    }

    /// A value that the rules were told, besides what components feed; none, once the person was erased.
    ///
    /// ```
    /// # mod house { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/january.rs")); }
    /// # use house::*;
    /// let told = case("1001", "2026-01-01/2026-01-31", "2000").with("pension_rate", "4%");
    /// let (payroll, _) = january();
    /// let slip = payroll.view(|view| preview(view, &told))?;
    /// assert_eq!(slip.value("pension_rate"), Some(&"4%".into()));
    /// assert_eq!(slip.value("exempts"), None);
    /// # Ok::<(), PayrollError>(())
    /// ```
    #[must_use]
    pub fn value(&self, input: &str) -> Option<&PayValue> {
        match &self.told {
            Some(told) => told.get().and_then(|told| told.values.get(input)),
            None => self.input.values.get(input),
        }
    }

    /// The case that it was computed from, whole: of a person who was erased without what was personal.
    ///
    /// ```
    /// # mod house { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/january.rs")); }
    /// # use house::*;
    /// let slip = &slips_of_january()[0];
    /// assert!(slip.input.bank.is_empty()); // it is personal, and kept apart
    /// assert_eq!(slip.case().bank.len(), 1);
    /// ```
    #[must_use]
    pub fn case(&self) -> PayInput {
        let mut case = PayInput::clone(&self.input);
        if let Some(told) = self.told.as_ref().and_then(Personal::get) {
            case.values.clone_from(&told.values);
            case.bank.clone_from(&told.bank);
        }
        case
    }

    /// The same as it is stored.
    pub(super) fn stored(mut self, tx: &mut Tx<'_>) -> Slip {
        if self.told.is_none() {
            let mut case = PayInput::clone(&self.input);
            let (values, bank) = (std::mem::take(&mut case.values), std::mem::take(&mut case.bank));
            self.told = Some(tx.personal(Whole::new(Told { values, bank })));
            self.input = Whole::from(Arc::new(case));
        }
        self
    }
}
