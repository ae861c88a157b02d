//! What an engine has, said once: its parts, each with its tables, permissions, holdings, what it does by the clock, and how it is
//! verified.
//!
//! A feature of an engine declares a [`Part`] beside its records; the [`Engine`] lists its parts and nothing of what is in them.
//! A host hands it to a driver in one call, [`Driver::join`](crate::Driver::join), and several engines join one driver: one
//! business act is one [`Tx`](crate::Tx), whichever engines it touches. What core keeps for all of them (jobs, the due queue, the
//! company's days, which parties are one) no engine lists.

use std::fmt;

use crate::due::{self, DueHandler};
use crate::news::Hears;
use crate::party::{self, Holding, PartyAlias};
use crate::policy::Permission;
use crate::report::{Column, Listed, Row, word};
use crate::store::{Record, Table};
use crate::{Halt, View};

/// An engine: its name and its parts.
///
/// ```
/// # mod desk { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/desk.rs")); }
/// # use desk::*;
/// for permission in DESK.permissions() {
///     println!("{:12} {}", permission.name, permission.about);
/// }
/// assert_eq!(DESK.permission("desk.pay"), Some(&PAY));
/// assert_eq!(DESK.tables(), [Paid::TABLE]);
/// ```
#[derive(Debug)]
pub struct Engine {
    /// Its name, with which its permissions begin: `ledger`.
    pub name: &'static str,
    /// What it consists of.
    pub parts: &'static [&'static Part],
}

/// A part of an engine: what one feature has.
///
/// ```
/// # mod desk { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/desk.rs")); }
/// # use desk::*;
/// static TILLS: engine::Part = engine::Part::new(&[Paid::TABLE])
///     .permissions(&[&PAY, &COUNT])
///     .on_due(&[("desk.close", |_tx, _item| Ok(()))])
///     .verified_by(|view, found| {
///         for paid in view.peek_scan(&Range::<Paid>::all())? {
///             if paid.cents <= 0 {
///                 found.say(format_args!("{} cents were paid out by {}", paid.cents, paid.id));
///             }
///         }
///         Ok(())
///     });
/// static DESK_WITH_TILLS: Engine = Engine { name: "desk", parts: &[&TILLS] };
/// let driver = Driver::new(fondaco_store::Memory::new(), CompanyId::named("acme"));
/// driver.join(&DESK_WITH_TILLS)?;
/// assert!(driver.discrepancies()?.is_empty());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy)]
#[non_exhaustive]
pub struct Part {
    /// The tables that are changed only under one of the engine's permissions.
    pub tables: &'static [&'static Table],
    /// The tables that change otherwise, each with what watches over it instead.
    pub otherwise: &'static [(&'static Table, &'static str)],
    /// What can be allowed.
    pub permissions: &'static [&'static Permission],
    /// What is held on parties.
    pub holdings: &'static [Holding],
    /// Who carries out what falls due, by kind.
    pub due: &'static [(&'static str, DueHandler)],
    /// The kinds of its [jobs](crate::job), which the right to run jobs may be limited to.
    pub jobs: &'static [&'static str],
    /// What it does about what core's own acts change.
    pub hears: Option<Hears>,
    /// Recomputes what is derived.
    pub verify: Option<Verify>,
}

/// Recomputes what a part of an engine derives from facts, and says what differs. The view is of one moment.
pub type Verify = fn(&mut View<'_>, &mut Discrepancies) -> Result<(), Halt>;

impl Part {
    /// A part with tables that are changed only under one of the engine's permissions.
    pub const fn new(tables: &'static [&'static Table]) -> Part {
        Part {
            tables,
            otherwise: &[],
            permissions: &[],
            holdings: &[],
            due: &[],
            jobs: &[],
            hears: None,
            verify: None,
        }
    }

    /// And tables that change otherwise, each with what watches over it instead: "goes by the right to run jobs".
    #[must_use]
    pub const fn otherwise(mut self, tables: &'static [(&'static Table, &'static str)]) -> Part {
        self.otherwise = tables;
        self
    }

    /// What can be allowed.
    #[must_use]
    pub const fn permissions(mut self, permissions: &'static [&'static Permission]) -> Part {
        self.permissions = permissions;
        self
    }

    /// What is held on parties, for [`export`](party::export()) and [`EraseParty`](party::EraseParty).
    #[must_use]
    pub const fn holdings(mut self, holdings: &'static [Holding]) -> Part {
        self.holdings = holdings;
        self
    }

    /// Who carries out what falls due, by kind: `("ledger.reversal", reverse_as_planned)`.
    #[must_use]
    pub const fn on_due(mut self, due: &'static [(&'static str, DueHandler)]) -> Part {
        self.due = due;
        self
    }

    /// The kinds of its jobs.
    #[must_use]
    pub const fn jobs(mut self, kinds: &'static [&'static str]) -> Part {
        self.jobs = kinds;
        self
    }

    /// What it does when an act of core merges or erases parties, or sets the company's zone; in the same commit.
    #[must_use]
    pub const fn hears(mut self, hears: Hears) -> Part {
        self.hears = Some(hears);
        self
    }

    /// Recomputes what is derived.
    #[must_use]
    pub const fn verified_by(mut self, verify: Verify) -> Part {
        self.verify = Some(verify);
        self
    }

    /// Its tables: those that are asked for, and those that are not.
    pub fn all_tables(&self) -> impl Iterator<Item = &'static Table> + use<> {
        self.tables.iter().copied().chain(self.otherwise.iter().map(|(table, _)| *table))
    }
}

