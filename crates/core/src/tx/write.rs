//! Staging changes in a unit of work.

use std::sync::Arc;

use chrono::NaiveDate;

use super::stage::Staged;
use super::{ActError, Halt, IndexOf, Tx};
use crate::store::{
    Drawn, Event, Floor, Key, KeyBytes, KeyParts, KeyWriter, Kind, Personal, Record, Row, Stored,
    Table,
};
use crate::{Id, IdRun, Timestamp};

/// What became of an [`add`](Tx::add).
#[derive(Debug, Clone, PartialEq)]
pub enum Added<R> {
    /// It is staged.
    Fine,
    /// A floor would break: the counter as it would stand. Nothing was staged; the act refuses, or chooses otherwise.
    Short(R),
}

/// What became of a [`draw`](Tx::draw).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Drew {
    /// The place of the number, which the commit gives.
    Place(Drawn),
    /// The series has a number of this later date already.
    Late(NaiveDate),
}

impl Tx<'_> {
    /// Stages a new row. A key that was not read before must be one that nobody else can have, as an id from [`Tx::id`].
    ///
    /// ```
    /// # mod shop { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/shop.rs")); }
    /// # use shop::*;
    /// # run(|tx| {
    /// if tx.get::<Shelf>(&3)?.is_none() {
    ///     tx.insert(Shelf { number: 3, label: "cellar".into() })?;
    /// }
    /// assert!(tx.get::<Shelf>(&3)?.is_some()); // an act sees what it staged
    /// # Ok(()) });
    /// ```
    ///
    /// # Errors
    /// [`Halt::Unstorable`] for a value that no store can keep; a [`Halt`] to be passed on.
    pub fn insert<R: Record>(&mut self, row: R) -> Result<(), Halt> {
        self.insert_all(vec![row])
    }

    /// Stages many new rows at once.
    ///
    /// ```
    /// # mod shop { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/shop.rs")); }
    /// # use shop::*;
    /// # run(|tx| {
    /// tx.get_many::<Shelf>(&[3, 4])?; // both are absent: the insert rests on that
    /// tx.insert_all(vec![shelf(3, "cellar"), shelf(4, "roof")])?;
    /// # Ok(()) });
    /// ```
    ///
    /// # Errors
    /// As [`insert`](Tx::insert).
    pub fn insert_all<R: Record>(&mut self, mut rows: Vec<R>) -> Result<(), Halt> {
        self.writable::<R>(&[Kind::Fact, Kind::State])?;
        rows.iter().try_for_each(storable)?;
        if R::TABLE.indexes.iter().any(|index| index.unique) {
            rows.iter().for_each(|row| self.claim_all(row));
        }
        self.put_removed(&mut rows);
        let stage = self.stage.growing(R::TABLE).inserts_of::<R>();
        append(stage.ok_or_else(|| two_types::<R>())?, &mut rows);
        Ok(())
    }

    /// The rows of `R` that this act has inserted so far, as they were staged: what another function of it brought about, without
    /// asking the store for what only this act can have made.
    ///
    /// ```
    /// # mod shop { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/shop.rs")); }
    /// # use shop::*;
    /// # run(|tx| {
    /// tx.get_many::<Shelf>(&[3, 4])?;
    /// tx.insert_all(vec![shelf(3, "cellar"), shelf(4, "roof")])?;
    /// assert_eq!(tx.inserted_so_far::<Shelf>().len(), 2); // those that were there before are not among them
    /// # Ok(()) });
    /// ```
    pub fn inserted_so_far<R: Record>(&self) -> &[R] {
        let rows = self.stage.staged(R::TABLE).and_then(|stage| stage.inserts.as_deref());
        let typed = rows.and_then(|rows| (rows as &dyn std::any::Any).downcast_ref::<Vec<R>>());
        typed.map_or(&[], Vec::as_slice)
    }

    /// A row in place of one that this act removed is one change of its key: a put.
    fn put_removed<R: Record>(&mut self, rows: &mut Vec<R>) {
        if self.stage.staged(R::TABLE).is_none_or(|stage| stage.slots.is_empty()) {
            return;
        }
        rows.retain(|row| {
            let key = row.row_key().bytes;
            let removed = matches!(self.slot::<R>(&key), Some(Staged::Delete));
            if removed {
                self.stage.set(R::TABLE, key, Staged::Put(Arc::new(row.clone())));
            }
            !removed
        });
    }

    /// Stages a changed row in place of the one that was read.
    ///
    /// ```
    /// # mod shop { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/shop.rs")); }
    /// # use shop::*;
    /// # run(|tx| {
    /// if let Some(shelf) = tx.get::<Shelf>(&1)? {
    ///     tx.put(Shelf { label: "front door".into(), ..shelf.as_ref().clone() })?;
    /// }
    /// let unread = tx.put(shelf(2, "window sill"));
    /// assert!(matches!(unread, Err(Halt::Bug(_)))); // shelf 2 was never read
    /// # Ok(()) });
    /// ```
    ///
    /// # Errors
    /// [`Halt::Bug`] when the row was not read before or does not exist; [`Halt::Unstorable`]; a [`Halt`] to be passed on.
    pub fn put<R: Record>(&mut self, row: R) -> Result<(), Halt> {
        self.writable::<R>(&[Kind::State])?;
        storable(&row)?;
        let key = row.row_key().bytes;
        self.not_erased::<R>(&key)?;
        self.release_claims::<R>(&key)?;
        self.claim_all(&row);
        self.stage.set(R::TABLE, key, Staged::Put(Arc::new(row)));
        Ok(())
    }

    /// Stages the removal of a row that was read.
    ///
    /// ```
    /// # mod shop { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/shop.rs")); }
    /// # use shop::*;
    /// # run(|tx| {
    /// if tx.get::<Shelf>(&1)?.is_some() {
    ///     tx.delete::<Shelf>(&1)?;
    /// }
    /// assert_eq!(tx.get::<Shelf>(&1)?, None);
    /// # Ok(()) });
    /// ```
    ///
    /// # Errors
    /// [`Halt::Bug`] when the row was not read before or does not exist; a [`Halt`] to be passed on.
    pub fn delete<R: Record>(&mut self, key: &R::Key) -> Result<(), Halt> {
        self.writable::<R>(&[Kind::State])?;
        let key = key.to_bytes();
        self.not_erased::<R>(&key)?;
        self.release_claims::<R>(&key)?;
        self.stage.set(R::TABLE, key, Staged::Delete);
        Ok(())
    }

    /// Stages the erasure of a row's personal values; what is left are commitments, with which the hash chain still holds.
    ///
    /// ```
    /// # mod shop { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/shop.rs")); }
    /// # use shop::*;
    /// # let shop = shop();
    /// let noted = shop.run(envelope("note"), "note", |tx, _| {
    ///     let (id, text) = (tx.id()?, tx.personal("lives at 5 Rio Terà".into()));
    ///     tx.insert(Note { id, text, slip: None })?;
    ///     Ok::<Id<Note>, Halt>(id)
    /// })?;
    /// shop.run(envelope("forget"), &noted.answer, |tx, id| tx.erase::<Note>(id))?;
    /// let note = shop.view(|view| view.peek::<Note>(&noted.answer))?;
    /// assert!(note.is_some_and(|note| note.text.get().is_none()));
    /// # Ok::<(), Halt>(())
    /// ```
    ///
    /// # Errors
    /// [`Halt::Bug`] when the row does not exist, or the act changed it: an erasure is an act of its own; a [`Halt`] to be
    /// passed on.
    pub fn erase<R: Record>(&mut self, key: &R::Key) -> Result<(), Halt> {
        self.writable::<R>(&[Kind::Fact, Kind::State])?;
        let bytes = key.to_bytes();
        if self.get::<R>(key)?.is_none() {
            return Err(Halt::Bug(format!(
                "erase of {:?}, which does not exist",
                Key { table: R::TABLE, bytes }
            )));
        }
        if self.slot::<R>(&bytes).is_some_and(|staged| matches!(staged, Staged::Put(_))) {
            return Err(erased_and_changed::<R>(bytes));
        }
        self.release_claims::<R>(&bytes)?;
        self.stage.set(R::TABLE, bytes, Staged::Erase);
        Ok(())
    }

    fn slot<R: Record>(&self, key: &KeyBytes) -> Option<&Staged> {
        self.stage.staged(R::TABLE)?.slots.get(key)
    }

    /// One of the two changes would be lost: a batch has one per key.
    fn not_erased<R: Record>(&self, key: &KeyBytes) -> Result<(), Halt> {
        match self.slot::<R>(key) {
            Some(Staged::Erase) => Err(erased_and_changed::<R>(key.clone())),
            _ => Ok(()),
        }
    }

    /// Stages the addition of `delta` to the counter of its key, under floors that the store judges after the whole batch.
    ///
    /// When an earlier run of the act broke a floor of this counter, the addition is judged here, with what the act has
    /// staged so far, and answered [`Added::Short`] if it would break one again.
    ///
    /// ```
    /// # mod shop { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/shop.rs")); }
    /// # use shop::*;
    /// # use fondaco_core::Added;
    /// # let shop = shop(); // of item 7 there are 10 pieces
    /// let never_below_zero = [Floor::new(&[(1, 1)], 0)]; // column 1: the pieces
    /// let took = shop.run(envelope("take 12"), &-12, |tx, pieces| {
    ///     Ok::<_, Halt>(match tx.add(Stock { item: 7, pieces: *pieces }, &never_below_zero)? {
    ///         Added::Fine => "all are taken".to_string(),
    ///         Added::Short(after) => format!("{} are missing", -after.pieces),
    ///     })
    /// })?;
    /// assert_eq!(took.answer, "2 are missing");
    /// # Ok::<(), Halt>(())
    /// ```
    ///
    /// # Errors
    /// A [`Halt`], to be passed on.
    pub fn add<R: Record>(&mut self, delta: R, floors: &[Floor]) -> Result<Added<R>, Halt> {
        self.writable::<R>(&[Kind::Counter])?;
        storable(&delta)?;
        if let Some(short) = self.judge(&delta, floors)? {
            return Ok(Added::Short(short));
        }
        let stage = self.stage.growing(R::TABLE).adds_of::<R>(floors);
        stage.ok_or_else(|| two_types::<R>())?.push(delta);
        Ok(Added::Fine)
    }

    /// Stages additions to many counters at once, without floors.
    ///
    /// ```
    /// # mod shop { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/shop.rs")); }
    /// # use shop::*;
    /// # run(|tx| {
    /// tx.add_all(vec![Stock { item: 7, pieces: 5 }, Stock { item: 8, pieces: 1 }])?;
    /// assert_eq!(tx.peek::<Stock>(&7)?.map(|stock| stock.pieces), Some(15));
    /// # Ok(()) });
    /// ```
    ///
    /// # Errors
    /// A [`Halt`], to be passed on.
    pub fn add_all<R: Record>(&mut self, mut deltas: Vec<R>) -> Result<(), Halt> {
        self.writable::<R>(&[Kind::Counter])?;
        deltas.iter().try_for_each(storable)?;
        let stage = self.stage.growing(R::TABLE).adds_of::<R>(&[]);
        append(stage.ok_or_else(|| two_types::<R>())?, &mut deltas);
        Ok(())
    }

    /// Stages additions to counters, sorted by key and each once, under floors that say the least of each. What broke a floor in an
    /// earlier run is judged by who adds.
    pub(super) fn add_each<R: Record>(
        &mut self,
        deltas: Vec<R>,
        floors: Vec<Floor>,
    ) -> Result<(), Halt> {
        self.writable::<R>(&[Kind::Counter])?;
        deltas.iter().try_for_each(storable)?;
        self.stage.growing(R::TABLE).add_each(deltas, floors);
        Ok(())
    }

    /// Whether a floor of the counter with this key broke in an earlier run of the act. Then the act rests on the counter,
    /// and a [`get`](Tx::get) of it costs no trip: for acts that judge many additions in order by a sum of their own, and
    /// leave it to one floor as long as nobody is refused.
    ///
    /// ```
    /// # mod shop { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/shop.rs")); }
    /// # use shop::*;
    /// # let shop = shop(); // of item 7 there are 10 pieces
    /// let took = shop.run(envelope("take 12"), &-12, |tx, pieces| {
    ///     if tx.is_short::<Stock>(&7) {
    ///         return Ok(format!("only {:?} are there", tx.get::<Stock>(&7)?.map(|stock| stock.pieces)));
    ///     }
    ///     tx.add(Stock { item: 7, pieces: *pieces }, &[Floor::new(&[(1, 1)], 0)])?;
    ///     Ok::<_, Halt>("all are taken".to_string())
    /// })?;
    /// assert_eq!(took.answer, "only Some(10) are there");
    /// # Ok::<(), Halt>(())
    /// ```
    pub fn is_short<R: Record>(&mut self, key: &R::Key) -> bool {
        !self.learned.short.is_empty()
            && self.rests_on_short(&Key { table: R::TABLE, bytes: key.to_bytes() })
    }

    /// Whether an earlier run broke a floor of this counter; then the act rests on it.
    fn rests_on_short(&mut self, key: &Key) -> bool {
        let Some(row) = self.learned.short.get(key) else { return false };
        self.used_learned = true;
        self.cache.keep(key.table, key.bytes.clone(), row.clone(), true);
        true
    }

    /// The counter with `delta` added, if an earlier run broke its floor and this addition would break one of `floors`.
    fn judge<R: Record>(&mut self, delta: &R, floors: &[Floor]) -> Result<Option<R>, Halt> {
        if self.learned.short.is_empty() || floors.is_empty() {
            return Ok(None);
        }
        let key = delta.row_key();
        if !self.rests_on_short(&key) {
            return Ok(None);
        }
        let mut after = delta.clone();
        if let Some(row) = self.loaded::<R>(&key.bytes, true)? {
            Record::add(&mut after, row.as_ref()).map_err(|column| overflow(&key, column))?;
        }
        Ok((!floors.iter().all(|floor| floor.holds(0, &after))).then_some(after))
    }

    /// Stages the drawing of the next number of a series, for a document of this date if numbers may not run backwards in
    /// date. The number is known after the commit; until then there is its place.
    ///
    /// ```
    /// # mod shop { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/shop.rs")); }
    /// # use shop::*;
    /// # use fondaco_core::Drew;
    /// # let shop = shop();
    /// let done = shop.run(envelope("draw"), "draw", |tx, _| match tx.draw("slips/2026", None)? {
    ///     Drew::Place(place) => Ok(place), // the act has a place ...
    ///     Drew::Late(_) => Err(Halt::Bug("a draw without a date is never late".into())),
    /// })?;
    /// assert_eq!(done.answer.number(), Some(1)); // ... and its caller the number
    /// # Ok::<(), Halt>(())
    /// ```
    ///
    /// # Errors
    /// A [`Halt`], to be passed on.
    pub fn draw(&mut self, series: &str, date: Option<NaiveDate>) -> Result<Drew, Halt> {
        self.writable_at_all()?;
        if let (Some(&last), Some(date)) = (self.learned.late.get(series), date)
            && date < last
        {
            self.used_learned = true;
            return Ok(Drew::Late(last));
        }
        let (at, draw) = self.stage.draw(series);
        if let (Some((_, last)), Some(date)) = (draw.dates, date)
            && date < last
        {
            return Ok(Drew::Late(last));
        }
        let place = Drawn::Place { draw: at as u32, offset: draw.count };
        draw.count = draw
            .count
            .checked_add(1)
            .ok_or_else(|| Halt::Bug("too many numbers in one act".into()))?;
        draw.dates =
            date.map(|date| (draw.dates.map_or(date, |(first, _)| first), date)).or(draw.dates);
        Ok(Drew::Place(place))
    }

    /// Who holds these columns of a unique index, as far as this act knows: by what it staged itself, and by what the
    /// store told after an earlier run. Costs no read; the commit decides.
    ///
    /// ```
    /// # mod shop { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/shop.rs")); }
    /// # use shop::*;
    /// # let shop = shop(); // shelf 1 has the label "door"
    /// let done = shop.run(envelope("label"), "label", |tx, _| {
    ///     if let Some(holder) = tx.unique(Shelf::BY_LABEL, &SmolStr::new("door"))? {
    ///         return Ok(format!("shelf {} has that label", holder.number));
    ///     }
    ///     tx.get::<Shelf>(&3)?;
    ///     tx.insert(shelf(3, "door"))?; // the commit refuses it, and the act runs again
    ///     Ok::<_, Halt>("labelled".to_string())
    /// })?;
    /// assert_eq!(done.answer, "shelf 1 has that label");
    /// # Ok::<(), Halt>(())
    /// ```
    ///
    /// # Errors
    /// A [`Halt`], to be passed on.
    pub fn unique<R: Record, P: KeyParts>(
        &mut self,
        index: IndexOf<R>,
        parts: &P,
    ) -> Result<Option<Arc<R>>, Halt> {
        let part = (index.position(), parts.to_bytes());
        if let Some(holder) =
            self.stage.staged(R::TABLE).and_then(|stage| stage.claims.get(&part)).cloned()
        {
            return self.read_one::<R>(&holder, true);
        }
        let Some(holder) =
            self.learned.clashes.get(&(R::TABLE.name, part.0, part.1.clone())).cloned()
        else {
            return Ok(None);
        };
        self.used_learned = true;
        let row = self.read_one::<R>(&holder.bytes, true)?;
        Ok(row.filter(|row| index_part(row.as_ref(), part.0).is_some_and(|held| held == part.1)))
    }

    /// Stages an event, for audit and outbox.
    ///
    /// ```
    /// # mod shop { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/shop.rs")); }
    /// # use shop::*;
    /// # let shop = shop();
    /// shop.run(envelope("count"), "count", |tx, _| {
    ///     tx.emit(Event::new("shop.counted").with("item", Value::I64(7)));
    ///     Ok::<(), Halt>(())
    /// })?;
    /// let commits = shop.feed(1, 10)?; // those after the first
    /// assert_eq!(commits[0].events[0].name, "shop.counted");
    /// # Ok::<(), Halt>(())
    /// ```
    pub fn emit(&mut self, event: Event) {
        self.stage.events.push(event);
    }

    /// A new id: time-ordered, and the same in every run of the act.
    ///
    /// ```
    /// # mod shop { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/shop.rs")); }
    /// # use shop::*;
    /// # run(|tx| {
    /// let (first, second): (Id<Note>, Id<Note>) = (tx.id()?, tx.id()?);
    /// assert!(first < second);
    /// assert_eq!(first.timestamp(), Some(tx.now()));
    /// # Ok(()) });
    /// ```
    ///
    /// # Errors
    /// [`Halt::Bug`] after 16 million ids in one act, or when the host's time is before 1970.
    pub fn id<T>(&mut self) -> Result<Id<T>, Halt> {
        self.id_at(self.now())
    }

    /// A new id of another instant than now: for what was recorded elsewhere before.
    ///
    /// ```
    /// # mod shop { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/shop.rs")); }
    /// # use shop::*;
    /// # run(|tx| {
    /// let then: Timestamp = "2019-03-01T12:00:00Z".parse().unwrap();
    /// let (old, new): (Id<Note>, Id<Note>) = (tx.id_at(then)?, tx.id()?);
    /// assert!(old < new && old.timestamp() == Some(then));
    /// # Ok(()) });
    /// ```
    ///
    /// # Errors
    /// As [`id`](Tx::id), of that instant.
    pub fn id_at<T>(&mut self, instant: Timestamp) -> Result<Id<T>, Halt> {
        let id = Id::derive(instant, self.command().to_u128(), self.ids)
            .map_err(|error| Halt::Bug(error.to_string()))?;
        self.ids += 1;
        Ok(id)
    }

    /// `count` new ids that follow one another.
    ///
    /// ```
    /// # mod shop { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/shop.rs")); }
    /// # use shop::*;
    /// # run(|tx| {
    /// let ids = tx.ids::<Note>(1000)?;
    /// assert_eq!(ids.iter().len(), 1000);
    /// # Ok(()) });
    /// ```
    ///
    /// # Errors
    /// As [`id`](Tx::id).
    pub fn ids<T>(&mut self, count: u32) -> Result<IdRun<T>, Halt> {
        let run = IdRun::derive(self.now(), self.command().to_u128(), self.ids, count);
        let run = run.map_err(|error| Halt::Bug(error.to_string()))?;
        self.ids += count;
        Ok(run)
    }

    /// Something about a person, with a salt of its own.
    ///
    /// ```
    /// # mod shop { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/shop.rs")); }
    /// # use shop::*;
    /// # run(|tx| {
    /// let name = tx.personal("Marietta");
    /// assert_eq!(name.get(), Some(&"Marietta"));
    /// assert_eq!(format!("{name:?}"), "<personal>"); // no log shows it
    /// # Ok(()) });
    /// ```
    pub fn personal<T>(&mut self, value: T) -> Personal<T> {
        let salt = self.context.salt(self.salts);
        self.salts = self.salts.wrapping_add(1);
        Personal::Kept(value, salt)
    }

    /// Runs a part of the act that may be refused without the whole being refused: after a refusal all that the part
    /// staged is taken back, what it read still counts, and the act goes on. Ids are not given back.
    ///
    /// This is the only right way to go on after a refusal: catching an error by hand would leave what was staged.
    ///
    /// ```
    /// # mod shop { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/shop.rs")); }
    /// # use shop::*;
    /// # #[derive(Debug, thiserror::Error)]
    /// # enum ShopError {
    /// #     #[error("no shelf {0}")] NoShelf(i64),
    /// #     #[error(transparent)] Halt(#[from] Halt),
    /// # }
    /// # impl ActError for ShopError {
    /// #     fn halt(&self) -> Option<&Halt> {
    /// #         if let ShopError::Halt(halt) = self { Some(halt) } else { None }
    /// #     }
    /// #     fn code(&self) -> &'static str { "shop" }
    /// #     fn kind(&self) -> ErrorKind { ErrorKind::Refused }
    /// # }
    /// fn clear(tx: &mut Tx<'_>, number: i64) -> Result<(), ShopError> {
    ///     tx.emit(Event::new("shop.shelf_cleared").with("shelf", Value::I64(number)));
    ///     tx.get::<Shelf>(&number)?.ok_or(ShopError::NoShelf(number))?;
    ///     Ok(tx.delete::<Shelf>(&number)?)
    /// }
    /// # run(|tx| {
    /// assert!(tx.attempt(|tx| clear(tx, 1))?.is_ok());
    /// assert!(tx.attempt(|tx| clear(tx, 9))?.is_err()); // shelf 1 is cleared all the same
    /// # Ok(()) });
    /// ```
    ///
    /// # Errors
    /// A [`Halt`], to be passed on: nothing is judged at a miss.
    pub fn attempt<T, E: ActError>(
        &mut self,
        part: impl FnOnce(&mut Self) -> Result<T, E>,
    ) -> Result<Result<T, E>, Halt> {
        let (mark, allowed) = (self.stage.mark(), self.allowed.clone());
        match part(self) {
            Err(error) => match error.halt() {
                Some(halt) if !halt.is_refusal() => Err(halt.clone()),
                _ => {
                    self.stage.back_to(mark);
                    self.allowed.back_to(allowed);
                    Ok(Err(error))
                }
            },
            done => {
                self.stage.keep();
                Ok(done)
            }
        }
    }

    fn writable_at_all(&self) -> Result<(), Halt> {
        if self.is_view() { Err(Halt::Bug("a view can't change anything".into())) } else { Ok(()) }
    }

    fn writable<R: Record>(&self, kinds: &[Kind]) -> Result<(), Halt> {
        self.writable_at_all()?;
        if kinds.contains(&R::TABLE.kind) {
            return Ok(());
        }
        Err(Halt::Bug(format!(
            "table {} holds {:?} rows, which don't change like this",
            R::TABLE.name,
            R::TABLE.kind
        )))
    }

    /// Claims the row's columns in all unique indexes.
    fn claim_all(&mut self, row: &dyn Stored) {
        for index in unique_indexes(row.table()) {
            if let Some(part) = index_part(row, index) {
                self.stage.claim(row.table(), (index, part), Some(row.row_key().bytes));
            }
        }
    }

    /// Gives up what the row as it stands claims; an error when it does not stand.
    fn release_claims<R: Record>(&mut self, key: &KeyBytes) -> Result<(), Halt> {
        let staged = self.staged::<R>(key)?;
        let row = match staged {
            Some(row) => row,
            None => self
                .cache
                .slot(R::TABLE, key, true)
                .and_then(|slot| slot.row.as_ref())
                .map(Row::record::<R>)
                .transpose()?,
        };
        let Some(row) = row else {
            let key = Key { table: R::TABLE, bytes: key.clone() };
            return Err(Halt::Bug(format!(
                "{key:?} was changed without being read, or does not exist"
            )));
        };
        for index in unique_indexes(R::TABLE) {
            if let Some(part) = index_part(row.as_ref(), index) {
                let mine = |stage: &super::stage::TableStage| {
                    stage.claims.get(&(index, part.clone())) == Some(key)
                };
                if self.stage.staged(R::TABLE).is_some_and(mine) {
                    self.stage.claim(R::TABLE, (index, part), None);
                }
            }
        }
        Ok(())
    }
}

