//! Credits of suppliers: for goods that went back, or for a price that was too high.

use fondaco_core::{Act, DocumentId, Tx};
use serde::{Deserialize, Serialize};

use crate::company::document::{Desk, DocumentKind, emit_each};
use crate::company::sales::{NewCredit, credit_all};
use crate::company::{CompanyError, rights};

/// Enters credits of suppliers: all or none. A credit settles its bill as far as that is open; what is over stands on account, and a
/// [payment](crate::company::Pay) uses it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CreditSuppliers {
    /// The credits, each of a bill.
    pub credits: Vec<NewCredit>,
}

impl CreditSuppliers {
    /// These.
    ///
    /// ```
    /// use fondaco::company::CreditSuppliers;
    /// assert!(CreditSuppliers::new(vec![]).credits.is_empty());
    /// ```
    pub fn new(credits: Vec<NewCredit>) -> CreditSuppliers {
        CreditSuppliers { credits }
    }
}

impl Act for CreditSuppliers {
    type Answer = Vec<DocumentId>;
    type Error = CompanyError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<Vec<DocumentId>, CompanyError> {
        let authority = tx.authority(&rights::BILL)?;
        let mut desk = Desk::open(tx)?;
        let kinds = (DocumentKind::SupplierCredit, DocumentKind::Bill);
        let made = credit_all(tx, &mut desk, &authority, (kinds, &self.credits))?;
        emit_each(tx, "bill.credited", &made);
        desk.finish(tx)?;
        Ok(made)
    }
}
