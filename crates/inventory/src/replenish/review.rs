//! The review: over all rules, what is to be ordered now.

use std::sync::Arc;

use chrono::NaiveDate;
use fondaco_core::digest::{self, DigestError};
use fondaco_core::job::{Job, JobId, Step, is_done};
use fondaco_core::policy::Request;
use fondaco_core::store::Hash;
use fondaco_core::{Halt, ItemId, Needs, Progressed, Range, SiteId, Tx};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::suggest::{Suggestion, suggest};
use super::{PolicyKind, Proposal, ReorderRule, ReplenishError, Reviewed, rights};
use crate::StockError;
use crate::items::Item;
use crate::levels::Stock;
use crate::places::Site;

/// Proposes orders for all that is at its reorder point or below, and for all that is reviewed every so many days and whose day has come.
/// A [job](fondaco_core::job): so many rules a commit, with progress, and it goes on where it was killed.
///
/// What is reviewed every so many days is proposed by one review alone: what one that is not done had proposed of it, the next one takes
/// over, and the first may end after all.
///
/// ```
/// use fondaco_inventory::replenish::Review;
/// let monday = Review::of("2026-03-02".parse()?);
/// assert_eq!(monday.site, None);
/// # Ok::<(), chrono::ParseError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Review {
    /// The day: from it lead times count.
    pub date: NaiveDate,
    /// Which site; `None` for all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub site: Option<SiteId>,
}

/// So many rules are reviewed in one commit.
const CHUNK: usize = if cfg!(test) { 2 } else { 500 };

impl Review {
    /// A review of all sites.
    pub fn of(date: NaiveDate) -> Review {
        Review { date, site: None }
    }
}

/// How far a review is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReviewCursor {
    /// The rule to go on with.
    pub next: Option<(ItemId, SiteId)>,
    /// What was done so far.
    pub report: ReviewReport,
}

/// What a review has done.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReviewReport {
    /// How many rules were looked at.
    pub rules: u64,
    /// How many orders were proposed, also those that another review took over since.
    pub proposals: u64,
    /// For how many rules no order could be proposed.
    pub refused: u64,
    /// Which these are, and why: the first 100.
    #[serde(default)]
    pub named: Vec<NotProposed>,
}

/// A rule for which no order could be proposed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotProposed {
    /// The item.
    pub item: ItemId,
    /// The site.
    pub site: SiteId,
    /// The error's code.
    pub code: SmolStr,
    /// What is wrong, and the way out.
    pub message: SmolStr,
}

/// So many rules without an order are named.
const NAMED: usize = 100;

impl NotProposed {
    fn of(rule: &ReorderRule, error: &StockError) -> NotProposed {
        let (code, message) = (error.code().into(), error.to_string().into());
        NotProposed { item: rule.item, site: rule.site, code, message }
    }
}

impl Job for Review {
    type Cursor = ReviewCursor;
    type Report = ReviewReport;
    type Error = StockError;

    fn kind(&self) -> &'static str {
        "stock.review"
    }

    fn input(&self) -> Result<Hash, DigestError> {
        digest::of(self)
    }

    fn progress(&self, cursor: &ReviewCursor) -> Progressed {
        Progressed::new("reviewing", i64::try_from(cursor.report.rules).unwrap_or(i64::MAX))
    }

    fn chunk(
        &self,
        tx: &mut Tx<'_>,
        id: JobId,
        cursor: &ReviewCursor,
    ) -> Result<Step<ReviewCursor>, StockError> {
        self.ask(tx)?;
        let from = Range::<ReorderRule>::all().limit(CHUNK + 1);
        let mut rules = tx.scan(&match &cursor.next {
            Some(next) => from.from(next),
            None => from,
        })?;
        let rest = rules.split_off(rules.len().min(CHUNK));
        let mut next = cursor.clone();
        next.next = rest.first().map(|rule| (rule.item, rule.site));
        let mine = |rule: &&Arc<ReorderRule>| self.site.is_none_or(|site| site == rule.site);
        let mine: Vec<Arc<ReorderRule>> = rules.iter().filter(mine).cloned().collect();
        next.report.rules += mine.len() as u64;
        let (proposals, refused) = self.propose(tx, id, &mine)?;
        next.report.proposals += proposals;
        next.report.refused += refused.len() as u64;
        let room = NAMED.saturating_sub(next.report.named.len());
        next.report.named.extend(refused.into_iter().take(room));
        Ok(if rest.is_empty() { Step::Last(next) } else { Step::More(next) })
    }

    fn finish(
        &self,
        tx: &mut Tx<'_>,
        _: JobId,
        cursor: &ReviewCursor,
    ) -> Result<ReviewReport, StockError> {
        self.ask(tx)?;
        Ok(cursor.report.clone())
    }
}

