//! Orders of customers: quotes, orders with a check of credit and of what is there, what is held for somebody else to release.

use std::sync::Arc;

use chrono::NaiveDate;
use fondaco_accounting::ledger::Amount;
use fondaco_core::policy::{Authority, Request};
use fondaco_core::store::{Event, Json};
use fondaco_core::terms::PaymentTerms;
use fondaco_core::{Act, DocumentId, Reading, SiteId, Tx};
use fondaco_inventory::places::Site;
use fondaco_inventory::reserve::{Otherwise, Reserve, Wanted, reserve};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::{allow, exposure};
use crate::company::document::{
    Desk, Document, DocumentKind, Line, NewLine, Pricing, Status, minus, tax,
};
use crate::company::masters::{Partner, partner_by_code, partner_of};
use crate::company::{CompanyError, ENGINE, rights};

/// What is promised to an order of what is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Promise {
    /// All of it; what is not there waits for goods.
    #[default]
    Backorder,
    /// All of it, or the order is refused.
    All,
    /// Nothing: what is there when it is shipped is shipped.
    Nothing,
}

/// An order to be placed.
///
/// ```
/// use fondaco::company::{NewLine, NewOrder};
/// use fondaco::core::ItemId;
/// let order = NewOrder::new("SO-1", "C-100", "2026-03-02".parse()?)
///     .line(NewLine::new(ItemId::named("M8x40"), "200 pcs".parse()?));
/// assert_eq!(order.lines.len(), 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewOrder {
    /// Its code.
    pub code: SmolStr,
    /// The customer's code, of a purchase order the supplier's.
    pub partner: SmolStr,
    /// The day of the order.
    pub date: NaiveDate,
    /// What is ordered.
    pub lines: Vec<NewLine>,
    /// The site that ships or receives; the company's only one where it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub site: Option<SiteId>,
    /// Out of which location there, or into which; the site's own where it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub location: Option<SmolStr>,
    /// Whether it is an offer, which binds nobody until it is confirmed.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub quote: bool,
    /// Whether it is held where it crosses the credit limit, for somebody else to release; else it is refused.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub hold: bool,
    /// What is promised to it.
    #[serde(default)]
    pub promise: Promise,
    /// When the goods shall be there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wanted_on: Option<NaiveDate>,
    /// When it is to be paid; the partner's terms where they are left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub terms: Option<PaymentTerms>,
    /// The other side's number of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<SmolStr>,
}

impl NewOrder {
    /// An order without lines yet.
    pub fn new(code: impl Into<SmolStr>, partner: impl Into<SmolStr>, date: NaiveDate) -> NewOrder {
        NewOrder {
            code: code.into(),
            partner: partner.into(),
            date,
            lines: Vec::new(),
            site: None,
            location: None,
            quote: false,
            hold: false,
            promise: Promise::default(),
            wanted_on: None,
            terms: None,
            reference: None,
        }
    }

    /// With a line.
    #[must_use]
    pub fn line(mut self, line: NewLine) -> NewOrder {
        self.lines.push(line);
        self
    }

    /// As an offer.
    #[must_use]
    pub fn as_quote(self) -> NewOrder {
        NewOrder { quote: true, ..self }
    }

    /// Out of a site, or into it.
    #[must_use]
    pub fn site(self, site: SiteId) -> NewOrder {
        NewOrder { site: Some(site), ..self }
    }

    /// With so much promised of what is there.
    #[must_use]
    pub fn promise(self, promise: Promise) -> NewOrder {
        NewOrder { promise, ..self }
    }

    /// Held where it crosses the credit limit.
    #[must_use]
    pub fn hold(self) -> NewOrder {
        NewOrder { hold: true, ..self }
    }
}

/// Places orders of customers: all or none. Each is priced, checked against the customer's credit limit, and has what is there promised
/// to it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlaceOrders {
    /// The orders.
    pub orders: Vec<NewOrder>,
}

impl PlaceOrders {
    /// These orders.
    ///
    /// ```
    /// use fondaco::company::PlaceOrders;
    /// assert!(PlaceOrders::new(vec![]).orders.is_empty());
    /// ```
    pub fn new(orders: Vec<NewOrder>) -> PlaceOrders {
        PlaceOrders { orders }
    }
}

