//! Whom a company deals with, and at which prices and taxes.

mod partner;
mod price;
mod tax;

use fondaco_core::engine::Part;
use fondaco_core::party::Holding;
use fondaco_core::store::Record;

pub use partner::{AddPartners, ChangePartner, Exposure, NewPartner, Partner};
pub(crate) use partner::{partner_by_code, partner_of};
pub use price::{NewPrice, Price, PriceList, SetPrices};
pub(crate) use price::{check_price, find as find_price};
pub use tax::{SetTaxCodes, TaxCode};

use super::rights;

/// What the engine has of them.
pub(crate) static PART: Part =
    Part::new(&[Partner::TABLE, Exposure::TABLE, PriceList::TABLE, Price::TABLE, TaxCode::TABLE])
        .permissions(&[&rights::KEEP_PARTNERS, &rights::KEEP_PRICES])
        .holdings(&[Holding::of::<Partner>(), Holding::of::<Exposure>()]);
