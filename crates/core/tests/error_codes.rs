//! What `#[derive(ErrorCode)]` makes of an error enum.

#![allow(missing_docs, reason = "these are tests")]

use fondaco_core::{ActError, ErrorCode, ErrorKind, Halt};

#[derive(Debug, thiserror::Error, ErrorCode)]
#[error_code(engine = "kitchen")]
enum LidError {
    #[error("the lid does not fit")]
    #[kind(Invalid)]
    DoesNotFit,
    #[error("pot {pot} has a lid")]
    #[kind(Conflict)]
    #[code("taken")]
    HasOne { pot: u32 },
}

#[derive(Debug, thiserror::Error, ErrorCode)]
#[error_code(engine = "kitchen")]
enum PotError {
    #[error("there is no pot {0}")]
    #[kind(NotFound)]
    UnknownPot(u32),
    #[error(transparent)]
    #[inner]
    Lid(#[from] LidError),
    #[error("pot {index}: {error}")]
    #[inner]
    At { index: usize, error: Box<PotError> },
    #[error(transparent)]
    #[halt]
    Halt(#[from] Halt),
}

#[test]
fn a_variant_has_its_name_as_code_or_the_one_it_says() {
    assert_eq!(LidError::DoesNotFit.code(), "kitchen.does_not_fit");
    assert_eq!(LidError::DoesNotFit.kind(), ErrorKind::Invalid);
    assert_eq!(LidError::HasOne { pot: 1 }.code(), "kitchen.taken");
    assert_eq!(PotError::UnknownPot(1).code(), "kitchen.unknown_pot");
    assert_eq!(PotError::UnknownPot(1).kind(), ErrorKind::NotFound);
}

#[test]
fn what_is_passed_on_keeps_its_code_and_kind() {
    let lid = PotError::from(LidError::HasOne { pot: 1 });
    let at = PotError::At { index: 2, error: Box::new(lid) };
    assert_eq!((at.code(), at.kind()), ("kitchen.taken", ErrorKind::Conflict));
    assert!(at.halt().is_none());
}

#[test]
fn a_halt_is_found_as_one() {
    let halt = PotError::from(Halt::Missing);
    assert!(matches!(halt.halt(), Some(Halt::Missing)));
    let as_act: &dyn Fn(&PotError) -> (&'static str, ErrorKind) =
        &|e| (ActError::code(e), ActError::kind(e));
    assert_eq!(as_act(&halt), (Halt::Missing.code(), Halt::Missing.kind()));
}
