//! Parties: the persons and organisations that a company deals with, in whatever roles, once for all engines.
//!
//! Engines keep their part of a party under its [`PartyId`](crate::PartyId); what names, reaches and identifies it is kept here.
//!
//! # What is personal
//! Names, addresses, numbers and the ways to reach somebody are [`Personal`](crate::store::Personal) columns, of organisations
//! too, which are often somebody's name: they enter the hash chain as commitments, and [`EraseParty`] takes them away while
//! [`verify`](crate::Driver::verify) still holds. Kind, language, status, roles, days and relations are not: they say nothing
//! once nobody knows whose they are.
//!
//! What is removed is erased, not deleted: only an erased row also makes the salts of all commands forgotten that wrote it.
//! An address that is no longer right for new letters is better [ended](EndAddress), and stays for the old ones.
//!
//! # Two that are one
//! Who was registered twice is [merged](MergeParties): one id stays, the other becomes an alias of it. Engines' rows keep the
//! id that they were written with, and [`resolve`] says whose it is now; exports and erasures cover both.
//!
//! # What is told
//! Nothing personal is in events, answers, errors or `Debug`: commands carry it as [`Private`].
//!
//! # Commands
//! [`RegisterParty`], [`ChangeParty`], [`AddRole`], [`EndRole`], [`RemoveRole`], [`AddAddress`], [`EndAddress`], [`RemoveAddress`], [`AddContact`],
//! [`RemoveContact`], [`AddIdentifier`], [`RemoveIdentifier`], [`Relate`], [`EndRelation`], [`RemoveRelation`], [`MergeParties`], [`EraseParty`]. Each is an
//! [`Act`](crate::Act).
//!
//! ```
//! use fondaco_core::party::*;
//! use fondaco_core::{ActorId, CommandId, CompanyId, Driver, Envelope, PartyId, Timestamp};
//! use fondaco_store::Memory;
//!
//! let driver = Driver::new(Memory::new(), CompanyId::named("acme"));
//! driver.prepare(TABLES)?;
//! let send = |name: &str| Envelope::new(CommandId::named(name), ActorId::new("clerk-7"), Timestamp::EPOCH);
//!
//! let ada = PartyId::named("customer/1");
//! driver.carry_out(send("ada"), &RegisterParty::person(ada, "Ada Lovelace"))?;
//! driver.carry_out(send("role"), &AddRole::new(ada, "customer"))?;
//! let iban = AddIdentifier::new(ada, IdentifierKind::Iban, "GB29 NWBK 6016 1331 9268 19");
//! driver.carry_out(send("iban"), &iban)?;
//!
//! let found = driver.view(|view| by_identifier(view, IdentifierKind::Iban, "GB29NWBK60161331926819"))?;
//! assert_eq!(found, Some(ada));
//! let whole = driver.view(|view| whole_party(view, ada))?.ok_or("there is such a party")?;
//! assert_eq!(whole.party.name.get().map(|name| name.as_str()), Some("Ada Lovelace"));
//!
//! driver.carry_out(send("erase"), &EraseParty::new(ada))?;
//! let whole = driver.view(|view| whole_party(view, ada))?.ok_or("its id is still there")?;
//! assert!(whole.party.is_erased() && whole.identifiers.is_empty());
//! assert!(driver.verify(TABLES)?.findings.is_empty());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod address;
mod contact;
mod country;
mod erase;
mod error;
mod export;
mod identifier;
mod identity;
mod lookup;
mod merge;
mod private;
mod record;
mod relation;
mod role;

pub use address::{AddAddress, Address, AddressKind, EndAddress, NewAddress, RemoveAddress};
pub use contact::{AddContact, Contact, ContactKind, RemoveContact, mailbox};
pub use country::{Country, UnknownCountry};
pub use erase::EraseParty;
pub use error::PartyError;
pub use export::{Export, HeldOnParty, Holding, export, held_where};
pub use identifier::{Flaw, Identifier, IdentifierError, IdentifierKind};
pub use identity::{AddIdentifier, PartyIdentifier, RemoveIdentifier};
pub use lookup::{WholeParty, by_contact, by_identifier, reached_by, whole_party};
pub use merge::{MergeParties, Merged, PartyAlias, aliases, resolve};
pub use private::Private;
pub use record::{ChangeParty, Party, PartyField, PartyKind, PartyStatus, RegisterParty};
pub use relation::{EndRelation, Relate, Relation, RelationKind, RemoveRelation};
pub use role::{AddRole, EndRole, PartyRole, RemoveRole};

use crate::engine::{Engine, Part};
use crate::policy::Permission;
use crate::store::{Record, Table};

/// All tables of parties: what a driver must prepare.
pub const TABLES: &[&Table] = &[
    Party::TABLE,
    PartyRole::TABLE,
    Address::TABLE,
    Contact::TABLE,
    PartyIdentifier::TABLE,
    Relation::TABLE,
    PartyAlias::TABLE,
];

/// Keep parties, their roles, addresses, contacts, identifiers and relations.
pub const KEEP: Permission =
    Permission::new("party.keep", "keep parties with their addresses, identifiers and relations");
/// Merge parties that are one: it can't be taken back.
pub const MERGE: Permission = Permission::new("party.merge", "merge parties that are one");
/// Erase what is personal of a party, in all engines.
pub const ERASE: Permission = Permission::new("party.erase", "erase what is personal of a party");

/// What can be allowed about parties. Every driver with a policy knows it.
pub static ENGINE: Engine = Engine { name: "party", parts: &[&PART] };

static PART: Part = Part::new(TABLES).permissions(&[&KEEP, &MERGE, &ERASE]).holdings(HOLDINGS);

/// What this module holds on parties: for [`export()`] and [`EraseParty`]. Every driver knows it.
pub const HOLDINGS: &[Holding] = &[
    Holding::of::<Party>(),
    Holding::of::<PartyRole>(),
    Holding::of::<Address>(),
    Holding::of::<Contact>(),
    Holding::of::<PartyIdentifier>(),
    Holding::of::<Relation>(),
    Holding::of::<PartyAlias>(),
];
