//! Which column means what.

use fondaco_core::Currency;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::{CsvFormat, Source};
use crate::ledger::{AccountClass, Side};

/// How a file says on which side an amount stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "snake_case")]
pub enum AmountColumns {
    /// One amount with a sign.
    Signed {
        /// The amount.
        amount: Source,
        /// The side of one above zero.
        positive: Side,
    },
    /// A column for each side, one of them empty or zero. A negative amount stands on the other side.
    Columns {
        /// The debits.
        debit: Source,
        /// The credits.
        credit: Source,
    },
    /// One amount, and a word for its side: `D`, `DR`, `DEBIT`, `S`, `SOLL` or `C`, `CR`, `CREDIT`, `H`, `HABEN`, in small letters
    /// too, or words of the file's own. A negative amount stands on the other side.
    Sided {
        /// The amount.
        amount: Source,
        /// The word.
        side: Source,
        /// The file's own words for the debit side; none for those above.
        debit_words: Vec<SmolStr>,
        /// The file's own words for the credit side.
        credit_words: Vec<SmolStr>,
    },
}

impl AmountColumns {
    /// One amount with a sign: above zero is a debit.
    ///
    /// ```
    /// use fondaco_accounting::import::AmountColumns;
    /// use fondaco_accounting::ledger::Side;
    /// let AmountColumns::Signed { positive, .. } = AmountColumns::signed("amount") else { panic!() };
    /// assert_eq!(positive, Side::Debit);
    /// ```
    pub fn signed(amount: impl Into<Source>) -> AmountColumns {
        AmountColumns::Signed { amount: amount.into(), positive: Side::Debit }
    }

    /// A column for each side.
    pub fn columns(debit: impl Into<Source>, credit: impl Into<Source>) -> AmountColumns {
        AmountColumns::Columns { debit: debit.into(), credit: credit.into() }
    }

    /// One amount, and a word for its side.
    pub fn sided(amount: impl Into<Source>, side: impl Into<Source>) -> AmountColumns {
        let (amount, side) = (amount.into(), side.into());
        AmountColumns::Sided { amount, side, debit_words: Vec::new(), credit_words: Vec::new() }
    }
}

/// Which lines make an entry. The lines of an entry follow one another in the file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Grouping {
    /// Each line by itself: it names a contra account.
    Line,
    /// Lines with the same text here: a document number. It also tells the entry from others for ever: one that was
    /// imported before, from whatever file of the same [`origin`](EntryMapping::origin), is not imported again. Keys are kept
    /// in the books as they are: choose numbers, not names.
    Key(Source),
    /// Lines until they balance; lines that don't end where the date changes.
    Balance,
}

/// How the lines of a file become entries. It has a `serde` form, so that a host can keep it.
///
/// ```
/// use fondaco_accounting::import::*;
///
/// // Date;Voucher;Account;Debit;Credit;Cost centre;Text
/// let mapping = EntryMapping::new("Date", "Account", AmountColumns::columns("Debit", "Credit"))
///     .format(CsvFormat::new().delimiter(';').numbers(NumberFormat::COMMA).date("DD.MM.YYYY"))
///     .journal(Source::constant("GEN"))
///     .key("Voucher")
///     .text("Text")
///     .dimension("cost_centre", "Cost centre");
/// assert_eq!(mapping.grouping, Grouping::Key("Voucher".into()));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EntryMapping {
    /// How the file is written.
    pub format: CsvFormat,
    /// What keys are unique within: the name of the program or bank that gave them. Without, a key is unique within its file.
    pub origin: Option<SmolStr>,
    /// Which lines make an entry.
    pub grouping: Grouping,
    /// The journal's code.
    pub journal: Source,
    /// When the entry takes effect.
    pub date: Source,
    /// The account's code.
    pub account: Source,
    /// The account of the other side, which makes a whole entry of one line.
    pub contra_account: Option<Source>,
    /// How much, and on which side of `account`.
    pub amounts: AmountColumns,
    /// The amounts' currency.
    pub currency: Source,
    /// Units of the ledger's currency for one unit of the amount's currency.
    pub rate: Option<Source>,
    /// The amount in the ledger's currency: without a sign, or with that of the amount; another is refused.
    pub worth: Option<Source>,
    /// The entry's text: that of its first line.
    pub text: Option<Source>,
    /// What is written about a person: see [`NewEntry::note`](crate::ledger::NewEntry::note). That of the entry's first line. What
    /// stands in other columns stays for as long as the books do; this can be erased.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<Source>,
    /// The posting's text.
    pub posting_text: Option<Source>,
    /// The name under which the host knows the other party: see [`PartyId::named`](fondaco_core::PartyId::named); or its id.
    pub party: Option<Source>,
    /// The document that the entry comes from.
    pub document: Option<Source>,
    /// The date of the document.
    pub document_date: Option<Source>,
    /// When it falls due.
    pub due_date: Option<Source>,
    /// Dimensions by name; an empty field is none.
    pub dimensions: Vec<(SmolStr, Source)>,
    /// Whether entries turn one currency into another.
    pub conversion: bool,
}

