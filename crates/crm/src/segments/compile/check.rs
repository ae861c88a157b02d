//! What is asked of one value of a column, ready to be asked.

use std::cmp::Ordering;

use chrono::Datelike;

use super::Bounds;
use crate::segments::predicate::Compare;

/// A question to a value as columns hold it: a whole number, or a code of a word or a list.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Check {
    /// It isn't there.
    Null,
    /// A number, a day or an instant within bounds.
    Within(Bounds),
    /// One of these numbers, in order.
    OneOf(Vec<i64>),
    /// A text.
    Word(WordCheck),
    /// A list of texts.
    List(ListCheck),
    /// An instant, by how many microseconds before now.
    Ago(Compare, i64),
    /// A day, by how many days after the contact's today.
    Ahead(Compare, i32),
}

/// A question to a text.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum WordCheck {
    Compare(Compare, String),
    OneOf(Vec<String>),
    Contains(String),
    StartsWith(String),
    EndsWith(String),
}

impl WordCheck {
    pub(crate) fn holds(&self, text: &str) -> bool {
        match self {
            WordCheck::Compare(Compare::Equal, other) => text == other,
            WordCheck::Compare(compare, other) => compare.holds(text.cmp(other.as_str())),
            WordCheck::OneOf(texts) => texts.iter().any(|one| one == text),
            WordCheck::Contains(part) => text.contains(part.as_str()),
            WordCheck::StartsWith(part) => text.starts_with(part.as_str()),
            WordCheck::EndsWith(part) => text.ends_with(part.as_str()),
        }
    }
}

/// A question to a list of texts, which is in order.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum ListCheck {
    Any(Vec<String>),
    All(Vec<String>),
}

impl ListCheck {
    pub(crate) fn holds(&self, list: &[String]) -> bool {
        let has = |one: &String| list.binary_search(one).is_ok();
        match self {
            ListCheck::Any(texts) => texts.iter().any(has),
            ListCheck::All(texts) => texts.iter().all(has),
        }
    }
}

impl Check {
    /// The check without the clock: what is asked relative to now, as bounds at this one.
    #[inline]
    pub(crate) fn bounds_at(
        &self,
        now: i64,
        today: impl FnOnce() -> chrono::NaiveDate,
    ) -> Option<Bounds> {
        match self {
            Check::Within(bounds) => Some(*bounds),
            Check::Ago(compare, micros) => {
                Some(Bounds::of(compare.turned(), i128::from(now) - i128::from(*micros)))
            }
            Check::Ahead(compare, days) => {
                let today = i128::from(today().num_days_from_ce());
                Some(Bounds::of(*compare, today + i128::from(*days)))
            }
            _ => None,
        }
    }

    /// Whether the answer may change with the clock alone.
    pub(crate) fn is_on_clock(&self) -> bool {
        matches!(self, Check::Ago(..) | Check::Ahead(..))
    }
}

/// How a mean stands to a value: the sum times `lift`, to the value times the count.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Mean {
    pub(crate) compare: Compare,
    pub(crate) lift: i128,
    pub(crate) value: i128,
}

impl Mean {
    pub(crate) fn holds(self, sum: i128, count: i128) -> bool {
        let order = match (sum.checked_mul(self.lift), self.value.checked_mul(count)) {
            (Some(sum), Some(value)) => sum.cmp(&value),
            // Beyond 38 digits: by size, which is right to 15 of them.
            _ => {
                let (sum, value) =
                    (sum as f64 * self.lift as f64, self.value as f64 * count as f64);
                sum.partial_cmp(&value).unwrap_or(Ordering::Equal)
            }
        };
        self.compare.holds(order)
    }
}
