//! Credits, to customers and of suppliers: what was invoiced is credited, goods that came back or went back with it, and what never went or came
//! at all. A credit that comes before its goods waits for them: [`take_credited`](super::returning).

use chrono::NaiveDate;
use fondaco_accounting::ledger::Amount;
use fondaco_core::policy::Authority;
use fondaco_core::{Act, DocumentId, Money, Tx};
use fondaco_inventory::Qty;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::delivery::parts;
use super::invoice::{part_of, revenue};
use super::order::{head, in_state};
use super::{allow, owe};
use crate::company::document::{
    At, Desk, Document, DocumentKind, Line, LineMatch, PartLine, Settlement, Status, emit_each,
    less, minus, plus, settle, share, sum,
};
use crate::company::masters::partner_of;
use crate::company::money::{close_if_paid, discount_back, let_off, open_items};
use crate::company::posting::{BusinessEvent, Fact, Facts, Figure};
use crate::company::purchases::credit_landed;
use crate::company::{CompanyError, rights};

/// A credit for an invoice.
///
/// ```
/// use fondaco::company::{NewCredit, PartLine};
/// let broken = NewCredit::new("C-1", "I-1", "2026-03-09".parse()?).line(PartLine::new(1, "3 pcs".parse()?));
/// assert_eq!(broken.invoice, "I-1");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewCredit {
    /// Its code.
    pub code: SmolStr,
    /// The code of the invoice.
    pub invoice: SmolStr,
    /// The day.
    pub date: NaiveDate,
    /// What of it; all that is not credited where it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lines: Option<Vec<PartLine>>,
}

impl NewCredit {
    /// All of an invoice.
    pub fn new(
        code: impl Into<SmolStr>,
        invoice: impl Into<SmolStr>,
        date: NaiveDate,
    ) -> NewCredit {
        NewCredit { code: code.into(), invoice: invoice.into(), date, lines: None }
    }

    /// Some of it.
    #[must_use]
    pub fn line(mut self, part: PartLine) -> NewCredit {
        self.lines.get_or_insert_default().push(part);
        self
    }
}

/// Credits customers: all or none. A credit settles its invoice as far as that is open; what is over stands on account, and a
/// [payment](crate::company::Pay) uses it. What was invoiced ahead and is credited may be invoiced again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CreditCustomers {
    /// The credits.
    pub credits: Vec<NewCredit>,
}

impl CreditCustomers {
    /// These.
    ///
    /// ```
    /// use fondaco::company::CreditCustomers;
    /// assert!(CreditCustomers::new(vec![]).credits.is_empty());
    /// ```
    pub fn new(credits: Vec<NewCredit>) -> CreditCustomers {
        CreditCustomers { credits }
    }
}

impl Act for CreditCustomers {
    type Answer = Vec<DocumentId>;
    type Error = CompanyError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<Vec<DocumentId>, CompanyError> {
        let authority = tx.authority(&rights::INVOICE)?;
        let mut desk = Desk::open(tx)?;
        let kinds = (DocumentKind::CreditNote, DocumentKind::Invoice);
        let made = credit_all(tx, &mut desk, &authority, (kinds, &self.credits))?;
        emit_each(tx, "invoice.credited", &made);
        desk.finish(tx)?;
        Ok(made)
    }
}

/// What credits are, and of what.
type Kinds = (DocumentKind, DocumentKind);

/// Enters credits, each of one kind and of documents of another.
pub(crate) fn credit_all(
    tx: &mut Tx<'_>,
    desk: &mut Desk,
    authority: &Authority,
    (kinds, credits): (Kinds, &[NewCredit]),
) -> Result<Vec<DocumentId>, CompanyError> {
    let mut made = Vec::with_capacity(credits.len());
    for (index, new) in credits.iter().enumerate() {
        let done = credit(tx, desk, authority, (kinds, new));
        let name = || kinds.0.name_of(&new.code);
        made.push(done.map_err(|error| error.of(&name()).at(index))?);
    }
    Ok(made)
}