impl EntryMapping {
    /// Lines that make entries by balance, in the journal `GEN`, in euro.
    ///
    /// ```
    /// use fondaco_accounting::import::*;
    /// let mapping = EntryMapping::new(1, 2, AmountColumns::signed(3)).currency(Source::constant("CHF"));
    /// assert_eq!(mapping.date, Source::Position(1));
    /// ```
    pub fn new(
        date: impl Into<Source>,
        account: impl Into<Source>,
        amounts: AmountColumns,
    ) -> EntryMapping {
        EntryMapping {
            format: CsvFormat::new(),
            origin: None,
            grouping: Grouping::Balance,
            journal: Source::constant("GEN"),
            date: date.into(),
            account: account.into(),
            contra_account: None,
            amounts,
            currency: Source::constant(Currency::EUR.code()),
            rate: None,
            worth: None,
            text: None,
            note: None,
            posting_text: None,
            party: None,
            document: None,
            document_date: None,
            due_date: None,
            dimensions: Vec::new(),
            conversion: false,
        }
    }

    /// How the file is written.
    #[must_use]
    pub fn format(mut self, format: CsvFormat) -> EntryMapping {
        self.format = format;
        self
    }

    /// What keys are unique within.
    #[must_use]
    pub fn origin(mut self, origin: impl Into<SmolStr>) -> EntryMapping {
        self.origin = Some(origin.into());
        self
    }

    /// Lines with the same key make an entry.
    #[must_use]
    pub fn key(mut self, key: impl Into<Source>) -> EntryMapping {
        self.grouping = Grouping::Key(key.into());
        self
    }

    /// Each line is an entry, with this account on the other side.
    ///
    /// ```
    /// use fondaco_accounting::import::*;
    /// let bank = EntryMapping::new("Date", "Account", AmountColumns::signed("Amount"))
    ///     .contra(Source::constant("1200"));
    /// assert_eq!(bank.grouping, Grouping::Line);
    /// let with_numbers = bank.key("Number"); // keys still tell entries from one another
    /// assert!(with_numbers.contra_account.is_some());
    /// ```
    #[must_use]
    pub fn contra(mut self, account: impl Into<Source>) -> EntryMapping {
        self.contra_account = Some(account.into());
        self.grouping = Grouping::Line;
        self
    }

    /// The journal.
    #[must_use]
    pub fn journal(mut self, journal: impl Into<Source>) -> EntryMapping {
        self.journal = journal.into();
        self
    }

    /// The currency.
    #[must_use]
    pub fn currency(mut self, currency: impl Into<Source>) -> EntryMapping {
        self.currency = currency.into();
        self
    }

