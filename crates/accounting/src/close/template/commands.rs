//! Storing, withdrawing, and posting by a code.

use chrono::NaiveDate;
use fondaco_core::policy::Request;
use fondaco_core::store::{Event, Json};
use fondaco_core::{Act, Halt, PartyId, Reading, Tx};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use smol_str::{SmolStr, format_smolstr};

use super::EntryTemplate;
use super::stored::{StoredTemplate, in_use};
use crate::ledger::{
    Account, Journal, LedgerError, NewEntry, Posted, check_code, check_dimensions, check_text,
    post_now, rights,
};

/// Keeps a template under a code, or puts another in its place: entries that were made stay as they are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StoreTemplate {
    /// What names it for ever.
    pub code: SmolStr,
    /// What it makes entries of.
    pub template: EntryTemplate,
}

impl StoreTemplate {
    /// Keeps `template` as `code`.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books();
    /// use fondaco_accounting::close::{EntryTemplate, PostTemplate, StoreTemplate};
    /// let wages = EntryTemplate::new("GEN", Currency::EUR)
    ///     .debit("5100", "gross + (gross * 0.21 rounded half up)")?
    ///     .dimension("site", "Mestre")
    ///     .credit("1000", "gross - (gross * 0.3 rounded half up)")?
    ///     .credit("2200", "(gross * 0.3 rounded half up) + (gross * 0.21 rounded half up)")?;
    /// books.send("wages", &StoreTemplate::new("wages", wages))?;
    /// let march = PostTemplate::new("wages", day("2026-03-31")).input("gross", "1000".parse()?);
    /// let posted = books.send("wages of March", &march)?.answer;
    /// let entry = books.entry(posted.id)?.expect("it was posted");
    /// assert_eq!(entry.postings[0].money(), eur("1210"));
    /// assert_eq!(entry.entry.source.as_deref(), Some("template/wages/1"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn new(code: impl Into<SmolStr>, template: EntryTemplate) -> StoreTemplate {
        StoreTemplate { code: code.into(), template }
    }

    fn check(&self, tx: &mut Tx<'_>) -> Result<(), LedgerError> {
        check_code("template", &self.code)?;
        let EntryTemplate { journal, text, lines, .. } = &self.template;
        check_text("text", text)?;
        let unknown = || LedgerError::UnknownJournal { code: journal.clone() };
        tx.get::<Journal>(journal)?.ok_or_else(unknown)?;
        if lines.len() < 2 {
            return Err(LedgerError::TooFewPostings { count: lines.len() });
        }
        for line in lines {
            let unknown = || LedgerError::UnknownAccount { code: line.account.clone() };
            let account = tx.get::<Account>(&line.account)?.ok_or_else(unknown)?;
            if account.heading {
                return Err(LedgerError::Heading { code: line.account.clone() });
            }
            let found = self.template.currency;
            if let Some(expected) = account.currency.filter(|expected| *expected != found) {
                let code = line.account.clone();
                return Err(LedgerError::WrongCurrency { code, expected, found });
            }
            check_dimensions(line.dimensions.iter().map(|(name, _)| name))?;
            check_text("dimensions", &line.dimensions)?;
        }
        Ok(())
    }
}

/// Withdraws a template: nothing is posted by it until it is stored again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WithdrawTemplate {
    /// Which.
    pub code: SmolStr,
}

impl WithdrawTemplate {
    /// Withdraws `code`.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books();
    /// use fondaco_accounting::close::{PostTemplate, WithdrawTemplate};
    /// let unknown = books.send("withdraw", &WithdrawTemplate::new("rent")).unwrap_err();
    /// assert_eq!(unknown.code(), "accounting.unknown_template");
    /// ```
    pub fn new(code: impl Into<SmolStr>) -> WithdrawTemplate {
        WithdrawTemplate { code: code.into() }
    }
}

/// The value of an input of a template.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TemplateInput {
    /// Its name.
    pub name: SmolStr,
    /// Its value.
    #[serde(with = "fondaco_core::decimal::as_text")]
    pub value: Decimal,
}

/// Posts the entry that a stored template makes of its inputs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PostTemplate {
    /// The template.
    pub code: SmolStr,
    /// The day of the entry.
    pub date: NaiveDate,
    /// The values of all its inputs.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub inputs: Vec<TemplateInput>,
    /// The day of its document.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub document_date: Option<NaiveDate>,
    /// When it is due.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due_date: Option<NaiveDate>,
    /// What people read; `None` for the template's own text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<SmolStr>,
    /// With whom.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub party: Option<PartyId>,
    /// The document it comes from; `None` for `template/`, the code and its edition.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<SmolStr>,
}

impl PostTemplate {
    /// By the template `code`, on `date`.
    pub fn new(code: impl Into<SmolStr>, date: NaiveDate) -> PostTemplate {
        PostTemplate {
            code: code.into(),
            date,
            inputs: Vec::new(),
            document_date: None,
            due_date: None,
            text: None,
            party: None,
            source: None,
        }
    }