fn unique_indexes(table: &'static Table) -> impl Iterator<Item = usize> {
    table.indexes.iter().enumerate().filter(|(_, index)| index.unique).map(|(position, _)| position)
}

fn index_part(row: &dyn Stored, index: usize) -> Option<KeyBytes> {
    let mut part = KeyWriter::new();
    row.write_index(index, &mut part).then(|| part.to_key())
}

fn storable<R: Record>(row: &R) -> Result<(), Halt> {
    match row.check() {
        None => Ok(()),
        Some((column, why)) => Err(Halt::Unstorable { table: R::TABLE.name, column, why }),
    }
}

/// Moves rows in; whole batches without a copy.
fn append<R>(stage: &mut Vec<R>, rows: &mut Vec<R>) {
    if stage.is_empty() {
        std::mem::swap(stage, rows);
    } else {
        stage.append(rows);
    }
}

fn erased_and_changed<R: Record>(bytes: KeyBytes) -> Halt {
    let key = Key { table: R::TABLE, bytes };
    Halt::Bug(format!("{key:?} is changed and erased by one act: erase it in an act of its own"))
}

fn two_types<R: Record>() -> Halt {
    Halt::Bug(format!("two records share the table name {}", R::TABLE.name))
}

pub(super) fn overflow(key: &Key, column: &'static str) -> Halt {
    Halt::Store(crate::store::StoreError::Overflow { key: key.clone(), column: column.into() })
}
