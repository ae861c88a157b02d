//! The lot that is made, and the lots that it is made of.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use fondaco_core::{Act, Id, Tx};
use fondaco_inventory::Qty;
use fondaco_inventory::items::{AddLots, Lot, NewLot};
use fondaco_inventory::moves::Move;
use smol_str::SmolStr;

use super::{WorkLineKind, WorkOrder};
use crate::company::document::{Desk, DocumentKind, Line};
use crate::company::{CompanyError, ENGINE};

/// Registers the lot that a work order makes, of the lots that went into it so far.
pub(super) fn register(
    tx: &mut Tx<'_>,
    desk: &mut Desk,
    work: &WorkOrder,
    (code, made_on): (&SmolStr, NaiveDate),
) -> Result<Id<Lot>, CompanyError> {
    let mut origins = BTreeSet::new();
    for line in desk.work_lines(tx, work)? {
        if line.kind != WorkLineKind::Component || line.done <= Qty::ZERO {
            continue;
        }
        let key = (work.id, line.number);
        let issued = desk.carried_out(tx, key, DocumentKind::MaterialIssue)?;
        let stays = |line: &&Line| Line::left(line.quantity, &[line.returned]) > Qty::ZERO;
        for moved in issued.iter().filter(stays).filter_map(|line| line.stock_move) {
            let leg = tx.get::<Move>(&(moved, 0))?;
            origins.extend(leg.and_then(|leg| leg.lot.copied()));
        }
    }
    let new = NewLot {
        made_on: Some(made_on),
        origins: origins.into_iter().collect(),
        ..NewLot::new(work.item, code.clone())
    };
    let added = tx.as_engine(&ENGINE, |tx| AddLots::new(vec![new]).act(tx))?;
    let unknown = || CompanyError::Unknown { what: "lot", code: code.clone() };
    added.first().copied().ok_or_else(unknown)
}
