//! How the acts of the ledger ask for what [`rights`](crate::rights) declares, which stands here too.

use std::borrow::Cow;
use std::sync::Arc;

use fondaco_core::policy::{Authority, Permission, Reason, Request};
use fondaco_core::{ActorId, Halt, Tx};
use smol_str::{SmolStr, format_smolstr};

use super::judge::Judged;
use super::rules::{AccountPlace, Chart, Map, Rules};
use super::weight::{Scales, Weight};
use super::{Account, Journal, LedgerError, NewEntry, Period, PeriodKey, PeriodStatus, period};
pub use crate::rights::*;

/// The permissions under which entries are posted, held or planned without a draft.
const AT_ONCE: [&str; 4] = [POST.name, HOLD.name, POST_PENDING.name, PLAN.name];

/// Asks for something about a source of exchange rates.
pub(crate) fn of_source(source: &SmolStr) -> Request {
    Request::new(&RECORD_RATE).about(source.clone()).at("source", source.clone())
}

/// Asks for something about a period.
pub(crate) fn of_period(permission: &'static Permission, key: PeriodKey) -> Request {
    Request::new(permission).about(period::label(key)).at("period", period::label(key))
}

/// Asks for something about an account.
pub(crate) fn allow_account(
    tx: &mut Tx<'_>,
    authority: &Authority,
    code: &SmolStr,
    parent: Option<&SmolStr>,
) -> Result<(), Halt> {
    if authority.is_full() {
        return Ok(());
    }
    let above = headings(tx, &Chart::default(), parent)?;
    let request = Request::new(authority.permission()).about(code.clone());
    tx.allow(authority, &request.under("account", code.clone(), above)).map(|_| ())
}

/// A request of this permission about an account, with what it stands under.
pub(crate) fn of_account(
    tx: &mut Tx<'_>,
    authority: &Authority,
    account: &Account,
) -> Result<Request, Halt> {
    let above = headings(tx, &Chart::default(), account.parent.as_ref())?;
    let request = Request::new(authority.permission()).about(account.code.clone());
    Ok(request.under("account", account.code.clone(), above))
}

/// What stands above an account under `parent`: that, what it stands under, and so on.
pub(crate) fn headings(
    tx: &mut Tx<'_>,
    chart: &Chart,
    parent: Option<&SmolStr>,
) -> Result<Vec<SmolStr>, Halt> {
    let (mut above, mut next) = (Vec::new(), parent.cloned());
    while let Some(heading) = next.filter(|heading| !above.contains(heading)) {
        next = parent_of(tx, chart, &heading)?;
        above.push(heading);
    }
    Ok(above)
}

/// What stands above an account.
pub(crate) fn above(tx: &mut Tx<'_>, chart: &Chart, code: &SmolStr) -> Result<Vec<SmolStr>, Halt> {
    let parent = parent_of(tx, chart, code)?;
    headings(tx, chart, parent.as_ref())
}

/// What an account stands under, by the chart that was read already, or by the account itself.
fn parent_of(tx: &mut Tx<'_>, chart: &Chart, code: &SmolStr) -> Result<Option<SmolStr>, Halt> {
    if let Some(parent) = chart.parent(code) {
        return Ok(parent.cloned());
    }
    Ok(tx.get::<Account>(code)?.and_then(|account| account.parent.clone()))
}

/// Whether an account is of income or expense, by the chart that was read already, or by the account itself.
fn is_of_result(tx: &mut Tx<'_>, chart: &Chart, code: &SmolStr) -> Result<bool, Halt> {
    if let Some(of_result) = chart.is_of_result(code) {
        return Ok(of_result);
    }
    Ok(tx.get::<Account>(code)?.is_some_and(|account| account.class.is_result()))
}

/// Asks for the entries of one act.
pub(crate) struct Asking {
    authority: Authority,
    /// Who had a hand in what is posted; then also why who acts may is kept.
    document: Option<Vec<ActorId>>,
    reason: Option<Reason>,
    /// Whether the entries follow from an act that was allowed.
    follows: bool,
    /// How much the entries are about that were taken, and with the one that is asked for.
    total: Option<Weight>,
    asked: Option<Weight>,
    scales: Scales,
    /// The journals that demand approvals to which who acts may post at once.
    unapproved: Vec<SmolStr>,
    /// What stands above the accounts under a heading, by that heading.
    headings: Map<SmolStr, Arc<[SmolStr]>>,
    /// The softly locked periods that who acts may post to, with the journal: each is asked for once.
    soft_locked: Vec<(PeriodKey, SmolStr)>,
}

/// What a request says of the places of an entry.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Places {
    /// What the verdict depends on.
    Regarded,
    /// All, so that a denial says all it can.
    All,
}

impl Asking {
    pub(crate) fn new(
        tx: &mut Tx<'_>,
        permission: &'static Permission,
    ) -> Result<Asking, LedgerError> {
        Ok(Asking::of(tx.authority(permission)?))
    }