impl Review {
    fn ask(&self, tx: &mut Tx<'_>) -> Result<(), StockError> {
        let request = Request::new(&rights::REVIEW);
        let request = match self.site {
            None => request.nowhere("site"),
            Some(site) => {
                let unknown = || crate::MoveError::UnknownSite { site };
                let code = tx.get::<Site>(&site)?.ok_or_else(unknown)?.code.clone();
                request.about(code.clone()).at("site", code)
            }
        };
        tx.authorize(&request)?;
        if self.date > tx.today()? {
            let why = "is still to come: review as of today, or of a day before";
            let (field, value) = ("date", self.date.to_string());
            return Err(ReplenishError::BadReorderRule { field, value, why }.into());
        }
        Ok(())
    }

    /// Proposes what these rules ask for; how many orders that are, and for which none could be.
    fn propose(
        &self,
        tx: &mut Tx<'_>,
        id: JobId,
        rules: &[Arc<ReorderRule>],
    ) -> Result<(u64, Vec<NotProposed>), StockError> {
        let keys: Vec<(ItemId, SiteId)> = rules.iter().map(|rule| (rule.item, rule.site)).collect();
        let items: Vec<ItemId> = keys.iter().map(|(item, _)| *item).collect();
        let sites: Vec<SiteId> = keys.iter().map(|(_, site)| *site).collect();
        let needs = Needs::new().rows::<Stock>(&keys).rows::<Reviewed>(&keys);
        tx.need_all(needs.rows::<Item>(&items).rows::<Site>(&sites))?;
        let (mut proposals, mut refused) = (Vec::new(), Vec::new());
        for rule in rules {
            if rule.policy == PolicyKind::Periodic && !self.is_due(tx, id, rule)? {
                continue;
            }
            // Peeked at: what is proposed says at which position.
            let level = crate::levels::stock(tx, rule.item, rule.site)?;
            match suggest(tx, rule, level, self.date) {
                Ok(suggested) if suggested.quantity.is_zero() => {}
                Ok(suggested) => match proposal(id, &suggested) {
                    Some(proposal) => proposals.push(proposal),
                    None => refused.push(NotProposed::of(rule, &too_large(&suggested))),
                },
                Err(StockError::Halt(halt)) => return Err(halt.into()),
                Err(error) => refused.push(NotProposed::of(rule, &error)),
            }
        }
        let count = proposals.len() as u64;
        tx.insert_all(proposals)?;
        Ok((count, refused))
    }

    /// Whether a day of review has come since the last one; then this is the last.
    fn is_due(&self, tx: &mut Tx<'_>, id: JobId, rule: &ReorderRule) -> Result<bool, StockError> {
        let key = (rule.item, rule.site);
        let last = match tx.get::<Reviewed>(&key)? {
            Some(last) if last.review == id || is_done(tx, last.review)? => Some(last),
            last => {
                // A review that never ended has proposed nothing; if it ends after all, it has not proposed this.
                last.map_or(Ok(()), |last| take_over(tx, last.review, key))?;
                None
            }
        };
        let first = rule.first_review.unwrap_or(self.date);
        let Ok(since) = u64::try_from(self.date.signed_duration_since(first).num_days()) else {
            return Ok(false);
        };
        let every = u64::from(rule.every_days.max(1));
        let latest = first.checked_add_days(chrono::Days::new(since - since % every));
        if latest.is_none_or(|latest| {
            last.as_ref().is_some_and(|last| last.review != id && last.on >= latest)
        }) {
            return Ok(false);
        }
        tx.upsert(Reviewed { item: rule.item, site: rule.site, on: self.date, review: id })?;
        Ok(true)
    }
}

/// What a review has proposed that is not done, another proposes now.
fn take_over(tx: &mut Tx<'_>, review: JobId, (item, site): (ItemId, SiteId)) -> Result<(), Halt> {
    let proposal = (review, item, site);
    match tx.get::<Proposal>(&proposal)? {
        Some(_) => tx.delete::<Proposal>(&proposal),
        None => Ok(()),
    }
}

fn too_large(suggested: &Suggestion) -> StockError {
    let value = suggested.quantity.to_string();
    let why = "is more than can be stored: order in a larger unit, or lower the levels";
    ReplenishError::BadReorderRule { field: "quantity", value, why }.into()
}

/// The suggestion as it is stored; `None` where it is more than can be.
fn proposal(review: JobId, suggested: &Suggestion) -> Option<Proposal> {
    Some(Proposal {
        review,
        item: suggested.item,
        site: suggested.site,
        position: suggested.position.to_fixed()?,
        quantity: suggested.quantity.to_fixed()?,
        orders: u32::try_from(suggested.orders.len()).unwrap_or(u32::MAX),
        source: suggested.source,
        supplier: suggested.supplier,
        from_site: suggested.from_site,
        price: suggested.price,
        due_on: suggested.due_on,
    })
}
