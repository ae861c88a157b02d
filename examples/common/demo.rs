//! The demo company: a generated half year of a maker and seller of garden pumps, for runs without
//! `--data`.
//!
//! The same settings give the same documents for ever: a value-stable generator (xoshiro256++),
//! whole numbers only, no float, no clock. The shape is a real business's: weekdays, a season that
//! peaks in July, public holidays; many small online orders and fewer large ones of dealers who
//! come again (Zipf, with a long tail); families of products; short and rejected deliveries; scrap;
//! several tax rates; freight; terms of payment; amounts with four decimals that don't add up in
//! whole cents. The control totals are counted in whole numbers while the documents are made
//! ([`tally`]), so that they check the decimals that everything else uses.

use std::sync::Arc;

use super::company::{Company, Origin};

mod calendar;
mod catalogue;
mod production;
mod purchasing;
mod random;
mod selling;
mod tally;

use catalogue::Catalogue;
use random::Random;
use tally::Tally;

/// Which demo company: every field changes the data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settings {
    /// Where the random numbers start.
    pub seed: u64,
    /// Number of sales orders; the number of customers follows.
    pub sales_orders: u32,
    /// Number of purchase orders.
    pub purchase_orders: u32,
    /// Number of work orders.
    pub work_orders: u32,
}

impl Default for Settings {
    fn default() -> Self {
        Self { seed: 20_250_701, sales_orders: 3_000, purchase_orders: 300, work_orders: 1_500 }
    }
}

impl Settings {
    /// The usual company with so many sales orders, the other documents in proportion.
    pub fn sized(sales_orders: u32) -> Self {
        let usual = Self::default();
        Self {
            sales_orders,
            purchase_orders: sales_orders.div_ceil(10),
            work_orders: sales_orders.div_ceil(2),
            ..usual
        }
    }
}

/// Makes the company. Each kind of document has random numbers of its own: more purchases don't
/// change the sales.
pub fn generate(settings: &Settings) -> Company {
    let stream = |number: u64| Random::new(settings.seed.wrapping_add(number));
    let catalogue = Catalogue::new(&mut stream(0), settings.sales_orders);
    let mut tally = Tally::new(&catalogue);
    let sales = selling::sales(&mut stream(1), settings.sales_orders, &catalogue, &mut tally);
    let purchases =
        purchasing::purchases(&mut stream(2), settings.purchase_orders, &catalogue, &mut tally);
    let work_orders =
        production::work_orders(&mut stream(3), settings.work_orders, &catalogue, &mut tally);
    Company {
        name: "Brenta Garden Pumps".to_owned(),
        currency: "EUR".to_owned(),
        customers: catalogue.customers(),
        vendors: catalogue.vendors(),
        products: catalogue.products(),
        territories: catalogue::territories(),
        sales,
        purchases,
        work_orders,
        checks: Some(tally.totals()),
    }
}

/// Where generated document `number` stands: nowhere, but a message must say something.
fn origin(number: u32) -> Origin {
    Origin { file: Arc::from("(generated)"), line: number.into() }
}
