//! Who acts, on whose behalf, and which command it is: the names that scope every call.

use std::fmt;

use sha2::{Digest, Sha256};
use smol_str::SmolStr;

use crate::Id;
use crate::party::Party;
use crate::store::{ColumnSink, DecodeError, Field, KeyField, KeyWriter, Type, Value};

/// What a caller can do about an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The input is wrong: mend it and call again.
    Invalid,
    /// Something named does not exist.
    NotFound,
    /// Somebody else was there first: look again, then decide.
    Conflict,
    /// The rules of the business forbid it.
    Refused,
    /// It may work later, unchanged.
    Unavailable,
    /// What is stored is damaged.
    Corrupt,
    /// The program is wrong: tell its author.
    Bug,
}

/// Whether a text can name something as a code: it has 1 to 64 bytes, no control characters, and no space at either end.
///
/// ```
/// use fondaco_core::is_code;
/// assert!(is_code("1000") && is_code("cost centre 7"));
/// assert!(!is_code("") && !is_code(" 1000") && !is_code("10\n00") && !is_code(&"1".repeat(65)));
/// ```
pub fn is_code(text: &str) -> bool {
    (1..=64).contains(&text.len()) && text.trim() == text && !text.chars().any(char::is_control)
}

/// The 128 bits that stand for a name: of SHA-256 over the kind of thing and the name.
pub(crate) fn named(kind: &str, name: &str) -> u128 {
    let digest = Sha256::new().chain_update(kind).chain_update(name).finalize();
    digest.iter().take(16).fold(0, |id, &byte| (id << 8) | u128::from(byte))
}

macro_rules! name128 {
    ($(#[$doc:meta])* $name:ident, $domain:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
        #[serde(transparent)]
        pub struct $name(Id<$name>);

        impl $name {
            /// The id that stands for a name of the host's: the same for the same name, for ever.
            pub fn named(name: &str) -> $name {
                $name::from_u128(named($domain, name))
            }

            /// An id of the host's own.
            pub const fn from_u128(id: u128) -> $name {
                $name(Id::from_u128(id))
            }

            /// The id as a number.
            pub const fn to_u128(self) -> u128 {
                self.0.to_u128()
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{self}")
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}", self.0)
            }
        }
    };
}

name128! {
    /// Whose data: every call has one, no record holds one.
    ///
    /// ```
    /// use fondaco_core::CompanyId;
    /// assert_eq!(CompanyId::named("acme"), CompanyId::named("acme"));
    /// ```
    CompanyId, "fondaco company:"
}

name128! {
    /// Names one command of a host for ever: carried out at most once, however often it is sent.
    ///
    /// Take it from what the command is about, so that a retry after a crash finds the first attempt:
    ///
    /// ```
    /// use fondaco_core::CommandId;
    /// let id = CommandId::named("webshop/order/51921/invoice");
    /// assert_ne!(id, CommandId::named("webshop/order/51922/invoice"));
    /// ```
    CommandId, "fondaco command:"
}

impl CommandId {
    /// The id of a command that core itself sends: no name of a host's gives it.
    pub(crate) fn derived(of: &str, what: &str) -> CommandId {
        CommandId::from_u128(named(&format!("fondaco {of}"), what))
    }
}

/// Who acts: an id of the host's, never a person's name.
///
/// ```
/// use fondaco_core::ActorId;
/// assert_eq!(ActorId::new("clerk-7").as_str(), "clerk-7");
/// ```
#[derive(
    Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize,
)]
#[serde(transparent)]
pub struct ActorId(SmolStr);

impl ActorId {
    /// The host's id for somebody or something that acts. NUL characters are left out.
    ///
    /// ```
    /// use fondaco_core::ActorId;
    /// let import = ActorId::new("nightly-import");
    /// assert_eq!(import.to_string(), "nightly-import");
    /// ```
    pub fn new(id: &str) -> ActorId {
        ActorId(id.chars().filter(|&c| c != '\0').collect())
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ActorId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Field for ActorId {
    const TYPE: Type = Type::Text;
    fn write(&self, out: &mut dyn ColumnSink) {
        out.text(&self.0);
    }
    fn read(value: Value) -> Result<Self, DecodeError> {
        SmolStr::read(value).map(ActorId)
    }
    fn write_part(&self, out: &mut KeyWriter) -> bool {
        self.write_key(out);
        true
    }
}

impl KeyField for ActorId {
    fn write_key(&self, out: &mut KeyWriter) {
        out.text(&self.0);
    }
    fn cmp_key(&self, other: &Self) -> std::cmp::Ordering {
        self.0.cmp_key(&other.0)
    }
}

/// Names a party in every engine.
pub type PartyId = Id<Party>;

impl PartyId {
    /// The id that stands for a name of the host's, such as a customer's number: the same for the same name, for ever.
    ///
    /// ```
    /// use fondaco_core::PartyId;
    /// assert_eq!(PartyId::named("customer/29825"), PartyId::named("customer/29825"));
    /// ```
    pub fn named(name: &str) -> PartyId {
        Id::from_u128(named("fondaco party:", name))
    }
}

/// What an [`ItemId`] names: goods, whichever engine keeps its part of them. There is no value of it.
pub enum AnyItem {}

/// What a [`SiteId`] names: a place of business. There is no value of it.
pub enum AnySite {}

/// What a [`DocumentId`] names: an order, an invoice, a delivery note. There is no value of it.
pub enum AnyDocument {}

/// Names an item, goods that are kept, bought or sold, in every engine.
pub type ItemId = Id<AnyItem>;

/// Names a site, a warehouse, shop or plant, in every engine.
pub type SiteId = Id<AnySite>;

/// Names a document, an order, invoice or delivery note, in every engine.
pub type DocumentId = Id<AnyDocument>;

impl ItemId {
    /// The id that stands for a name of the host's, such as an article number: the same for the same name, for ever.
    ///
    /// ```
    /// use fondaco_core::ItemId;
    /// assert_eq!(ItemId::named("BK-M68B-38"), ItemId::named("BK-M68B-38"));
    /// ```
    pub fn named(name: &str) -> ItemId {
        Id::from_u128(named("fondaco item:", name))
    }
}

impl SiteId {
    /// The id that stands for a name of the host's, such as a warehouse's number: the same for the same name, for ever.
    ///
    /// ```
    /// use fondaco_core::SiteId;
    /// assert_ne!(SiteId::named("main warehouse"), SiteId::named("shop"));
    /// ```
    pub fn named(name: &str) -> SiteId {
        Id::from_u128(named("fondaco site:", name))
    }
}

impl DocumentId {
    /// The id that stands for a name of the host's, such as an order's number: the same for the same name, for ever.
    ///
    /// ```
    /// use fondaco_core::{DocumentId, ItemId};
    /// let order = DocumentId::named("order/51921");
    /// assert_ne!(order.to_u128(), ItemId::named("order/51921").to_u128()); // each kind of thing by itself
    /// ```
    pub fn named(name: &str) -> DocumentId {
        Id::from_u128(named("fondaco document:", name))
    }
}
