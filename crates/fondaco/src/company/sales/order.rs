//! Orders of customers: quotes, orders with a check of credit and of what is there, what is held for somebody else to release.

use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::NaiveDate;
use fondaco_accounting::ledger::Amount;
use fondaco_core::policy::{Authority, Request};
use fondaco_core::store::{Event, Json};
use fondaco_core::terms::PaymentTerms;
use fondaco_core::{Act, DocumentId, ItemId, Needs, PartyId, Range, Reading, SiteId, Tx};
use fondaco_inventory::items::Item;
use fondaco_inventory::places::Site;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::promise::promise_orders;
use super::{Promise, allow, exposure};
use crate::company::document::{
    Ahead, Desk, Document, DocumentKind, Line, NewLine, Pricing, Status, emit_each, minus, tax,
};
use crate::company::masters::{Partner, Price, partner_by_code, partner_of};
use crate::company::{CompanyError, rights};

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

    /// With the day on which the goods shall be there.
    #[must_use]
    pub fn wanted_on(self, day: NaiveDate) -> NewOrder {
        NewOrder { wanted_on: Some(day), ..self }
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
        read_ahead(tx, &desk, (DocumentKind::SalesOrder, &self.orders))?;
        let (mut placed, mut confirmed) = (Vec::with_capacity(self.orders.len()), Vec::new());
        for (index, new) in self.orders.iter().enumerate() {
            let id = place(tx, &mut desk, &authority, new).map_err(|error| {
                error.of(&DocumentKind::SalesOrder.name_of(&new.code)).at(index)
            })?;
            placed.push(id);
            confirmed.push((index, id, new.promise));
        }
        promise_orders(tx, &mut desk, &confirmed)?;
        emit_each(tx, "order.placed", &placed);
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
    let (mut document, lines, site) = priced(tx, desk, new, (kind, &partner))?;
    allow(tx, authority, &name, (&partner, Some(&site.code)), Some(gross(&document)))?;
    document.status = if new.quote { Status::Quote } else { Status::Open };
    if !new.quote {
        confirm(tx, desk, &partner, &mut document, new.hold)?;
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
        party_group: partner.party_group.clone().into(),
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
        series: None.into(),
        number: None.into(),
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
        party_group: None.into(),
        account: None.into(),
        cancelled_on: None.into(),
        blocked: None.into(),
        reference: None.into(),
        bill_number: None.into(),
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

/// The site where goods are moved: that of a location, where one is named.
pub(crate) fn site_at(
    tx: &mut Tx<'_>,
    location: &Option<SmolStr>,
    otherwise: SiteId,
) -> Result<Arc<Site>, CompanyError> {
    let at = match location {
        Some(location) => crate::company::goods::site_of(tx, location)?,
        None => otherwise,
    };
    site(tx, Some(at))
}

/// What orders name, read in as few trips as it takes.
pub(crate) fn read_ahead(
    tx: &mut Tx<'_>,
    desk: &Desk,
    (kind, orders): (DocumentKind, &[NewOrder]),
) -> Result<(), CompanyError> {
    let ids: Vec<DocumentId> = orders.iter().map(|new| kind.id(&new.code)).collect();
    let parties: Vec<PartyId> = orders.iter().map(|new| PartyId::named(&new.partner)).collect();
    let items: Vec<ItemId> =
        orders.iter().flat_map(|new| &new.lines).filter_map(|line| line.item).collect();
    let needs = Needs::new().rows::<Document>(&ids).rows::<Partner>(&parties).rows::<Item>(&items);
    tx.need_all(needs)?;
    if !kind.is_of_sales() {
        return Ok(());
    }
    let mut priced: BTreeSet<(SmolStr, ItemId)> = BTreeSet::new();
    for (new, partner) in orders.iter().zip(tx.peek_many::<Partner>(&parties)?) {
        let list = partner.and_then(|partner| partner.price_list.clone());
        let list = list.or_else(|| desk.settings.price_list.clone()).unwrap_or_default();
        let by_list = new.lines.iter().filter(|line| line.price.is_none());
        priced.extend(by_list.filter_map(|line| Some((list.clone(), line.item?))));
    }
    let mut needs = Needs::new();
    for key in &priced {
        needs = needs.range(&Range::<Price>::by_key(key))?;
    }
    Ok(tx.need_all(needs)?)
}

/// An order counts from now on, within the credit limit; what is there is promised to it after that.
fn confirm(
    tx: &mut Tx<'_>,
    desk: &Desk,
    partner: &Partner,
    document: &mut Document,
    hold: bool,
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
        let ids = ids(&self.orders);
        Desk::read_ahead(tx, [], &ids, Ahead::Lines)?;
        for (index, code) in self.orders.iter().enumerate() {
            confirm_one(tx, &mut desk, &authority, code)
                .map_err(|error| error.of(&DocumentKind::SalesOrder.name_of(code)).at(index))?;
        }
        promise_orders(tx, &mut desk, &confirmed(&ids, self.promise))?;
        desk.finish(tx)
    }
}

fn confirm_one(
    tx: &mut Tx<'_>,
    desk: &mut Desk,
    authority: &Authority,
    code: &SmolStr,
) -> Result<(), CompanyError> {
    let mut document = desk.named(tx, DocumentKind::SalesOrder, code)?;
    in_state(&document, &[Status::Quote], "only quotes are confirmed")?;
    let partner = partner_of(tx, document.party)?;
    check_partner(&partner, &document.name(), true)?;
    let amount = Some(gross(&document));
    let site = site(tx, Some(document.site))?;
    allow(tx, authority, &document.name(), (&partner, Some(&site.code)), amount)?;
    confirm(tx, desk, &partner, &mut document, false)?;
    desk.put(document);
    Ok(())
}

/// The ids of orders of customers.
fn ids(codes: &[SmolStr]) -> Vec<DocumentId> {
    codes.iter().map(|code| DocumentKind::SalesOrder.id(code)).collect()
}

fn confirmed(ids: &[DocumentId], promise: Promise) -> Vec<(usize, DocumentId, Promise)> {
    ids.iter().enumerate().map(|(index, id)| (index, *id, promise)).collect()
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
            release_one(tx, &mut desk, code)
                .map_err(|error| error.of(&DocumentKind::SalesOrder.name_of(code)).at(index))?;
        }
        promise_orders(tx, &mut desk, &confirmed(&ids(&self.orders), self.promise))?;
        desk.finish(tx)
    }
}

fn release_one(tx: &mut Tx<'_>, desk: &mut Desk, code: &SmolStr) -> Result<(), CompanyError> {
    let mut document = desk.named(tx, DocumentKind::SalesOrder, code)?;
    in_state(&document, &[Status::Held], "only what is held is released")?;
    let partner = partner_of(tx, document.party)?;
    check_partner(&partner, &document.name(), true)?;
    let request = Request::new(&rights::RELEASE).about(document.name()).amount(gross(&document));
    let request = match &partner.party_group {
        Some(group) => request.at("party_group", group.clone()),
        None => request.nowhere("party_group"),
    };
    tx.authorize(&request.after(std::slice::from_ref(&document.made_by)))?;
    let (ordered, owed) = (document.gross(), Amount::ZERO);
    super::owe(tx, document.party, owed, minus(ordered, (0, "amount with tax"))?)?;
    document.status = Status::Open;
    tx.emit(Event::new("order.confirmed").with("order", document.id));
    desk.put(document);
    Ok(())
}