fn credit(
    tx: &mut Tx<'_>,
    desk: &mut Desk,
    authority: &Authority,
    ((kind, of), new): (Kinds, &NewCredit),
) -> Result<DocumentId, CompanyError> {
    desk.check_new(tx, kind, &new.code)?;
    let invoice = desk.named(tx, of, &new.invoice)?;
    in_state(&invoice, &[Status::Open, Status::Done], "only what counts is credited")?;
    let partner = partner_of(tx, invoice.party)?;
    let (name, id) = (kind.name_of(&new.code), kind.id(&new.code));
    let left = |line: &Line| Line::left(line.quantity, &[line.invoiced]);
    let parts = parts(tx, desk, (&invoice, &new.lines), ("credit", left))?;
    if parts.is_empty() {
        return Err(CompanyError::NothingLeft { document: invoice.name(), act: "credit" });
    }
    let (mut lines, mut facts) = (Vec::new(), Vec::new());
    for ((of, quantity, _), number) in parts.into_iter().zip(1..) {
        let of = desk.line(tx, (of.document, of.number))?.unwrap_or(of);
        let line = credited(tx, desk, (&invoice, of), (quantity, (id, number)), &mut facts)?;
        lines.push(line);
    }
    let at: At = (0, "net amount");
    let net = sum(lines.iter().map(|line| line.net), at)?;
    let document = Document {
        party: invoice.party,
        party_group: invoice.party_group.clone(),
        account: invoice.account.clone(),
        date: new.date,
        site: invoice.site,
        location: invoice.location.clone(),
        lines: u32::try_from(lines.len()).unwrap_or(u32::MAX),
        net,
        tax: sum(lines.iter().map(|line| line.tax), (0, "tax"))?,
        of: Some(invoice.id),
        ..head(tx, kind, &new.code, invoice.currency)
    };
    let site = super::order::site(tx, Some(invoice.site))?;
    let gross = document.money(document.gross());
    allow(tx, authority, &name, (&partner, Some(&site.code)), Some(gross))?;
    let sells = kind.is_of_sales();
    let event = if sells { BusinessEvent::CustomerCredit } else { BusinessEvent::SupplierCredit };
    let mut told = Facts::new(event, new.date, name).party(invoice.party);
    told.owed = document.account.cloned();
    let figures = revenue(tx, desk, (&document, &lines), Figure::Revenue)?;
    told.facts.extend(figures.into_iter().filter(|fact| sells || fact.figure == Figure::Tax));
    told.facts.extend(facts);
    let back = discount_back(tx, desk, (&invoice, document.gross()))?;
    told.facts.extend(taken_back(tx, desk, &invoice, back)?);
    let order = invoice.of;
    let (credit, credited) = (document.clone(), lines.clone());
    desk.add(document, lines);
    if !sells {
        credit_landed(tx, desk, (&invoice, &credit), &credited)?;
    }
    settle_credit(tx, desk, (id, back), invoice, &told)?;
    settle(tx, desk, order)?;
    Ok(id)
}

