//! Lot sizing: how much to order in which period of what is wanted period by period.
//!
//! A [`LotModel`] is the demand of an item by period and what lots cost ([`LotCosts`]). A rule ([`LotSizing`]) makes a [`LotPlan`] of
//! it: the lots, what they cost (set up, kept, bought) and why. The demand of a period is served by what comes in it or was kept from
//! before; nothing is owed, there is no stock at the start (demand is net of it), and keeping costs what is left at a period's end.
//!
//! | rule | what a lot is | source |
//! |---|---|---|
//! | [`LotForLot`](LotSizing::LotForLot) | the demand of its period | J. Orlicky, *Material Requirements Planning* (1975), ch. 6, of the first four |
//! | [`FixedQuantity`](LotSizing::FixedQuantity) | a given quantity, or several of it | |
//! | [`Periods`](LotSizing::Periods) | the demand of so many periods | |
//! | [`EconomicQuantity`](LotSizing::EconomicQuantity), [`EconomicPeriods`](LotSizing::EconomicPeriods) | the same two, by the economic order quantity of the mean demand | F. W. Harris 1913 |
//! | [`LeastUnitCost`](LotSizing::LeastUnitCost) | as long as a unit doesn't get dearer | E. A. Silver, D. F. Pyke, R. Peterson (1998), ch. 6 |
//! | [`PartPeriod`](LotSizing::PartPeriod) | as long as keeping costs no more than setting up (least total cost) | J. J. DeMatteis, A. G. Mendoza, IBM Systems Journal 7 (1968) |
//! | [`SilverMeal`](LotSizing::SilverMeal) | as long as a period doesn't get dearer | E. A. Silver, H. C. Meal, 1973 |
//! | [`WagnerWhitin`](LotSizing::WagnerWhitin) | what costs least of all, all periods together | H. M. Wagner, T. M. Whitin, Management Science 5 (1958) |
//!
//! Lots that a period has only so much room for are [`CapacitatedLots`]'. Quantities and costs are exact: inside they are whole numbers
//! of the smallest digit that occurs, so that ties are ties. [`plan_each`] is for many items; [`Sizer`] is what runs on whole numbers
//! already, such as a planning run over a million parts.

mod batch;
mod capacitated;
mod costs;
mod explain;
mod grown;
mod model;
mod plain;
mod rule;
mod sizer;
mod units;
mod wagner_whitin;

pub use batch::plan_each;
pub use capacitated::{CapacitatedLots, CapacitatedPlan};
pub use costs::{ByPeriod, LotCosts, SpentCosts};
pub use model::{LotModel, LotPlan, PlannedLot};
pub use rule::{LotSizing, Stop};
pub use sizer::{Scratch, Sizer};

#[cfg(test)]
mod tests;
