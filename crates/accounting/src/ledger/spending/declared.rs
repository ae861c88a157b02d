//! What spending limits declare.

use fondaco_core::engine::Part;
use fondaco_core::store::Record;

use super::{Spending, SpendingExcess, SpendingLimit};
use crate::rights;

pub(crate) static PART: Part =
    Part::new(&[SpendingLimit::TABLE, Spending::TABLE, SpendingExcess::TABLE])
        .permissions(&[&rights::SET_SPENDING_LIMIT, &rights::EXCEED_SPENDING_LIMIT]);
