//! Asking for the moves of a batch: once for each permission, and for each move only what decides.

use std::sync::Arc;

use fondaco_core::policy::{Authority, Permission, Request};
use fondaco_core::{Halt, Tx, tree};
use smol_str::SmolStr;

use super::book::Book;
use super::judge::Judged;
use super::{MoveKind, rights};
use crate::StockError;
use crate::items::Category;

/// How who acts stands with the permissions that the moves of a batch need.
#[derive(Default)]
pub(crate) struct Asking {
    authorities: Vec<(&'static str, Authority)>,
    /// What categories stand under, by category.
    above: Vec<(SmolStr, Arc<[SmolStr]>)>,
}

impl Asking {
    /// Asks for the permission even where there is nothing to move, so that who may nothing learns nothing.
    pub(crate) fn begin(
        tx: &mut Tx<'_>,
        kinds: impl Iterator<Item = MoveKind>,
    ) -> Result<Asking, StockError> {
        let mut asking = Asking::default();
        let mut any = false;
        for kind in kinds {
            any = true;
            asking.authority(tx, permission(kind))?;
        }
        if !any {
            asking.authority(tx, &rights::MOVE)?;
        }
        Ok(asking)
    }

    /// Whether this move may be made by who acts.
    pub(crate) fn ask(
        &mut self,
        tx: &mut Tx<'_>,
        book: &Book,
        judged: &Judged<'_>,
    ) -> Result<(), StockError> {
        let at = self.authority(tx, permission(judged.kind))?;
        let Some((_, authority)) = self.authorities.get(at) else { return Ok(()) };
        if authority.is_full() {
            return Ok(());
        }
        let category = judged.kept.item.category.clone();
        let above = match &category {
            Some(category) => self.above(tx, category)?,
            None => Arc::default(),
        };
        let Some((_, authority)) = self.authorities.get(at) else { return Ok(()) };
        let request = Request::new(authority.permission()).about(judged.kept.item.code.clone());
        let request = request.at("item", judged.kept.item.code.clone());
        let request = match category {
            Some(category) => request.under("category", category, above),
            None => request.nowhere("category"),
        };
        let site = |id| book.site(id).map(|site| site.code.clone()).unwrap_or_default();
        // Who sends something need have no right where it goes to: who takes it in there has.
        let at_places =
            judged.legs().filter(|leg| leg.shelf.is_some()).fold(request, |request, leg| {
                request.at("site", site(&leg.site)).at("location", leg.code())
            });
        let request = match judged.legs().all(|leg| leg.shelf.is_none()) {
            true => judged
                .legs()
                .fold(at_places, |request, leg| request.at("site", site(&leg.site)))
                .nowhere("location"),
            false => at_places,
        };
        tx.allow(authority, &request)?;
        Ok(())
    }

    fn authority(
        &mut self,
        tx: &mut Tx<'_>,
        permission: &'static Permission,
    ) -> Result<usize, Halt> {
        let known = self.authorities.iter().position(|(name, _)| *name == permission.name);
        if let Some(at) = known {
            return Ok(at);
        }
        self.authorities.push((permission.name, tx.authority(permission)?));
        Ok(self.authorities.len() - 1)
    }

    /// What a category stands under, the nearest first.
    fn above(&mut self, tx: &mut Tx<'_>, category: &SmolStr) -> Result<Arc<[SmolStr]>, Halt> {
        if let Some((_, above)) = self.above.iter().find(|(known, _)| known == category) {
            return Ok(above.clone());
        }
        let above: Arc<[SmolStr]> = categories_above(tx, category)?.into();
        self.above.push((category.clone(), above.clone()));
        Ok(above)
    }
}

/// What a category stands under, the nearest first.
pub(crate) fn categories_above(tx: &mut Tx<'_>, category: &SmolStr) -> Result<Vec<SmolStr>, Halt> {
    let parent = tx.get::<Category>(category)?.and_then(|found| found.parent.clone());
    tree::rest_above::<Category>(tx, parent.as_ref())
}

/// What it takes to make a move of this kind.
fn permission(kind: MoveKind) -> &'static Permission {
    match kind {
        MoveKind::Gain | MoveKind::Loss | MoveKind::Scrap | MoveKind::Count => &rights::ADJUST,
        MoveKind::TransitLoss => &rights::ADJUST,
        MoveKind::Reversal => &rights::REVERSE,
        _ => &rights::MOVE,
    }
}
