//! Taking documents back: exactly what they did, the other way round, on a day of its own. A document that others rest on is not cancelled
//! before those are.

mod billing;
mod goods;
mod orders;
mod paid;

pub(crate) use billing::opposite;
pub(crate) use goods::reverse;
pub use orders::CloseOrders;

use chrono::NaiveDate;
use fondaco_core::policy::{Authority, Permission, Request};
use fondaco_core::store::Event;
use fondaco_core::{Act, PartyId, Tx};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::document::{Desk, Document, DocumentKind, Status, Values};
use super::goods::cancel as goods_cancel;
use super::masters::partner_of;
use super::sales::{allow, site};
use super::{CompanyError, pay, production, rights};

/// A document by its kind and code.
///
/// ```
/// use fondaco::company::{Named, DocumentKind};
/// let invoice = Named::new(DocumentKind::Invoice, "I-1");
/// assert_eq!(invoice.code, "I-1");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Named {
    /// What it is.
    pub kind: DocumentKind,
    /// Its code.
    pub code: SmolStr,
}

impl Named {
    /// This one.
    pub fn new(kind: DocumentKind, code: impl Into<SmolStr>) -> Named {
        Named { kind, code: code.into() }
    }
}

/// Cancels documents: all or none, in their order. What each did is taken back: goods lie where they lay at what they cost, what was invoiced
/// is to be invoiced again, what was paid is open again. It needs the right to what the document is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cancel {
    /// Which.
    pub documents: Vec<Named>,
    /// The day on which that counts: not before theirs.
    pub date: NaiveDate,
}

impl Cancel {
    /// One document.
    ///
    /// ```
    /// use fondaco::company::{Cancel, DocumentKind};
    /// let cancel = Cancel::one(DocumentKind::Delivery, "D-1", "2026-03-05".parse()?);
    /// assert_eq!(cancel.documents.len(), 1);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn one(kind: DocumentKind, code: impl Into<SmolStr>, date: NaiveDate) -> Cancel {
        Cancel { documents: vec![Named::new(kind, code)], date }
    }
}

impl Act for Cancel {
    type Answer = ();
    type Error = CompanyError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<(), CompanyError> {
        let mut authorities: Vec<Authority> = Vec::new();
        for named in &self.documents {
            authorities.push(tx.authority(permission(named.kind))?);
        }
        let mut values = Values::default();
        for (index, named) in self.documents.iter().enumerate() {
            // Each stands on what those before it left.
            let mut desk = Desk::after(tx, values)?;
            let authority = authorities.get(index);
            cancel(tx, &mut desk, (named, self.date), authority)
                .map_err(|error| error.of(&named.kind.name_of(&named.code)).at(index))?;
            values = desk.values();
            desk.finish(tx).map_err(|error| error.at(index))?;
        }
        Ok(())
    }
}

fn permission(kind: DocumentKind) -> &'static Permission {
    use DocumentKind as K;
    match kind {
        K::SalesOrder => &rights::SELL,
        K::Delivery | K::CustomerReturn => &rights::SHIP,
        K::Invoice | K::CreditNote => &rights::INVOICE,
        K::CustomerPayment | K::SupplierPayment => &rights::PAY,
        K::CustomerDeposit | K::SupplierDeposit => &rights::PAY,
        K::PurchaseOrder => &rights::BUY,
        K::Receipt | K::SupplierReturn => &rights::RECEIVE,
        K::Bill | K::SupplierCredit => &rights::BILL,
        K::Transfer | K::Arrival => &rights::MOVE_GOODS,
        K::WorkOrder => &rights::PLAN_WORK,
        K::ProductionClose => &rights::CLOSE_WORK,
        K::MaterialIssue | K::MaterialReturn | K::TimeBooking | K::Completion => &rights::WORK,
        K::Remittance => &rights::PAY_PEOPLE,
    }
}

