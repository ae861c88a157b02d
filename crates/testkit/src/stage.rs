//! Batches in the making: one short word per change.

use std::sync::Arc;

use chrono::NaiveDate;
use fondaco_core::store::{Batch, Change, Event, Floor, Key, Record, Seen, Value, Version};

/// Adds to a batch.
pub(crate) trait Stage: Sized {
    fn change(self, change: Change) -> Self;
    fn sees(self, key: Key, version: Version) -> Self;
    fn tells(self, event: Event) -> Self;
    fn answers(self, value: Value) -> Self;

    fn insert<R: Record>(self, rows: Vec<R>) -> Self {
        self.change(Change::Insert(Box::new(rows)))
    }
    fn put<R: Record>(self, row: R, seen: Version) -> Self {
        self.change(Change::Put { row: Arc::new(row), seen })
    }
    fn delete(self, key: Key, seen: Version) -> Self {
        self.change(Change::Delete { key, seen })
    }
    fn erase(self, key: Key) -> Self {
        self.change(Change::Erase { key })
    }
    fn add<R: Record>(self, rows: Vec<R>) -> Self {
        self.add_over(rows, &[])
    }
    fn add_over<R: Record>(self, rows: Vec<R>, floors: &[Floor]) -> Self {
        self.change(Change::Add { rows: Box::new(rows), floors: floors.to_vec() })
    }
    fn draw(self, series: &str, count: u32) -> Self {
        self.change(Change::Draw { series: series.into(), count, dates: None })
    }
    fn draw_dated(self, series: &str, count: u32, first: NaiveDate, last: NaiveDate) -> Self {
        self.change(Change::Draw { series: series.into(), count, dates: Some((first, last)) })
    }
}

impl Stage for Batch {
    fn change(mut self, change: Change) -> Batch {
        self.changes.push(change);
        self
    }
    fn sees(mut self, key: Key, version: Version) -> Batch {
        self.seen.push(Seen { key, version });
        self
    }
    fn tells(mut self, event: Event) -> Batch {
        self.events.push(event);
        self
    }
    fn answers(mut self, value: Value) -> Batch {
        self.answer.push(value);
        self
    }
}
