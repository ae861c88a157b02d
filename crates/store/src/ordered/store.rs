//! The adapter: a full store over an ordered map.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use fondaco_core::CompanyId;
use fondaco_core::store::{
    Answer, At, Batch, Commit, FeedFrom, Pieces, Prepared, Read, Reply, Snapshot, Store,
    StoreError, Table,
};

use super::catalog::{Forms, Header, Preparing};
use super::commit::{Verdict, commit};
use super::draw::Unfilled;
use super::load::{self, Loading};
use super::log::{self, Head};
use super::read::Reading;
use super::{MapSnapshot, Ordered, Written};
use crate::holds::Holds;

/// What a hold shows: the map as it was, or nothing but a position, when the map can't hold.
type Held = Option<Arc<dyn MapSnapshot + Send + Sync>>;

/// A [`Store`] over any [`Ordered`] map: see the [module](super).
///
/// A held snapshot that nobody reads for 15 minutes is released, and so is every one when a stored table is brought to a
/// newer layout.
///
/// ```
/// use fondaco_core::{CompanyId, Driver, Halt};
/// use fondaco_store::OrderedStore;
/// use fondaco_store::ordered::InMemory;
///
/// let store = OrderedStore::open(InMemory::new())?; // or a map of your own
/// let driver = Driver::new(store, CompanyId::named("acme"));
/// assert_eq!(driver.view(|view| Ok::<u64, Halt>(view.position()))?, 0); // no commit yet
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct OrderedStore<M> {
    map: M,
    chain: bool,
    forms: RwLock<Arc<Forms>>,
    /// Whoever writes through this object waits here, instead of being refused by the map.
    writing: Mutex<()>,
    holds: Holds<Held>,
}

impl<M: Ordered> OrderedStore<M> {
    /// The store in `map`, which is empty or was used by this type before.
    ///
    /// ```
    /// use fondaco_core::store::StoreError;
    /// use fondaco_store::OrderedStore;
    /// use fondaco_store::ordered::{InMemory, Ordered, Put};
    /// let recipes = InMemory::new();
    /// recipes.write(0, vec![Put::new("bigoli", "in salsa")])?;
    /// assert!(matches!(OrderedStore::open(recipes), Err(StoreError::Corrupt(_))));
    /// # Ok::<(), fondaco_store::ordered::MapError>(())
    /// ```
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] when the map holds something else, [`StoreError::NewerLayout`] when a newer version of this
    /// library wrote it, or the map's own failures.
    pub fn open(map: M) -> Result<OrderedStore<M>, StoreError> {
        Header::check(map.snapshot()?.as_ref())?;
        let (forms, writing, holds) = (RwLock::default(), Mutex::default(), Holds::new());
        Ok(OrderedStore { map, chain: true, forms, writing, holds })
    }

    /// Whether commits are sealed into their company's hash chain; they are, unless this says otherwise.
    ///
    /// Without it commits are faster by the hashing of every row, and nothing shows whether a row was changed, added or
    /// removed behind the store's back.
    ///
    /// ```
    /// use fondaco_store::OrderedStore;
    /// use fondaco_store::ordered::InMemory;
    /// let scratch = OrderedStore::open(InMemory::new())?.with_chain(false);
    /// # let _ = scratch;
    /// # Ok::<(), fondaco_core::store::StoreError>(())
    /// ```
    #[must_use]
    pub fn with_chain(mut self, on: bool) -> OrderedStore<M> {
        self.chain = on;
        self
    }

    /// The map.
    ///
    /// ```
    /// use fondaco_store::OrderedStore;
    /// use fondaco_store::ordered::{InMemory, Ordered};
    /// let store = OrderedStore::open(InMemory::new())?;
    /// assert_eq!(store.map().snapshot()?.position(), 0); // opening writes nothing
    /// # Ok::<(), fondaco_core::store::StoreError>(())
    /// ```
    pub fn map(&self) -> &M {
        &self.map
    }

    /// The map again, when the store is no longer needed.
    pub fn into_map(self) -> M {
        self.map
    }

    fn forms(&self) -> Arc<Forms> {
        self.forms.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn set_forms(&self, forms: Forms) {
        *self.forms.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(forms);
    }

    /// The tables as the map has them at this moment, which others may have changed.
    fn forms_at(&self, map: &dyn MapSnapshot, header: &Header) -> Result<Arc<Forms>, StoreError> {
        let forms = self.forms();
        if forms.fit(header) {
            return Ok(forms);
        }
        let mut kept = self.forms.write().unwrap_or_else(PoisonError::into_inner);
        let anew = Arc::new(kept.anew(map)?);
        // A moment from before the last change of a table is not what later ones will be like.
        if kept.is_older(header) {
            *kept = anew.clone();
        }
        Ok(anew)
    }

    fn answer(&self, map: &dyn MapSnapshot, read: &Read) -> Result<Answer, StoreError> {
        let forms = self.forms_at(map, &Header::of(map)?)?;
        let head = Head::of(map, read.company)?;
        let reading = Reading { map, forms: &forms, head };
        let replies = read.asks.iter().map(|ask| reading.reply(ask)).collect::<Result<_, _>>()?;
        Ok(Answer::new(Snapshot { position: head.position, hold: 0 }, replies))
    }

    fn hold(&self, read: &Read) -> Result<Answer, StoreError> {
        let held: Held = self.map.hold()?.map(Arc::from);
        let mut answer = match &held {
            Some(held) => self.answer(held.as_ref(), read)?,
            None => self.answer(self.map.snapshot()?.as_ref(), read)?,
        };
        answer.at = self.holds.keep(read.company, answer.at.position, held);
        Ok(answer)
    }

    fn held(&self, read: &Read, at: Snapshot, last: bool) -> Result<Answer, StoreError> {
        let held = self.holds.find(read.company, at, last)?;
        let now = self.map.snapshot()?;
        let mut answer = match &held {
            Some(held) => {
                // A table that was changed since has other indexes than this moment.
                if Header::of(held.as_ref())?.version != Header::of(now.as_ref())?.version {
                    return Err(StoreError::SnapshotGone);
                }
                let mut answer = self.answer(held.as_ref(), read)?;
                forget_salts(now.as_ref(), read, &mut answer)?;
                answer
            }
            None if Head::of(now.as_ref(), read.company)?.position != at.position => {
                return Err(StoreError::SnapshotGone);
            }
            None => self.answer(now.as_ref(), read)?,
        };
        answer.at.hold = if last { 0 } else { at.hold };
        Ok(answer)
    }

    /// Judges a batch at this moment and writes it; `None` when the map moved meanwhile.
    fn attempt(&self, batch: &mut Batch) -> Result<Option<Commit>, StoreError> {
        let map = self.map.snapshot()?;
        let (position, header) = (map.position(), Header::of(map.as_ref())?);
        let forms = self.forms_at(map.as_ref(), &header)?;
        let verdict = commit(map.as_ref(), &forms, header, batch, self.chain)?;
        drop(map);
        let (puts, commit) = match verdict {
            Verdict::Known(commit) => return Ok(Some(commit)),
            Verdict::Write(puts, commit) => (puts, commit),
        };
        let written = self.map.write(position, puts);
        match written.map_err(|error| error.of_command(batch.id))? {
            Written::Done => Ok(Some(commit)),
            Written::Moved => Ok(None),
        }
    }
}