    /// For entries that follow from an act that was allowed under this authority, as what a clearing realises does: of them
    /// nothing more is asked than whether their period takes them.
    pub(crate) fn following(authority: Authority) -> Asking {
        Asking { follows: true, ..Asking::of(authority) }
    }

    fn of(authority: Authority) -> Asking {
        let (document, reason, total, asked) = (None, None, None, None);
        let (headings, soft_locked, follows) = (Map::default(), Vec::new(), false);
        let (scales, unapproved) = (Scales::default(), Vec::new());
        Asking {
            authority,
            document,
            reason,
            follows,
            total,
            asked,
            scales,
            unapproved,
            headings,
            soft_locked,
        }
    }

    /// For a document in which these had a hand.
    pub(crate) fn after(mut self, hands: Vec<ActorId>) -> Asking {
        self.document = Some(hands);
        self
    }

    /// Why who acts may, where it was asked for a document.
    pub(crate) fn take_reason(&mut self) -> Option<Reason> {
        self.reason.take()
    }

    /// Whether an entry that was judged may be posted to this period.
    pub(crate) fn allow_posting(
        &mut self,
        tx: &mut Tx<'_>,
        rules: &Rules,
        (entry, judged): (&NewEntry, &[Judged]),
        (period, status): (&Period, PeriodStatus),
    ) -> Result<(), LedgerError> {
        // Who submits a draft posts nothing: who approves it is asked.
        let posts = self.authority.permission().name != DRAFT.name;
        if status == PeriodStatus::SoftLocked && posts {
            self.allow_soft_locked(tx, period.period, &entry.journal)?;
        }
        if (self.authority.is_full() || self.follows) && self.document.is_none() {
            return Ok(());
        }
        let weight = self.scales.weigh(tx, rules, (entry, judged))?;
        let total =
            self.total.as_ref().map_or_else(|| Ok(weight.clone()), |so_far| so_far.and(&weight))?;
        let mut ask = |places| {
            let request = self.request(tx, &rules.chart, (entry, judged), places)?;
            self.allow_amounts(tx, request, (&weight, &total))
        };
        let allowed = match ask(Places::Regarded) {
            Err(Halt::Denied(_)) => ask(Places::All),
            answer => answer,
        };
        self.reason = Some(allowed?);
        self.asked = Some(total);
        Ok(())
    }

    /// Asks for each amount; gives why the first is allowed.
    fn allow_amounts(
        &self,
        tx: &mut Tx<'_>,
        mut request: Request,
        (weight, total): (&Weight, &Weight),
    ) -> Result<Reason, Halt> {
        let mut reason = None;
        for amount in weight.amounts() {
            request.amount = Some(amount);
            request.total = Some(total.of(amount.currency()).unwrap_or(amount));
            let allowed = tx.allow(&self.authority, &request)?;
            reason.get_or_insert(allowed);
        }
        reason.ok_or_else(|| Halt::Bug("an entry was asked for without an amount".into()))
    }

    /// Whether an entry may be posted to a journal at once: to one that demands approvals by who may post there without them.
    pub(crate) fn allow_at_once(
        &mut self,
        tx: &mut Tx<'_>,
        rules: &Rules,
        journal: &Journal,
    ) -> Result<(), LedgerError> {
        let Some(approvals) = journal.approvals.filter(|persons| *persons > 0) else {
            return Ok(());
        };
        let at_once = AT_ONCE.iter().any(|name| *name == self.authority.permission().name);
        if !at_once || self.follows || rules.engine.is_some() {
            return Ok(());
        }
        if self.unapproved.contains(&journal.code) {
            return Ok(());
        }
        let request = Request::new(&POST_UNAPPROVED);
        let request = request.about(journal.code.clone()).at("journal", journal.code.clone());
        // Without a policy nobody has this right: what a journal demands it demands of all.
        if tx.engines().is_empty() || !tx.may(&request)?.is_allowed() {
            return Err(LedgerError::NeedsApproval { code: journal.code.clone(), approvals });
        }
        tx.authorize(&request)?;
        self.unapproved.push(journal.code.clone());
        Ok(())
    }

    fn allow_soft_locked(
        &mut self,
        tx: &mut Tx<'_>,
        period: PeriodKey,
        journal: &SmolStr,
    ) -> Result<(), Halt> {
        let asked = |(known, of): &(PeriodKey, SmolStr)| *known == period && of == journal;
        if !self.soft_locked.iter().any(asked) {
            let request = of_period(&POST_SOFT_LOCKED, period);
            tx.authorize(&request.at("journal", journal.clone()))?;
            self.soft_locked.push((period, journal.clone()));
        }
        Ok(())
    }

