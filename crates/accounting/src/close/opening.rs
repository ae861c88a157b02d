//! Opening balances: what a company brings with it that kept its books elsewhere.
//!
//! All lines together must balance in the ledger's currency, or what is left goes to an account that was named for it. Each
//! open item becomes an entry of its own, with the date and source of its document, against an account through which all of
//! it passes and which is left at zero.
//!
//! What was brought over was there before: [statements](crate::reports) that say how balances changed, cash flows and changes in
//! equity, have it in their opening figures, whatever its day, and with it what reverses or corrects it in its fiscal year. What does
//! so in a later one is a movement of that, so that a year opens with what the one before closed with.

use chrono::NaiveDate;
use fondaco_core::store::Event;
use fondaco_core::{Act, Currency, Money, Tx};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::{CloseError, OpeningEntry};
use crate::ledger::{LedgerError, NewEntry, NewPosting, PostedMany, Settings, Side, post_many};

/// An open item that is brought over: an invoice, a credit note, a payment on account.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OpeningItem {
    /// Account, side and amount that are still open, with party and due date; a foreign one with its worth.
    pub posting: NewPosting,
    /// The document's date.
    pub document_date: NaiveDate,
    /// The document, in the host's words: `invoice/17`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<SmolStr>,
}

impl OpeningItem {
    /// What is open of a document of `document_date`.
    pub fn new(posting: NewPosting, document_date: NaiveDate) -> OpeningItem {
        OpeningItem { posting, document_date, source: None }
    }

    /// The document.
    #[must_use]
    pub fn source(mut self, source: impl Into<SmolStr>) -> OpeningItem {
        self.source = Some(source.into());
        self
    }
}

/// Posts opening balances, all in one commit. Answers with the entries: first that of the balances, if there are any, then one
/// per item.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PostOpening {
    /// The journal.
    pub journal: SmolStr,
    /// The day as of which the balances stand.
    pub date: NaiveDate,
    /// The balances by account; a foreign one with its worth.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lines: Vec<NewPosting>,
    /// What is open by document.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub items: Vec<OpeningItem>,
    /// The account through which items pass: needed where there are any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub through: Option<SmolStr>,
    /// The account, mostly of equity, that takes what debits and credits differ by; `None` refuses a difference.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub difference_to: Option<SmolStr>,
}

impl PostOpening {
    /// Nothing yet, as of `date`.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books();
    /// use fondaco_accounting::close::PostOpening;
    /// let opening = PostOpening::new("GEN", day("2026-01-01"))
    ///     .line(NewPosting::debit("1000", eur("70")))
    ///     .line(NewPosting::credit("2200", eur("20")));
    /// let unbalanced = books.send("opening", &opening).unwrap_err();
    /// assert_eq!(
    ///     unbalanced.to_string(),
    ///     "opening balances don't balance: debits exceed credits by 50.00 EUR; complete them, or \
    ///      name the account that takes the difference"
    /// );
    /// books.send("opening", &opening.difference_to("3000"))?;
    /// # Ok::<(), LedgerError>(())
    /// ```
    pub fn new(journal: impl Into<SmolStr>, date: NaiveDate) -> PostOpening {
        let (journal, lines, items) = (journal.into(), Vec::new(), Vec::new());
        PostOpening { journal, date, lines, items, through: None, difference_to: None }
    }

    /// Adds the balance of an account.
    #[must_use]
    pub fn line(mut self, posting: NewPosting) -> PostOpening {
        self.lines.push(posting);
        self
    }

    /// Adds an open item.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books();
    /// use fondaco_accounting::close::{OpeningItem, PostOpening};
    /// let debtors = NewAccount::new("1250", "Debtors", AccountClass::Asset).open_items();
    /// let passing = NewAccount::new("9000", "Opening balances", AccountClass::Equity);
    /// books.send("accounts", &OpenAccounts::new(vec![debtors, passing]))?;
    /// let bill = NewPosting::debit("1250", eur("119")).due_date(day("2026-01-15"));
    /// let bill = OpeningItem::new(bill, day("2025-12-16")).source("invoice/17");
    /// let opening = PostOpening::new("GEN", day("2026-01-01"))
    ///     .item(bill)
    ///     .through("9000")
    ///     .line(NewPosting::credit("3000", eur("119")));
    /// books.send("opening", &opening)?;
    /// let open = books.open_items(&OpenItemQuery::account("1250"))?;
    /// assert_eq!(open.items[0].document_date, day("2025-12-16"));
    /// assert_eq!(books.balances(&BalanceQuery::account("9000"))?[0].amounts.ledger_balance(), 0.into());
    /// # Ok::<(), LedgerError>(())
    /// ```
    #[must_use]
    pub fn item(mut self, item: OpeningItem) -> PostOpening {
        self.items.push(item);
        self
    }

