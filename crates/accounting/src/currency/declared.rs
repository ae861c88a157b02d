//! What exchange rates and revaluations declare.

use fondaco_core::engine::Part;
use fondaco_core::store::Record;

use super::{
    ExchangeAccounts, ExchangeRate, MonetaryAccount, MonetaryBefore, RateSource, RevaluationLine,
    RevaluationPart, RevaluationRun, revaluation::KIND as REVALUE,
};
use crate::rights;

pub(crate) static PART: Part = Part::new(&[
    RateSource::TABLE,
    ExchangeRate::TABLE,
    ExchangeAccounts::TABLE,
    MonetaryAccount::TABLE,
    MonetaryBefore::TABLE,
    RevaluationRun::TABLE,
    RevaluationLine::TABLE,
    RevaluationPart::TABLE,
])
.permissions(&[&rights::RECORD_RATE, &rights::SET_EXCHANGE_ACCOUNTS, &rights::REVALUE])
.jobs(&[REVALUE]);
