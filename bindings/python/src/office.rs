//! A company on a store: commands, stored rows, reports, the feed of events, verification.

use std::sync::{PoisonError, RwLock};

use fondaco::accounting::Books;
use fondaco::core::store::{Event, FeedFrom, Store};
use fondaco::core::{CompanyId, Driver, ErrorKind, Office, Timestamp};
use fondaco::inventory::Stock;
use fondaco::store::{Memory, OrderedStore, Postgres, Sqlite};
use pyo3::prelude::*;

use crate::commands;
use crate::free;
use crate::given::Given;
use crate::maps::PyMap;
use crate::report::PyReport;
use crate::reports;
use crate::rows;
use crate::session::Session;
use crate::table::Table;
use crate::told::{Tell, Told};
use crate::trouble::Trouble;

/// What is open: the office, and the handles of the engines over it.
#[derive(Clone)]
pub(crate) struct Opened {
    pub(crate) office: Office<'static>,
    pub(crate) books: Books<'static>,
    pub(crate) stock: Stock<'static>,
}

/// The native handle of a company; ``fondaco.Company`` is what people use.
#[pyclass(name = "Office", module = "fondaco._native", frozen)]
pub(crate) struct PyOffice(RwLock<Option<Opened>>);

impl PyOffice {
    /// Over any store; every engine joins.
    pub(crate) fn over(store: Box<dyn Store>, company: &str) -> Result<PyOffice, Trouble> {
        let office = Office::over(Driver::new(store, CompanyId::named(company)));
        PyOffice::of(office)
    }

    fn of(office: Office<'static>) -> Result<PyOffice, Trouble> {
        let books = Books::of(&office).map_err(stored)?;
        let stock = Stock::of(&office).map_err(stored)?;
        for engine in [&fondaco::payroll::ENGINE, &fondaco::crm::ENGINE, &fondaco::company::ENGINE]
        {
            office.join(engine).map_err(stored)?;
        }
        Ok(PyOffice(RwLock::new(Some(Opened { office, books, stock }))))
    }

    pub(crate) fn opened(&self) -> Result<Opened, Trouble> {
        let kept = self.0.read().unwrap_or_else(PoisonError::into_inner);
        kept.clone().ok_or_else(|| {
            let way_out = "the company is closed: open it again with fondaco.open()";
            Trouble::new("python.closed", ErrorKind::Invalid, way_out)
        })
    }
}

pub(crate) fn stored(error: fondaco::core::store::StoreError) -> Trouble {
    Trouble::of_act(&fondaco::core::Halt::from(error))
}

/// Opens a store by its address.
fn store_at(address: &str) -> Result<Box<dyn Store>, Trouble> {
    Ok(match address {
        ":memory:" => Box::new(Memory::new()),
        url if url.starts_with("postgresql://") || url.starts_with("postgres://") => {
            Box::new(Postgres::connect(url).map_err(stored)?)
        }
        url if url.contains("://") => {
            let why = "give a path of a file, \":memory:\", or postgresql://user@host/database";
            return Err(Trouble::invalid("python.bad_address", "address", url, why));
        }
        path => Box::new(Sqlite::open(path).map_err(stored)?),
    })
}

#[pymethods]
impl PyOffice {
    #[staticmethod]
    fn open(py: Python<'_>, address: &str, company: &str) -> PyResult<PyOffice> {
        free::work(py, || PyOffice::over(store_at(address)?, company))
    }

    /// Opens a company over a store that is written in Python.
    #[staticmethod]
    fn over_map(py: Python<'_>, store: &Bound<'_, PyAny>, company: &str) -> PyResult<PyOffice> {
        let map = PyMap::new(store)?;
        free::work(py, || {
            let store = OrderedStore::open(map).map_err(stored)?;
            PyOffice::over(Box::new(store), company)
        })
    }

    /// Begins one commit over several acts; `given` is what its name stands for.
    fn session(&self, py: Python<'_>, name: String, given: &Bound<'_, PyAny>) -> PyResult<Session> {
        let given = Given::from_object(given)?;
        let Opened { office, .. } = self.opened().map_err(|error| error.into_error(py))?;
        free::work(py, || Session::start(office, name, &given))
    }

