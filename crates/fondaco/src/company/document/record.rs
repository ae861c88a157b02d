//! Documents and their lines, as they are stored.

use std::sync::Arc;

use chrono::NaiveDate;
use fondaco_accounting::ledger::{Amount, Clearing, Entry, ItemKey};
use fondaco_core::party::HeldOnParty;
use fondaco_core::store::{Drawn, Json, Rare, Record};
use fondaco_core::terms::PaymentTerms;
use fondaco_core::{
    ActorId, Currency, DocumentId, Halt, Id, ItemId, Money, PartyId, Range, Rate, Reading, SiteId,
    Unit, UnitPrice,
};
use fondaco_inventory::Qty;
use fondaco_inventory::levels::{Expected, Reservation};
use fondaco_inventory::moves::Move;
use smol_str::SmolStr;

use super::{DocumentKind, Status};
use crate::company::CompanyError;
use crate::company::posting::{Figure, Place};

/// A document: its head.
#[derive(Record, Debug, Clone, PartialEq)]
#[record(
    table = "company_document", kind = state, key(id),
    index(by_party(party, kind, date)), index(by_kind(kind, status, date)), index(by_of(of)),
    index(by_cancelled(cancelled_on)), index(by_number(series, number)), index(by_bill_number(party, bill_number), unique),
)]
pub struct Document {
    /// Its id: that of its name, `invoice/7`.
    pub id: DocumentId,
    /// What it is.
    pub kind: DocumentKind,
    /// How it stands.
    pub status: Status,
    /// What people call it by, among those of its kind.
    pub code: SmolStr,
    /// The series that its number is of.
    pub series: Rare<SmolStr>,
    /// Its number there, where documents of its kind are [numbered](crate::company::Numbering).
    pub number: Rare<Drawn>,
    /// With whom.
    pub party: PartyId,
    /// The day on which it counts.
    pub date: NaiveDate,
    /// Its currency.
    pub currency: Currency,
    /// Where goods come from or go to.
    pub site: SiteId,
    /// The location there.
    pub location: SmolStr,
    /// How many lines it has, numbered from 1.
    pub lines: u32,
    /// What its lines come to, without tax.
    pub net: Amount,
    /// The tax on that.
    pub tax: Amount,
    /// What is settled of it: paid, credited, let off. Of an order, what is invoiced of it with tax.
    pub settled: Amount,
    /// The document that it belongs to: an invoice's order, a return's delivery.
    pub of: Option<DocumentId>,
    /// When it is to be paid, or was agreed to be.
    pub terms: Rare<Json>,
    /// The entry by which it stands in the books.
    pub entry: Option<Id<Entry>>,
    /// The first of the lines of that entry that are to be paid, and how many there are.
    pub items_from: u32,
    /// How many of them.
    pub items: u32,
    /// The group of its party, when it was entered: what rules of accounts named.
    pub party_group: Rare<SmolStr>,
    /// The account on which what is to be paid of it stands, or what stands on account.
    pub account: Rare<SmolStr>,
    /// When its cancelling counted.
    pub cancelled_on: Rare<NaiveDate>,
    /// Why it is not to be paid.
    pub blocked: Rare<SmolStr>,
    /// The other side's number of it.
    pub reference: Rare<SmolStr>,
    /// That number, of a bill that counts: the same of one supplier comes once.
    pub bill_number: Rare<SmolStr>,
    /// How it was paid.
    pub method: Rare<SmolStr>,
    /// What people read.
    pub text: Rare<SmolStr>,
    /// Of an order: when its goods shall be there.
    pub wanted_on: Rare<NaiveDate>,
    /// Who entered it.
    pub made_by: ActorId,
}

impl Document {
    /// What it is called: `invoice/7`.
    pub fn name(&self) -> SmolStr {
        self.kind.name_of(&self.code)
    }

    /// Its number as people read it: `R-2026-17`; `None` where documents of its kind have none.
    pub fn number(&self) -> Option<String> {
        let number = self.number.get()?.number()?;
        Some(format!("{}-{number}", self.series.get()?))
    }

    /// With whom it is; `None` of what is within the company.
    pub fn partner(&self) -> Option<PartyId> {
        Some(self.party).filter(|_| !self.kind.is_internal())
    }

    /// Where a figure of all of it arises.
    pub(crate) fn place(&self, tax_code: Option<SmolStr>) -> Place {
        let site = Some(self.site).filter(|site| *site != SiteId::from_u128(0));
        let (party_group, method) = (self.party_group.cloned(), self.method.cloned());
        Place { party_group, site, tax_code, method, ..Place::default() }
    }

