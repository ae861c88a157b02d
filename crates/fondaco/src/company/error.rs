//! Why a company refuses something.

use chrono::NaiveDate;
use fondaco_accounting::ledger::LedgerError;
use fondaco_core::party::PartyError;
use fondaco_core::terms::TermsError;
use fondaco_core::{
    ActError, Currency, ErrorCode, Halt, Money, MoneyError, Quantity, QuantityError,
};
use fondaco_inventory::StockError;
use rust_decimal::Decimal;
use smol_str::SmolStr;

use super::posting::PostingError;
use super::production::WorkError;

/// What the documents of a company refuse. Errors name the document, the line and the field, with the way out.
#[derive(Debug, Clone, thiserror::Error, ErrorCode)]
#[error_code(engine = "company")]
#[non_exhaustive]
pub enum CompanyError {
    /// The company was not set up.
    #[error("the company has no settings yet: carry out SetUpCompany first")]
    #[kind(Refused)]
    NotSetUp,
    /// The company was set up already.
    #[error("the company is set up already, in {currency}")]
    #[kind(Conflict)]
    AlreadySetUp {
        /// Its currency.
        currency: Currency,
    },
    /// A party of the company that nobody added.
    #[error("there is no partner {partner}: add it with AddPartners")]
    #[kind(NotFound)]
    UnknownPartner {
        /// Its code.
        partner: SmolStr,
    },
    /// A code that names something already.
    #[error("{what} {code} is there already: choose another code")]
    #[kind(Conflict)]
    Exists {
        /// What it names.
        what: &'static str,
        /// The code.
        code: SmolStr,
    },
    /// A code that names nothing.
    #[error("there is no {what} {code}: add it first, or take another")]
    #[kind(NotFound)]
    Unknown {
        /// What it should name.
        what: &'static str,
        /// The code.
        code: SmolStr,
    },
    /// A party that is no customer, or no supplier.
    #[error("{document}: partner {partner} is no {role}: give it that role with ChangePartner")]
    #[kind(Refused)]
    NoRole {
        /// The document.
        document: SmolStr,
        /// The partner's code.
        partner: SmolStr,
        /// Which role it lacks.
        role: &'static str,
    },
    /// A party with whom nothing is done.
    #[error("{document}: partner {partner} is blocked: lift that with ChangePartner")]
    #[kind(Refused)]
    PartnerBlocked {
        /// The document.
        document: SmolStr,
        /// The partner's code.
        partner: SmolStr,
    },
    /// A document that is there already.
    #[error("{document} is there already: choose another code")]
    #[kind(Conflict)]
    DocumentExists {
        /// The document.
        document: SmolStr,
    },
    /// A document that is not there.
    #[error("there is no {document}")]
    #[kind(NotFound)]
    UnknownDocument {
        /// The document.
        document: SmolStr,
    },
    /// A document without lines.
    #[error("{document} has no lines: give at least one")]
    #[kind(Invalid)]
    NoLines {
        /// The document.
        document: SmolStr,
    },
    /// A line that a document doesn't have.
    #[error("{document} has no line {line}: it has lines 1 to {lines}")]
    #[kind(NotFound)]
    UnknownLine {
        /// The document.
        document: SmolStr,
        /// The line.
        line: u32,
        /// How many there are.
        lines: u32,
    },
    /// A document of which this can't be done as it stands.
    #[error("{document} is {status}: {why}")]
    #[kind(Refused)]
    WrongState {
        /// The document.
        document: SmolStr,
        /// How it stands.
        status: &'static str,
        /// Why it can't be done, and the way out.
        why: &'static str,
    },
    /// More than a line has left.
    #[error("{document}, line {line}: {wanted} is more than the {left} that is left to {act}")]
    #[kind(Refused)]
    TooMuch {
        /// The document whose line it is.
        document: SmolStr,
        /// Its line.
        line: u32,
        /// What was wanted.
        wanted: Quantity,
        /// What is left.
        left: Quantity,
        /// To do what: ship, invoice, return.
        act: &'static str,
    },
    /// Nothing is left to be done of a document.
    #[error("{document}: nothing is left to {act}")]
    #[kind(Refused)]
    NothingLeft {
        /// The document.
        document: SmolStr,
        /// To do what.
        act: &'static str,
    },
    /// A quantity or an amount that is not above zero.
    #[error("{document}, line {line}: {field} is {value}: give something above zero")]
    #[kind(Invalid)]
    NotPositive {
        /// The document.
        document: SmolStr,
        /// The line, from 1; 0 of the document itself.
        line: u32,
        /// Which field.
        field: &'static str,
        /// What it is.
        value: String,
    },
    /// A move that is a document's, taken back beside it.
    #[error(
        "{document}, line {line}, moved these goods: cancel it, or take them back by a return of it"
    )]
    #[kind(Refused)]
    MovedByDocument {
        /// The document.
        document: SmolStr,
        /// Its line, from 1.
        line: u32,
    },
    /// More is taken off a price than it is.
    #[error("{document}, line {line}: {discount} is taken off the price: give 100 % or less")]
    #[kind(Invalid)]
    TooMuchOff {
        /// The document.
        document: SmolStr,
        /// The line, from 1; 0 of the document itself.
        line: u32,
        /// How much.
        discount: String,
    },
    /// No price list has a price.
    #[error(
        "{document}, line {line}: price list {list:?} has no price for {quantity} of {item} on {date}: give one, or add it with SetPrices"
    )]
    #[kind(Refused)]
    NoPrice {
        /// The document.
        document: SmolStr,
        /// The line.
        line: u32,
        /// The list that was looked into.
        list: SmolStr,
        /// The item's code.
        item: SmolStr,
        /// For how much.
        quantity: Quantity,
        /// For which day.
        date: NaiveDate,
    },
    /// Another currency than that of the document.
    #[error("{document}: {given} is not in {expected}, the currency of the document")]
    #[kind(Invalid)]
    OtherCurrency {
        /// The document.
        document: SmolStr,
        /// What was given.
        given: Currency,
        /// What it is in.
        expected: Currency,
    },
    /// A customer who would owe more than he may.
    #[error(
        "{document}: {partner} would owe {would_owe} and may owe {limit}: take a payment first, raise the limit, or place the order with hold for somebody else to release"
    )]
    #[kind(Refused)]
    CreditLimit {
        /// The document.
        document: SmolStr,
        /// The customer.
        partner: SmolStr,
        /// What he would owe, orders included.
        would_owe: Money,
        /// What he may owe.
        limit: Money,
    },
    /// Something that is paid already.
    #[error(
        "{document} is paid already: leave the document out, and the payment stands on account"
    )]
    #[kind(Refused)]
    AlreadyPaid {
        /// The document.
        document: SmolStr,
    },
    /// More than is owed.
    #[error(
        "{document}: {paid} is more than the {open} that is open: what is over stands on account if the amount is left out"
    )]
    #[kind(Refused)]
    PaysTooMuch {
        /// The document that is paid.
        document: SmolStr,
        /// What should be paid of it.
        paid: Money,
        /// What is open.
        open: Money,
    },
    /// Documents that take more than a payment has.
    #[error(
        "{document}: {given} is paid, and its documents take {taken}: pay less of them, or more in all"
    )]
    #[kind(Refused)]
    PaymentShort {
        /// The payment.
        document: SmolStr,
        /// What is paid.
        given: Money,
        /// What the documents take.
        taken: Money,
    },
    /// Goods that are not there on the day on which they are wanted.
    #[error(
        "{document}, line {line}: {quantity} of {item} can't be there on {wanted_on}: {when}; take a later day, or another promise"
    )]
    #[kind(Refused)]
    NotByThen {
        /// The document.
        document: SmolStr,
        /// The line, from 1.
        line: u32,
        /// The item's code.
        item: SmolStr,
        /// How much.
        quantity: Quantity,
        /// By when.
        wanted_on: NaiveDate,
        /// When it would be.
        when: String,
    },
    /// A line that is not what the firm order says that it carries out.
    #[error(
        "{document}, line {line}: {field} is not what firm order {firm} says: order that, or change the firm order with ChangeFirmOrder"
    )]
    #[kind(Invalid)]
    FirmOrderDiffers {
        /// The document.
        document: SmolStr,
        /// The line, from 1.
        line: u32,
        /// The firm order.
        firm: SmolStr,
        /// What differs.
        field: &'static str,
    },
    /// A firm order named by a line that orders nothing of a supplier.
    #[error(
        "{document}, line {line}: firm order {firm} is carried out by an order to a supplier alone: name it in OrderGoods, or leave it out"
    )]
    #[kind(Invalid)]
    FirmNotBought {
        /// The document.
        document: SmolStr,
        /// The line, from 1.
        line: u32,
        /// The firm order.
        firm: SmolStr,
    },
    /// A bill that a supplier sent once and that is entered again.
    #[error(
        "{document}: {partner} billed {reference} already, by {other}: cancel that first, or give the number of this one"
    )]
    #[kind(Conflict)]
    BilledTwice {
        /// The bill.
        document: SmolStr,
        /// The supplier's code.
        partner: SmolStr,
        /// The supplier's number.
        reference: SmolStr,
        /// What has it.
        other: SmolStr,
    },
    /// A document of an earlier day than the last number of its series.
    #[error(
        "{document}: {series} is numbered in order of days, and its last number is of {last}: give that day or a later one instead of {date}"
    )]
    #[kind(Refused)]
    NumberLate {
        /// The document.
        document: SmolStr,
        /// The series.
        series: SmolStr,
        /// Its day.
        date: NaiveDate,
        /// The day of the last.
        last: NaiveDate,
    },
    /// A discount that was not agreed, or too late.
    #[error("{document}: a discount of {discount} was not agreed for {date}: {why}")]
    #[kind(Refused)]
    NoDiscount {
        /// The document that is paid.
        document: SmolStr,
        /// What should be let off.
        discount: Money,
        /// When it was paid.
        date: NaiveDate,
        /// What was agreed.
        why: String,
    },
    /// A bill that is not to be paid.
    #[error("{document} is blocked for payment: {why}; release it with ReleaseBills")]
    #[kind(Refused)]
    PaymentBlocked {
        /// The bill.
        document: SmolStr,
        /// Why.
        why: SmolStr,
    },
    /// A document that others rest on.
    #[error("{document} can't be cancelled: {by}; cancel that first")]
    #[kind(Refused)]
    InUse {
        /// The document.
        document: SmolStr,
        /// What rests on it.
        by: String,
    },
    /// What a document says of goods, refused by the stock.
    #[error("{document}, line {line}: {error}")]
    #[inner]
    Goods {
        /// The document.
        document: SmolStr,
        /// The line, from 1.
        line: u32,
        /// Why.
        error: Box<StockError>,
    },
    /// What can't be done of a work order.
    #[error(transparent)]
    #[inner]
    Work(Box<WorkError>),
    /// One of a batch was refused.
    #[error("item {index} (counted from 0): {error}")]
    #[inner]
    At {
        /// Its place, counted from 0.
        index: usize,
        /// What is wrong with it.
        error: Box<CompanyError>,
    },
    /// What can't be posted.
    #[error(transparent)]
    #[inner]
    Posting(#[from] PostingError),
    /// What the books refuse.
    #[error(transparent)]
    #[inner]
    Ledger(Box<LedgerError>),
    /// What the stock refuses.
    #[error(transparent)]
    #[inner]
    Stock(Box<StockError>),
    /// A party that can't be kept.
    #[error(transparent)]
    #[inner]
    Party(Box<PartyError>),
    /// Amounts that can't be added up.
    #[error("{document}: {error}")]
    #[inner]
    Money {
        /// The document.
        document: SmolStr,
        /// Why.
        error: MoneyError,
    },
    /// Quantities that can't be converted or priced.
    #[error("{document}, line {line}: {error}")]
    #[inner]
    Quantity {
        /// The document.
        document: SmolStr,
        /// The line, from 1.
        line: u32,
        /// Why.
        error: Box<QuantityError>,
    },
    /// Terms of payment that can't be.
    #[error("{document}: {error}")]
    #[inner]
    Terms {
        /// The document.
        document: SmolStr,
        /// Why.
        error: TermsError,
    },
    /// A month with steps that are open.
    #[error("{period} can't be closed yet: {steps}")]
    #[kind(Refused)]
    OpenSteps {
        /// Its period.
        period: SmolStr,
        /// What is open, and the way out.
        steps: String,
    },
    /// What payroll says of a run can't be posted.
    #[error("{document}: {why}")]
    #[kind(Refused)]
    Pay {
        /// The run.
        document: SmolStr,
        /// Why, and the way out.
        why: String,
    },
    /// A figure beyond what is stored.
    #[error(
        "{document}, line {line}: {field} is {value}, beyond the {most} that is stored: split the document"
    )]
    #[kind(Invalid)]
    TooLarge {
        /// The document.
        document: SmolStr,
        /// The line, from 1; 0 of the document itself.
        line: u32,
        /// Which field.
        field: &'static str,
        /// What it would be.
        value: String,
        /// The most that is stored of such.
        most: Decimal,
    },
    /// Nothing of the company's: the store, a right, an interruption.
    #[error(transparent)]
    #[halt]
    Halt(#[from] Halt),
}

