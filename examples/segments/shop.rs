//! Purchases: CDNOW's, or those of a shop that is made up, the same on every run.

use std::collections::BTreeMap;
use std::error::Error;
use std::path::Path;

use chrono::{Days, NaiveDate};
use fondaco::core::decimal;
use fondaco::rust_decimal::Decimal;

/// What a customer bought on a day.
pub struct Purchase {
    /// The place of the customer.
    pub customer: u32,
    pub day: NaiveDate,
    pub units: u32,
    pub amount: Decimal,
}

/// A shop's customers and all that they bought, in the order of days.
pub struct Shop {
    pub name: &'static str,
    /// Their numbers, as the shop knows them.
    pub customers: Vec<u32>,
    pub purchases: Vec<Purchase>,
}

impl Shop {
    /// The shop of a folder, or one that is made up.
    ///
    /// # Errors
    /// A file that can't be read, with the line.
    pub fn of(folder: Option<&Path>) -> Result<Shop, Box<dyn Error>> {
        match folder {
            Some(folder) => read(&folder.join("CDNOW_master.csv")),
            None => Ok(made_up()),
        }
    }
}

fn read(path: &Path) -> Result<Shop, Box<dyn Error>> {
    let text =
        std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
    let mut places: BTreeMap<u32, u32> = BTreeMap::new();
    let mut customers = Vec::new();
    let mut purchases = Vec::new();
    for (number, line) in
        text.lines().enumerate().skip(1).filter(|(_, line)| !line.trim().is_empty())
    {
        let mut bought = purchase(line)
            .map_err(|error| format!("{}, line {}: {error}", path.display(), number + 1))?;
        let place = *places.entry(bought.customer).or_insert_with(|| {
            customers.push(bought.customer);
            u32::try_from(customers.len() - 1).unwrap_or(u32::MAX)
        });
        bought.customer = place;
        purchases.push(bought);
    }
    purchases.sort_by_key(|bought| bought.day);
    Ok(Shop { name: "CDNOW", customers, purchases })
}

/// `ID,Date,Volume,Amount`, the date as eight digits.
fn purchase(line: &str) -> Result<Purchase, Box<dyn Error>> {
    let mut cells = line.split(',').map(str::trim);
    let mut cell = |name: &str| cells.next().ok_or_else(|| format!("there is no {name}"));
    Ok(Purchase {
        customer: cell("ID")?.parse()?,
        day: NaiveDate::parse_from_str(cell("Date")?, "%Y%m%d")?,
        units: cell("Volume")?.parse()?,
        amount: decimal::parse(cell("Amount")?)?,
    })
}

/// Two thousand customers over a year and a half: each comes once, most come again, some for long.
fn made_up() -> Shop {
    let mut state = 20_240_u64;
    // A linear congruential generator (Knuth's constants): all that a made-up shop needs.
    let mut below = move |limit: u64| {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % limit
    };
    let first = NaiveDate::from_ymd_opt(2025, 1, 1).unwrap_or_default();
    let mut purchases = Vec::new();
    for customer in 0..2_000 {
        let mut day = below(120);
        let stays = below(4);
        while day < 540 {
            let units = below(4) + 1;
            let cents = i64::try_from(units * (500 + below(2_500))).unwrap_or(0);
            purchases.push(Purchase {
                customer,
                day: first + Days::new(day),
                units: u32::try_from(units).unwrap_or(1),
                amount: Decimal::new(cents, 2),
            });
            if below(4) >= stays {
                break;
            }
            day += 5 + below(70);
        }
    }
    purchases.sort_by_key(|bought| bought.day);
    Shop { name: "A made-up shop", customers: (1..=2_000).collect(), purchases }
}
