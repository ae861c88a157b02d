//! Timelines from stored facts: one row per recording.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{Recording, Says, Timeline, TimelineRules};
use crate::store::{Field, Record};
use crate::tx::Halt;

/// A fact that is one recording of a series. Its table's key is the series and a number that counts
/// from 0, so that two who record at once collide; its columns are the span, the [`Saying`], the
/// value (null where it says that nothing holds) and the time.
///
/// ```
/// use chrono::NaiveDate;
/// use fondaco_core::store::Record;
/// use fondaco_core::timeline::{Recorded, Recording, Saying, Span, Timeline, TimelineRules};
/// use fondaco_core::{Halt, Range, Reading, Timestamp, Tx};
///
/// #[derive(Record, Debug, Clone)]
/// #[record(table = "shop_price", kind = fact, key(item, number), guard(by_item(item)))]
/// struct Price {
///     item: i64,
///     number: i64,
///     start: NaiveDate,
///     end: Option<NaiveDate>,
///     says: Saying,
///     cents: Option<i64>,
///     recorded_at: Timestamp,
/// }
///
/// impl Recorded for Price {
///     type Value = i64;
///
///     fn recording(&self) -> Option<Recording<i64>> {
///         let span = Span { start: self.start, end: self.end };
///         Some(Recording { span, says: self.says.of(self.cents)?, recorded_at: self.recorded_at })
///     }
/// }
///
/// /// Sets a price in a unit of work: what is decided rests on all that is known of the item.
/// fn set_price(tx: &mut Tx<'_>, item: i64, span: Span, cents: i64) -> Result<bool, Halt> {
///     let rows = tx.scan(&Range::<Price>::by_key(&item))?;
///     let mut known = Timeline::of_rows(TimelineRules::default(), &rows)?;
///     let recorded_at = known.time_after(tx.now());
///     if known.set(span, cents, recorded_at).is_err() {
///         return Ok(false); // an engine says why
///     }
///     let (start, end, says) = (span.start, span.end, Saying::Set);
///     let number = rows.len() as i64;
///     tx.insert(Price { item, number, start, end, says, cents: Some(cents), recorded_at })?;
///     Ok(true)
/// }
/// # use fondaco_core::{ActorId, CommandId, CompanyId, Driver, Envelope};
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let driver = Driver::new(fondaco_store::Memory::new(), CompanyId::named("acme"));
/// # driver.prepare(&[Price::TABLE])?;
/// # let envelope = |name| Envelope::new(CommandId::named(name), ActorId::new("host"), Timestamp::EPOCH);
/// let span = Span::from("2026-01-01".parse()?);
/// let done = driver.run(envelope("price/7"), &7, |tx, item| set_price(tx, *item, span, 1_999))?;
/// assert!(done.answer);
/// let prices = driver.view(|view| view.peek_scan(&Range::<Price>::by_key(&7i64)))?;
/// let prices = Timeline::of_rows(TimelineRules::default(), &prices)?;
/// assert_eq!(prices.as_of("2026-02-01".parse()?), Some(&1_999));
/// # Ok(()) }
/// ```
pub trait Recorded: Record {
    /// What holds.
    type Value;

    /// The recording; `None` when the row lacks a value that it should have.
    fn recording(&self) -> Option<Recording<Self::Value>>;
}

/// The column that tells what a recording says.
#[derive(Field, Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Saying {
    /// A value holds.
    Set,
    /// A value, or nothing, held all the while.
    Corrected,
    /// Nothing holds any more.
    Ended,
}

impl Saying {
    /// With the value beside it; `None` when something was set without a value.
    ///
    /// ```
    /// use fondaco_core::timeline::{Saying, Says};
    /// assert_eq!(Saying::Set.of(Some(7)), Some(Says::Set(7)));
    /// assert_eq!(Saying::Corrected.of(None::<i32>), Some(Says::Corrected(None)));
    /// assert_eq!(Saying::Set.of(None::<i32>), None);
    /// ```
    pub fn of<T>(self, value: Option<T>) -> Option<Says<T>> {
        match self {
            Saying::Set => value.map(Says::Set),
            Saying::Corrected => Some(Says::Corrected(value)),
            Saying::Ended => Some(Says::Ended),
        }
    }
}

impl<T> Says<T> {
    /// The column for it.
    ///
    /// ```
    /// use fondaco_core::timeline::{Saying, Says};
    /// assert_eq!(Says::Set(7).saying(), Saying::Set);
    /// ```
    pub fn saying(&self) -> Saying {
        match self {
            Says::Set(_) => Saying::Set,
            Says::Corrected(_) => Saying::Corrected,
            Says::Ended => Saying::Ended,
        }
    }
}

impl<T> Timeline<T> {
    /// What the rows of one series, in the order of their key, come to: see [`Recorded`].
    ///
    /// # Errors
    /// [`Halt::Bug`] when they are no series that was recorded through a timeline.
    pub fn of_rows<R: Recorded<Value = T>>(
        rules: TimelineRules,
        rows: &[Arc<R>],
    ) -> Result<Timeline<T>, Halt> {
        let bug = |why: String| Halt::Bug(format!("table {}: {why}", R::TABLE.name));
        let lacks = || bug("a recording without its value".into());
        let recordings: Option<Vec<Recording<T>>> =
            rows.iter().map(|row| row.recording()).collect();
        Timeline::replay(rules, recordings.ok_or_else(lacks)?)
            .map_err(|error| bug(error.to_string()))
    }
}
