//! The rules that employees are paid by.

use std::sync::Arc;

use fondaco_core::Reading;
use smol_str::SmolStr;

use crate::runs::Books;
use crate::{PayrollError, RuleSet};

/// A book of rules by its code, as it is known now.
pub(super) fn rule_set(
    read: &mut impl Reading,
    employee: &SmolStr,
    code: &SmolStr,
) -> Result<Arc<RuleSet>, PayrollError> {
    Books::read(read)?.file(employee, code)
}