impl CompanyError {
    /// This error, said of a document where it names none yet: sums are made by functions that know the line alone.
    #[must_use]
    pub(crate) fn of(self, name: &SmolStr) -> CompanyError {
        match self {
            CompanyError::TooLarge { document, line, field, value, most }
                if document.is_empty() =>
            {
                CompanyError::TooLarge { document: name.clone(), line, field, value, most }
            }
            error => error,
        }
    }

    /// This error, said of one of a batch. What is no refusal of that one is passed on as it is.
    #[must_use]
    pub fn at(self, index: usize) -> CompanyError {
        match self {
            CompanyError::Halt(halt) if !halt.is_refusal() => CompanyError::Halt(halt),
            error => CompanyError::At { index, error: Box::new(error) },
        }
    }
}

impl From<WorkError> for CompanyError {
    fn from(error: WorkError) -> CompanyError {
        CompanyError::Work(Box::new(error))
    }
}

impl From<LedgerError> for CompanyError {
    fn from(error: LedgerError) -> CompanyError {
        match error {
            LedgerError::Halt(halt) => CompanyError::Halt(halt),
            error => CompanyError::Ledger(Box::new(error)),
        }
    }
}

impl From<StockError> for CompanyError {
    fn from(error: StockError) -> CompanyError {
        match error {
            StockError::Halt(halt) => CompanyError::Halt(halt),
            error => CompanyError::Stock(Box::new(error)),
        }
    }
}

impl From<PartyError> for CompanyError {
    fn from(error: PartyError) -> CompanyError {
        match error {
            PartyError::Halt(halt) => CompanyError::Halt(halt),
            error => CompanyError::Party(Box::new(error)),
        }
    }
}
