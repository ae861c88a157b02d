//! The handle of a company: its books, its stock and its documents over one driver.

use std::ops::Deref;
use std::sync::Arc;

use chrono::NaiveDate;
use fondaco_accounting::Books;
use fondaco_core::office::Verification;
use fondaco_core::store::{Store, StoreError};
use fondaco_core::{CompanyId, Driver, Halt, ItemId, Office, Quantity, Range, Reading, SiteId};
use fondaco_inventory::Stock;

use super::document::{Document, DocumentKind, Line};
use super::production::{WorkLine, WorkOrder};
use super::sales::Coming;
use super::setup::{SetUpCompany, Settings};
use super::{CompanyError, ENGINE};

/// A company: documents over books and stock.
///
/// ```
/// use fondaco::company::{Company, SetUpCompany};
/// use fondaco::prelude::*;
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let acme = Company::open(Memory::new(), &SetUpCompany::new(Currency::EUR, 2026))?;
/// assert!(acme.verify()?.is_clean());
/// # Ok(())
/// # }
/// ```
///
/// It is a handle over an [`Office`], which [`Books`] and [`Stock`] share: what is not said here (`send`, `tick`, `view`, ...) is said there.
#[derive(Debug, Clone)]
pub struct Company<'s> {
    office: Office<'s>,
    books: Books<'s>,
    stock: Stock<'s>,
}

impl<'s> Deref for Company<'s> {
    type Target = Office<'s>;

    fn deref(&self) -> &Office<'s> {
        &self.office
    }
}

