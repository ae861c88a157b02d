//! All that is held on one party, over all engines, as people may ask for it (GDPR, articles 15 and 20).
//!
//! An engine joins in with a list of [`Holding`]s, one per table that holds something on parties:
//!
//! ```
//! use std::sync::Arc;
//! use fondaco_core::party::{HeldOnParty, Holding};
//! use fondaco_core::store::{Personal, Record};
//! use fondaco_core::{Halt, PartyId, Range, Reading};
//! use smol_str::SmolStr;
//!
//! #[derive(Record, Debug, Clone)]
//! #[record(table = "call", kind = fact, key(party, number))]
//! struct Call { party: PartyId, number: i64, notes: Personal<SmolStr> }
//!
//! impl HeldOnParty for Call {
//!     fn held(read: &mut impl Reading, party: PartyId) -> Result<Vec<Arc<Call>>, Halt> {
//!         read.peek_scan(&Range::by_key(&party))
//!     }
//! }
//!
//! /// What this engine holds on parties.
//! pub const HOLDINGS: &[Holding] = &[Holding::of::<Call>()]; // of its `Part`
//! # assert_eq!(HOLDINGS[0].table().name, "call");
//! ```

use std::sync::Arc;

use serde_json::{Map, Value as Json};

use super::{
    Address, Contact, Party, PartyAlias, PartyIdentifier, PartyRole, Relation, aliases, resolve,
};
use crate::digest::hex;
use crate::store::{Record, Stored, Table, Value};
use crate::{Halt, Id, PartyId, Range, Reading, Tx, View};

/// A record of which some rows are held on a party.
pub trait HeldOnParty: Record {
    /// The rows that are held on a party, each once.
    ///
    /// # Errors
    /// A [`Halt`], to be passed on.
    fn held(read: &mut impl Reading, party: PartyId) -> Result<Vec<Arc<Self>>, Halt>;
}

/// The rows of a whole table that say something of a party: for [`HeldOnParty`]. An export is asked for seldom, and an index on
/// parties would cost each row that is written.
///
/// ```
/// # mod people { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/people.rs")); }
/// # use people::*;
/// let contacts = people().view(|view| {
///     held_where(view, |contact: &Contact| Ok(contact.party == ada()))
/// })?;
/// assert!(contacts.iter().all(|contact| contact.party == ada()));
/// # Ok::<(), fondaco_core::Halt>(())
/// ```
///
/// # Errors
/// A [`Halt`], to be passed on.
pub fn held_where<R: Record>(
    read: &mut impl Reading,
    is_held: impl Fn(&R) -> Result<bool, Halt>,
) -> Result<Vec<Arc<R>>, Halt> {
    let mut found = Vec::new();
    read.peek_each(&Range::<R>::all(), |row| {
        if is_held(row)? {
            found.push(Arc::new(row.clone()));
        }
        Ok::<(), Halt>(())
    })?;
    Ok(found)
}

type Rows = fn(&mut View<'_>, PartyId) -> Result<Vec<Vec<Value>>, Halt>;
type Erase = fn(&mut Tx<'_>, PartyId) -> Result<u32, Halt>;

/// One table that holds something on parties, and how to find it.
#[derive(Clone, Copy)]
pub struct Holding {
    table: &'static Table,
    reach: Option<(Rows, Erase)>,
}

impl Holding {
    /// The table of a record.
    pub const fn of<R: HeldOnParty>() -> Holding {
        Holding { table: R::TABLE, reach: Some((rows_of::<R>, erase_of::<R>)) }
    }

    /// The table of a record with personal columns that no row of it ties to a party. It is in no export, and is not
    /// erased with one: its engine has a command for that, and says so.
    ///
    /// ```
    /// use fondaco_core::party::Holding;
    /// use fondaco_core::store::{Personal, Record};
    /// use smol_str::SmolStr;
    ///
    /// /// What somebody wrote into the guest book.
    /// #[derive(Record, Debug, Clone)]
    /// #[record(table = "remark", kind = fact, key(number))]
    /// struct Remark { number: i64, text: Personal<SmolStr> }
    ///
    /// pub const HOLDINGS: &[Holding] = &[Holding::untied::<Remark>()];
    /// # assert_eq!(HOLDINGS[0].table().name, "remark");
    /// ```
    pub const fn untied<R: Record>() -> Holding {
        Holding { table: R::TABLE, reach: None }
    }

    /// The table.
    pub const fn table(&self) -> &'static Table {
        self.table
    }

    /// Erases what is personal in the party's rows; answers how many of them lost something.
    pub(super) fn erase(&self, tx: &mut Tx<'_>, party: PartyId) -> Result<u32, Halt> {
        match self.reach {
            Some((_, erase)) if self.table.has_personal() => erase(tx, party),
            _ => Ok(0),
        }
    }
}

impl std::fmt::Debug for Holding {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Holding({})", self.table.name)
    }
}

fn rows_of<R: HeldOnParty>(view: &mut View<'_>, party: PartyId) -> Result<Vec<Vec<Value>>, Halt> {
    Ok(R::held(view, party)?.iter().map(|row| row.values()).collect())
}

fn erase_of<R: HeldOnParty>(tx: &mut Tx<'_>, party: PartyId) -> Result<u32, Halt> {
    let mut erased = 0u32;
    for row in R::held(tx, party)? {
        if row.values().iter().any(|value| matches!(value, Value::Personal(..))) {
            tx.erase::<R>(&row.key())?;
            erased = erased.saturating_add(1);
        }
    }
    Ok(erased)
}