    /// The account through which items pass.
    #[must_use]
    pub fn through(mut self, account: impl Into<SmolStr>) -> PostOpening {
        self.through = Some(account.into());
        self
    }

    /// The account that takes what debits and credits differ by.
    #[must_use]
    pub fn difference_to(mut self, account: impl Into<SmolStr>) -> PostOpening {
        self.difference_to = Some(account.into());
        self
    }

    /// The entries: that of the balances, then one per item.
    fn entries(&self, ledger: Currency) -> Result<Vec<NewEntry>, LedgerError> {
        let of_items = sum(self.items.iter().map(|item| &item.posting), ledger)?;
        let total = add(sum(&self.lines, ledger)?, of_items)?;
        let mut lines = self.lines.clone();
        match (&self.difference_to, total.is_zero()) {
            (_, true) => {}
            (None, _) => return Err(CloseError::OpeningUnbalanced { difference: total }.into()),
            (Some(account), _) => lines.extend(against(account, total)),
        }
        let mut entries = Vec::with_capacity(self.items.len() + 1);
        let through = match (&self.through, self.items.is_empty()) {
            (Some(account), _) => Some(account),
            (None, true) => None,
            (None, false) => {
                let why = "items pass through an account: name it".into();
                return Err(LedgerError::BadInput { what: "through", why });
            }
        };
        // The balances take the other side of the items, which each take theirs.
        lines.extend(through.and_then(|account| against(account, of_items.neg())));
        if !lines.is_empty() {
            entries.push(self.entry(ledger, lines));
        }
        for item in &self.items {
            let worth = sum([&item.posting], ledger)?;
            let mut lines = vec![item.posting.clone()];
            lines.extend(through.and_then(|account| against(account, worth)));
            entries.push(NewEntry {
                document_date: Some(item.document_date),
                source: item.source.clone(),
                ..self.entry(ledger, lines)
            });
        }
        Ok(entries)
    }

    fn entry(&self, ledger: Currency, postings: Vec<NewPosting>) -> NewEntry {
        let conversion = postings.iter().any(|posting| posting.amount.currency() != ledger);
        let entry = NewEntry::new(self.journal.clone(), self.date).text("Opening balances");
        NewEntry { conversion, postings, ..entry }
    }
}

/// The posting that takes a signed amount on the other side; none for nothing.
fn against(account: &SmolStr, amount: Money) -> Option<NewPosting> {
    let side = if amount.is_negative() { Side::Debit } else { Side::Credit };
    let posting = NewPosting::new(account.clone(), side, amount.abs());
    (!amount.is_zero()).then_some(posting)
}

/// Debits less credits in the ledger's currency; what is foreign must say what it is worth.
fn sum<'p>(
    postings: impl IntoIterator<Item = &'p NewPosting>,
    ledger: Currency,
) -> Result<Money, LedgerError> {
    postings.into_iter().try_fold(Money::zero(ledger), |sum, posting| {
        let worth = match posting.amount.currency() == ledger {
            true => Some(posting.amount),
            false => posting.ledger_amount.filter(|worth| worth.currency() == ledger),
        };
        let worth = worth.ok_or_else(|| LedgerError::BadInput {
            what: "worth",
            why: format!(
                "{} on account {} is worth something in {ledger} in the books it comes from: give that",
                posting.amount, posting.account
            ),
        })?;
        add(sum, if posting.side == Side::Debit { worth } else { worth.neg() })
    })
}

fn add(sum: Money, more: Money) -> Result<Money, LedgerError> {
    let too_large = |_| LedgerError::BadInput {
        what: "lines",
        why: format!("{sum} and {more} go beyond what an amount can be"),
    };
    sum.add(more).map_err(too_large)
}

impl Act for PostOpening {
    type Answer = PostedMany;
    type Error = LedgerError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<PostedMany, LedgerError> {
        let settings = tx.get::<Settings>(&Settings::key())?.ok_or(LedgerError::NotSetUp)?;
        let posted = post_many(tx, &self.entries(settings.currency)?)?;
        let opened = posted.entries.iter();
        let opened = opened.map(|posted| OpeningEntry { date: self.date, entry: posted.id });
        tx.insert_all(opened.collect())?;
        tx.emit(Event::new("ledger.opening_posted"));
        Ok(posted)
    }
}
