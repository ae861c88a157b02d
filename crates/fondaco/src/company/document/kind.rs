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
    /// The id of a document of this kind: the same for the same code, for ever. Ids of codes that count up follow one another, so that what is
    /// written together lies together in a store.
    ///
    /// ```
    /// use fondaco::company::DocumentKind;
    /// assert_ne!(DocumentKind::Invoice.id("7"), DocumentKind::Bill.id("7"));
    /// assert!(DocumentKind::Invoice.id("I-99") < DocumentKind::Invoice.id("I-100"));
    /// ```
    pub fn id(self, code: &str) -> DocumentId {
        id_of(&self.name_of(code))
    }

    /// What a document of this kind is called: `invoice/7`. The source of its entries, and what errors say.
    pub fn name_of(self, code: &str) -> SmolStr {
        format_smolstr!("{}/{code}", self.code())
    }

    /// Whether a document of that name is of this kind.
    pub(crate) fn is_named(self, name: &str) -> bool {
        name.split_once('/').is_some_and(|(kind, _)| kind == self.code())
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

/// The id of the document with a name, a UUID of version 8 (RFC 9562): 16 bits for the series, which is the name without its digits; 44 for the
/// number that its digits are, those of 7/12 being 7,000,012; 62 of the hash of all of it, which tell apart what those do not.
pub(crate) fn id_of(name: &str) -> DocumentId {
    let (mut series, mut number, mut digits) = (0xcbf2_9ce4_8422_2325_u64, 0_u64, 0_u64);
    for byte in name.bytes() {
        if byte.is_ascii_digit() {
            digits = digits.wrapping_mul(10).wrapping_add(u64::from(byte - b'0'));
            continue;
        }
        if digits > 0 {
            number = number.wrapping_add(digits).wrapping_mul(1_000_000);
            digits = 0;
        }
        // FNV-1a (Fowler, Noll, Vo).
        series = (series ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
    }
    let number = number.wrapping_add(digits);
    let (series, hash) = ((series >> 32) ^ series, DocumentId::named(name).to_u128() as u64);
    let high =
        (series & 0xffff) << 48 | (number >> 12 & 0xffff_ffff) << 16 | 8 << 12 | (number & 0xfff);
    let low = 0b10 << 62 | hash >> 2;
    DocumentId::from_u128(u128::from(high) << 64 | u128::from(low))
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

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn documents_lie_as_they_are_numbered() {
        let ids: Vec<DocumentId> =
            (1..2_000).map(|n| DocumentKind::Delivery.id(&format!("D-{n}"))).collect();
        assert!(ids.is_sorted());
        let days = (7..40).flat_map(|day| (0..12).map(move |n| format!("{day}/{n}")));
        let of_days: Vec<DocumentId> = days.map(|code| DocumentKind::Invoice.id(&code)).collect();
        assert!(of_days.is_sorted());
        let other = DocumentKind::Invoice.id("D-7");
        assert!(other < ids[0] || other > ids[1_998], "{other} lies among the deliveries");
        assert_eq!(ids[0].timestamp(), None);
    }

    #[test]
    fn what_has_the_same_digits_is_still_another() {
        let digits = 10_u64.pow(18).to_string();
        let codes =
            ["1-12", "11-2", "112", "a112", "b112", "", "a", "é", digits.as_str(), "0", "00"];
        let ids: BTreeSet<DocumentId> =
            codes.iter().map(|code| DocumentKind::Bill.id(code)).collect();
        assert_eq!(ids.len(), codes.len());
    }
}
