//! The end of a period: what was shipped and not invoiced, received and not billed, and the other way round; and, where the books don't
//! follow each move, what stock is worth.
//!
//! After it every profile shows the same profit for the same documents and the same costing: what is bought becomes an expense when goods
//! leave, whichever account it went over (EVENTS rows 16 to 19; Odoo 19's closing entries).

mod as_of;
mod month;

use std::collections::BTreeMap;

use chrono::NaiveDate;
use fondaco_accounting::ledger::{Amount, Entry, Posting, Reverse};
use fondaco_accounting::parallel::{leading, of_ledger};
use fondaco_core::engine::Part;
use fondaco_core::policy::Request;
use fondaco_core::store::{Event, Json, Record};
use fondaco_core::{Act, Halt, Id, Range, Reading, Tx};
use fondaco_inventory::Qty;
use fondaco_inventory::value::{ValueQuery, stock_value};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::document::{
    At, Desk, Document, DocumentKind, Line, beyond, less, minus, plus, share, stored,
};
use super::posting::{BusinessEvent, Fact, Facts, Figure};
use super::production::in_progress;
use super::{CompanyError, ENGINE, rights};

pub(crate) use as_of::AsOf;
pub(crate) use month::mark_stale;
pub use month::{AccrualDay, CloseMonth, CloseState, CloseStep};

/// What the engine has of it.
pub(crate) static PART: Part =
    Part::new(&[AccrualDay::TABLE]).permissions(&[&rights::CLOSE_PERIOD]);

/// Posts what is accrued at the end of a period, by documents as they stood on its last day: on that day, and the other way round on the day after.
/// What stock is worth is posted on the last day alone, where the books don't follow each move; later days that have it already are set
/// right by what that changes. When something of the time up to the day came since, they are posted again: what was accrued is taken back.
///
/// ```
/// use fondaco::company::PostAccruals;
/// let march = PostAccruals::on("2026-03-31".parse()?);
/// assert_eq!(march.date.to_string(), "2026-03-31");
/// # Ok::<(), fondaco::chrono::ParseError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PostAccruals {
    /// The last day of the period.
    pub date: NaiveDate,
}

impl PostAccruals {
    /// On the last day of a period.
    pub fn on(date: NaiveDate) -> PostAccruals {
        PostAccruals { date }
    }
}

impl Act for PostAccruals {
    type Answer = ();
    type Error = CompanyError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<(), CompanyError> {
        tx.authorize(&Request::new(&rights::CLOSE_PERIOD))?;
        self.take_back(tx)?;
        let mut desk = Desk::closing(tx)?;
        let next = self.date.succ_opt().unwrap_or(self.date);
        let mut sold = Amount::ZERO;
        for facts in accruals(tx, &mut desk, self.date)? {
            sold = plus(sold, cost_of(&facts)?, (0, "cost of what was shipped"))?;
            let mut back = facts.clone();
            back.date = next;
            back.facts.iter_mut().for_each(|fact| fact.amount = fact.amount.neg());
            desk.tell(facts, None);
            desk.tell(back, None);
        }
        let entries = Some(desk.finish_closing(tx)?).filter(|entries| !entries.is_empty());
        let entries = entries.as_ref().and_then(Json::of).into();
        tx.upsert(AccrualDay { date: self.date, entries, sold, stale: false })?;
        self.value(tx)?;
        tx.emit(Event::new("period.accrued").with("date", self.date));
        Ok(())
    }
}

impl PostAccruals {
    /// What was accrued on the day before something else came is taken back.
    fn take_back(&self, tx: &mut Tx<'_>) -> Result<(), CompanyError> {
        let Some(day) = tx.get::<AccrualDay>(&self.date)? else { return Ok(()) };
        if !day.stale {
            let document = smol_str::format_smolstr!("accruals/{}", self.date);
            let why = "nothing of the time up to it came since";
            return Err(CompanyError::WrongState { document, status: "posted", why });
        }
        let entries = day.entries.get().map(|entries| entries.to::<Vec<Id<Entry>>>());
        let entries = entries.transpose().map_err(|error| Halt::Bug(error.to_string()))?;
        for id in entries.unwrap_or_default() {
            if let Some(entry) = tx.get::<Entry>(&id)? {
                tx.as_engine(&ENGINE, |tx| Reverse::new(id, entry.date).act(tx))?;
            }
        }
        Ok(())
    }

    /// Posts what stock is worth, where books don't follow it: on the day, and what that changes on later ones that have it already.
    fn value(&self, tx: &mut Tx<'_>) -> Result<(), CompanyError> {
        let days = tx.scan(&Range::<AccrualDay>::all())?;
        let later = days.iter().map(|day| day.date).filter(|date| *date > self.date);
        let mut desk = Desk::closing(tx)?;
        let profiles = desk.valued_at_the_end();
        if profiles.is_empty() {
            return Ok(());
        }
        let (document, at): (_, At) = (SmolStr::new_static("valuation"), (0, "stock in the books"));
        let mut posted: BTreeMap<SmolStr, Amount> = BTreeMap::new();
        for date in [self.date].into_iter().chain(later) {
            let worth = stock_value(tx, &ValueQuery::on(date))?.total();
            let worth = stored(worth, &document, at)?;
            let mut told = BTreeMap::new();
            for (code, ledger, accounts) in &profiles {
                let before = posted.entry(code.clone()).or_default();
                let books = plus(books(tx, (ledger, accounts), date)?, *before, at)?;
                let differs = less(worth, books, at)?;
                *before = plus(*before, differs, at)?;
                let facts = Facts::new(BusinessEvent::Valuation, date, document.clone());
                let cost = Fact::new(Figure::Cost, differs.money(desk.currency()));
                told.insert(code.clone(), facts.fact(cost));
            }
            desk.tell_each(told);
        }
        desk.finish_closing(tx).map(drop)
    }
}

