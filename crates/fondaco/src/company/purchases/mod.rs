//! Procure to pay: what is ordered, received, billed, sent back and credited.

mod bill;
mod credit;
mod matching;
mod order;
mod receipt;
mod sending;

use fondaco_core::engine::Part;

pub use bill::{BillLine, EnterBills, NewBill, ReleaseBills};
pub use credit::CreditSuppliers;
pub(crate) use matching::revalue;
pub use order::OrderGoods;
pub use receipt::{NewReceipt, Receive, ReceivedLine};
pub use sending::SendBack;

use super::rights;

/// What the engine has of it.
pub(crate) static PART: Part = Part::new(&[]).permissions(&[
    &rights::BUY,
    &rights::RECEIVE,
    &rights::BILL,
    &rights::RELEASE_BILL,
]);