impl Act for PlaceOrders {
    type Answer = Vec<DocumentId>;
    type Error = CompanyError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<Vec<DocumentId>, CompanyError> {
        let authority = tx.authority(&rights::SELL)?;
        let mut desk = Desk::open(tx)?;
        let mut placed = Vec::with_capacity(self.orders.len());
        for (index, new) in self.orders.iter().enumerate() {
            let id = place(tx, &mut desk, &authority, new).map_err(|error| {
                error.of(&DocumentKind::SalesOrder.name_of(&new.code)).at(index)
            })?;
            placed.push(id);
        }
        tx.emit(Event::new("order.placed").with("orders", placed.len() as i64));
        desk.finish(tx)?;
        Ok(placed)
    }
}

fn place(
    tx: &mut Tx<'_>,
    desk: &mut Desk,
    authority: &Authority,
    new: &NewOrder,
) -> Result<DocumentId, CompanyError> {
    let kind = DocumentKind::SalesOrder;
    desk.check_new(tx, kind, &new.code)?;
    let partner = partner_by_code(tx, &new.partner)?;
    let name = kind.name_of(&new.code);
    check_partner(&partner, &name, true)?;
    let (mut document, mut lines, site) = priced(tx, desk, new, (kind, &partner))?;
    allow(tx, authority, &name, (&partner, Some(&site.code)), Some(gross(&document)))?;
    document.status = if new.quote { Status::Quote } else { Status::Open };
    if !new.quote {
        confirm(tx, desk, &partner, (&mut document, &mut lines), (new.promise, new.hold))?;
    }
    let id = document.id;
    desk.add(document, lines);
    Ok(id)
}

/// That a partner is what a document takes him for, and not blocked.
pub(crate) fn check_partner(
    partner: &Partner,
    document: &SmolStr,
    sells: bool,
) -> Result<(), CompanyError> {
    let (has, role) =
        if sells { (partner.customer, "customer") } else { (partner.supplier, "supplier") };
    let (document, code) = (document.clone(), partner.code.clone());
    if !has {
        return Err(CompanyError::NoRole { document, partner: code, role });
    }
    if partner.blocked {
        return Err(CompanyError::PartnerBlocked { document, partner: code });
    }
    Ok(())
}

/// The head and lines of an order, priced and taxed.
pub(crate) fn priced(
    tx: &mut Tx<'_>,
    desk: &mut Desk,
    new: &NewOrder,
    (kind, partner): (DocumentKind, &Partner),
) -> Result<(Document, Vec<Line>, Arc<Site>), CompanyError> {
    let name = kind.name_of(&new.code);
    if new.lines.is_empty() {
        return Err(CompanyError::NoLines { document: name });
    }
    let site = site(tx, new.site)?;
    let (currency, by_list) = (desk.currency(), kind.is_of_sales());
    let pricing = Pricing { document: &name, partner, currency, date: new.date, by_list };
    let mut lines = Vec::with_capacity(new.lines.len());
    for (line, number) in new.lines.iter().zip(1..) {
        lines.push(pricing.line(tx, desk, line, number)?);
    }
    let (net, taxed) = tax(&mut lines, &name, currency)?;
    let terms = new.terms.as_ref().and_then(Json::of).or_else(|| partner.terms.clone());
    let document = Document {
        status: Status::Open,
        code: new.code.clone(),
        party: partner.party,
        date: new.date,
        site: site.id,
        location: new.location.clone().unwrap_or_else(|| site.root().clone()),
        lines: u32::try_from(lines.len()).unwrap_or(u32::MAX),
        net,
        tax: taxed,
        terms: terms.into(),
        reference: new.reference.clone().into(),
        wanted_on: new.wanted_on.into(),
        ..head(tx, kind, &new.code, currency)
    };
    Ok((document, lines, site))
}

/// A head of nothing yet, by who acts.
pub(crate) fn head(
    tx: &Tx<'_>,
    kind: DocumentKind,
    code: &SmolStr,
    currency: fondaco_core::Currency,
) -> Document {
    Document {
        id: kind.id(code),
        kind,
        status: Status::Open,
        code: code.clone(),
        party: fondaco_core::PartyId::from_u128(0),
        date: NaiveDate::MIN,
        currency,
        site: SiteId::from_u128(0),
        location: SmolStr::default(),
        lines: 0,
        net: Amount::ZERO,
        tax: Amount::ZERO,
        settled: Amount::ZERO,
        of: None,
        terms: None.into(),
        entry: None,
        items_from: 0,
        items: 0,
        clearing: None.into(),
        blocked: None.into(),
        reference: None.into(),
        method: None.into(),
        text: None.into(),
        wanted_on: None.into(),
        made_by: tx.actor().clone(),
    }
}

