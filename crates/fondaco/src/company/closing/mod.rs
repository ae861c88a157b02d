//! The end of a period: what was shipped and not invoiced, received and not billed, and the other way round; and, where the books don't
//! follow each move, what stock is worth.
//!
//! After it every profile shows the same profit for the same documents and the same costing: what is bought becomes an expense when goods
//! leave, whichever account it went over (EVENTS rows 16 to 19; Odoo 19's closing entries).

mod as_of;
mod month;

use chrono::NaiveDate;
use fondaco_accounting::ledger::{Amount, Posting};
use fondaco_core::engine::Part;
use fondaco_core::policy::Request;
use fondaco_core::store::{Event, Record};
use fondaco_core::{Act, Halt, Range, Reading, Tx};
use fondaco_inventory::Qty;
use fondaco_inventory::value::{ValueQuery, stock_value};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::document::{At, Desk, Document, DocumentKind, Line, Status, beyond, minus, share};
use super::posting::{BusinessEvent, Fact, Facts, Figure};
use super::production::in_progress;
use super::{CompanyError, rights};

pub use month::{AccrualDay, CloseMonth, CloseState, CloseStep};

/// What the engine has of it.
pub(crate) static PART: Part =
    Part::new(&[AccrualDay::TABLE]).permissions(&[&rights::CLOSE_PERIOD]);

/// Posts what is accrued at the end of a period, by documents as they stood on its last day: on that day, and the other way round on the day after.
/// What stock is worth is posted on the last day alone, where the books don't follow each move.
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
        if tx.get::<AccrualDay>(&self.date)?.is_some() {
            let document = smol_str::format_smolstr!("accruals/{}", self.date);
            let why =
                "they are posted once; what came since is accrued at the next end of a period";
            return Err(CompanyError::WrongState { document, status: "posted", why });
        }
        tx.insert(AccrualDay { date: self.date })?;
        let mut desk = Desk::open(tx)?;
        let next = self.date.succ_opt().unwrap_or(self.date);
        for facts in accruals(tx, &mut desk, self.date)? {
            let mut back = facts.clone();
            back.date = next;
            back.facts.iter_mut().for_each(|fact| fact.amount = fact.amount.neg());
            desk.tell(facts, None);
            desk.tell(back, None);
        }
        if let Some(facts) = valuation(tx, &desk, self.date)? {
            desk.tell(facts, None);
        }
        tx.emit(Event::new("period.accrued").with("date", self.date));
        desk.finish(tx)
    }
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
    let documents = tx.peek_scan(&Range::<Document>::all())?;
    let counts = |document: &&std::sync::Arc<Document>| {
        document.status != Status::Cancelled && !document.kind.is_internal()
    };
    let documents: Vec<_> = documents.iter().filter(counts).collect();
    let as_of = as_of::AsOf::read(tx, desk, &documents, date)?;
    for document in documents.into_iter().filter(|document| as_of.has(document)) {
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
    told.push(in_progress(tx, desk, date)?);
    told.retain(|facts| facts.facts.iter().any(|fact| !fact.amount.is_zero()));
    Ok(told)
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

/// By how much what stock is worth differs from what stands in the books; `None` where those follow each move.
fn valuation(tx: &mut Tx<'_>, desk: &Desk, date: NaiveDate) -> Result<Option<Facts>, CompanyError> {
    let Some(accounts) = desk.accounts_valued_at_the_end()? else { return Ok(None) };
    let mut books = 0_i128;
    for code in accounts {
        tx.peek_each(&Range::<Posting>::by(Posting::BY_ACCOUNT, &code), |posting: &Posting| {
            if posting.date <= date {
                books += i128::from(posting.ledger_amount.units());
            }
            Ok::<(), Halt>(())
        })?;
    }
    let worth = stock_value(tx, &ValueQuery::on(date))?.total();
    let document = SmolStr::new_static("valuation");
    let value = || rust_decimal::Decimal::from_i128_with_scale(books, 4);
    let books = i64::try_from(books)
        .map_err(|_| beyond::<4>((0, "stock in the books"), value()).of(&document))?;
    let books = Amount::from_units(books).money(desk.currency());
    let differs = worth.sub(books);
    let differs =
        differs.map_err(|error| CompanyError::Money { document: document.clone(), error })?;
    let facts = Facts::new(BusinessEvent::Valuation, date, document);
    Ok(Some(facts.fact(Fact::new(Figure::Cost, differs))))
}
