//! Goods that go back to suppliers: out of stock at what leaves now, credited at what they were bought for.

use fondaco_core::{Act, DocumentId, Tx};
use serde::{Deserialize, Serialize};

use crate::company::document::{Desk, DocumentKind, emit_each};
use crate::company::sales::{NewReturn, return_all};
use crate::company::{CompanyError, rights};

/// Sends goods back to suppliers: all or none. What was never billed is not to be billed any more; the rest is to be credited.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SendBack {
    /// The returns, each of a receipt.
    pub returns: Vec<NewReturn>,
}

impl SendBack {
    /// These.
    ///
    /// ```
    /// use fondaco::company::SendBack;
    /// assert!(SendBack::new(vec![]).returns.is_empty());
    /// ```
    pub fn new(returns: Vec<NewReturn>) -> SendBack {
        SendBack { returns }
    }
}

impl Act for SendBack {
    type Answer = Vec<DocumentId>;
    type Error = CompanyError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<Vec<DocumentId>, CompanyError> {
        let authority = tx.authority(&rights::RECEIVE)?;
        let mut desk = Desk::open(tx)?;
        let kinds = (DocumentKind::SupplierReturn, DocumentKind::Receipt);
        let made = return_all(tx, &mut desk, &authority, (kinds, &self.returns))?;
        emit_each(tx, "receipt.returned", &made);
        desk.finish(tx)?;
        Ok(made)
    }
}