fn gross(document: &Document) -> fondaco_core::Money {
    document.money(document.gross())
}

/// The site that is named, or the only one there is.
pub(crate) fn site(tx: &mut Tx<'_>, named: Option<SiteId>) -> Result<Arc<Site>, CompanyError> {
    let unknown = |code: SmolStr| CompanyError::Unknown { what: "site", code };
    if let Some(id) = named {
        return tx
            .require::<Site, CompanyError>(&id, || unknown(smol_str::ToSmolStr::to_smolstr(&id)));
    }
    let all = tx.peek_scan(&fondaco_core::Range::<Site>::all().limit(2))?;
    match all.as_slice() {
        [only] => tx.require::<Site, CompanyError>(&only.id, || unknown(only.code.clone())),
        _ => Err(unknown(SmolStr::new_static("(none named, and there are several)"))),
    }
}

/// An order counts from now on: within the credit limit, and with what is there promised to it.
fn confirm(
    tx: &mut Tx<'_>,
    desk: &Desk,
    partner: &Partner,
    (document, lines): (&mut Document, &mut [Line]),
    (promise, hold): (Promise, bool),
) -> Result<(), CompanyError> {
    let (name, gross) = (document.name(), document.gross());
    match exposure::order(tx, partner, (&name, desk.currency()), gross) {
        Err(CompanyError::CreditLimit { .. }) if hold => {
            document.status = Status::Held;
            tx.emit(Event::new("order.credit_blocked").with("order", document.id));
            return Ok(());
        }
        done => done?,
    }
    document.status = Status::Open;
    tx.emit(Event::new("order.confirmed").with("order", document.id));
    promise_goods(tx, (document, lines), promise)
}

/// Promises what is there to the lines of an order.
pub(crate) fn promise_goods(
    tx: &mut Tx<'_>,
    (document, lines): (&Document, &mut [Line]),
    promise: Promise,
) -> Result<(), CompanyError> {
    let otherwise = match promise {
        Promise::Nothing => return Ok(()),
        Promise::All => Otherwise::Refuse,
        Promise::Backorder => Otherwise::Backorder,
    };
    let goods: Vec<usize> = lines
        .iter()
        .enumerate()
        .filter(|(_, line)| line.item.is_some())
        .map(|(at, _)| at)
        .collect();
    if goods.is_empty() {
        return Ok(());
    }
    let wanted = goods.iter().filter_map(|at| {
        let line = lines.get(*at)?;
        let quantity = fondaco_core::Quantity::from_fixed(line.to_ship(), line.unit);
        Some(Wanted::new(line.item?, document.site, quantity))
    });
    let party = Some(document.party);
    let command = Reserve { otherwise, party, ..Reserve::new(document.id, wanted.collect()) };
    let reserved = tx.as_engine(&ENGINE, |tx| reserve(tx, &command));
    let reserved = reserved.map_err(|error| {
        super::delivery::of_line(error, document, |index| {
            goods.get(index).and_then(|at| lines.get(*at)).map_or(0, |line| line.number)
        })
    })?;
    for (at, answer) in goods.iter().zip(reserved.lines) {
        if let Some(line) = lines.get_mut(*at) {
            line.promise = answer.reservation.into();
        }
    }
    Ok(())
}

/// Confirms quotes: they are orders from now on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConfirmOrders {
    /// Their codes.
    pub orders: Vec<SmolStr>,
    /// What is promised to them.
    #[serde(default)]
    pub promise: Promise,
}

impl ConfirmOrders {
    /// These.
    ///
    /// ```
    /// use fondaco::company::ConfirmOrders;
    /// assert_eq!(ConfirmOrders::new(["SO-1"]).orders, ["SO-1"]);
    /// ```
    pub fn new<C: Into<SmolStr>>(orders: impl IntoIterator<Item = C>) -> ConfirmOrders {
        let orders = orders.into_iter().map(Into::into).collect();
        ConfirmOrders { orders, promise: Promise::default() }
    }
}