impl<'s> Company<'s> {
    /// Opens the one company of a store, and sets it up if nobody did.
    ///
    /// # Errors
    /// As [`SetUpCompany`], and of the store.
    pub fn open(
        store: impl Store + 's,
        set_up: &SetUpCompany,
    ) -> Result<Company<'s>, CompanyError> {
        Company::open_as(store, CompanyId::named("company"), set_up)
    }

    /// Opens one of the companies of a store, and sets it up if nobody did.
    ///
    /// # Errors
    /// As [`Company::open`].
    pub fn open_as(
        store: impl Store + 's,
        company: CompanyId,
        set_up: &SetUpCompany,
    ) -> Result<Company<'s>, CompanyError> {
        let office = Office::open(store, company).map_err(Halt::from)?;
        let company = Company::of(&office).map_err(Halt::from)?;
        if company.settings()?.is_none() {
            company.send("company/set up", set_up)?;
        }
        Ok(company)
    }

    /// The company over a driver that the host has.
    ///
    /// # Errors
    /// As [`Office::join`].
    pub fn over(driver: impl Into<Arc<Driver<'s>>>) -> Result<Company<'s>, StoreError> {
        Company::of(&Office::over(driver))
    }

    /// The company of an office, which its engines join.
    ///
    /// ```
    /// use fondaco::company::Company;
    /// use fondaco::core::Office;
    /// use fondaco::prelude::*;
    /// let office = Office::open(Memory::new(), CompanyId::named("acme"))?;
    /// let acme = Company::of(&office.acting_as("clerk-7"))?;
    /// assert_eq!(acme.actor().as_str(), "clerk-7");
    /// # Ok::<(), fondaco::core::store::StoreError>(())
    /// ```
    ///
    /// # Errors
    /// As [`Office::join`].
    pub fn of(office: &Office<'s>) -> Result<Company<'s>, StoreError> {
        office.join(&fondaco_core::party::ENGINE)?;
        let (books, stock) = (Books::of(office)?, Stock::of(office)?);
        office.join(&ENGINE)?;
        Ok(Company { office: office.clone(), books, stock })
    }

    /// The same company, for somebody who acts: [`Office::acting_as`].
    #[must_use]
    pub fn acting_as(self, actor: &str) -> Company<'s> {
        Company {
            office: self.office.acting_as(actor),
            books: self.books.acting_as(actor),
            stock: self.stock.acting_as(actor),
        }
    }

    /// The same company under another clock: [`Office::with_clock`].
    #[must_use]
    pub fn with_clock(
        self,
        clock: impl Fn() -> fondaco_core::Timestamp + Send + Sync + Clone + 's,
    ) -> Company<'s> {
        Company {
            office: self.office.with_clock(clock.clone()),
            books: self.books.with_clock(clock.clone()),
            stock: self.stock.with_clock(clock),
        }
    }

    /// Its books.
    pub fn books(&self) -> &Books<'s> {
        &self.books
    }

    /// Its stock.
    pub fn stock(&self) -> &Stock<'s> {
        &self.stock
    }

    /// Its office, for the handle of another engine.
    pub fn office(&self) -> &Office<'s> {
        &self.office
    }

    /// Its settings; `None` before it is set up.
    ///
    /// # Errors
    /// A [`Halt`].
    pub fn settings(&self) -> Result<Option<Arc<Settings>>, CompanyError> {
        self.office.view(|view| Ok(view.peek::<Settings>(&Settings::key())?))
    }

    /// A document by its code; `None` when there is none.
    ///
    /// # Errors
    /// A [`Halt`].
    pub fn document(
        &self,
        kind: DocumentKind,
        code: &str,
    ) -> Result<Option<Arc<Document>>, CompanyError> {
        self.office.view(|view| Ok(view.peek::<Document>(&kind.id(code))?))
    }

    /// The lines of a document, with what became of them.
    ///
    /// # Errors
    /// A [`Halt`].
    pub fn lines(&self, kind: DocumentKind, code: &str) -> Result<Vec<Arc<Line>>, CompanyError> {
        self.office.view(|view| Ok(view.peek_scan(&Range::<Line>::by_key(&kind.id(code)))?))
    }

    /// The first day from `on`, which is today, on which so much of an item can be promised at a site: by what is there, what is on order and
    /// what waits already, as [`Promise::OnTime`](super::Promise) has it; `None` where nothing that is on order covers it.
    ///
    /// ```
    /// use fondaco::company::{Company, SetUpCompany};
    /// use fondaco::inventory::moves::NewMove;
    /// use fondaco::prelude::*;
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let acme = Company::open(Memory::new(), &SetUpCompany::new(Currency::EUR, 2026))?;
    /// acme.send("items", &AddItems::new(vec![Item::new("BOLT", "Bolt", Unit::PIECE)]))?;
    /// let (bolt, main, today) = (ItemId::named("BOLT"), SiteId::named("MAIN"), "2026-03-02".parse()?);
    /// let come = NewMove::receipt(bolt, "20 pcs".parse()?, "MAIN", today).cost(Money::parse("80 EUR")?);
    /// acme.send("stock", &fondaco::company::MoveGoods::new(vec![come]))?;
    /// assert_eq!(acme.promise_day(bolt, main, "20 pcs".parse()?, today)?, Some(today));
    /// assert_eq!(acme.promise_day(bolt, main, "21 pcs".parse()?, today)?, None);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// An item that is not there, a quantity in a unit that does not convert; a [`Halt`].
    pub fn promise_day(
        &self,
        item: ItemId,
        site: SiteId,
        quantity: Quantity,
        on: NaiveDate,
    ) -> Result<Option<NaiveDate>, CompanyError> {
        self.office.view(|view| {
            let asked = fondaco_inventory::items::stored_quantity(view, item, quantity)?;
            Ok(Coming::read(view, item, site)?.day_for(asked, on))
        })
    }

    /// What a work order has beside its document: what it makes, and how far it is; `None` when there is none.
    ///
    /// # Errors
    /// A [`Halt`].
    pub fn work_order(&self, code: &str) -> Result<Option<Arc<WorkOrder>>, CompanyError> {
        let id = DocumentKind::WorkOrder.id(code);
        self.office.view(|view| Ok(view.peek::<WorkOrder>(&id)?))
    }

    /// The lines of a work order: its material, what comes out besides, and hours; with what became of them.
    ///
    /// # Errors
    /// A [`Halt`].
    pub fn work_lines(&self, code: &str) -> Result<Vec<Arc<WorkLine>>, CompanyError> {
        let id = DocumentKind::WorkOrder.id(code);
        self.office.view(|view| Ok(view.peek_scan(&Range::<WorkLine>::by_key(&id))?))
    }

    /// Recomputes all that is derived: of the books, of the stock, and that both agree with the documents.
    ///
    /// # Errors
    /// Failures of the store; what does not fit is in the result.
    pub fn verify(&self) -> Result<Verification, Halt> {
        self.office.verify()
    }
}
