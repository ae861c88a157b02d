//! The profiles that are shipped: when books are told of goods, in the two traditions.

use fondaco_core::store::Field;
use serde::{Deserialize, Serialize};

use super::{PostingError, PostingTable};

/// How a company's books follow its goods.
#[derive(
    Field, Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Profile {
    /// Stock follows each move; cost of sales comes with the invoice.
    PerpetualAngloSaxon,
    /// Stock follows each move against its variation; what is bought is expensed.
    PerpetualContinental,
    /// Bills go into stock, invoices out of it; the rest comes at the end of a period.
    BillContinental,
    /// The same with cost of sales.
    BillAngloSaxon,
    /// Bills are expensed; stock comes at the end of a period.
    PeriodicContinental,
    /// The same as cost of sales.
    PeriodicAngloSaxon,
}

impl Profile {
    /// All that are shipped.
    pub const ALL: [Profile; 6] = [
        Profile::PerpetualAngloSaxon,
        Profile::PerpetualContinental,
        Profile::BillContinental,
        Profile::BillAngloSaxon,
        Profile::PeriodicContinental,
        Profile::PeriodicAngloSaxon,
    ];

    /// Its table, as it is written.
    ///
    /// ```
    /// use fondaco::company::posting::Profile;
    /// assert!(Profile::PerpetualContinental.text().contains("variation_in"));
    /// ```
    pub fn text(self) -> &'static str {
        match self {
            Profile::PerpetualAngloSaxon => {
                include_str!("tables/perpetual_anglo_saxon.posting")
            }
            Profile::PerpetualContinental => include_str!("tables/perpetual_continental.posting"),
            Profile::BillContinental => include_str!("tables/bill_continental.posting"),
            Profile::BillAngloSaxon => include_str!("tables/bill_anglo_saxon.posting"),
            Profile::PeriodicContinental => include_str!("tables/periodic_continental.posting"),
            Profile::PeriodicAngloSaxon => include_str!("tables/periodic_anglo_saxon.posting"),
        }
    }

    /// Its table.
    ///
    /// ```
    /// use fondaco::company::posting::Profile;
    /// assert!(Profile::PerpetualAngloSaxon.table()?.is_perpetual());
    /// assert!(!Profile::BillContinental.table()?.is_perpetual());
    /// # Ok::<(), fondaco::company::posting::PostingError>(())
    /// ```
    ///
    /// # Errors
    /// None: what is shipped can be read.
    pub fn table(self) -> Result<PostingTable, PostingError> {
        self.text().parse()
    }
}