    /// Whether an entry may be written down, whatever its amount.
    pub(crate) fn allow_writing(
        &mut self,
        tx: &mut Tx<'_>,
        entry: &NewEntry,
    ) -> Result<Reason, LedgerError> {
        let request = self.request(tx, &Chart::default(), (entry, &[]), Places::All)?;
        Ok(tx.allow(&self.authority, &request.without_amount())?)
    }

    /// Whether an entry may be planned: for all that it is about, whether or not it could be posted today.
    pub(crate) fn allow_plan(
        &mut self,
        tx: &mut Tx<'_>,
        entry: &NewEntry,
    ) -> Result<(), LedgerError> {
        if self.authority.is_full() {
            return Ok(());
        }
        let rules = Rules::read(tx, std::slice::from_ref(entry))?;
        let request = self.request(tx, &rules.chart, (entry, &[]), Places::All)?;
        let weight = self.scales.weigh_plan(tx, &rules, entry)?;
        self.allow_amounts(tx, request, (&weight, &weight))?;
        Ok(())
    }

    /// The entry that was asked for is taken: it counts towards the limits of the act.
    pub(crate) fn count(&mut self) {
        if let Some(asked) = self.asked.take() {
            self.total = Some(asked);
        }
    }

    /// Whether nothing was taken that counts.
    pub(crate) fn has_taken_nothing(&self) -> bool {
        self.total.is_none()
    }

    /// How much the entries are about that were taken.
    pub(crate) fn taken(&self) -> Option<Weight> {
        self.total.clone()
    }

    /// Entries that were taken are taken back, to so much.
    pub(crate) fn take_back_to(&mut self, total: Option<Weight>) {
        (self.total, self.asked) = (total, None);
    }

    /// A request about an entry, of which `judged` says what is known of its postings' accounts already.
    fn request(
        &mut self,
        tx: &mut Tx<'_>,
        chart: &Chart,
        (entry, judged): (&NewEntry, &[Judged]),
        places: Places,
    ) -> Result<Request, Halt> {
        let mut request = Request::new(self.authority.permission())
            .after(self.document.as_deref().unwrap_or_default());
        if places == Places::All {
            request = request.about(format_smolstr!("{}, {}", entry.journal, entry.date));
        }
        let wanted = |asking: &Asking, dimension: &str| {
            places == Places::All || asking.authority.regards(dimension)
        };
        if wanted(self, "journal") {
            request = request.at(SmolStr::new_static("journal"), entry.journal.clone());
        }
        let accounts = wanted(self, "account");
        for (at, posting) in entry.postings.iter().enumerate() {
            if accounts {
                let place = judged.get(at).map(|judged| judged.account);
                let above = self.above(tx, chart, (&posting.account, place))?;
                let dimension = SmolStr::new_static("account");
                request = request.under(dimension, posting.account.clone(), above);
            }
            for (dimension, place) in posting.dimensions.iter() {
                if wanted(self, dimension) {
                    request = request.at(dimension, place);
                }
            }
        }
        self.nowhere(tx, chart, entry, places, request)
    }

    /// Adds the dimensions in which a posting to an account of income or expense has no place: else one posting that has one
    /// would open a right within places of it to all others.
    fn nowhere(
        &self,
        tx: &mut Tx<'_>,
        chart: &Chart,
        entry: &NewEntry,
        places: Places,
        mut request: Request,
    ) -> Result<Request, Halt> {
        let named = || {
            let places = entry.postings.iter().flat_map(|posting| posting.dimensions.iter());
            places.map(|(dimension, _)| SmolStr::new(dimension)).collect()
        };
        // A denial says whose rights would do: those may regard other dimensions.
        let regarded: Cow<'_, [SmolStr]> = match self.authority.dimensions() {
            Some(dimensions) if places != Places::All => dimensions.into(),
            _ => Cow::Owned(named()),
        };
        for dimension in regarded.iter().filter(|name| !ENTRY.contains(&name.as_str())) {
            for posting in &entry.postings {
                if posting.dimensions.get(dimension).is_none()
                    && is_of_result(tx, chart, &posting.account)?
                {
                    request = request.nowhere(dimension.clone());
                }
            }
        }
        Ok(request)
    }

    /// What stands above an account; nothing where nothing depends on it.
    fn above(
        &mut self,
        tx: &mut Tx<'_>,
        chart: &Chart,
        (code, place): (&SmolStr, Option<AccountPlace>),
    ) -> Result<Arc<[SmolStr]>, Halt> {
        if self.authority.is_full() {
            return Ok(Arc::default());
        }
        let parent = match place.and_then(|place| chart.parent_at(place)) {
            Some(parent) => parent.cloned(),
            None => parent_of(tx, chart, code)?,
        };
        let Some(parent) = parent else { return Ok(Arc::default()) };
        if let Some(known) = self.headings.get(&parent) {
            return Ok(known.clone());
        }
        let above: Arc<[SmolStr]> = headings(tx, chart, Some(&parent))?.into();
        self.headings.insert(parent, above.clone());
        Ok(above)
    }
}
