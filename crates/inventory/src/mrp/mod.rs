//! Material requirements planning: what to order when, so that all that is wanted can be made and sent.
//!
//! A [`Network`] says what is planned: items at sites, what each is made of, where it is bought or brought from, in which lead times, in
//! which lots. A [`State`] says what is there, wanted and coming. [`run`] nets one against the other, level by level from the top, over a
//! [`Horizon`] by [`Options`], and gives a [`Plan`]: its [orders](Plan::orders) and [tables](Plan::table).
//!
//! Quantities come and go as exact decimals and are whole millionths in between; days are counted, never rounded to buckets unless
//! [`Buckets`] say so. The mathematics are those of J. Orlicky, *Material Requirements Planning* (1975).
//!
//! | I want | see |
//! |---|---|
//! | lots: lot for lot, fixed, days, periods, by cost | [`LotRule`], [`OrderModifiers`](crate::ordering::OrderModifiers) |
//! | phantoms, scrap, yield, by-products, alternates, effectivity | [`Item`], [`Component`], [`Output`], [`Alternate`] |
//! | a second supplier, another site, a substitute | [`Source`] |
//! | working days | [`Network::calendar`] |
//! | safety stock by date, safety time, time fences | [`Item`], [`Profile`] |
//! | orders that are part of forecasts | [`Consumption`] |
//! | nothing released in the past | [`PastDue`] |
//! | what has to be done now | [`Plan::messages`], [`Damping`] |
//! | what is for what, when a demand is met, what it waits for | [`Plan::pegging`], [`Plan::promise`], [`Plan::feasible`] |
//! | why | [`Plan::explain_order`], [`Plan::explain_demand`], [`Plan::shortages`] |
//! | the effect of one change, a what-if | [`Plan::edit`], [`Plan::compare`] |
//! | a bill of material alone | [`Network::explode`], [`Network::levels`] |

mod book;
mod calendars;
mod check;
mod compiled;
mod edit;
mod error;
mod explain;
mod explode;
mod item;
mod late;
mod levels;
mod messages;
mod needed;
mod netting;
mod network;
mod options;
mod paged;
mod pegging;
mod plan;
mod profile;
mod ready;
mod run;
mod shortage;
mod source;
mod state;
mod table;

#[cfg(test)]
mod tests;

pub(crate) use check::step;
pub use edit::{Difference, Edit};
pub use error::MrpError;
pub use explode::Exploded;
pub use item::{Consumption, Item, LotRule, Sku};
pub use late::{Feasible, Help, Link};
pub use messages::{Action, Message, Reason};
pub use network::{CalendarNo, ItemNo, Network};
pub use options::{Buckets, Damping, Horizon, Options, PastDue, ScrapRule};
pub use pegging::{Coming, Need, NeedOf, Peg, Pegging, Promise, SupplyOf};
pub use plan::{Plan, PlannedOrder, run, run_watched};
pub use profile::{Profile, Stretch};
pub use shortage::Shortage;
pub use source::{Alternate, Component, Output, Source, SourceKind};
pub use state::{Delivery, Demand, DemandKind, DemandNo, State, Supply, SupplyKind, SupplyNo};
pub use table::{Period, Table};
