//! What judging asks for: the accounts above an account, the values of dimensions, what these stand under.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::NaiveDate;
use fondaco_core::{Halt, Range, Reading, Tx};
use smol_str::SmolStr;

use super::DimensionValue;
use super::tree::{self, Places};
use crate::ledger::{Account, Chart, rights};

/// What is known of accounts and values.
pub(super) trait Known {
    /// What an account stands under, from the nearest.
    fn accounts_above(&mut self, account: &SmolStr) -> Result<Vec<SmolStr>, Halt>;
    /// A value, where it was opened.
    fn value(
        &mut self,
        dimension: &SmolStr,
        value: &SmolStr,
    ) -> Result<Option<Arc<DimensionValue>>, Halt>;
    /// What a value stands under on a day, from the nearest.
    fn above(&mut self, dimension: &str, value: &str, day: NaiveDate)
    -> Result<Vec<SmolStr>, Halt>;
}

/// Read as it is asked for: the decision rests on it, and on no more.
pub(super) struct Guarded<'a, 't> {
    pub(super) tx: &'a mut Tx<'t>,
    pub(super) chart: &'a Chart,
}

impl Known for Guarded<'_, '_> {
    fn accounts_above(&mut self, account: &SmolStr) -> Result<Vec<SmolStr>, Halt> {
        rights::above(self.tx, self.chart, account)
    }

    fn value(
        &mut self,
        dimension: &SmolStr,
        value: &SmolStr,
    ) -> Result<Option<Arc<DimensionValue>>, Halt> {
        self.tx.get::<DimensionValue>(&(dimension.clone(), value.clone()))
    }

    fn above(
        &mut self,
        dimension: &str,
        value: &str,
        day: NaiveDate,
    ) -> Result<Vec<SmolStr>, Halt> {
        tree::above(self.tx, dimension, value, day)
    }
}

/// All of it, looked at once.
pub(super) struct Loaded {
    /// Each account's heading.
    parents: BTreeMap<SmolStr, Option<SmolStr>>,
    /// By dimension.
    places: BTreeMap<SmolStr, Places>,
}

impl Loaded {
    pub(super) fn peek(read: &mut impl Reading, dimensions: &[SmolStr]) -> Result<Loaded, Halt> {
        let accounts = read.peek_scan(&Range::<Account>::all())?;
        let parents =
            accounts.iter().map(|account| (account.code.clone(), account.parent.clone())).collect();
        let mut places = BTreeMap::new();
        for dimension in dimensions {
            places.insert(dimension.clone(), Places::peek(read, dimension)?);
        }
        Ok(Loaded { parents, places })
    }
}

impl Known for Loaded {
    fn accounts_above(&mut self, account: &SmolStr) -> Result<Vec<SmolStr>, Halt> {
        let (mut above, mut next) = (Vec::new(), self.parents.get(account).cloned().flatten());
        while let Some(heading) = next.filter(|heading| !above.contains(heading)) {
            next = self.parents.get(&heading).cloned().flatten();
            above.push(heading);
        }
        Ok(above)
    }

    fn value(
        &mut self,
        dimension: &SmolStr,
        value: &SmolStr,
    ) -> Result<Option<Arc<DimensionValue>>, Halt> {
        Ok(self.places.get(dimension).and_then(|places| places.value(value)).cloned())
    }

    fn above(
        &mut self,
        dimension: &str,
        value: &str,
        day: NaiveDate,
    ) -> Result<Vec<SmolStr>, Halt> {
        Ok(self.places.get(dimension).map(|places| places.above(value, day)).unwrap_or_default())
    }
}
