//! What closing and deferrals declare.

use fondaco_core::engine::Part;
use fondaco_core::party::Holding;
use fondaco_core::store::Record;

use super::{
    Assertion, ClosingPoint, ClosingState, Correction, DEFERRAL, Deferral, DeferralPart,
    OpeningEntry, StoredTemplate, YearEntry, YearStep, deferral,
};
use crate::rights;

pub(crate) static PART: Part = Part::new(&[
    ClosingState::TABLE,
    YearStep::TABLE,
    YearEntry::TABLE,
    OpeningEntry::TABLE,
    Deferral::TABLE,
    DeferralPart::TABLE,
    Assertion::TABLE,
    Correction::TABLE,
    ClosingPoint::TABLE,
    StoredTemplate::TABLE,
])
.permissions(&[
    &rights::CLOSE_YEAR,
    &rights::REOPEN_YEAR,
    &rights::ASSERT_BALANCE,
    &rights::CLOSING_POINTS,
    &rights::SIGN_OFF,
    &rights::SET_TEMPLATE,
])
.holdings(&[Holding::of::<Deferral>()])
.on_due(&[(DEFERRAL, deferral::carry_out)]);
