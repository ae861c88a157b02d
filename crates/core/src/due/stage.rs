//! Putting items on the queue in the commit of the fact that causes them.

use std::sync::Arc;

use smol_str::SmolStr;

use super::{Due, DueItem};
use crate::{Halt, Timestamp, Tx};

impl Tx<'_> {
    /// Puts an item on the queue, or moves the one that is there: a kind has one item per subject. Gives the time at which
    /// that one was due.
    ///
    /// ```
    /// # mod shop { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/shop.rs")); }
    /// # use shop::*;
    /// use fondaco_core::due::Due;
    /// # run(|tx| {
    /// let noon: Timestamp = "2026-07-01T12:00:00Z".parse().unwrap();
    /// let later = noon.checked_add(chrono::TimeDelta::hours(1)).unwrap();
    /// assert_eq!(tx.due(Due::new("shop.reminder", "shelf/1", noon))?, None);
    /// assert_eq!(tx.due(Due::new("shop.reminder", "shelf/1", later))?, Some(noon)); // moved
    /// # Ok(()) });
    /// ```
    ///
    /// # Errors
    /// [`Halt::Unstorable`] for a text that no store can keep; a [`Halt`] to be passed on.
    pub fn due(&mut self, due: Due) -> Result<Option<Timestamp>, Halt> {
        due.check()?;
        let there = self.due_item(&due.kind, &due.subject)?;
        let id = self.id()?;
        match &there {
            Some(_) => self.put(due.into_item(id))?,
            None => self.insert(due.into_item(id))?,
        }
        Ok(there.map(|item| item.at))
    }

    /// Puts an item on the queue without looking whether there is one: for a subject that nobody else can have, such as an
    /// id that this act made. Reads nothing.
    ///
    /// ```
    /// # mod shop { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/shop.rs")); }
    /// # use shop::*;
    /// use fondaco_core::due::Due;
    /// # run(|tx| {
    /// let note: Id<Note> = tx.id()?;
    /// tx.due_anew(Due::new("shop.note_expires", note.to_string(), tx.now()))?;
    /// # Ok(()) });
    /// ```
    ///
    /// # Errors
    /// As [`due`](Tx::due).
    pub fn due_anew(&mut self, due: Due) -> Result<(), Halt> {
        due.check()?;
        let id = self.id()?;
        self.insert(due.into_item(id))
    }

    /// Takes an item off the queue; whether it was there.
    ///
    /// ```
    /// # mod shop { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/shop.rs")); }
    /// # use shop::*;
    /// use fondaco_core::due::Due;
    /// # run(|tx| {
    /// tx.due(Due::new("shop.reminder", "shelf/1", tx.now()))?;
    /// assert!(tx.cancel_due("shop.reminder", "shelf/1")?);
    /// assert!(!tx.cancel_due("shop.reminder", "shelf/1")?);
    /// # Ok(()) });
    /// ```
    ///
    /// # Errors
    /// A [`Halt`], to be passed on.
    pub fn cancel_due(&mut self, kind: &str, subject: &str) -> Result<bool, Halt> {
        let there = self.due_item(kind, subject)?.is_some();
        if there {
            self.delete::<DueItem>(&(SmolStr::new(kind), SmolStr::new(subject)))?;
        }
        Ok(there)
    }

    /// The item of this kind and subject; the decision rests on it, or on its absence.
    ///
    /// ```
    /// # mod shop { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/shop.rs")); }
    /// # use shop::*;
    /// # run(|tx| {
    /// assert_eq!(tx.due_item("shop.reminder", "shelf/1")?, None);
    /// # Ok(()) });
    /// ```
    ///
    /// # Errors
    /// A [`Halt`], to be passed on.
    pub fn due_item(&mut self, kind: &str, subject: &str) -> Result<Option<Arc<DueItem>>, Halt> {
        self.get::<DueItem>(&(SmolStr::new(kind), SmolStr::new(subject)))
    }
}