impl fmt::Debug for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.all_tables().map(|table| table.name).collect();
        f.debug_struct("Part").field("tables", &names).finish_non_exhaustive()
    }
}

impl Engine {
    /// All its tables.
    pub fn tables(&self) -> Vec<&'static Table> {
        self.parts.iter().flat_map(|part| part.all_tables()).collect()
    }

    /// What can be allowed.
    pub fn permissions(&self) -> impl Iterator<Item = &'static Permission> + use<> {
        self.parts.iter().flat_map(|part| part.permissions).copied()
    }

    /// The permission of this name.
    pub fn permission(&self, name: &str) -> Option<&'static Permission> {
        self.permissions().find(|permission| permission.name == name)
    }

    /// What it holds on parties.
    pub fn holdings(&self) -> impl Iterator<Item = Holding> + use<> {
        self.parts.iter().flat_map(|part| part.holdings).copied()
    }

    /// Who carries out what falls due, by kind.
    pub fn due(&self) -> impl Iterator<Item = (&'static str, DueHandler)> + use<> {
        self.parts.iter().flat_map(|part| part.due).copied()
    }

    /// The kinds of its jobs.
    pub fn jobs(&self) -> impl Iterator<Item = &'static str> + use<> {
        self.parts.iter().flat_map(|part| part.jobs).copied()
    }

    /// Recomputes what is derived, part by part: what differs from the facts.
    ///
    /// # Errors
    /// A [`Halt`], to be passed on.
    pub fn verify(&self, view: &mut View<'_>) -> Result<Vec<Discrepancy>, Halt> {
        let mut found = Discrepancies { engine: self.name, found: Vec::new() };
        for verify in self.parts.iter().filter_map(|part| part.verify) {
            verify(view, &mut found)?;
        }
        Ok(found.found)
    }

    /// Whether a table is changed only under one of its permissions.
    pub(crate) fn keeps(&self, table: &Table) -> bool {
        self.parts.iter().any(|part| part.tables.iter().any(|known| known.name == table.name))
    }
}

/// Something that an engine derived and that does not follow from its facts. Engines that say it in more detail have a `verify` of
/// their own.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Discrepancy {
    /// Which engine's.
    pub engine: &'static str,
    /// What differs, as people read it.
    pub what: String,
}

impl fmt::Display for Discrepancy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.engine, self.what)
    }
}

/// What people look at: which engine's, and what differs.
impl Listed for Discrepancy {
    fn columns() -> Vec<Column> {
        ["Engine", "What differs"].map(|name| Column::text(word(name))).into()
    }

    fn row(&self) -> Row {
        Row::new([self.engine.into(), self.what.as_str().into()])
    }
}

/// What was found so far in an engine.
#[derive(Debug)]
pub struct Discrepancies {
    engine: &'static str,
    found: Vec<Discrepancy>,
}

impl Discrepancies {
    /// Says what differs: one sentence, which names the row.
    pub fn say(&mut self, what: impl fmt::Display) {
        self.found.push(Discrepancy { engine: self.engine, what: what.to_string() });
    }
}

/// The engines of core, which every driver with a policy watches.
pub(crate) static OWN: [&Engine; 4] =
    [&crate::job::ENGINE, &due::ENGINE, &party::ENGINE, &crate::calendar::ENGINE];

/// What core keeps for any engine besides what every driver has: the due queue, and which parties are one.
pub(crate) fn shared() -> Vec<&'static Table> {
    [due::TABLES, &[PartyAlias::TABLE]].concat()
}