/// All that is held on one party. Personal through and through: `Debug` shows counts alone.
#[derive(Clone, PartialEq)]
pub struct Export {
    /// The party.
    pub party: PartyId,
    /// The parties that were [merged](super::MergeParties) into it: engines' older rows name these.
    pub aliases: Vec<PartyId>,
    /// The state of the data: the position of the last commit that it shows.
    pub position: u64,
    /// Each table with its rows, values in the order of its columns; tables without rows, too.
    pub tables: Vec<(&'static Table, Vec<Vec<Value>>)>,
}

impl std::fmt::Debug for Export {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let rows = self.tables.iter().map(|(table, rows)| (table.name, rows.len()));
        write!(f, "Export of {} ", self.party)?;
        f.debug_map().entries(rows).finish()
    }
}

impl Export {
    /// The export as JSON: tables by name, rows as objects, decimals, dates and ids as texts, erased values as null.
    ///
    /// ```
    /// # use fondaco_core::party::*;
    /// # use fondaco_core::{ActorId, CommandId, CompanyId, Driver, Envelope, PartyId, Timestamp};
    /// # let driver = Driver::new(fondaco_store::Memory::new(), CompanyId::named("acme"));
    /// # driver.prepare(TABLES)?;
    /// # let send = |name: &str| Envelope::new(CommandId::named(name), ActorId::new("clerk"), Timestamp::EPOCH);
    /// let ada = PartyId::named("customer/1");
    /// driver.carry_out(send("ada"), &RegisterParty::person(ada, "Ada Lovelace"))?;
    /// let export = driver.view(|view| export(view, ada))?;
    /// let json = export.to_json();
    /// assert_eq!(json["tables"]["party"][0]["name"], "Ada Lovelace");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn to_json(&self) -> Json {
        let row = |table: &'static Table, values: &Vec<Value>| {
            let named = table.columns.iter().zip(values);
            Json::Object(named.map(|(column, value)| (column.name.into(), json(value))).collect())
        };
        let tables = self.tables.iter().map(|(table, rows)| {
            let rows = rows.iter().map(|values| row(table, values)).collect();
            (table.name.to_owned(), Json::Array(rows))
        });
        let mut whole = Map::new();
        whole.insert("party".into(), self.party.to_string().into());
        let aliases = self.aliases.iter().map(|alias| alias.to_string().into()).collect();
        whole.insert("aliases".into(), Json::Array(aliases));
        whole.insert("position".into(), self.position.into());
        whole.insert("tables".into(), Json::Object(tables.collect()));
        Json::Object(whole)
    }
}

fn json(value: &Value) -> Json {
    match value {
        Value::Null | Value::Erased(_) | Value::Drawn { .. } => Json::Null,
        Value::Bool(value) => (*value).into(),
        Value::I64(value) => (*value).into(),
        Value::Decimal(value) => value.to_string().into(),
        Value::Text(text) => text.as_str().into(),
        Value::Bytes(bytes) => hex(bytes).into(),
        Value::Date(date) => date.to_string().into(),
        Value::Instant(instant) => instant.to_string().into(),
        Value::Id(id) => Id::<()>::from_u128(*id).to_string().into(),
        Value::Json(text) => serde_json::from_str(text).unwrap_or_else(|_| text.as_ref().into()),
        Value::Personal(value, _) => json(value),
    }
}

/// All that is held on a party and on those that were merged into it: by this module, and by all engines that the driver
/// was [told of](crate::Driver::add_holdings). Asked for under the id of one that was merged, it is that of the other.
///
/// The [tables of this module](super::TABLES) must be prepared, also where engines alone name parties.
///
/// # Errors
/// A [`Halt`], to be passed on.
pub fn export(view: &mut View<'_>, party: PartyId) -> Result<Export, Halt> {
    let party = resolve(view, party)?;
    let aliases = aliases(view, party)?;
    let mut tables = Vec::new();
    for holding in view.holdings() {
        let Some((rows_of, _)) = holding.reach else { continue };
        let mut rows = Vec::new();
        for id in std::iter::once(&party).chain(&aliases) {
            rows.extend(rows_of(view, *id)?);
        }
        tables.push((holding.table, rows));
    }
    Ok(Export { party, aliases, position: view.position(), tables })
}

impl HeldOnParty for Party {
    fn held(read: &mut impl Reading, party: PartyId) -> Result<Vec<Arc<Party>>, Halt> {
        Ok(read.peek::<Party>(&party)?.into_iter().collect())
    }
}

macro_rules! held_by_key {
    ($($record:ty),*) => { $(
        impl HeldOnParty for $record {
            fn held(read: &mut impl Reading, party: PartyId) -> Result<Vec<Arc<Self>>, Halt> {
                read.peek_scan(&Range::by_key(&party))
            }
        }
    )* };
}

held_by_key!(PartyRole, Address, Contact, PartyIdentifier);

impl HeldOnParty for PartyAlias {
    fn held(read: &mut impl Reading, party: PartyId) -> Result<Vec<Arc<PartyAlias>>, Halt> {
        read.peek_scan(&Range::by(PartyAlias::BY_KEEP, &party))
    }
}

impl HeldOnParty for Relation {
    fn held(read: &mut impl Reading, party: PartyId) -> Result<Vec<Arc<Relation>>, Halt> {
        let mut all = read.peek_scan(&Range::<Relation>::by_key(&party))?;
        all.extend(read.peek_scan(&Range::by(Relation::BY_OTHER, &party))?);
        Ok(all)
    }
}
