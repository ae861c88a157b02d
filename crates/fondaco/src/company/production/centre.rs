//! The centres where work is done, and what an hour of them costs.

use fondaco_core::policy::Request;
use fondaco_core::store::Event;
use fondaco_core::{Act, Quantity, Tx, Unit, UnitPrice};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::WorkCentre;
use crate::company::{CompanyError, rights};

/// Sets work centres with their rates, new ones and others: what is booked from then on costs that.
///
/// ```
/// use fondaco::company::{SetWorkCentres, WorkCentre};
/// let saw = WorkCentre {
///     code: "SAW".into(),
///     name: "Saw".into(),
///     labour_rate: Some("30 EUR/h".parse()?),
///     overhead_rate: Some("12 EUR/h".parse()?),
/// };
/// assert_eq!(SetWorkCentres::new(vec![saw]).centres.len(), 1);
/// # Ok::<(), fondaco::core::QuantityError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SetWorkCentres {
    /// The centres.
    pub centres: Vec<WorkCentre>,
}

impl SetWorkCentres {
    /// These.
    pub fn new(centres: Vec<WorkCentre>) -> SetWorkCentres {
        SetWorkCentres { centres }
    }
}

impl Act for SetWorkCentres {
    type Answer = ();
    type Error = CompanyError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<(), CompanyError> {
        tx.authorize(&Request::new(&rights::PLAN_WORK).nowhere("site"))?;
        let currency = crate::company::Settings::of(tx)?.currency;
        for (index, centre) in self.centres.iter().enumerate() {
            let document: SmolStr = format!("work centre {}", centre.code).into();
            for rate in [centre.labour_rate, centre.overhead_rate].into_iter().flatten() {
                check_rate(rate, currency, (&document, 0)).map_err(|error| error.at(index))?;
            }
            tx.upsert(centre.clone())?;
        }
        tx.emit(Event::new("company.work_centres_set").with("centres", self.centres.len() as i64));
        Ok(())
    }
}

/// Refuses a rate that is none for an hour in the currency of the books.
pub(super) fn check_rate(
    rate: UnitPrice,
    currency: fondaco_core::Currency,
    (document, line): (&SmolStr, u32),
) -> Result<(), CompanyError> {
    let document = document.clone();
    if rate.currency() != currency {
        let given = rate.currency();
        return Err(CompanyError::OtherCurrency { document, given, expected: currency });
    }
    if rate.money().is_negative() {
        let value = rate.to_string();
        return Err(CompanyError::NotPositive { document, line, field: "rate", value });
    }
    // A price for something else than time doesn't compare with hours.
    let hours = Quantity::zero(rate.per().unit()).convert(Unit::HOUR);
    let wrong = |error| CompanyError::Quantity { document, line, error: Box::new(error) };
    hours.map(drop).map_err(wrong)
}