/// Takes from the receipts of a held snapshot the salts that were forgotten since.
fn forget_salts(now: &dyn MapSnapshot, read: &Read, answer: &mut Answer) -> Result<(), StoreError> {
    let company = Head::of(now, read.company)?.company;
    for reply in &mut answer.replies {
        if let Reply::Command(Some(receipt)) = reply
            && receipt.salt.is_some()
        {
            receipt.salt = log::commit(now, company, receipt.position)?.salt;
        }
    }
    Ok(())
}

impl<M: Ordered> Store for OrderedStore<M> {
    fn prepare(&self, tables: &[&'static Table]) -> Result<Prepared, StoreError> {
        let _alone = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            let map = self.map.snapshot()?;
            let position = map.position();
            let preparing = Preparing::new(map.as_ref())?;
            let (puts, done, forms) = preparing.tables(tables, &self.forms())?;
            drop(map);
            if puts.is_empty() || self.map.write(position, puts)? == Written::Done {
                self.set_forms(forms);
                return Ok(done);
            }
        }
    }

    fn read(&self, read: &Read) -> Result<Answer, StoreError> {
        match read.at {
            At::Now => self.answer(self.map.snapshot()?.as_ref(), read),
            At::Hold => self.hold(read),
            At::Held(at) => self.held(read, at, false),
            At::Last(at) => self.held(read, at, true),
            _ => Err(StoreError::Unsupported { ask: "a snapshot of a kind it does not know" }),
        }
    }

    fn commit(&self, mut batch: Batch) -> Result<Commit, StoreError> {
        let _alone = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        self.holds.sweep();
        let unfilled = Unfilled::of(&batch);
        loop {
            if let Some(commit) = self.attempt(&mut batch)? {
                return Ok(commit);
            }
            if let Some(unfilled) = &unfilled {
                unfilled.restore(&mut batch);
            }
        }
    }

    fn feed(&self, from: &FeedFrom) -> Result<Vec<Commit>, StoreError> {
        log::feed(self.map.snapshot()?.as_ref(), from)
    }

    fn load(&self, company: CompanyId, pieces: &mut Pieces<'_>) -> Result<(), StoreError> {
        let number = load::number(&self.map, company)?;
        let mut load = || {
            let now = self.map.snapshot()?;
            let forms = self.forms_at(now.as_ref(), &Header::of(now.as_ref())?)?;
            drop(now);
            let write = |puts| load::write(&self.map, puts);
            let head = Loading::new(&forms, number).all(pieces, write)?;
            load::reveal(&self.map, &forms, company, head)
        };
        let loaded = load();
        if loaded.is_err() {
            let _ = load::forget(&self.map, company, number);
        }
        loaded
    }
}

impl<M> fmt::Debug for OrderedStore<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OrderedStore").field("chain", &self.chain).finish_non_exhaustive()
    }
}