/// The line that credits so much of another: first what came or went back for it, then what never went or came. The rest waits for its
/// goods, or is let off.
fn credited(
    tx: &mut Tx<'_>,
    desk: &mut Desk,
    (invoice, of): (&Document, Line),
    (quantity, key): (Qty, (DocumentId, u32)),
    facts: &mut Vec<Fact>,
) -> Result<Line, CompanyError> {
    let (many, much): (At, At) = ((key.1, "quantity credited"), (key.1, "net amount"));
    let sells = invoice.kind.is_of_sales();
    let coins = (invoice.currency, much);
    let line = part_of(&of, quantity, key, invoice.currency)?;
    let credited = plus(of.invoiced, quantity, many)?;
    let tax = share(of.tax, credited, of.quantity, (invoice.currency, (key.1, "tax")))?;
    let tax = less(tax, of.tax_taken, (key.1, "tax"))?;
    let back = take_back(tx, desk, (invoice.kind, &of, quantity), key, facts)?;
    let never = match of.item {
        Some(_) => of.ahead().max(Qty::ZERO).min(Line::left(quantity, &[back.quantity])),
        None => Qty::ZERO,
    };
    // What was billed and never came stands for it, below zero.
    let off = match never.units() {
        0 => Amount::ZERO,
        _ if sells => Amount::ZERO,
        _ => minus(share(of.clearing, never, of.ahead(), coins)?, much)?,
    };
    let line = Line {
        tax,
        charge: of.charge.clone(),
        category: of.category.clone(),
        matched: back.quantity,
        returned: never,
        sold: if sells { back.cost } else { off },
        ..line
    };
    if !sells {
        facts.extend(given_back(tx, desk, (invoice, &line), plus(back.cost, off, much)?)?);
    }
    bill_again(tx, desk, (&of, &line), never)?;
    desk.put_line(Line {
        invoiced: credited,
        taken: plus(of.taken, line.net, much)?,
        tax_taken: plus(of.tax_taken, tax, (key.1, "tax"))?,
        returned: plus(of.returned, never, many)?,
        clearing: plus(of.clearing, off, much)?,
        ..of
    });
    Ok(line)
}

/// What a supplier's credit of a line tells: of goods what they stood at and what differs, of anything else what it was billed as.
pub(crate) fn given_back(
    tx: &mut Tx<'_>,
    desk: &mut Desk,
    (document, line): (&Document, &Line),
    goods: Amount,
) -> Result<Vec<Fact>, CompanyError> {
    let place = desk.place_of(tx, document, line)?;
    let figures = match (line.charge.copied(), line.item) {
        (Some(charge), _) => vec![(charge, line.net)],
        (None, None) => vec![(Figure::Expense, line.net)],
        (None, Some(_)) => {
            let differs = less(line.net, goods, (line.number, "price difference"))?;
            vec![(Figure::Goods, goods), (Figure::Difference, differs)]
        }
    };
    let fact = |(figure, amount)| Fact::new(figure, document.money(amount)).at(place.clone());
    Ok(figures.into_iter().map(fact).collect())
}

/// What was invoiced ahead and is credited may be invoiced again; of what a credit gives no longer, so much was invoiced all the same.
pub(crate) fn bill_again(
    tx: &mut Tx<'_>,
    desk: &mut Desk,
    (of, credit): (&Line, &Line),
    never: Qty,
) -> Result<(), CompanyError> {
    let Some(key) = of.of.zip(of.of_line).filter(|_| never != Qty::ZERO) else { return Ok(()) };
    let Some(ordered) = desk.line(tx, key)? else { return Ok(()) };
    let at: At = (credit.number, "net amount");
    let coins = (desk.currency(), at);
    // Bills count at the order's price, whatever they said.
    let sells = desk.document(tx, key.0)?.kind.is_of_sales();
    let back = match sells {
        true => share(credit.net, never, credit.quantity, coins)?,
        false => share(ordered.net, never, ordered.quantity, coins)?,
    };
    let invoiced = less(ordered.invoiced, never, (credit.number, "quantity credited"))?;
    desk.put_line(Line { invoiced, taken: less(ordered.taken, back, at)?, ..ordered });
    Ok(())
}

/// What a credit tells of a discount that it takes back: the customer gets what he paid.
pub(crate) fn taken_back(
    tx: &mut Tx<'_>,
    desk: &mut Desk,
    invoice: &Document,
    back: Amount,
) -> Result<Vec<Fact>, CompanyError> {
    let parts = let_off(tx, desk, (invoice, Figure::Discount), back)?;
    let fact = |(figure, code, amount): (_, _, Money)| {
        Fact::new(figure, amount.neg()).at(invoice.place(code))
    };
    Ok(parts.into_iter().map(fact).collect())
}

