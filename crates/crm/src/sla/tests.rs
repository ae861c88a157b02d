//! Promises over closing time, waits and clock changes.

use chrono::Weekday::{Fri, Mon, Thu, Tue, Wed};

use super::*;

fn hours() -> WorkingHours {
    WorkingHours::new().on([Mon, Tue, Wed, Thu, Fri], "09:00-17:00".parse().unwrap())
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn read(course: &Course, now: &str) -> Reading {
    let promise = Promise::within(TimeDelta::hours(4)).unwrap();
    promise.read(course, &hours(), &Zone::UTC, at(now)).unwrap()
}

#[test]
fn time_runs_is_warned_of_and_runs_out() {
    // A Friday: three hours until closing, one on Monday.
    let course = Course::started(at("2026-01-09T14:00:00Z"));
    let standing = |now: &str| read(&course, now).standing;
    assert_eq!(read(&course, "2026-01-09T15:00:00Z").due, Some(at("2026-01-12T10:00:00Z")));
    assert_eq!(standing("2026-01-09T15:00:00Z"), Standing::Running);
    assert_eq!(standing("2026-01-12T09:12:00Z"), Standing::Warned);
    assert_eq!(standing("2026-01-12T10:00:00Z"), Standing::Warned);
    assert_eq!(standing("2026-01-12T10:00:01Z"), Standing::Breached);
    let done = |when: &str| Course { done: Some(at(when)), ..course.clone() };
    assert_eq!(
        read(&done("2026-01-12T10:00:00Z"), "2026-02-01T00:00:00Z").standing,
        Standing::Kept
    );
    assert_eq!(
        read(&done("2026-01-12T10:00:01Z"), "2026-02-01T00:00:00Z").standing,
        Standing::Late
    );
}

#[test]
fn the_clock_stands_still_while_a_customer_is_waited_for() {
    let mut course = Course::started(at("2026-01-12T09:00:00Z"));
    course.waits = vec![(at("2026-01-12T10:00:00Z"), None)];
    let waiting = read(&course, "2026-01-13T16:00:00Z");
    assert_eq!((waiting.standing, waiting.due), (Standing::Waiting, None));
    assert_eq!(waiting.used, TimeDelta::hours(1));
    course.waits = vec![(at("2026-01-12T10:00:00Z"), Some(at("2026-01-13T16:00:00Z")))];
    let goes_on = read(&course, "2026-01-13T16:30:00Z");
    assert_eq!(goes_on.due, Some(at("2026-01-14T11:00:00Z")));
    assert_eq!(goes_on.used, TimeDelta::minutes(90));
    // What ran out before the wait stays broken.
    course.waits = vec![(at("2026-01-12T14:00:00Z"), None)];
    let late = read(&course, "2026-01-12T15:00:00Z");
    assert_eq!((late.standing, late.due), (Standing::Breached, Some(at("2026-01-12T13:00:00Z"))));
}

#[test]
fn what_ends_at_closing_is_due_as_the_convention_says() {
    let course = Course::started(at("2026-01-12T13:00:00Z"));
    let promise = Promise::within(TimeDelta::hours(4)).unwrap();
    let due = |promise: Promise| {
        promise.read(&course, &hours(), &Zone::UTC, at("2026-01-12T13:30:00Z")).unwrap().due
    };
    assert_eq!(due(promise), Some(at("2026-01-12T17:00:00Z")));
    let next = promise.at_closing(AtClosing::NextOpening);
    assert_eq!(due(next), Some(at("2026-01-13T09:00:00Z")));
}

#[test]
fn what_can_not_be_is_refused() {
    assert!(Promise::within(TimeDelta::zero()).is_err());
    assert!(Promise::within(TimeDelta::hours(1)).unwrap().warn_at(1.0).is_err());
    let mut course = Course::started(at("2026-01-12T09:00:00Z"));
    course.waits = vec![(at("2026-01-12T11:00:00Z"), Some(at("2026-01-12T10:00:00Z")))];
    let promise = Promise::within(TimeDelta::hours(1)).unwrap();
    let read = |hours: &WorkingHours, course: &Course| {
        promise.read(course, hours, &Zone::UTC, at("2026-01-13T09:00:00Z"))
    };
    let error = read(&hours(), &course).unwrap_err();
    assert!(error.to_string().starts_with("row 0 (counted from 0): end of a wait"), "{error}");
    let nobody = read(&WorkingHours::new(), &Course::started(at("2026-01-12T09:00:00Z")));
    assert!(matches!(nobody, Err(KernelError::Calendar(_))), "{nobody:?}");
}