    /// The entry's text.
    #[must_use]
    pub fn text(mut self, text: impl Into<Source>) -> EntryMapping {
        self.text = Some(text.into());
        self
    }

    /// What is written about a person.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books();
    /// use fondaco_accounting::import::*;
    /// let file = "date,account,contra,amount,note\n2026-03-01,5100,1000,40,rent of Ada Lovelace\n";
    /// let mapping = EntryMapping::new("date", "account", AmountColumns::signed("amount"))
    ///     .contra("contra")
    ///     .note("note");
    /// let mut import = ImportEntries::new(std::io::Cursor::new(file), mapping)?;
    /// books.run_job("import/rent.csv", &mut import, &mut ())?;
    /// let rent = books.entry_by_number("GEN", 2026, 3)?.ok_or("it was booked")?.entry.id;
    /// assert_eq!(books.note(rent)?.as_deref(), Some("rent of Ada Lovelace"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn note(mut self, note: impl Into<Source>) -> EntryMapping {
        self.note = Some(note.into());
        self
    }

    /// A dimension.
    #[must_use]
    pub fn dimension(
        mut self,
        name: impl Into<SmolStr>,
        source: impl Into<Source>,
    ) -> EntryMapping {
        self.dimensions.push((name.into(), source.into()));
        self
    }
}

/// How the lines of a file become accounts. It has a `serde` form, so that a host can keep it.
///
/// ```
/// use fondaco_accounting::import::*;
/// use fondaco_accounting::ledger::AccountClass;
///
/// let mapping = AccountMapping::new("Konto", "Bezeichnung", "Typ")
///     .format(CsvFormat::new().delimiter(';'))
///     .class_word("Aktiva", AccountClass::Asset)
///     .class_word("Passiva", AccountClass::Liability);
/// assert_eq!(mapping.class_words.len(), 2);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AccountMapping {
    /// How the file is written.
    pub format: CsvFormat,
    /// The account's code.
    pub code: Source,
    /// Its name.
    pub name: Source,
    /// Its class: `asset`, `liability`, `equity`, `income`, `expense`, or a word of the file's own.
    pub class: Source,
    /// The file's own words for classes; small and capital letters are the same.
    pub class_words: Vec<(SmolStr, AccountClass)>,
    /// The heading it stands under; empty for none. An account that others stand under is a heading.
    pub parent: Option<Source>,
    /// The one currency it holds; empty for any.
    pub currency: Option<Source>,
    /// Whether it is a heading: `yes`, `true`, `1`, `x`; `no`, `false`, `0` or empty.
    pub heading: Option<Source>,
    /// From when on it can be posted to; empty for always.
    pub opens: Option<Source>,
}

impl AccountMapping {
    /// Accounts without headings, in any currency.
    pub fn new(
        code: impl Into<Source>,
        name: impl Into<Source>,
        class: impl Into<Source>,
    ) -> AccountMapping {
        AccountMapping {
            format: CsvFormat::new(),
            code: code.into(),
            name: name.into(),
            class: class.into(),
            class_words: Vec::new(),
            parent: None,
            currency: None,
            heading: None,
            opens: None,
        }
    }

    /// How the file is written.
    #[must_use]
    pub fn format(mut self, format: CsvFormat) -> AccountMapping {
        self.format = format;
        self
    }

    /// Under which heading.
    #[must_use]
    pub fn parent(mut self, parent: impl Into<Source>) -> AccountMapping {
        self.parent = Some(parent.into());
        self
    }

    /// In which currency.
    #[must_use]
    pub fn currency(mut self, currency: impl Into<Source>) -> AccountMapping {
        self.currency = Some(currency.into());
        self
    }

    /// A word of the file's own for a class.
    #[must_use]
    pub fn class_word(mut self, word: impl Into<SmolStr>, class: AccountClass) -> AccountMapping {
        self.class_words.push((word.into(), class));
        self
    }
}
