//! Parties: the persons and organisations that a company deals with.

mod country;
mod identifier;

pub use country::{Country, UnknownCountry};
pub use identifier::{Flaw, Identifier, IdentifierError, IdentifierKind};
