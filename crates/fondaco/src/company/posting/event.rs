//! What happens in a business, as far as books are told, and which figures it tells.

use fondaco_core::store::Field;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

/// What happened. One table says for each profile what is posted for it.
#[derive(
    Field, Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum BusinessEvent {
    /// Goods came from a supplier.
    Receipt,
    /// Goods went to a customer.
    Delivery,
    /// Goods came back from a customer.
    CustomerReturn,
    /// Goods went back to a supplier.
    SupplierReturn,
    /// Goods went from a supplier straight to a customer.
    DropShipment,
    /// Freight, duty or the like came upon goods.
    LandedCost,
    /// Goods were used up by the company itself.
    Consumption,
    /// Goods were thrown away or lost.
    Scrap,
    /// Goods were counted, and more or less was there.
    Count,
    /// Goods were sent to another site.
    Transfer,
    /// Goods are worth less than they cost, or that again.
    WriteDown,
    /// Goods have another standard cost, or are costed otherwise.
    Revaluation,
    /// What lay there began to be valued.
    Opening,
    /// A customer was billed.
    CustomerInvoice,
    /// A customer was credited.
    CustomerCredit,
    /// A supplier billed.
    SupplierBill,
    /// A supplier credited.
    SupplierCredit,
    /// A customer paid.
    CustomerPayment,
    /// A supplier was paid.
    SupplierPayment,
    /// A customer paid before he was billed.
    CustomerDeposit,
    /// A supplier was paid before he billed.
    SupplierDeposit,
    /// Slips of a payroll run count, or no longer do.
    Payroll,
    /// Net pay left, or came back.
    PayOut,
    /// What was withheld went to authorities, insurers, creditors.
    Remittance,
    /// More or less leave is owed to employees than before.
    LeaveAccrual,
    /// At the end of a period: shipped, and not invoiced.
    ShippedNotInvoiced,
    /// At the end of a period: invoiced, and not shipped.
    InvoicedNotShipped,
    /// At the end of a period: received, and not billed.
    ReceivedNotBilled,
    /// At the end of a period: billed, and not received.
    BilledNotReceived,
    /// At the end of a period: what stock is worth, where the books don't follow each move.
    Valuation,
    /// Material went into a work order, or came back from it.
    ComponentIssue,
    /// Hours were worked on a work order.
    TimeBooked,
    /// Others worked on a work order.
    ServiceReceived,
    /// What was made came into stock.
    FinishedReceipt,
    /// What was made was thrown away, beyond what is usual.
    ProductionScrap,
    /// A work order was closed: what it cost beside what was made of it.
    ProductionClose,
    /// At the end of a period: what open work orders cost so far, where the books don't follow them.
    WorkInProgress,
}

/// Which figure of an event.
#[derive(
    Field, Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Figure {
    /// What the goods cost.
    Cost,
    /// What goods cost that were invoiced already.
    SoldCost,
    /// What was paid or credited beside the cost that stock goes by.
    Variance,
    /// What is earned, without tax.
    Revenue,
    /// What goods are billed at that were received, at the cost of their receipt.
    Goods,
    /// What goods are billed at beyond the cost of their receipt, where stock does not take it.
    Difference,
    /// What is billed that is no goods: services, freight for the company itself.
    Expense,
    /// Freight, duty and the like that are spread over goods.
    Freight,
    /// Tax.
    Tax,
    /// What was paid before, taken off.
    Deposit,
    /// What was paid.
    Paid,
    /// What is let off for paying early.
    Discount,
    /// The tax on what is let off.
    DiscountTax,
    /// What is given up.
    WriteOff,
    /// What employees earn.
    Wages,
    /// What the employer pays on top.
    Contributions,
    /// What employees spent and get back.
    Reimbursements,
    /// What employees pay back of loans and advances.
    Loans,
    /// What employees owe the company.
    Claims,
    /// What is withheld, and added by the employer, for others.
    Withheld,
    /// What is withheld by orders of courts.
    Garnished,
    /// What is left of rounding.
    Rounding,
    /// Hours of people.
    Labour,
    /// Hours of machines, with the overhead that is charged by them.
    Overhead,
    /// The work of others.
    Service,
    /// Material was dearer than planned.
    PriceVariance,
    /// More material was used than the output allows.
    UsageVariance,
    /// Hours were dearer than planned.
    RateVariance,
    /// More hours were worked than the output allows.
    EfficiencyVariance,
    /// Less turned out good than was begun.
    YieldVariance,
    /// What is left of a work order's cost after all of these.
    RemainingVariance,
}

/// In which of a company's journals an event is posted.
#[derive(
    Field, Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Book {
    /// Invoices to customers, and credits.
    Sales,
    /// Bills of suppliers, and credits.
    Purchases,
    /// Money.
    Bank,
    /// Goods.
    Stock,
    /// What is posted at the end of a period.
    Closing,
}

impl BusinessEvent {
    /// In which journal it is posted.
    ///
    /// ```
    /// use fondaco::company::posting::{Book, BusinessEvent};
    /// assert_eq!(BusinessEvent::Delivery.book(), Book::Stock);
    /// ```
    pub fn book(self) -> Book {
        use BusinessEvent as E;
        match self {
            E::CustomerInvoice | E::CustomerCredit => Book::Sales,
            E::SupplierBill | E::SupplierCredit => Book::Purchases,
            E::CustomerPayment | E::SupplierPayment => Book::Bank,
            E::PayOut | E::Remittance => Book::Bank,
            E::Payroll | E::LeaveAccrual => Book::Closing,
            E::CustomerDeposit | E::SupplierDeposit => Book::Bank,
            E::ShippedNotInvoiced | E::InvoicedNotShipped => Book::Closing,
            E::ReceivedNotBilled | E::BilledNotReceived | E::Valuation => Book::Closing,
            E::WorkInProgress => Book::Closing,
            _ => Book::Stock,
        }
    }
}

/// Which journal each book is: their codes.
///
/// ```
/// use fondaco::company::posting::{Book, Journals};
/// assert_eq!(Journals::default().of(Book::Sales), "SAL");
/// assert_eq!(Journals::one("IFR").of(Book::Stock), "IFR");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Journals {
    /// Of [`Book::Sales`].
    pub sales: SmolStr,
    /// Of [`Book::Purchases`].
    pub purchases: SmolStr,
    /// Of [`Book::Bank`].
    pub bank: SmolStr,
    /// Of [`Book::Stock`].
    pub stock: SmolStr,
    /// Of [`Book::Closing`].
    pub closing: SmolStr,
}

impl Journals {
    /// One for all.
    pub fn one(code: impl Into<SmolStr>) -> Journals {
        let code = code.into();
        let [sales, purchases, bank, stock] = [(); 4].map(|()| code.clone());
        Journals { sales, purchases, bank, stock, closing: code }
    }

    /// The journal of a book.
    pub fn of(&self, book: Book) -> &SmolStr {
        match book {
            Book::Sales => &self.sales,
            Book::Purchases => &self.purchases,
            Book::Bank => &self.bank,
            Book::Stock => &self.stock,
            Book::Closing => &self.closing,
        }
    }
}

impl Default for Journals {
    fn default() -> Journals {
        let [sales, purchases, bank, stock, closing] =
            ["SAL", "PUR", "BNK", "STK", "CLS"].map(SmolStr::new_static);
        Journals { sales, purchases, bank, stock, closing }
    }
}
