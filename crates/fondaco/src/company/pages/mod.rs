//! What the engines know of one customer or supplier, or of one item, in order of time: as data, and as a page.
//!
//! Of a party: its documents, what is open, what was sold to it and left, what it billed, how late it pays; with the customers' engine also events,
//! opportunities and scores ([`PartyPage::read`]'s `with_crm`), and not yet its segments, messages and consents. Of an item: its moves, what
//! lies where, promises, what is on order, layers of cost and what went out each month; not the lines of documents. A page is read from what
//! is stored and keeps nothing.

mod item;
mod party;

use chrono::NaiveDate;
use fondaco_core::report::{Cell, Column, Report, Row, word};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

pub use item::{ItemLayer, ItemMonth, ItemPage, ItemPlace, ItemPromise};
pub use party::{OpenLine, PartyPage, PartyScore};

use super::{Company, CompanyError};

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moment {
    /// The day.
    pub date: NaiveDate,
    /// What it was: `invoice`, `receipt`, `page_view`.
    pub kind: SmolStr,
    /// Which one: a document's code, a move's.
    pub name: SmolStr,
    /// How it stands, or where it was.
    pub note: SmolStr,
    /// How much: an amount, a quantity.
    pub value: Cell,
}

/// What happened, in order of time.
fn history(moments: &[Moment]) -> Report {
    let mut report = Report::new(word("History"))
        .column(Column::date(word("Date")))
        .column(Column::text(word("What")))
        .column(Column::text(word("Number")).naming_rows())
        .column(Column::text(word("Status")))
        .column(Column::text(word("Value")));
    for moment in moments {
        let texts = [&moment.kind, &moment.name, &moment.note].map(Cell::from);
        let [kind, name, note] = texts;
        report.push(Row::new([moment.date.into(), kind, name, note, moment.value.clone()]));
    }
    report
}

fn in_order(mut moments: Vec<Moment>) -> Vec<Moment> {
    moments.sort_by(|one, other| {
        (one.date, &one.kind, &one.name).cmp(&(other.date, &other.kind, &other.name))
    });
    moments
}

impl Company<'_> {
    /// What is known of a customer or supplier, by its code. `with_crm` where the driver has the customers' engine.
    ///
    /// ```
    /// use fondaco::company::{AddPartners, Company, NewPartner, SetUpCompany};
    /// use fondaco::prelude::*;
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let acme = Company::open(Memory::new(), &SetUpCompany::new(Currency::EUR, 2026))?;
    /// acme.send("shop", &AddPartners::new(vec![NewPartner::customer("C-1")]))?;
    /// let shop = acme.party_page("C-1", false)?;
    /// assert!(shop.moments.is_empty() && shop.open.is_empty());
    /// assert!(shop.to_page().to_html(&fondaco::core::report::Locale::en()).contains("C-1"));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`CompanyError::UnknownPartner`]; of the store.
    pub fn party_page(&self, code: &str, with_crm: bool) -> Result<PartyPage, CompanyError> {
        self.office().view(|view| PartyPage::read(view, code, with_crm))
    }

    /// What is known of an item.
    ///
    /// # Errors
    /// [`CompanyError::Unknown`]; of the store.
    pub fn item_page(&self, item: fondaco_core::ItemId) -> Result<ItemPage, CompanyError> {
        self.office().view(|view| ItemPage::read(view, item))
    }
}
