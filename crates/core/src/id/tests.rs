//! What ids promise.

use proptest::prelude::*;

use super::*;

struct Thing;

fn at() -> impl Strategy<Value = Timestamp> {
    (0..=Timestamp::MAX.micros()).prop_map(|micros| Timestamp::from_micros(micros).unwrap())
}

/// Stored ids rest on the layout and the mixing: this text must never change.
#[test]
fn the_derivation_is_frozen() {
    let at = "2026-07-01T12:00:00.123Z".parse().unwrap();
    let command = 0x0123_4567_89ab_cdef_0011_2233_4455_6677;
    let id: Id<Thing> = Id::derive(at, command, 0x00ab_cdef).unwrap();
    assert_eq!(id.to_string(), "019f1d8c-e27b-7abc-b7bd-019157d279c5");
}

#[test]
fn a_time_before_1970_and_a_counter_too_many_are_refused() {
    let early = Timestamp::from_micros(-1).unwrap();
    assert_eq!(Id::<Thing>::derive(early, 1, 0), Err(IdError::Time { at: early }));
    assert_eq!(
        Id::<Thing>::derive(Timestamp::EPOCH, 1, MAX_IDS),
        Err(IdError::Counter { counter: 1 << 24 })
    );
    assert!(Id::<Thing>::derive(Timestamp::MAX, u128::MAX, MAX_IDS - 1).is_ok());
}

#[test]
fn only_the_hyphenated_form_is_read() {
    let good = "019f1d6e-8f7b-7abc-b7bf-0123456789AB";
    assert!(good.parse::<Id<Thing>>().is_ok());
    let bad = [
        &good[1..],
        &good.replace('-', ""),
        &good.replace("b7bf", "+7bf"),
        &format!("{{{good}}}"),
        &format!("{good}0"),
        &good.replace("-b7", "b-7"),
        "",
    ];
    for text in bad {
        assert_eq!(text.parse::<Id<Thing>>(), Err(IdError::Syntax { text: text.into() }));
    }
}

#[test]
fn a_run_ends_where_the_counter_does() {
    assert_eq!(IdRun::<Thing>::derive(Timestamp::EPOCH, 1, MAX_IDS - 2, 2).unwrap().len(), 2);
    assert_eq!(
        IdRun::<Thing>::derive(Timestamp::EPOCH, 1, MAX_IDS - 2, 3),
        Err(IdError::Counter { counter: u64::from(MAX_IDS) })
    );
    assert_eq!(
        IdRun::<Thing>::derive(Timestamp::EPOCH, 1, 0, u32::MAX).unwrap_err().code(),
        "core.id_counter"
    );
    assert_eq!(IdRun::<Thing>::new(Id::from_u128(1), 1).unwrap_err().code(), "core.id_layout");
}

proptest! {
    #[test]
    fn ids_of_one_command_sort_as_they_were_made(at in at(), command: u128, a in 0..MAX_IDS, b in 0..MAX_IDS) {
        let id = |counter| Id::<Thing>::derive(at, command, counter).unwrap();
        prop_assert_eq!(id(a).cmp(&id(b)), a.cmp(&b));
    }

    #[test]
    fn later_milliseconds_sort_later(a in at(), b in at(), command: u128, other: u128, counter in 0..MAX_IDS) {
        let (first, second) = (Id::<Thing>::derive(a, command, counter).unwrap(), Id::<Thing>::derive(b, other, 0).unwrap());
        prop_assume!(a.millis() != b.millis());
        prop_assert_eq!(first.cmp(&second), a.cmp(&b));
    }

    #[test]
    fn two_commands_do_not_make_the_same_id(command: u128, bit in 0u32..128, counter in 0..MAX_IDS) {
        let id = |command| Id::<Thing>::derive(Timestamp::EPOCH, command, counter).unwrap();
        prop_assert_ne!(id(command), id(command ^ (1 << bit)));
    }

    #[test]
    fn an_id_is_a_uuid_of_version_7_and_knows_its_millisecond(at in at(), command: u128, counter in 0..MAX_IDS) {
        let id = Id::<Thing>::derive(at, command, counter).unwrap();
        prop_assert_eq!(id.timestamp(), Timestamp::from_millis(at.millis()));
        let text = id.to_string();
        prop_assert_eq!(&text[14..15], "7");
        prop_assert!(matches!(&text[19..20], "8" | "9" | "a" | "b"));
    }

    #[test]
    fn text_and_json_give_back_any_id(bits: u128) {
        let id = Id::<Thing>::from_u128(bits);
        prop_assert_eq!(id.to_string().parse(), Ok(id));
        let json = serde_json::to_string(&id).unwrap();
        prop_assert_eq!(serde_json::from_str::<Id<Thing>>(&json).unwrap(), id);
    }

    #[test]
    fn a_run_is_what_was_derived_one_by_one(at in at(), command: u128, first in 0..MAX_IDS - 9000, count in 0u32..9000) {
        let run = IdRun::<Thing>::derive(at, command, first, count).unwrap();
        prop_assert_eq!(run.iter().len(), count as usize);
        for (place, id) in (0u32..).zip(run.iter()) {
            prop_assert_eq!(Ok(id), Id::derive(at, command, first + place));
            prop_assert_eq!(run.get(place), Some(id));
        }
        prop_assert_eq!(run.get(count), None);
        let json = serde_json::to_string(&run).unwrap();
        prop_assert_eq!(serde_json::from_str::<IdRun<Thing>>(&json).unwrap(), run);
    }
}