    /// When the goods of an order should come: on its own day where no day was wanted.
    pub(crate) fn due_on(&self) -> NaiveDate {
        self.wanted_on.copied().unwrap_or(self.date)
    }

    /// The terms of payment; `None` where none were agreed.
    pub(crate) fn agreed(&self) -> Result<Option<PaymentTerms>, CompanyError> {
        let terms = self.terms.get().map(|terms| terms.to::<PaymentTerms>()).transpose();
        let damaged = |error| Halt::Bug(format!("the terms of {}: {error}", self.name()));
        Ok(terms.map_err(damaged)?)
    }

    /// What it comes to with tax: within what is stored, which is checked when it is entered.
    pub fn gross(&self) -> Amount {
        Amount::from_units(self.net.units().saturating_add(self.tax.units()))
    }

    /// What of it is open.
    pub fn open(&self) -> Amount {
        Amount::from_units(self.gross().units().saturating_sub(self.settled.units()))
    }

    /// An amount in its currency.
    pub fn money(&self, amount: Amount) -> Money {
        amount.money(self.currency)
    }

    /// The postings that are to be paid.
    pub(crate) fn item_keys(&self) -> impl Iterator<Item = ItemKey> + '_ {
        let lines = self.items_from..self.items_from.saturating_add(self.items);
        lines.filter_map(|line| Some(ItemKey::new(self.entry?, line)))
    }
}

impl HeldOnParty for Document {
    fn held(read: &mut impl Reading, party: PartyId) -> Result<Vec<Arc<Document>>, Halt> {
        read.peek_scan(&Range::by(Document::BY_PARTY, &party))
    }
}

/// A line of a document, and what became of it.
#[derive(Record, Debug, Clone, PartialEq)]
#[record(
    table = "company_line", kind = state, key(document, number),
    index(by_of(of, of_line)), index(by_waiting(waits_as, of, of_line)), index(by_move(stock_move)), guard(by_of(of, of_line))
)]
pub struct Line {
    /// The document.
    pub document: DocumentId,
    /// Its number, from 1.
    pub number: u32,
    /// The item; `None` of what is no goods.
    pub item: Option<ItemId>,
    /// The item's category when the line was entered, empty for none: what rules of accounts named.
    pub category: Rare<SmolStr>,
    /// How much, in the item's stock unit.
    pub quantity: Qty,
    /// That unit.
    pub unit: Unit,
    /// The price.
    pub price: Option<UnitPrice>,
    /// What is taken off it.
    pub discount: Rare<Rate>,
    /// What it comes to without tax: the base of the tax.
    pub net: Amount,
    /// The tax code.
    pub tax_code: Option<SmolStr>,
    /// The rate of the tax, as it was then.
    pub tax_rate: Option<Rate>,
    /// The tax on it: its share of the document's.
    pub tax: Amount,
    /// The document whose line it carries out: a delivery's order.
    pub of: Option<DocumentId>,
    /// That line.
    pub of_line: Option<u32>,
    /// What its document is, while something of the line waits for another: goods for their invoice or bill, what was billed ahead for its
    /// goods, what came back for its credit. So that none looks through what is over.
    pub waits_as: Option<DocumentKind>,
    /// Of an order: how much was shipped or received.
    pub shipped: Qty,
    /// How much was invoiced or billed; of a return, credited.
    pub invoiced: Qty,
    /// Of an order: how much of that had been shipped. Of a return: how much had never been invoiced.
    pub matched: Qty,
    /// How much came back or went back. Of an order: before it was invoiced. Of an invoice or a bill, and of a credit: how much was credited
    /// that had not been shipped or received.
    pub returned: Qty,
    /// Of an order: how much is not to be shipped or received any more.
    pub given_up: Qty,
    /// How much of its net amount went into invoices or bills that count; of an invoice or a bill, into credits. Of a
    /// return: what of its cost came off what it takes back. Of a receipt: what it comes to by its order.
    pub taken: Amount,
    /// Of an invoice or a bill: how much of its tax went into credits.
    pub tax_taken: Amount,
    /// What stands for it on the account of goods shipped and not invoiced, or received and not billed, at cost.
    pub clearing: Amount,
    /// What of its cost went on to the cost of sales. Of an order to a supplier: what of its net amount came by receipts that count.
    pub sold: Amount,
    /// The move of its goods.
    pub stock_move: Option<Id<Move>>,
    /// What is promised for it.
    pub promise: Rare<Id<Reservation>>,
    /// What is on order for it.
    pub expected: Rare<Id<Expected>>,
    /// Of a bill: what it is, where it is no goods of an order.
    pub charge: Rare<Figure>,
    /// Of a receipt: how much came and was refused at the gate.
    pub refused: Rare<Qty>,
    /// What people read.
    pub text: Rare<SmolStr>,
}

