//! What was built from a whole table, kept by the driver for as long as none of the table's rows changes.

use std::any::{Any, TypeId};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::{GuardCount, Halt, Range, Tx};
use crate::store::{KeyBytes, KeyParts, Record, Version};

type Kept = HashMap<TypeId, (Version, Arc<dyn Any + Send + Sync>)>;

/// The kept values of one driver, each with the version of its table's guard.
#[derive(Clone, Default)]
pub(crate) struct Compiled(Arc<Mutex<Kept>>);

impl Compiled {
    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What was kept last, and whether that is of this version.
    fn get<T: Any + Send + Sync>(&self, version: Version) -> (bool, Option<Arc<T>>) {
        let kept = self.lock().get(&TypeId::of::<T>()).cloned();
        let current = kept.as_ref().is_some_and(|(kept, _)| *kept == version);
        let value = kept.and_then(|(_, value)| value.downcast::<T>().ok());
        (current && value.is_some(), value)
    }

    fn is_empty<T: Any>(&self) -> bool {
        !self.lock().contains_key(&TypeId::of::<T>())
    }

    fn keep<T: Any + Send + Sync>(&self, version: Version, value: Arc<T>) {
        self.lock().insert(TypeId::of::<T>(), (version, value));
    }
}

impl std::fmt::Debug for Compiled {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Compiled({})", self.lock().len())
    }
}

impl Tx<'_> {
    /// What `build` makes of all rows of `R`, kept by the driver until one of them changes. The decision rests on the whole
    /// table: on its guard without columns. `None` when nothing current is kept and `worth` says no, and when this act
    /// changed the table itself.
    ///
    /// For rules that large batches look up again and again. `T` must be a type of its own for each use. `worth` gets what
    /// was kept last, if anything, and says whether building anew pays.
    ///
    /// # Errors
    /// [`Halt::Unguarded`] when the table has no guard without columns; a [`Halt`] to be passed on.
    pub fn compiled<R: Record, T: Any + Send + Sync>(
        &mut self,
        worth: impl Fn(Option<&T>) -> bool,
        build: impl FnOnce(&[Arc<R>]) -> T,
    ) -> Result<Option<Arc<T>>, Halt> {
        if self.stage.find(R::TABLE).is_some() {
            return Ok(None);
        }
        if self.context.compiled.is_empty::<T>() && !worth(None) {
            return Ok(None); // without asking the store for anything
        }
        let whole = R::TABLE.guards.iter().position(|guard| guard.columns.is_empty());
        let guard = whole.ok_or(Halt::Unguarded { table: R::TABLE.name })?;
        let table = smol_str::SmolStr::new_static(R::TABLE.name);
        let key = (table, guard as u8, KeyBytes::new(&[])).to_bytes();
        self.load(GuardCount::TABLE, std::slice::from_ref(&key))?;
        let version =
            self.cache.slot(GuardCount::TABLE, &key, false).map_or(0, |slot| slot.version());
        let (current, last) = self.context.compiled.get::<T>(version);
        if current {
            self.cache.slot(GuardCount::TABLE, &key, true);
            return Ok(last);
        }
        if self.read_before_guard::<R>(&key) || !worth(last.as_deref()) {
            return Ok(None);
        }
        // Rows that are newer than the guard make the commit a conflict, so a value kept under an older version than its
        // rows is never believed.
        let built = Arc::new(build(&self.scan(&Range::<R>::all())?));
        self.context.compiled.keep(version, built.clone());
        Ok(Some(built))
    }

    /// Whether a row of `R` was read before the guard: such a first reading stays for this act, but it may be older than
    /// the guard, and is nothing to be kept for others.
    fn read_before_guard<R: Record>(&mut self, guard: &KeyBytes) -> bool {
        let since = self.cache.slot(GuardCount::TABLE, guard, false).map_or(0, |slot| slot.trip);
        self.cache.table(R::TABLE).values().any(|slot| slot.trip < since)
    }
}
