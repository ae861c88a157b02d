//! What dimensions declare.

use fondaco_core::engine::Part;
use fondaco_core::store::Record;

use super::{Dimension, DimensionCombination, DimensionPlace, DimensionRule, DimensionValue};
use crate::rights;

pub(crate) static PART: Part = Part::new(&[
    Dimension::TABLE,
    DimensionValue::TABLE,
    DimensionPlace::TABLE,
    DimensionRule::TABLE,
    DimensionCombination::TABLE,
])
.permissions(&[
    &rights::DEFINE_DIMENSION,
    &rights::OPEN_DIMENSION_VALUE,
    &rights::SET_DIMENSION_RULE,
]);
