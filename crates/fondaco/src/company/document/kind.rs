//! Which documents there are, and how one stands.

use fondaco_core::DocumentId;
use fondaco_core::store::Field;
use serde::{Deserialize, Serialize};
use smol_str::{SmolStr, format_smolstr};

/// A kind of document.
#[derive(
    Field, Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum DocumentKind {
    /// What a customer orders; a quote until it is confirmed.
    SalesOrder,
    /// What was sent to a customer.
    Delivery,
    /// What a customer is billed.
    Invoice,
    /// What came back from a customer.
    CustomerReturn,
    /// What a customer is credited.
    CreditNote,
    /// What a customer paid.
    CustomerPayment,
    /// What is ordered from a supplier.
    PurchaseOrder,
    /// What came from a supplier.
    Receipt,
    /// What a supplier bills.
    Bill,
    /// What went back to a supplier.
    SupplierReturn,
    /// What a supplier credits.
    SupplierCredit,
    /// What a supplier was paid.
    SupplierPayment,
    /// What was put elsewhere within the company, or sent there.
    Transfer,
    /// What arrived of it.
    Arrival,
    /// What shall be made.
    WorkOrder,
    /// Material that went into a work order.
    MaterialIssue,
    /// Material that came back from a work order.
    MaterialReturn,
    /// Hours that were worked on a work order.
    TimeBooking,
    /// What was made by a work order.
    Completion,
    /// That a work order is over, and what it cost beside what was made of it.
    ProductionClose,
    /// What a customer paid ahead for an order.
    CustomerDeposit,
    /// What a supplier was paid ahead for an order.
    SupplierDeposit,
    /// What was withheld, and went to whom it is for.
    Remittance,
}

impl DocumentKind {
    /// The id of a document of this kind: that of its name.
    ///
    /// ```
    /// use fondaco::company::DocumentKind;
    /// use fondaco::core::DocumentId;
    /// assert_eq!(DocumentKind::Invoice.id("7"), DocumentId::named("invoice/7"));
    /// ```
    pub fn id(self, code: &str) -> DocumentId {
        DocumentId::named(&self.name_of(code))
    }

    /// What a document of this kind is called: `invoice/7`. The source of its entries, and what errors say.
    pub fn name_of(self, code: &str) -> SmolStr {
        format_smolstr!("{}/{code}", self.code())
    }

    /// Whether it is within the company, and so about no partner.
    pub fn is_internal(self) -> bool {
        use DocumentKind as K;
        matches!(
            self,
            K::Transfer
                | K::Arrival
                | K::WorkOrder
                | K::MaterialIssue
                | K::MaterialReturn
                | K::TimeBooking
                | K::Completion
                | K::ProductionClose
                | K::Remittance
        )
    }

    /// Whether it is about a customer; else it is about a supplier, or within the company.
    pub fn is_of_sales(self) -> bool {
        use DocumentKind as K;
        matches!(
            self,
            K::SalesOrder
                | K::Delivery
                | K::Invoice
                | K::CustomerReturn
                | K::CreditNote
                | K::CustomerPayment
                | K::CustomerDeposit
        )
    }
}

/// How a document stands.
#[derive(
    Field, Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// An offer, which binds nobody yet.
    Quote,
    /// It waits for somebody to release it.
    Held,
    /// It counts, and something is left to be done of it.
    Open,
    /// It counts, and nothing is left to be done.
    Done,
    /// It was taken back.
    Cancelled,
    /// Of a work order: it is planned, and nothing is promised to it yet.
    Planned,
    /// Of a work order: it may begin.
    Released,
    /// Of a work order: something went into it or was made.
    InProgress,
    /// Of a work order: all of it is made.
    Finished,
    /// Of a work order: nothing goes in or comes out any more.
    Closed,
}