    /// The same company, for somebody who acts, or at a time.
    #[pyo3(signature = (actor=None, at=None))]
    fn acting(
        &self,
        py: Python<'_>,
        actor: Option<&str>,
        at: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<PyOffice> {
        let time = at.map(|at| Given::from_object(at)).transpose()?;
        let time =
            time.map(Given::into::<Timestamp>).transpose().map_err(|error| error.into_error(py))?;
        let Opened { mut office, .. } = self.opened().map_err(|error| error.into_error(py))?;
        if let Some(actor) = actor {
            office = office.acting_as(actor);
        }
        if let Some(time) = time {
            office = office.with_clock(move || time);
        }
        free::work(py, || PyOffice::of(office))
    }

    #[getter]
    fn actor(&self, py: Python<'_>) -> PyResult<String> {
        let opened = self.opened().map_err(|error| error.into_error(py))?;
        Ok(opened.office.actor().as_str().to_owned())
    }

    /// Carries a command out: `(answer, position, replayed)`.
    fn send<'py>(
        &self,
        py: Python<'py>,
        name: &str,
        command: &str,
        given: &Bound<'py, PyAny>,
    ) -> PyResult<(Bound<'py, PyAny>, u64, bool)> {
        let given = Given::from_object(given)?;
        let opened = self.opened().map_err(|error| error.into_error(py))?;
        let (told, position, replayed) = free::work(py, || {
            let any = commands::command(command, given)?;
            let done = opened.office.send(name, &any)?;
            Ok((any.0.answer(done.answer)?, done.position, done.replayed))
        })?;
        Ok((told.to_object(py)?, position, replayed))
    }

    /// The rows of a stored table, in order of its key.
    #[pyo3(signature = (table, limit=None))]
    fn rows(&self, py: Python<'_>, table: &str, limit: Option<usize>) -> PyResult<Table> {
        let opened = self.opened().map_err(|error| error.into_error(py))?;
        free::work(py, || rows::rows(&opened.office, table, limit.unwrap_or(usize::MAX)))
    }

    /// The names of the stored tables.
    fn tables(&self, py: Python<'_>) -> PyResult<Vec<&'static str>> {
        let opened = self.opened().map_err(|error| error.into_error(py))?;
        Ok(opened.office.driver().tables().iter().map(|table| table.name).collect())
    }

    /// A report by name.
    fn report(&self, py: Python<'_>, kind: &str, given: &Bound<'_, PyAny>) -> PyResult<PyReport> {
        let given = Given::from_object(given)?;
        let opened = self.opened().map_err(|error| error.into_error(py))?;
        free::work(py, || reports::report(&opened, kind, given))
    }

    /// A question by name, answered as plain data.
    fn ask<'py>(
        &self,
        py: Python<'py>,
        kind: &str,
        given: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let given = Given::from_object(given)?;
        let opened = self.opened().map_err(|error| error.into_error(py))?;
        free::work(py, || reports::answer(&opened, kind, given))?.to_object(py)
    }

    /// Commits after a position, each as a dict.
    #[pyo3(signature = (after=0, limit=1000))]
    fn feed<'py>(&self, py: Python<'py>, after: u64, limit: usize) -> PyResult<Bound<'py, PyAny>> {
        let Opened { office, .. } = self.opened().map_err(|error| error.into_error(py))?;
        let commits = free::work(py, || {
            let from = FeedFrom::new(office.driver().company(), after, limit);
            office.driver().store().feed(&from).map_err(stored)
        })?;
        let told = commits.iter().map(|commit| {
            Told::dict([
                ("position", commit.position.tell()),
                ("command", Told::text(commit.id)),
                ("actor", Told::text(commit.meta.actor.as_str())),
                ("time", Told::Instant(commit.meta.time)),
                ("events", Told::List(commit.events.iter().map(event).collect())),
            ])
        });
        Told::List(told.collect()).to_object(py)
    }

    /// Carries out what is due: a report of it.
    fn tick(&self, py: Python<'_>) -> PyResult<PyReport> {
        let Opened { office, .. } = self.opened().map_err(|error| error.into_error(py))?;
        let ticked = free::work(py, || {
            office.tick().map_err(|error| Trouble::of(error.code(), error.kind(), &error))
        })?;
        Ok(PyReport::new(ticked.to_report()))
    }

    /// When there is something to do next.
    fn next_due<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let Opened { office, .. } = self.opened().map_err(|error| error.into_error(py))?;
        free::work(py, || Ok(office.next_due()?.tell()))?.to_object(py)
    }

    /// Recomputes all that is derived and compares every row with the chain: `(clean, text, findings)`.
    fn verify(&self, py: Python<'_>) -> PyResult<(bool, String, Vec<String>)> {
        let Opened { office, .. } = self.opened().map_err(|error| error.into_error(py))?;
        let found = free::work(py, || Ok(office.verify()?))?;
        let findings = found.chain.findings.iter().map(ToString::to_string);
        let all = findings.chain(found.discrepancies.iter().map(ToString::to_string)).collect();
        Ok((found.is_clean(), found.to_string().trim_end().to_owned(), all))
    }

    /// Lets go of the store, as soon as nothing else holds it.
    fn close(&self, py: Python<'_>) {
        let kept = self.0.write().unwrap_or_else(PoisonError::into_inner).take();
        py.detach(|| drop(kept));
    }

    #[getter]
    fn closed(&self) -> bool {
        self.0.read().unwrap_or_else(PoisonError::into_inner).is_none()
    }
}

fn event(event: &Event) -> Told {
    let data = event.data.iter().map(|(name, value)| (name.to_string(), value.tell())).collect();
    Told::dict([("name", Told::text(&event.name)), ("data", Told::Dict(data))])
}