    /// With this value of an input.
    #[must_use]
    pub fn input(mut self, name: impl Into<SmolStr>, value: Decimal) -> PostTemplate {
        self.inputs.push(TemplateInput { name: name.into(), value });
        self
    }

    /// The day of its document.
    #[must_use]
    pub fn document_date(mut self, date: NaiveDate) -> PostTemplate {
        self.document_date = Some(date);
        self
    }

    /// When it is due.
    #[must_use]
    pub fn due_date(mut self, date: NaiveDate) -> PostTemplate {
        self.due_date = Some(date);
        self
    }

    /// What people read.
    #[must_use]
    pub fn text(mut self, text: impl Into<SmolStr>) -> PostTemplate {
        self.text = Some(text.into());
        self
    }

    /// With whom.
    #[must_use]
    pub fn party(mut self, party: PartyId) -> PostTemplate {
        self.party = Some(party);
        self
    }

    /// The document it comes from.
    #[must_use]
    pub fn source(mut self, source: impl Into<SmolStr>) -> PostTemplate {
        self.source = Some(source.into());
        self
    }

    /// The entry that would be posted: for a draft, or for what recurs.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books();
    /// use fondaco_accounting::close::{EntryTemplate, PostTemplate, StoreTemplate};
    /// let rent = EntryTemplate::new("GEN", Currency::EUR).debit("5100", "rent")?.credit("1000", "rent")?;
    /// books.send("rent", &StoreTemplate::new("rent", rent))?;
    /// let first = PostTemplate::new("rent", day("2026-06-05")).input("rent", "40".parse()?);
    /// let entry = books.view(|view| first.entry(view))?;
    /// let monthly = RecurringTerms::new(entry, "FREQ=MONTHLY".parse()?);
    /// books.send("every month", &StartRecurring::new("rent", monthly))?;
    /// assert_eq!(books.upcoming("rent", 2)?[1].date, day("2026-07-05"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`CloseError::UnknownTemplate`](crate::close::CloseError::UnknownTemplate), those of [`EntryTemplate::entry`], or a
    /// [`Halt`].
    pub fn entry(&self, read: &mut impl Reading) -> Result<NewEntry, LedgerError> {
        let stored = in_use(&self.code, read.peek::<StoredTemplate>(&self.code)?)?;
        self.by(&stored)
    }

    fn by(&self, stored: &StoredTemplate) -> Result<NewEntry, LedgerError> {
        let inputs = self.inputs.iter().map(|input| (input.name.as_str(), input.value));
        let inputs: Vec<(&str, Decimal)> = inputs.collect();
        let entry = stored.template()?.entry(self.date, &inputs)?;
        let source = || format_smolstr!("template/{}/{}", stored.code, stored.edition);
        Ok(NewEntry {
            document_date: self.document_date,
            due_date: self.due_date,
            text: self.text.clone().or(entry.text),
            party: self.party,
            source: Some(self.source.clone().unwrap_or_else(source)),
            ..entry
        })
    }
}

impl Act for StoreTemplate {
    type Answer = ();
    type Error = LedgerError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<(), LedgerError> {
        tx.authorize(&Request::new(&rights::SET_TEMPLATE))?;
        self.check(tx)?;
        let known = tx.get::<StoredTemplate>(&self.code)?;
        let template = Json::of(&self.template);
        let template = template.ok_or_else(|| Halt::Bug("a template is no JSON".into()))?;
        let stored = StoredTemplate {
            code: self.code.clone(),
            edition: known.as_ref().map_or(1, |known| known.edition.saturating_add(1)),
            template,
            withdrawn: false,
            actor: tx.actor().clone(),
            at: tx.now(),
        };
        let event = event("ledger.template_stored", &self.code);
        tx.emit(event.with("edition", stored.edition));
        tx.upsert(stored)?;
        Ok(())
    }
}

impl Act for WithdrawTemplate {
    type Answer = ();
    type Error = LedgerError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<(), LedgerError> {
        tx.authorize(&Request::new(&rights::SET_TEMPLATE))?;
        let stored = in_use(&self.code, tx.get::<StoredTemplate>(&self.code)?)?;
        tx.emit(event("ledger.template_withdrawn", &self.code));
        let (actor, at) = (tx.actor().clone(), tx.now());
        Ok(tx.put(StoredTemplate { withdrawn: true, actor, at, ..stored.as_ref().clone() })?)
    }
}

impl Act for PostTemplate {
    type Answer = Posted;
    type Error = LedgerError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<Posted, LedgerError> {
        rights::Asking::new(tx, &rights::POST)?; // before it is told whether there is such a template
        let stored = in_use(&self.code, tx.get::<StoredTemplate>(&self.code)?)?;
        post_now(tx, &self.by(&stored)?)
    }
}

fn event(name: &'static str, code: &SmolStr) -> Event {
    Event::new(name).with("code", code.clone())
}
