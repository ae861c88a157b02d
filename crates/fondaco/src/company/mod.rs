//! A company: its documents over its books and its stock, each act one commit over both.
//!
//! A customer orders, goods leave, an invoice is written and paid; goods are bought, received, billed and paid. Each of these is a command
//! that makes moves in the stock, reads what they changed in value, and posts it by the tables of the company's [profile](posting): in one
//! unit of work, so that a kill at any moment leaves no half of it.
//!
//! | command | what it does | stock | books (perpetual, anglo-saxon) |
//! |---|---|---|---|
//! | [`PlaceOrders`], [`ConfirmOrders`], [`ReleaseOrders`] | quote, order, credit check | promised | |
//! | [`Deliver`] | goods leave | out | goods shipped / stock, at cost |
//! | [`ShipDirect`] | a supplier sends straight to the customer | | goods shipped / goods received, at the order's price |
//! | [`InvoiceCustomers`] | what was shipped is billed | | customers / sales, tax; cost of sales / goods shipped |
//! | [`PayAhead`] | a deposit, which invoices and bills take off | | bank / deposits of customers |
//! | [`Pay`] | paid, let off, given up; what stands on account is used or paid back | | bank / customers, or suppliers / bank |
//! | [`TakeBack`], [`CreditCustomers`] | goods come back, are credited | in, at what they left at | the same, the other way round |
//! | [`OrderGoods`], [`Receive`] | goods are ordered and come | on order, in | stock / goods received, at the order's price |
//! | [`EnterBills`], [`ReleaseBills`] | billed, matched with order and receipts | | goods received, tax / suppliers; differences to stock or to an expense |
//! | [`SendBack`], [`CreditSuppliers`] | goods go back, are credited | out | goods received / stock; suppliers / goods received |
//! | [`PlanWorkOrders`], [`ReleaseWorkOrders`] | something is to be made | on order; material is promised | |
//! | [`IssueMaterial`], [`ReturnMaterial`] | material goes into it, or comes back | out, in | work in progress / stock, at cost |
//! | [`Receive`] a service into it | others worked on it | | work in progress / goods received, at the order's price |
//! | [`BookTime`] | hours are worked on it | | work in progress / labour and overhead absorbed |
//! | [`CompleteWorkOrders`] | it is made, in parts or whole | in | stock / work in progress |
//! | [`CloseWorkOrders`] | it is over | | what is left to variances, or upon what was made |
//! | [`TransferGoods`], [`TakeIn`] | goods are put or sent elsewhere, and arrive | out, in | between sites with accounts of their own |
//! | [`MoveGoods`], [`ChangeCost`] | counts, scrap, use; freight, write-downs, standards | as said | by cause |
//! | [`CloseOrders`] | what was not shipped or received is not to be | no longer promised or on order | |
//! | [`Cancel`] | a document is taken back | as it was | its facts with the opposite sign |
//! | [`CloseMonth`] | a month by its checklist; its period is locked | | |
//! | [`PostAccruals`] | the end of a period | | accruals; what stock is worth, where it is not followed |
//!
//! # Commands
//! Each takes many documents, all or none: a day's deliveries are one commit. Documents are named by their codes, and have ids made of them
//! ([`DocumentKind::id`]). What a document tells the books carries its name as the entry's source.
//!
//! # What always holds
//! - In the perpetual profiles the accounts of stock stand at what stock is worth, on every day.
//! - The accounts of goods shipped and received stand at what the open lines leave there.
//! - Work in progress stands at what open work orders cost so far, and what was absorbed at the hours that were booked.
//! - What customers owe and are owed stands on accounts that only documents post to, by open items.
//!
//! [`Company::verify`] recomputes all of it.

mod cancel;
mod closing;
mod document;
mod error;
pub mod figures;
mod goods;
mod handle;
mod masters;
mod money;
pub mod pages;
mod pay;
pub mod posting;
mod production;
mod purchases;
pub mod rights;
mod sales;
mod setup;
mod verify;

pub use cancel::{Cancel, CloseOrders, Named};
pub use closing::{AccrualDay, CloseMonth, CloseState, CloseStep, PostAccruals};
pub use document::{
    Document, DocumentKind, Line, LineMatch, NewLine, PartLine, Settlement, Status,
};
pub use error::CompanyError;
pub use goods::{
    ChangeCost, MoveGoods, NewArrival, NewTransfer, TakeIn, TransferGoods, TransferLine,
};
pub use handle::Company;
pub use masters::{
    AddPartners, ChangePartner, Exposure, NewPartner, NewPrice, Partner, Price, PriceList,
    SetPrices, SetTaxCodes, TaxCode,
};
pub use money::{NewDeposit, NewPayment, Pay, PayAhead, Settles};
#[cfg(feature = "payroll")]
pub use pay::PostPay;
pub use pay::{AccrueLeave, LeaveDay, LeaveOwed, PayFact, PaySlip, Remit, Remitted};
pub use production::{
    BookTime, CloseWorkOrders, CompleteWorkOrders, IssueLine, IssueMaterial, Makes, NewClose,
    NewCompletion, NewIssue, NewTime, NewWorkOrder, OutputValue, PlanWorkOrders, ReleaseWorkOrders,
    ReturnMaterial, SetWorkCentres, TimeLine, WorkCentre, WorkError, WorkLine, WorkLineKind,
    WorkMaterial, WorkOrder, WorkOutput, WorkTime,
};
pub use purchases::{
    BillLine, CreditSuppliers, EnterBills, LandsOn, NewBill, NewReceipt, OrderGoods, Receive,
    ReceivedLine, ReleaseBills, SendBack,
};
pub use sales::{
    ConfirmOrders, CreditCustomers, Deliver, InvoiceCustomers, NewCredit, NewDelivery, NewDirect,
    NewInvoice, NewOrder, NewReturn, PlaceOrders, Promise, ReleaseOrders, ShipDirect, TakeBack,
};
pub use setup::{
    AccountRow, Chart, Differences, Numbering, ProfileRow, SetAccounts, SetNumbering, SetProfile,
    SetTolerances, SetUpCompany, Settings,
};

use fondaco_core::Engine;

/// What a company has beside its books and its stock, for [`Driver::join`](fondaco_core::Driver::join).
///
/// ```
/// use fondaco::company::ENGINE;
/// assert!(ENGINE.permission("company.sell").is_some());
/// ```
pub static ENGINE: Engine = Engine {
    name: "company",
    parts: &[
        &setup::PART,
        &masters::PART,
        &document::PART,
        &goods::PART,
        &sales::PART,
        &purchases::PART,
        &money::PART,
        &production::PART,
        &pay::PART,
        &closing::PART,
        &figures::PART,
        &VERIFIED,
    ],
};

/// That books, stock and documents agree.
static VERIFIED: fondaco_core::engine::Part =
    fondaco_core::engine::Part::new(&[]).verified_by(verify::verify);
