//! Payment files for banks, and their answers: one list of [`Payment`]s, written as a country's banks want it.
//!
//! | banks of | file | written by | answered by |
//! |---|---|---|---|
//! | the SEPA area | ISO 20022 pain.001, versions 03 and 09, by the rulebook of the European Payments Council | [`sepa::CreditTransfers`] | pain.002: `sepa::read_status` (feature `xml`) |
//! | the United States | NACHA, PPD entries: wages into accounts of persons | [`nacha::PpdFile`] | returns and notices of change: [`nacha::read_returns`] |
//! | the United Kingdom | Bacs Standard 18, direct credits with their contra | [`bacs::DirectCredits`] | ARUCS, credits that came back: `bacs::read_unapplied` (feature `xml`) |
//!
//! Accounts are checked before anything is written: an IBAN's country and check digits, an American routing number's check digit,
//! the shape of a British account ([`BankAccount`]). What a bank would refuse is refused here, naming the payment and what to do
//! ([`PaymentError`]); what it would cut off or not print (long names, letters outside its character set) is written in the way that
//! banks agreed on. Texts are written in the characters that a file may have: [`characters`].
//!
//! Every payment has a reference of our own, which no two payments of a file share: it comes back in a bank's [`Answer`], and with it
//! whoever keeps the payments knows which money didn't arrive.

mod account;
mod answer;
pub mod bacs;
pub mod characters;
mod error;
mod fixed_width;
pub mod nacha;
mod payment;
pub mod sepa;

pub use account::{BankAccount, RoutingNumber, SortCode, UkAccount, UsAccount, UsAccountKind};
pub use answer::{Answer, Outcome};
pub use error::PaymentError;
pub use payment::Payment;

#[cfg(test)]
mod tests;
