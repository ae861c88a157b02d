//! How far back segments look: no event before that can change who is in.

use chrono::{NaiveTime, TimeDelta};
use fondaco_core::Timestamp;

use super::sets::declared;
use crate::segments::{Leaf, Predicate, Window};

/// A day of a zone begins within a day of UTC's, on either side, whatever its clocks do.
const ANY_ZONE: TimeDelta = TimeDelta::days(2);

/// How far back some segments look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Horizon {
    /// So long before now, and since an instant, whichever is earlier.
    Within(TimeDelta, Timestamp),
    /// Ever since.
    Ever,
}

impl Horizon {
    pub(super) fn of<'p>(predicates: impl IntoIterator<Item = &'p Predicate>) -> Horizon {
        let leaves = predicates.into_iter().flat_map(declared::leaves);
        let each = leaves.map(|leaf| match leaf {
            Leaf::Behaviour(one) => of_window(one.window),
            Leaf::Sequence(one) => of_window(one.window),
            Leaf::Interest(_) => Horizon::Ever,
            _ => Horizon::Within(TimeDelta::zero(), Timestamp::MAX),
        });
        each.fold(Horizon::Within(TimeDelta::zero(), Timestamp::MAX), Horizon::and)
    }

    fn and(self, other: Horizon) -> Horizon {
        match (self, other) {
            (Horizon::Within(one, since), Horizon::Within(other, too)) => {
                Horizon::Within(one.max(other), since.min(too))
            }
            _ => Horizon::Ever,
        }
    }

    /// From when on events count for whoever is asked at an instant or later; nothing for all.
    pub(super) fn from(self, at: Timestamp) -> Option<Timestamp> {
        match self {
            Horizon::Within(before, since) => at.checked_add(-before).map(|from| from.min(since)),
            Horizon::Ever => None,
        }
    }
}

fn of_window(window: Window) -> Horizon {
    let days = |days: u32| Horizon::Within(TimeDelta::days(days.into()) + ANY_ZONE, Timestamp::MAX);
    let since = |day: chrono::NaiveDate| {
        let begins = Timestamp::try_from(day.and_time(NaiveTime::MIN).and_utc()).ok();
        let before = begins.and_then(|begins| begins.checked_add(-ANY_ZONE));
        before.map_or(Horizon::Ever, |from| Horizon::Within(TimeDelta::zero(), from))
    };
    match window {
        Window::Last(span) | Window::Between { from: span, .. } => {
            Horizon::Within(TimeDelta::microseconds(span.micros()), Timestamp::MAX)
        }
        Window::Day { ago } => days(ago.saturating_add(1)),
        Window::LocalDays(count) => days(count),
        Window::Since(at) => Horizon::Within(TimeDelta::zero(), at),
        Window::SinceDay(day) | Window::Days { from: day, .. } => since(day),
        // How many days business days take, a calendar says.
        Window::Ever | Window::BusinessDays(_) => Horizon::Ever,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_window_says_how_far_back_segments_look() {
        let from = |texts: &[&str]| {
            let all: Vec<Predicate> = texts.iter().map(|text| text.parse().unwrap()).collect();
            let at = "2026-06-30T12:00:00Z".parse().unwrap();
            Horizon::of(&all).from(at).map(|from| from.to_string())
        };
        let month = "count(open) in 30 days >= 3";
        let none = "2026-06-30T12:00:00Z";
        assert_eq!(from(&["title = \"x\""]).as_deref(), Some(none));
        assert_eq!(from(&[month, "done(a) in 2 days"]).as_deref(), Some("2026-05-31T12:00:00Z"));
        let between = "not done(a) between 60 days and 40 days ago";
        assert_eq!(from(&[month, between]).as_deref(), Some("2026-05-01T12:00:00Z"));
        assert_eq!(from(&["done(a) on day 3 ago"]).as_deref(), Some("2026-06-24T12:00:00Z"));
        assert_eq!(
            from(&[month, "done(a) since 2026-01-03"]).as_deref(),
            Some("2026-01-01T00:00:00Z")
        );
        let chain = "sequence(a, b within 1 day) in 10 days";
        assert_eq!(from(&[chain]).as_deref(), Some("2026-06-20T12:00:00Z"));
        for ever in ["done(a)", "interest(a; half-life 7 days) >= 2", "done(a) in 3 business days"]
        {
            assert_eq!(from(&[month, ever]), None, "{ever}");
        }
    }
}
