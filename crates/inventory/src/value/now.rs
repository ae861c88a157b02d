//! What one costs now, as far as that is known: for who plans what something will cost, or values what is made of it.

use fondaco_core::{Reading, SiteId, Tx};

use super::record::StockCost;
use super::rule;
use crate::items::Item;
use crate::valuation::{Method, UnitCost};
use crate::{Qty, StockError};

/// How an item is costed at a site, and what it costs there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CostNow {
    /// How what leaves is costed.
    pub method: Method,
    /// What stock costs, of an average; the standard; else the last known cost. `None` where nothing ever came and nobody said what it
    /// costs.
    pub cost: Option<UnitCost>,
}

/// How an item is costed at a site, and what it costs there now; `None` of what is not valued. The decision doesn't rest on it.
///
/// ```
/// # mod goods { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/goods.rs")); }
/// # use goods::*;
/// use fondaco_core::policy::Request;
/// use fondaco_core::{Act, Tx};
/// use fondaco_inventory::value::cost_now;
/// use serde::Serialize;
///
/// #[derive(Serialize)]
/// struct WhatIsABolt;
///
/// impl Act for WhatIsABolt {
///     type Answer = ();
///     type Error = StockError;
///
///     fn act(&self, tx: &mut Tx<'_>) -> Result<(), StockError> {
///         tx.authorize(&Request::new(&fondaco_inventory::value::rights::REVALUE))?;
///         let bolt = tx.get::<Item>(&ItemId::named("M8x40"))?;
///         let now = cost_now(tx, bolt.as_deref().expect("it is there"), SiteId::named("MAIN"))?;
///         assert!(now.and_then(|now| now.cost).is_some());
///         Ok(())
///     }
/// }
/// # let stock = valued_stock();
/// stock.send("ask", &WhatIsABolt)?;
/// # Ok::<(), StockError>(())
/// ```
///
/// # Errors
/// A [`Halt`](fondaco_core::Halt).
pub fn cost_now(tx: &mut Tx<'_>, item: &Item, site: SiteId) -> Result<Option<CostNow>, StockError> {
    let Some(row) = tx.peek::<StockCost>(&(item.id, site))? else {
        let found = rule::of_item(tx, item)?;
        let of = |found: rule::Found| CostNow {
            method: found.method,
            cost: found.cost.map(UnitCost::of),
        };
        return Ok(found.map(of));
    };
    let known = row.known_value.zip(row.known_per);
    let known = known.map(|(value, per)| UnitCost { value, per });
    let there = UnitCost { value: row.cost, per: row.quantity };
    let averages = row.method == Method::Average && row.quantity > Qty::ZERO;
    let cost = if averages { Some(there) } else { known };
    Ok(Some(CostNow { method: row.method, cost: cost.filter(|cost| cost.per > Qty::ZERO) }))
}