impl Act for ConfirmOrders {
    type Answer = ();
    type Error = CompanyError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<(), CompanyError> {
        let authority = tx.authority(&rights::SELL)?;
        let mut desk = Desk::open(tx)?;
        for (index, code) in self.orders.iter().enumerate() {
            confirm_one(tx, &mut desk, &authority, code, self.promise)
                .map_err(|error| error.of(&DocumentKind::SalesOrder.name_of(code)).at(index))?;
        }
        desk.finish(tx)
    }
}

fn confirm_one(
    tx: &mut Tx<'_>,
    desk: &mut Desk,
    authority: &Authority,
    code: &SmolStr,
    promise: Promise,
) -> Result<(), CompanyError> {
    let mut document = desk.named(tx, DocumentKind::SalesOrder, code)?;
    in_state(&document, &[Status::Quote], "only quotes are confirmed")?;
    let partner = partner_of(tx, document.party)?;
    check_partner(&partner, &document.name(), true)?;
    let amount = Some(gross(&document));
    allow(tx, authority, &document.name(), (&partner, None), amount)?;
    let mut lines = desk.lines_of(tx, &document)?;
    confirm(tx, desk, &partner, (&mut document, &mut lines), (promise, false))?;
    desk.put(document);
    lines.into_iter().for_each(|line| desk.put_line(line));
    Ok(())
}

/// That a document stands so that something can be done of it.
pub(crate) fn in_state(
    document: &Document,
    states: &[Status],
    why: &'static str,
) -> Result<(), CompanyError> {
    if states.contains(&document.status) {
        return Ok(());
    }
    let (document, status) = (document.name(), document.status.code());
    Err(CompanyError::WrongState { document, status, why })
}

/// Releases orders that are held above a credit limit: by somebody else than who placed them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReleaseOrders {
    /// Their codes.
    pub orders: Vec<SmolStr>,
    /// What is promised to them.
    #[serde(default)]
    pub promise: Promise,
}

impl ReleaseOrders {
    /// These.
    ///
    /// ```
    /// use fondaco::company::ReleaseOrders;
    /// assert_eq!(ReleaseOrders::new(["SO-1"]).orders, ["SO-1"]);
    /// ```
    pub fn new<C: Into<SmolStr>>(orders: impl IntoIterator<Item = C>) -> ReleaseOrders {
        let orders = orders.into_iter().map(Into::into).collect();
        ReleaseOrders { orders, promise: Promise::default() }
    }
}

impl Act for ReleaseOrders {
    type Answer = ();
    type Error = CompanyError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<(), CompanyError> {
        tx.authority(&rights::RELEASE)?;
        let mut desk = Desk::open(tx)?;
        for (index, code) in self.orders.iter().enumerate() {
            release_one(tx, &mut desk, code, self.promise)
                .map_err(|error| error.of(&DocumentKind::SalesOrder.name_of(code)).at(index))?;
        }
        desk.finish(tx)
    }
}

fn release_one(
    tx: &mut Tx<'_>,
    desk: &mut Desk,
    code: &SmolStr,
    promise: Promise,
) -> Result<(), CompanyError> {
    let mut document = desk.named(tx, DocumentKind::SalesOrder, code)?;
    in_state(&document, &[Status::Held], "only what is held is released")?;
    let partner = partner_of(tx, document.party)?;
    let request = Request::new(&rights::RELEASE).about(document.name()).amount(gross(&document));
    let request = match &partner.party_group {
        Some(group) => request.at("party_group", group.clone()),
        None => request.nowhere("party_group"),
    };
    tx.authorize(&request.after(std::slice::from_ref(&document.made_by)))?;
    let (ordered, owed) = (document.gross(), Amount::ZERO);
    super::owe(tx, document.party, owed, minus(ordered, (0, "amount with tax"))?)?;
    document.status = Status::Open;
    let mut lines = desk.lines_of(tx, &document)?;
    promise_goods(tx, (&document, &mut lines), promise)?;
    tx.emit(Event::new("order.confirmed").with("order", document.id));
    desk.put(document);
    lines.into_iter().for_each(|line| desk.put_line(line));
    Ok(())
}