/// What stands on accounts of a ledger through a day.
fn books(
    tx: &mut Tx<'_>,
    (ledger, accounts): (&Option<SmolStr>, &[SmolStr]),
    date: NaiveDate,
) -> Result<Amount, CompanyError> {
    let mut read = match ledger {
        Some(ledger) => of_ledger(tx, ledger)?,
        None => leading(tx)?,
    };
    let mut sum = 0_i128;
    for code in accounts {
        read.peek_each(&Range::<Posting>::by(Posting::BY_ACCOUNT, code), |posting: &Posting| {
            if posting.date <= date {
                sum += i128::from(posting.ledger_amount.units());
            }
            Ok::<(), Halt>(())
        })?;
    }
    let value = || rust_decimal::Decimal::from_i128_with_scale(sum, 4);
    i64::try_from(sum)
        .map(Amount::from_units)
        .map_err(|_| beyond::<4>((0, "stock in the books"), value()))
}

/// What open documents leave to be accrued.
fn accruals(tx: &mut Tx<'_>, desk: &mut Desk, date: NaiveDate) -> Result<Vec<Facts>, CompanyError> {
    use BusinessEvent as E;
    let events =
        [E::ShippedNotInvoiced, E::InvoicedNotShipped, E::ReceivedNotBilled, E::BilledNotReceived];
    let mut told: Vec<Facts> = events
        .iter()
        .map(|event| Facts::new(*event, date, SmolStr::new_static("accruals")))
        .collect();
    let as_of = AsOf::read(tx, desk, date)?;
    for document in as_of.documents().filter(|document| !document.kind.is_internal()) {
        for line in desk.lines_of(tx, document)? {
            let line = as_of.line(tx, desk, document, line);
            let line = line.map_err(|error| error.of(&document.name()))?;
            let open = open(tx, desk, document, &line);
            for (event, figure, amount) in open.map_err(|error| error.of(&document.name()))? {
                let place = desk.place_of(tx, document, &line)?;
                let of_event = told.iter_mut().filter(|facts| facts.event == event);
                for facts in of_event {
                    let fact = Fact::new(figure, amount.money(desk.currency()));
                    facts.facts.push(fact.at(place.clone()));
                }
            }
        }
    }
    told.push(in_progress(tx, desk, (&as_of.made(), &as_of), date)?);
    told.retain(|facts| facts.facts.iter().any(|fact| !fact.amount.is_zero()));
    Ok(told)
}

/// What facts say that was shipped and not invoiced cost.
fn cost_of(facts: &Facts) -> Result<Amount, CompanyError> {
    let at: At = (0, "cost of what was shipped");
    let of_event = facts.facts.iter().filter(|_| facts.event == BusinessEvent::ShippedNotInvoiced);
    let costs = of_event.filter(|fact| fact.figure == Figure::Cost);
    costs
        .map(|fact| stored(fact.amount, &facts.document, at))
        .try_fold(Amount::ZERO, |all, one| plus(all, one?, at))
}

type Open = Vec<(BusinessEvent, Figure, Amount)>;

/// What a line leaves open.
fn open(
    tx: &mut Tx<'_>,
    desk: &mut Desk,
    document: &Document,
    line: &Line,
) -> Result<Open, CompanyError> {
    use BusinessEvent as E;
    let at: At = (line.number, "net amount");
    Ok(match document.kind {
        DocumentKind::SalesOrder if line.item.is_some() => {
            // What was shipped and is invoiced ahead of nothing, or the other way round.
            let ahead = Line::left(line.invoiced, &[line.matched]);
            let shipped = Line::left(line.shipped, &[line.returned, line.matched]);
            let earned = |quantity: Qty| match quantity.units() {
                0 => Ok(Amount::ZERO),
                _ => share(line.net, quantity, line.quantity, (document.currency, at)),
            };
            vec![
                (E::ShippedNotInvoiced, Figure::Revenue, earned(shipped)?),
                (E::InvoicedNotShipped, Figure::Revenue, earned(ahead)?),
            ]
        }
        DocumentKind::Delivery => vec![(E::ShippedNotInvoiced, Figure::Cost, line.clearing)],
        DocumentKind::CustomerReturn => {
            let mut open = vec![(E::ShippedNotInvoiced, Figure::Cost, line.clearing)];
            // What came back and is to be credited was earned too much.
            open.push((
                E::ShippedNotInvoiced,
                Figure::Revenue,
                minus(to_credit(tx, desk, line)?, at)?,
            ));
            open
        }
        DocumentKind::Receipt | DocumentKind::SupplierReturn => {
            vec![(E::ReceivedNotBilled, Figure::Cost, line.clearing)]
        }
        DocumentKind::Bill => vec![(E::BilledNotReceived, Figure::Cost, minus(line.clearing, at)?)],
        _ => Vec::new(),
    })
}

/// What is to be credited for what came back, at the price of its order.
fn to_credit(tx: &mut Tx<'_>, desk: &mut Desk, back: &Line) -> Result<Amount, CompanyError> {
    let open = back.uninvoiced();
    let Some(key) = back.of.zip(back.of_line).filter(|_| open > Qty::ZERO) else {
        return Ok(Amount::ZERO);
    };
    let Some(delivery) = desk.line(tx, key)? else { return Ok(Amount::ZERO) };
    let ordered = match delivery.of.zip(delivery.of_line) {
        Some(key) => desk.line(tx, key)?,
        None => None,
    };
    let coins = (desk.currency(), (back.number, "net amount"));
    ordered.map_or(Ok(Amount::ZERO), |line| share(line.net, open, line.quantity, coins))
}
