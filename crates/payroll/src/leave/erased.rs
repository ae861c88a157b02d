//! What becomes of leave when the person is erased.

use fondaco_core::news::News;
use fondaco_core::party::HeldOnParty;
use fondaco_core::store::Record as _;
use fondaco_core::{Halt, Tx};

use super::LeaveRequest;

/// Requests that were never granted go with the person: no pay rests on them. The days of those that were stay, without why.
pub(super) fn hear(tx: &mut Tx<'_>, news: &News) -> Result<(), Halt> {
    let News::Erased { parties } = news else { return Ok(()) };
    for party in parties {
        for request in LeaveRequest::held(tx, *party)? {
            if request.approved_at.is_none() && tx.get::<LeaveRequest>(&request.key())?.is_some() {
                tx.delete::<LeaveRequest>(&request.key())?;
            }
        }
    }
    Ok(())
}
