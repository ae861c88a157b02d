//! Numbers of documents: drawn from a series when a document is entered, without gaps, and, where the law wants it of invoices, in order of
//! their days (in the European Union: article 226 of the VAT directive, "a sequential number, based on one or more series").
//!
//! A code is what people call a document by before it has a number; the store draws the number as the last step of the commit, so two programs
//! never draw the same, and a refusal leaves no gap. What is cancelled keeps its number.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{Datelike, NaiveDate};
use fondaco_core::policy::Request;
use fondaco_core::store::{Drawn, Event, Record};
use fondaco_core::{Act, Drew, Halt, Range, Tx};
use serde::{Deserialize, Serialize};
use smol_str::{SmolStr, format_smolstr};

use super::Settings;
use crate::company::document::{Document, DocumentKind};
use crate::company::{CompanyError, rights};

/// How documents of a kind are numbered.
///
/// ```
/// use fondaco::company::{DocumentKind, Numbering};
/// let invoices = Numbering::new(DocumentKind::Invoice, "R").by_year().in_order();
/// assert!(invoices.in_order);
/// ```
#[derive(Record, Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[record(table = "company_numbering", kind = state, key(kind), guard(all()))]
#[serde(deny_unknown_fields)]
pub struct Numbering {
    /// Of which documents.
    pub kind: DocumentKind,
    /// The series: kinds that name the same are numbered together.
    pub series: SmolStr,
    /// Whether each calendar year begins with 1.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub by_year: bool,
    /// Whether numbers follow the days of their documents: none is entered of an earlier day than the last.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub in_order: bool,
}

impl Numbering {
    /// One series for ever, in the order in which documents are entered.
    pub fn new(kind: DocumentKind, series: impl Into<SmolStr>) -> Numbering {
        Numbering { kind, series: series.into(), by_year: false, in_order: false }
    }

    /// A new series each calendar year.
    #[must_use]
    pub fn by_year(self) -> Numbering {
        Numbering { by_year: true, ..self }
    }

    /// In order of their days.
    #[must_use]
    pub fn in_order(self) -> Numbering {
        Numbering { in_order: true, ..self }
    }

    fn series_of(&self, date: NaiveDate) -> SmolStr {
        match self.by_year {
            true => format_smolstr!("{}-{}", self.series, date.year()),
            false => self.series.clone(),
        }
    }
}

/// Has documents numbered from now on; a kind that is named again is numbered otherwise from then on.
///
/// ```
/// use fondaco::company::{DocumentKind, Numbering, SetNumbering};
/// let set = SetNumbering::new(vec![Numbering::new(DocumentKind::Invoice, "R").by_year().in_order()]);
/// assert_eq!(set.numberings.len(), 1);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SetNumbering {
    /// How each kind is numbered.
    pub numberings: Vec<Numbering>,
}

impl SetNumbering {
    /// These.
    pub fn new(numberings: Vec<Numbering>) -> SetNumbering {
        SetNumbering { numberings }
    }
}

impl Act for SetNumbering {
    type Answer = ();
    type Error = CompanyError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<(), CompanyError> {
        tx.authorize(&Request::new(&rights::SET_UP))?;
        Settings::of(tx)?;
        for numbering in &self.numberings {
            if !fondaco_core::is_code(&numbering.series) {
                let code = numbering.series.clone();
                return Err(CompanyError::Unknown { what: "series", code });
            }
            tx.upsert(numbering.clone())?;
        }
        tx.emit(Event::new("company.numbering_set").with("kinds", self.numberings.len() as i64));
        Ok(())
    }
}

/// How all kinds are numbered.
#[derive(Debug, Default)]
pub(crate) struct Numberings(BTreeMap<DocumentKind, Numbering>);

impl Numberings {
    fn build(rows: &[Arc<Numbering>]) -> Numberings {
        Numberings(rows.iter().map(|row| (row.kind, row.as_ref().clone())).collect())
    }

    /// Of an act; it rests on them.
    pub(crate) fn of(tx: &mut Tx<'_>) -> Result<Arc<Numberings>, Halt> {
        if let Some(kept) = tx.compiled::<Numbering, Numberings>(|_| true, Numberings::build)? {
            return Ok(kept);
        }
        let rows = tx.scan(&Range::<Numbering>::all())?;
        Ok(Arc::new(Numberings::build(&rows)))
    }

    /// Gives a document the next number of its series, where its kind has one.
    pub(crate) fn number(
        &self,
        tx: &mut Tx<'_>,
        document: &mut Document,
    ) -> Result<(), CompanyError> {
        let Some(numbering) = self.0.get(&document.kind) else { return Ok(()) };
        let series = numbering.series_of(document.date);
        let date = Some(document.date).filter(|_| numbering.in_order);
        match tx.draw(&format!("company/{series}"), date)? {
            Drew::Place(number) => {
                let number: Option<Drawn> = Some(number);
                (document.series, document.number) = (Some(series).into(), number.into());
                Ok(())
            }
            Drew::Late(last) => {
                let (name, date) = (document.name(), document.date);
                Err(CompanyError::NumberLate { document: name, series, date, last })
            }
        }
    }
}