/// Posts a credit, and settles its invoice by it as far as that is open.
fn settle_credit(
    tx: &mut Tx<'_>,
    desk: &mut Desk,
    (id, back): (DocumentId, Amount),
    invoice: Document,
    facts: &Facts,
) -> Result<(), CompanyError> {
    let credit = desk.document(tx, id)?;
    let owed = less(credit.gross(), back, (0, "discount"))?;
    let settled = owed.min(invoice.open()).max(Amount::ZERO);
    let items = open_items(tx, &invoice, settled)?;
    let cleared = desk.post_settling(tx, (facts, Some(id)), &items)?;
    let credit = desk.document(tx, id)?;
    if invoice.kind.is_of_sales() {
        let credited = minus(owed, (0, "amount with tax"))?;
        owe(tx, credit.party, credited, Amount::ZERO)?;
    }
    let used = plus(settled, back, (0, "amount settled"))?;
    desk.put(close_if_paid(Document { settled: used, ..credit }));
    if used != Amount::ZERO {
        let (write_off, tax) = (Amount::ZERO, Amount::ZERO);
        let discount = minus(back, (0, "discount"))?;
        let clearing = items.first().and_then(|item| cleared.get(&item.0).copied()).into();
        let of = invoice.id;
        let amount = settled;
        let document = id;
        desk.note_settlement(Settlement {
            document,
            of,
            amount,
            discount,
            write_off,
            tax,
            clearing,
            due: None,
        });
    }
    let settled = plus(invoice.settled, settled, (0, "amount settled"))?;
    desk.put(close_if_paid(Document { settled, ..invoice }));
    Ok(())
}

/// What a credit takes of goods that came or went back.
struct Back {
    quantity: Qty,
    /// What they stood at.
    cost: Amount,
}

/// Takes what is credited from the goods that came or went back for the line, the first first. Of sales their cost is told where it stood.
fn take_back(
    tx: &mut Tx<'_>,
    desk: &mut Desk,
    (kind, of, quantity): (DocumentKind, &Line, Qty),
    (document, line): (DocumentId, u32),
    facts: &mut Vec<Fact>,
) -> Result<Back, CompanyError> {
    let (mut cost, mut left) = (Amount::ZERO, quantity);
    let (at, many): (At, At) = ((line, "cost"), (line, "quantity credited"));
    let ordered = of.of.zip(of.of_line).filter(|_| of.item.is_some());
    let Some(ordered) = ordered else { return Ok(Back { quantity: Qty::ZERO, cost }) };
    let sells = kind.is_of_sales();
    let (moved, returned) = match sells {
        true => (DocumentKind::Delivery, DocumentKind::CustomerReturn),
        false => (DocumentKind::Receipt, DocumentKind::SupplierReturn),
    };
    for moved in desk.carried_out(tx, ordered, moved)? {
        if moved.returned == Qty::ZERO {
            continue;
        }
        for back in desk.waiting(tx, (moved.document, moved.number), returned)? {
            let open = back.uninvoiced();
            let part = open.min(left);
            if part <= Qty::ZERO {
                continue;
            }
            // What stands for a return is below zero: it came back, or the supplier owes it.
            let taken = share(back.clearing, part, open, (desk.currency(), at))?;
            let of_line = back.number;
            desk.note_match(LineMatch {
                document,
                line,
                of: back.document,
                of_line,
                quantity: part,
                revalued: Amount::ZERO,
            });
            if sells {
                let head = desk.document(tx, back.document)?;
                let place = desk.place_of(tx, &head, &back)?;
                let fact = minus(taken, at)?.money(desk.currency());
                facts.push(Fact::new(Figure::Cost, fact).at(place));
            }
            cost = less(cost, taken, at)?;
            left = Line::left(left, &[part]);
            desk.put_line(Line {
                invoiced: plus(back.invoiced, part, many)?,
                clearing: less(back.clearing, taken, at)?,
                sold: plus(back.sold, taken, at)?,
                ..back
            });
        }
    }
    Ok(Back { quantity: Line::left(quantity, &[left]), cost })
}
