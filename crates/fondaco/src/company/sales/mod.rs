//! Order to cash: what is sold, sent, invoiced, taken back and credited.

mod credit;
mod delivery;
mod direct;
mod exposure;
mod invoice;
mod on_time;
mod order;
mod promise;
mod returning;

use fondaco_core::engine::Part;

pub use credit::{CreditCustomers, NewCredit};
pub(crate) use credit::{bill_again, credit_all, given_back, taken_back};
pub use delivery::{Deliver, NewDelivery};
pub(crate) use delivery::{
    Prepared, carry_out, comes_back, line_of, named_parts, of_line, parts, parts_within,
};
pub use direct::{NewDirect, ShipDirect};
pub(crate) use exposure::owe;
pub use invoice::{InvoiceCustomers, NewInvoice};
pub(crate) use invoice::{due, part_of, revenue};
pub(crate) use on_time::Coming;
pub use order::{ConfirmOrders, NewOrder, PlaceOrders, ReleaseOrders};
pub(crate) use order::{check_partner, head, in_state, priced, read_ahead, site, site_at};
pub use promise::Promise;
pub(crate) use promise::{amend_promises, promise_again};
pub(crate) use returning::return_all;
pub use returning::{NewReturn, TakeBack};

use super::rights;

/// What the engine has of it.
pub(crate) static PART: Part =
    Part::new(&[]).permissions(&[&rights::SELL, &rights::RELEASE, &rights::SHIP, &rights::INVOICE]);

/// Asks for something about a document of a partner at a site.
pub(crate) fn allow(
    tx: &mut fondaco_core::Tx<'_>,
    authority: &fondaco_core::policy::Authority,
    document: &smol_str::SmolStr,
    (partner, site): (&super::masters::Partner, Option<&smol_str::SmolStr>),
    amount: Option<fondaco_core::Money>,
) -> Result<(), fondaco_core::Halt> {
    if authority.is_full() {
        return Ok(());
    }
    let request =
        fondaco_core::policy::Request::new(authority.permission()).about(document.clone());
    let request = match &partner.party_group {
        Some(group) => request.at("party_group", group.clone()),
        None => request.nowhere("party_group"),
    };
    let request = match site {
        Some(site) => request.at("site", site.clone()),
        None => request,
    };
    let request = match amount {
        Some(amount) => request.amount(amount),
        None => request,
    };
    tx.allow(authority, &request).map(drop)
}
