//! Procure to pay: what is ordered, received, billed, sent back and credited.

mod bill;
mod credit;
mod landed;
mod matching;
mod order;
mod receipt;
mod sending;

use fondaco_core::engine::Part;

pub use bill::{BillLine, EnterBills, NewBill, ReleaseBills};
pub use credit::CreditSuppliers;
pub use landed::LandsOn;
pub(crate) use landed::{credit_landed, land_no_more};
pub(crate) use matching::{revalue, settle_ahead};
pub use order::OrderGoods;
pub(crate) use order::{announce_again, not_on_order};
pub use receipt::{NewReceipt, Receive, ReceivedLine};
pub(crate) use receipt::{came, cost_of};
pub use sending::SendBack;

use super::rights;

/// What the engine has of it.
pub(crate) static PART: Part = Part::new(&[]).permissions(&[
    &rights::BUY,
    &rights::RECEIVE,
    &rights::BILL,
    &rights::RELEASE_BILL,
]);