fn cancel(
    tx: &mut Tx<'_>,
    desk: &mut Desk,
    (named, date): (&Named, NaiveDate),
    authority: Option<&Authority>,
) -> Result<(), CompanyError> {
    let document = desk.named(tx, named.kind, &named.code)?;
    if document.status == Status::Cancelled {
        let (document, status) = (document.name(), Status::Cancelled.code());
        let why = "it was taken back already";
        return Err(CompanyError::WrongState { document, status, why });
    }
    if date < document.date {
        let (document, status) = (document.name(), document.status.code());
        let why = "nothing is taken back before its own day: give that day or a later one";
        return Err(CompanyError::WrongState { document, status, why });
    }
    let id = document.id;
    match document.partner() {
        Some(party) => of_partner(tx, desk, (document, party, date), authority)?,
        None if document.kind == DocumentKind::Remittance => {
            if let Some(authority) = authority {
                let amount = document.money(document.net);
                let request = Request::new(authority.permission()).about(document.name());
                tx.allow(authority, &request.amount(amount))?;
            }
            pay::cancel_remittance(tx, desk, &document, date)?;
        }
        None => {
            if let Some(authority) = authority {
                production::allow(tx, authority, &document.name(), document.site)?;
            }
            check_free(tx, desk, &document)?;
            match document.kind {
                DocumentKind::Transfer | DocumentKind::Arrival => {
                    goods_cancel(tx, desk, &document, date)?;
                }
                _ => production::cancel(tx, desk, document, date)?,
            }
        }
    }
    let document = desk.document(tx, id)?;
    over(tx, desk, document, date)
}

/// A document counts no more, and nothing of it waits.
fn over(
    tx: &mut Tx<'_>,
    desk: &mut Desk,
    document: Document,
    date: NaiveDate,
) -> Result<(), CompanyError> {
    for line in desk.lines_of(tx, &document)?.into_iter().filter(|line| line.waits_as.is_some()) {
        desk.put_line(line);
    }
    tx.emit(Event::new("document.cancelled").with("document", document.id).with("date", date));
    let (cancelled_on, bill_number) = (Some(date).into(), None.into());
    desk.put(Document { status: Status::Cancelled, cancelled_on, bill_number, ..document });
    Ok(())
}

/// Refuses what others rest on.
fn check_free(tx: &mut Tx<'_>, desk: &mut Desk, document: &Document) -> Result<(), CompanyError> {
    let Some(other) = desk.rests_on(tx, document.id, document.id)? else { return Ok(()) };
    let (document, by) = (document.name(), format!("{} rests on it", other.name()));
    Err(CompanyError::InUse { document, by })
}

fn of_partner(
    tx: &mut Tx<'_>,
    desk: &mut Desk,
    (document, party, date): (Document, PartyId, NaiveDate),
    authority: Option<&Authority>,
) -> Result<(), CompanyError> {
    use DocumentKind as K;
    let partner = partner_of(tx, party)?;
    if let Some(authority) = authority {
        let gross = document.money(document.gross()).abs();
        let site = match document.kind {
            // Money is of no site.
            K::CustomerPayment | K::SupplierPayment => None,
            K::CustomerDeposit | K::SupplierDeposit => None,
            _ => Some(site(tx, Some(document.site))?.code.clone()),
        };
        allow(tx, authority, &document.name(), (&partner, site.as_ref()), Some(gross))?;
    }
    check_free(tx, desk, &document)?;
    match document.kind {
        K::SalesOrder | K::PurchaseOrder => orders::cancel(tx, desk, document)?,
        K::Delivery | K::Receipt => goods::cancel_moved(tx, desk, document, date)?,
        K::CustomerReturn | K::SupplierReturn => goods::cancel_returned(tx, desk, document, date)?,
        K::Invoice | K::Bill | K::CreditNote | K::SupplierCredit => {
            billing::cancel(tx, desk, document, date)?;
        }
        K::CustomerPayment | K::SupplierPayment => paid::cancel(tx, desk, document, date)?,
        K::CustomerDeposit | K::SupplierDeposit => {
            paid::cancel_deposit(tx, desk, document, date)?;
        }
        // What is about no partner is taken back otherwise.
        _ => {}
    }
    Ok(())
}
