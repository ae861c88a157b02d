//! Results and reasons in Python: aligned as text, with charts in notebooks, as tables for data frames.

use std::sync::Arc;

use fondaco::core::report::{Explain, Locale, Page, Report};
use pyo3::prelude::*;

use crate::free;
use crate::table::Table;
use crate::told::Told;
use crate::trouble::Trouble;

/// Why a figure of a result is what it is, by what names it.
pub(crate) type Why = Arc<dyn Fn(&str) -> Result<Explain, Trouble> + Send + Sync>;

/// A result: printed it is aligned text, in a notebook a table with charts; ``to_table()`` is for data frames.
#[pyclass(name = "Report", module = "fondaco", frozen)]
pub(crate) struct PyReport {
    report: Report,
    figures: Told,
    why: Option<Why>,
}

impl PyReport {
    pub(crate) fn new(report: Report) -> PyReport {
        PyReport { report, figures: Told::Dict(Vec::new()), why: None }
    }

    /// With its figures, by name.
    pub(crate) fn with_figures(mut self, figures: Told) -> PyReport {
        self.figures = figures;
        self
    }

    /// With what explains it.
    pub(crate) fn explained_by(mut self, why: Why) -> PyReport {
        self.why = Some(why);
        self
    }
}

pub(crate) fn locale(tag: &str) -> PyResult<Locale> {
    Locale::of_tag(tag).ok_or_else(|| {
        pyo3::exceptions::PyValueError::new_err(format!(
            "locale {tag:?} is not known: give \"en\" or \"de\""
        ))
    })
}

#[pymethods]
impl PyReport {
    /// What it is.
    #[getter]
    fn title(&self) -> String {
        self.report.title.show(&Locale::en())
    }

    /// Its main figures, by name.
    #[getter]
    fn figures<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.figures.to_object(py)
    }

    /// What one should know to read it.
    #[getter]
    fn notes(&self) -> Vec<String> {
        self.report.notes.iter().map(|note| note.show(&Locale::en())).collect()
    }

    /// As aligned text; ``locale`` is "en" or "de".
    #[pyo3(signature = (locale="en", width=None))]
    fn to_text(&self, locale: &str, width: Option<usize>) -> PyResult<String> {
        Ok(self.report.to_text(&self::locale(locale)?, width))
    }

    /// As one HTML page, without scripts or outside files.
    #[pyo3(signature = (locale="en"))]
    fn to_html(&self, locale: &str) -> PyResult<String> {
        Ok(Page::new(self.report.title.clone())
            .report(self.report.clone())
            .to_html(&self::locale(locale)?))
    }

    /// As CSV by RFC 4180.
    fn to_csv(&self) -> String {
        self.report.to_csv()
    }

    /// As a table: amounts stay exact decimals.
    fn to_table(&self, py: Python<'_>) -> PyResult<Table> {
        let batch = self.report.to_arrow();
        let batch = batch
            .map_err(|error| Trouble::of(error.code(), error.kind(), &error).into_error(py))?;
        Ok(Table::from_batch(batch))
    }

    /// Why a figure is what it is: ``of`` names its row, such as the account's code.
    fn explain(&self, py: Python<'_>, of: &str) -> PyResult<PyExplain> {
        let Some(why) = self.why.clone() else {
            let error = format!(
                "{} has nothing to explain: ask the figures that it is made of",
                self.title()
            );
            return Err(Trouble::invalid("python.no_reason", "", "", &error).into_error(py));
        };
        free::work(py, || why(of)).map(PyExplain)
    }

    fn __str__(&self) -> String {
        self.report.to_text(&Locale::en(), None)
    }

    fn __repr__(&self) -> String {
        self.__str__()
    }

    fn _repr_html_(&self) -> String {
        let page = Page::new(self.report.title.clone()).report(self.report.clone());
        fragment(&page)
    }
}

/// The page without its head: what a notebook puts among its cells.
fn fragment(page: &Page) -> String {
    framed(&page.to_html(&Locale::en()))
}

/// A page of its own within another: its style touches nothing outside.
pub(crate) fn framed(page: &str) -> String {
    let inside = page.replace('&', "&amp;").replace('"', "&quot;");
    format!(
        "<iframe srcdoc=\"{inside}\" style=\"width:100%;border:0;min-height:22em;resize:vertical\" title=\"result\"></iframe>"
    )
}

/// Why a figure is what it is: a tree of rules, parameters and what went in.
#[pyclass(name = "Explain", module = "fondaco", frozen)]
pub(crate) struct PyExplain(pub(crate) Explain);

#[pymethods]
impl PyExplain {
    /// What it explains.
    #[getter]
    fn what(&self) -> String {
        self.0.what.show(&Locale::en())
    }

    /// The value, as it is shown.
    #[getter]
    fn value(&self) -> String {
        Locale::plain().value(&self.0.value)
    }

    /// The figure, exactly; ``None`` where the value is no number.
    #[getter]
    fn figure<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        self.0.value.figure().map(|figure| crate::told::decimal(py, figure)).transpose()
    }

    /// The rule by which it came out.
    #[getter]
    fn rule(&self) -> Option<String> {
        self.0.rule.as_ref().map(|rule| rule.show(&Locale::en()))
    }

    /// What it was made of.
    #[getter]
    fn inputs(&self) -> Vec<PyExplain> {
        self.0.inputs.iter().cloned().map(PyExplain).collect()
    }

    /// As an indented tree; ``locale`` is "en" or "de".
    #[pyo3(signature = (locale="en"))]
    fn to_text(&self, locale: &str) -> PyResult<String> {
        Ok(self.0.to_text(&self::locale(locale)?))
    }

    fn __str__(&self) -> String {
        self.0.to_text(&Locale::en())
    }

    fn __repr__(&self) -> String {
        self.__str__()
    }

    fn _repr_html_(&self) -> String {
        let page = Page::new(self.0.what.clone()).explain(self.0.what.clone(), self.0.clone());
        framed(&page.to_html(&Locale::en()))
    }
}
