//! Claims within a program: what each of several gets of one amount, for one case and between bounds.

use super::interval::{ANY, Bounds};
use super::op::{Fault, Reg};
use super::{ClaimSlot, ClaimsSlot, Program};
use crate::garnishment::{Wanted, serve_units};

/// Serves the claims from a frame, and puts there what each gets and lacks.
pub(super) fn serve(program: &Program, frame: &mut [i128], claims: u16) -> Result<(), Fault> {
    let claims = program.claims.get(usize::from(claims)).ok_or(Fault::TooLarge)?;
    let get = |reg: Reg| frame.get(usize::from(reg)).copied().unwrap_or_default();
    let there = there(claims, get)?;
    let wants = claims.each.iter().map(|claim| Wanted {
        amount: get(claim.wanted).max(0),
        rank: get(claim.rank),
        most: claim.limit.map_or(there, |limit| get(limit).clamp(0, there)),
    });
    let wants: Vec<Wanted> = wants.collect();
    let taken = serve_units(&wants).ok_or(Fault::TooLarge)?;
    for ((claim, want), taken) in claims.each.iter().zip(&wants).zip(taken) {
        frame[usize::from(claim.taken)] = taken;
        frame[usize::from(claim.short)] = want.amount - taken;
    }
    Ok(())
}

/// What there is to take: nothing below zero.
fn there(claims: &ClaimsSlot, get: impl Fn(Reg) -> i128 + Copy) -> Result<i128, Fault> {
    let keep = claims.keep.map_or(0, get).max(0);
    get(claims.there).checked_sub(keep).map(|there| there.max(0)).ok_or(Fault::TooLarge)
}

/// The same between bounds. Where the order is known, claims are served one after the other; what peers share lies between nothing and all.
pub(super) fn serve_bounds(program: &Program, frame: &mut [Bounds], claims: u16) {
    let Some(claims) = program.claims.get(usize::from(claims)) else { return };
    let get = |reg: Reg| frame.get(usize::from(reg)).copied().unwrap_or(ANY);
    let mut order: Vec<&ClaimSlot> = claims.each.iter().collect();
    order.sort_by_key(|claim| get(claim.rank).0);
    let follows = |pair: &[&ClaimSlot]| get(pair[0].rank).1 < get(pair[1].rank).0;
    let is_ordered = order.windows(2).all(follows);
    let keep = claims.keep.map_or((0, 0), get);
    let there = get(claims.there);
    let known = there != ANY && keep != ANY;
    let free = match known {
        true => (
            there.0.saturating_sub(keep.1.max(0)).max(0),
            there.1.saturating_sub(keep.0.max(0)).max(0),
        ),
        false => (0, i128::MAX),
    };
    let (mut gone, mut found): (Bounds, Vec<(Reg, Bounds, Reg, Bounds)>) = ((0, 0), Vec::new());
    for claim in order {
        let wanted = get(claim.wanted);
        let wanted = (wanted.0.max(0), wanted.1.max(0));
        let limit = claim.limit.map_or(free, |limit| {
            let limit = get(limit);
            (limit.0.clamp(0, free.0), limit.1.clamp(0, free.1))
        });
        let taken = match is_ordered {
            true => (
                limit.0.saturating_sub(gone.1).clamp(0, wanted.0),
                limit.1.saturating_sub(gone.0).clamp(0, wanted.1),
            ),
            false => (0, wanted.1.min(limit.1)),
        };
        gone = (gone.0.saturating_add(taken.0), gone.1.saturating_add(taken.1));
        let short = (wanted.0.saturating_sub(taken.1).max(0), wanted.1.saturating_sub(taken.0));
        found.push((claim.taken, taken, claim.short, short));
    }
    for (to, taken, lacks, short) in found {
        frame[usize::from(to)] = taken;
        frame[usize::from(lacks)] = short;
    }
}
