//! Tax codes: plain percentages.

use fondaco_core::policy::Request;
use fondaco_core::store::{Event, Record};
use fondaco_core::{Act, Rate, Tx};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use crate::company::{CompanyError, rights};

/// A tax of a plain percentage. Lines keep code, base and rate, so that a changed rate changes nothing that was invoiced.
#[derive(Record, Debug, Clone, PartialEq, Serialize, Deserialize)]
#[record(table = "company_tax", kind = state, key(code))]
#[serde(deny_unknown_fields)]
pub struct TaxCode {
    /// Its code.
    pub code: SmolStr,
    /// What people read.
    pub name: SmolStr,
    /// How much of the net amount.
    pub rate: Rate,
}

/// Sets tax codes; one of the same code changes from now on.
///
/// ```
/// use fondaco::company::{SetTaxCodes, TaxCode};
/// use fondaco::core::Rate;
/// let standard = TaxCode { code: "STD".into(), name: "Standard".into(), rate: Rate::percent("19")? };
/// assert_eq!(SetTaxCodes::new(vec![standard]).codes.len(), 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SetTaxCodes {
    /// The codes.
    pub codes: Vec<TaxCode>,
}

impl SetTaxCodes {
    /// These codes.
    pub fn new(codes: Vec<TaxCode>) -> SetTaxCodes {
        SetTaxCodes { codes }
    }
}

impl Act for SetTaxCodes {
    type Answer = ();
    type Error = CompanyError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<(), CompanyError> {
        tx.authorize(&Request::new(&rights::KEEP_PRICES))?;
        for code in &self.codes {
            tx.upsert(code.clone())?;
        }
        tx.emit(Event::new("company.taxes_set").with("codes", self.codes.len() as i64));
        Ok(())
    }
}
