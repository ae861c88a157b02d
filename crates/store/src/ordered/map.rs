//! The map in memory: for tests, for what is thrown away, and as what a map with a log of its own keeps in memory.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};

use super::{KeyRange, MapError, MapSnapshot, Ordered, Pair, Put, Written};

/// An ordered map in memory, with held snapshots: what the first write after a hold changes is a copy of the whole map.
///
/// ```
/// use fondaco_core::CompanyId;
/// use fondaco_core::store::{Read, Store};
/// use fondaco_store::OrderedStore;
/// use fondaco_store::ordered::InMemory;
///
/// let store = OrderedStore::open(InMemory::new())?;
/// let answer = store.read(&Read::now(CompanyId::named("acme"), Vec::new()))?;
/// assert_eq!(answer.at.position, 0); // no commit yet
/// # Ok::<(), fondaco_core::store::StoreError>(())
/// ```
#[derive(Debug, Default)]
pub struct InMemory {
    moment: RwLock<Moment>,
}

#[derive(Debug, Default, Clone)]
struct Moment {
    position: u64,
    pairs: Arc<BTreeMap<Vec<u8>, Vec<u8>>>,
}

impl InMemory {
    /// An empty map.
    pub fn new() -> InMemory {
        InMemory::default()
    }

    fn moment(&self) -> RwLockReadGuard<'_, Moment> {
        // A write is done under one lock and can't fail half-way.
        self.moment.read().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Ordered for InMemory {
    fn snapshot(&self) -> Result<Box<dyn MapSnapshot + '_>, MapError> {
        Ok(Box::new(self.moment()))
    }

    fn hold(&self) -> Result<Option<Box<dyn MapSnapshot + Send + Sync>>, MapError> {
        Ok(Some(Box::new(self.moment().clone())))
    }

    fn write(&self, position: u64, puts: Vec<Put>) -> Result<Written, MapError> {
        let mut moment = self.moment.write().unwrap_or_else(PoisonError::into_inner);
        if moment.position != position {
            return Ok(Written::Moved);
        }
        moment.position += 1;
        let pairs = Arc::make_mut(&mut moment.pairs);
        for Put { key, value } in puts {
            match value {
                Some(value) => pairs.insert(key, value),
                None => pairs.remove(&key),
            };
        }
        Ok(Written::Done)
    }
}

impl Moment {
    fn range(&self, range: &KeyRange<'_>) -> Vec<Pair> {
        let pairs = self.pairs.range::<[u8], _>(range.bounds());
        let owned = |(key, value): (&Vec<u8>, &Vec<u8>)| (key.clone(), value.clone());
        match range.backwards {
            false => pairs.map(owned).take(range.limit).collect(),
            true => pairs.rev().map(owned).take(range.limit).collect(),
        }
    }
}

macro_rules! snapshot {
    ($($holder:ty)*) => { $(
        impl MapSnapshot for $holder {
            fn position(&self) -> u64 { self.position }
            fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, MapError> { Ok(self.pairs.get(key).cloned()) }
            fn range(&self, range: &KeyRange<'_>) -> Result<Vec<Pair>, MapError> { Ok(Moment::range(self, range)) }
        }
    )* };
}

snapshot!(Moment RwLockReadGuard<'_, Moment>);
