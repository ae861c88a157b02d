//! What was built from a whole table, kept by the driver for as long as none of the table's rows changes.

use std::any::{Any, TypeId};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::cache::Slot;
use super::{GuardCount, Halt, Range, Tx};
use crate::store::{KeyBytes, KeyParts, Record, Table, Version};

/// What was built, when, and from how many rows.
struct Kept {
    /// The version of the table's guard, and how many changes it had counted.
    guard: (Version, i64),
    rows: u64,
    value: Arc<dyn Any + Send + Sync>,
}

/// The kept values of one driver, by the record and the type of what is built from it.
#[derive(Clone, Default)]
pub(crate) struct Compiled(Arc<Mutex<All>>);

type All = HashMap<(TypeId, TypeId), Kept, foldhash::fast::RandomState>;

impl Compiled {
    fn lock(&self) -> MutexGuard<'_, All> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What was built under this version of the guard.
    fn current<R: Any, T: Any + Send + Sync>(&self, version: Version) -> Option<Arc<T>> {
        let kept = self.lock();
        let kept = kept.get(&Compiled::key::<R, T>()).filter(|kept| kept.guard.0 == version)?;
        kept.value.clone().downcast::<T>().ok()
    }

    /// How many rows the table has at most after so many changes.
    fn rows_at_most<R: Any, T: Any>(&self, changes: i64) -> u64 {
        let kept = self.lock();
        let (rows, before) = kept
            .get(&Compiled::key::<R, T>())
            .filter(|kept| kept.guard.1 <= changes)
            .map_or((0, 0), |kept| (kept.rows, kept.guard.1));
        rows.saturating_add(changes.saturating_sub(before).unsigned_abs())
    }

    fn keep<R: Any, T: Any + Send + Sync>(&self, guard: (Version, i64), rows: u64, value: Arc<T>) {
        self.lock().insert(Compiled::key::<R, T>(), Kept { guard, rows, value });
    }

    fn key<R: Any, T: Any>() -> (TypeId, TypeId) {
        (TypeId::of::<R>(), TypeId::of::<T>())
    }
}

impl std::fmt::Debug for Compiled {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Compiled({})", self.lock().len())
    }
}

impl Tx<'_> {
    /// What `build` makes of all rows of `R`, in order of their keys, kept by the driver until one of them changes. The
    /// decision rests on the whole table: on its guard without columns. `None` when this act changed the table itself, and
    /// when nothing current is kept and `worth` says no.
    ///
    /// For rules that acts look up again and again. `worth` gets how many rows there are at most, and says whether reading
    /// them all pays. For one table and one `T` there must be one `build`.
    ///
    /// ```
    /// # mod shop { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/shop.rs")); }
    /// # use shop::*;
    /// # use std::collections::BTreeMap;
    /// struct Labels(BTreeMap<SmolStr, i64>);
    ///
    /// # run(|tx| {
    /// let build = |shelves: &[std::sync::Arc<Shelf>]| {
    ///     Labels(shelves.iter().map(|shelf| (shelf.label.clone(), shelf.number)).collect())
    /// };
    /// let labels = tx.compiled::<Shelf, Labels>(|rows| rows <= 1000, build)?;
    /// assert_eq!(labels.map(|labels| labels.0["window"]), Some(2));
    /// # Ok(()) });
    /// ```
    ///
    /// # Errors
    /// [`Halt::Unguarded`] when the table has no guard without columns; a [`Halt`] to be passed on.
    pub fn compiled<R: Record, T: Any + Send + Sync>(
        &mut self,
        worth: impl Fn(u64) -> bool,
        build: impl FnOnce(&[Arc<R>]) -> T,
    ) -> Result<Option<Arc<T>>, Halt> {
        if self.stage.find(R::TABLE).is_some() {
            return Ok(None);
        }
        let (key, version, changes) = self.whole_guard::<R>()?;
        if let Some(current) = self.context.compiled.current::<R, T>(version) {
            self.cache.slot(GuardCount::TABLE, &key, true);
            return Ok(Some(current));
        }
        let rows_at_most = self.context.compiled.rows_at_most::<R, T>(changes);
        if self.read_before_guard(R::TABLE, &key) || !worth(rows_at_most) {
            return Ok(None);
        }
        // Rows that are newer than the guard make the commit a conflict, so a value kept under an older version than its
        // rows is never believed.
        let rows = self.scan(&Range::<R>::all())?;
        let built = Arc::new(build(&rows));
        self.context.compiled.keep::<R, T>((version, changes), rows.len() as u64, built.clone());
        Ok(Some(built))
    }

    /// What `build` makes of the rows of `tables`, of which none changes without a change of a row of `R`; kept by the driver
    /// until a row of `R` changes. The decision rests on the guard of `R` without columns.
    pub(crate) fn compiled_from<R: Record, T: Any + Send + Sync>(
        &mut self,
        tables: &[&'static Table],
        build: impl FnOnce(&mut Self) -> Result<T, Halt>,
    ) -> Result<Arc<T>, Halt> {
        if self.stage.find(R::TABLE).is_some() {
            return build(self).map(Arc::new); // with what this act changed, so for nobody else
        }
        let (key, version, changes) = self.whole_guard::<R>()?;
        self.cache.slot(GuardCount::TABLE, &key, true);
        if let Some(kept) = self.context.compiled.current::<R, T>(version) {
            return Ok(kept);
        }
        let early = tables.iter().any(|table| self.read_before_guard(table, &key));
        let built = Arc::new(build(self)?);
        if !early {
            self.context.compiled.keep::<R, T>((version, changes), 0, built.clone());
        }
        Ok(built)
    }

    /// Loads the guards of all rows of these tables in one trip, for those who rest on several.
    pub(crate) fn need_guards(&mut self, tables: &[&'static Table]) -> Result<(), Halt> {
        let keys =
            tables.iter().map(|table| whole_guard_key(table)).collect::<Result<Vec<_>, _>>()?;
        self.load(GuardCount::TABLE, &keys)
    }

    /// The guard of all rows of `R`, its version and how many changes it has counted.
    pub(super) fn whole_guard<R: Record>(&mut self) -> Result<(KeyBytes, Version, i64), Halt> {
        let key = whole_guard_key(R::TABLE)?;
        self.load(GuardCount::TABLE, std::slice::from_ref(&key))?;
        let (version, changes) = match self.cache.slot(GuardCount::TABLE, &key, false) {
            Some(Slot { row: Some(row), .. }) => (row.version, row.record::<GuardCount>()?.changes),
            _ => (0, 0),
        };
        Ok((key, version, changes))
    }

    /// Whether a row of `table` was read before the guard: such a first reading stays for this act, but it may be older than
    /// the guard, and is nothing to be kept for others.
    fn read_before_guard(&mut self, table: &'static Table, guard: &KeyBytes) -> bool {
        let since = self.cache.slot(GuardCount::TABLE, guard, false).map_or(0, |slot| slot.trip);
        self.cache.table(table).iter().any(|(_, slot)| slot.trip < since)
    }
}

/// The key of a table's guard without columns.
pub(super) fn whole_guard_key(table: &'static Table) -> Result<KeyBytes, Halt> {
    let whole = table.guards.iter().position(|guard| guard.columns.is_empty());
    let guard = whole.ok_or(Halt::Unguarded { table: table.name })?;
    let name = smol_str::SmolStr::new_static(table.name);
    Ok((name, guard as u8, KeyBytes::new(&[])).to_bytes())
}