impl Line {
    /// What is left of one quantity after others.
    pub(crate) fn left(of: Qty, less: &[Qty]) -> Qty {
        let taken: i128 = less.iter().map(|one| i128::from(one.units())).sum();
        // What is taken so far beyond it that no number says it leaves nothing either way.
        Qty::from_units(i64::try_from(i128::from(of.units()) - taken).unwrap_or(i64::MIN))
    }

    /// Of an order: what is not shipped yet.
    pub fn to_ship(&self) -> Qty {
        Line::left(self.quantity, &[self.shipped, self.given_up])
    }

    /// Of an order: what may still be invoiced or billed of it, shipped or not.
    pub fn left_to_bill(&self) -> Qty {
        // What came beyond what was ordered is billed too.
        let all = Line::left(self.quantity, &[self.given_up]).max(self.shipped);
        Line::left(all, &[self.returned, self.invoiced])
    }

    /// Of an invoice or a bill: what of it waits for its goods.
    pub fn ahead(&self) -> Qty {
        Line::left(self.quantity, &[self.matched, self.returned])
    }

    /// Whether something of it, as a line of a document of a kind, waits for another document.
    pub(crate) fn waits(&self, kind: DocumentKind) -> bool {
        use DocumentKind as K;
        let left = match kind {
            K::Delivery | K::Receipt | K::CustomerReturn | K::SupplierReturn => self.uninvoiced(),
            K::Invoice | K::Bill | K::CreditNote | K::SupplierCredit if self.item.is_some() => {
                self.ahead()
            }
            K::Bill => Qty::ZERO,
            _ => return false,
        };
        left > Qty::ZERO || self.clearing != Amount::ZERO
    }

    /// The line of a document that carries so much of this one out, or takes it back.
    pub(crate) fn carried_by(&self, (document, number): (DocumentId, u32), quantity: Qty) -> Line {
        Line {
            document,
            number,
            item: self.item,
            quantity,
            unit: self.unit,
            tax_code: self.tax_code.clone(),
            of: Some(self.document),
            of_line: Some(self.number),
            ..super::blank()
        }
    }

    /// Of an order: what was shipped and is not invoiced; of what is no goods, what is not invoiced.
    pub fn to_invoice(&self) -> Qty {
        match self.item {
            Some(_) => Line::left(self.shipped, &[self.returned, self.invoiced]),
            None => self.left_to_bill(),
        }
    }

    /// Of a delivery or receipt: what is neither invoiced nor came back before it was.
    pub fn uninvoiced(&self) -> Qty {
        Line::left(self.quantity, &[self.invoiced, self.matched])
    }
}

/// That so much of one line went into another: of a delivery into an invoice, of a receipt into a bill. A fact, which counts while the
/// document that it is of does.
#[derive(Record, Debug, Clone, PartialEq, Eq)]
#[record(table = "company_match", kind = fact, key(document, line, of, of_line), index(by_of(of, of_line)))]
pub struct LineMatch {
    /// The invoice or bill.
    pub document: DocumentId,
    /// Its line.
    pub line: u32,
    /// The delivery or receipt.
    pub of: DocumentId,
    /// Its line.
    pub of_line: u32,
    /// How much, in the item's stock unit; nothing of freight that came upon a receipt.
    pub quantity: Qty,
    /// By how much the goods were revalued for it, where a bill said otherwise than their receipt, or what they bear of its freight.
    pub revalued: Amount,
}

/// That so much of a document was settled by another: an invoice by a payment or a credit, a deposit by an invoice. A fact, which counts while the document that
/// it is of does.
#[derive(Record, Debug, Clone, PartialEq, Eq)]
#[record(table = "company_settlement", kind = fact, key(document, of), index(by_of(of)), layout = 2)]
pub struct Settlement {
    /// The payment or credit.
    pub document: DocumentId,
    /// What it settles.
    pub of: DocumentId,
    /// How much in all.
    pub amount: Amount,
    /// How much of that was let off for paying early. Of a credit below zero, and beside it: how much of what was let off it takes back.
    pub discount: Amount,
    /// How much of that was given up.
    pub write_off: Amount,
    /// Of a deposit: how much of that was tax, posted when it was paid.
    pub tax: Amount,
    /// What cleared it in the books.
    pub clearing: Rare<Id<Clearing>>,
    /// When what a customer paid of an invoice fell due: of several instalments in the middle, by their amounts. Not of settlements that were
    /// recorded before this was.
    #[record(since = 2)]
    pub due: Option<NaiveDate>,
}
