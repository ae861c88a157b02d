//! The GoBD export: the ledger as German tax auditors take it into IDEA.
//!
//! A folder of files by the description standard for handing over data media ("Beschreibungsstandard für die Datenträgerüberlassung",
//! named in the letter of the Federal Ministry of Finance on the GoBD as access Z3): `index.xml`, which describes each table by the document type
//! `gdpdu-01-09-2004.dtd`, and the tables as text in UTF-8, with `;` between columns, CR LF after rows, texts in quotation marks
//! (doubled within), a comma in numbers, and dates as DD.MM.YYYY. Each table has a first line of headings, which the
//! description skips.
//!
//! The document type itself is published with the standard by the makers of IDEA, and is not ours to give away: put the file
//! `gdpdu-01-09-2004.dtd` beside `index.xml`. Line breaks within texts become blanks.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::NaiveDate;
use fondaco_core::report::Html;
use fondaco_core::{DateRange, Id, Range, Reading};
use rust_decimal::Decimal;
use smol_str::{SmolStr, format_smolstr};

use super::tables::{Names, WholeEntries, WholeEntry};
use super::trail::{AuditTrail, Links};
use crate::ledger::{
    Account, AccountClass, BalanceQuery, Entry, Journal, LedgerError, Period, Posting, Settings,
    Side, balances, is_closing, period_label,
};
use crate::parallel::sight;

/// Who hands the data over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GobdSupplier {
    /// The company's name.
    pub name: SmolStr,
    /// Where it is.
    pub location: SmolStr,
    /// What the data are: an audit's order, for example.
    pub comment: SmolStr,
}

/// What the export is made of.
#[derive(Clone)]
pub struct GobdQuery<'q> {
    supplier: GobdSupplier,
    start: NaiveDate,
    end: NaiveDate,
    names: Option<Names<'q>>,
    trail: Option<&'q AuditTrail>,
}

impl<'q> GobdQuery<'q> {
    /// The entries from `start` through `end`.
    pub fn new(supplier: GobdSupplier, start: NaiveDate, end: NaiveDate) -> GobdQuery<'q> {
        GobdQuery { supplier, start, end, names: None, trail: None }
    }

    /// What parties are called: the ledger knows their ids alone.
    #[must_use]
    pub fn name_parties(mut self, names: Names<'q>) -> GobdQuery<'q> {
        self.names = Some(names);
        self
    }

    /// Who recorded each entry.
    #[must_use]
    pub fn trail(mut self, trail: &'q AuditTrail) -> GobdQuery<'q> {
        self.trail = Some(trail);
        self
    }
}

impl std::fmt::Debug for GobdQuery<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let GobdQuery { start, end, .. } = self;
        f.debug_struct("GobdQuery").field("start", start).field("end", end).finish_non_exhaustive()
    }
}

/// The files of the export: their names and texts, `index.xml` first.
///
/// ```
/// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
/// # use firm::*;
/// # let books = books();
/// use fondaco_accounting::export::{GobdQuery, GobdSupplier};
/// let supplier = GobdSupplier { name: "Muster GmbH".into(), location: "Köln".into(), comment: "Außenprüfung 2026".into() };
/// let trail = books.audit_trail()?;
/// let files = books.export_gobd(&GobdQuery::new(supplier, day("2026-01-01"), day("2026-12-31")).trail(&trail))?;
/// let names: Vec<&str> = files.iter().map(|(name, _)| name.as_str()).collect();
/// assert_eq!(names[..3], ["index.xml", "konten.csv", "journale.csv"]);
/// let (_, postings) = &files[4];
/// assert!(postings.lines().nth(1).is_some_and(|line| line.contains(";500,00;0,00;\"EUR\";")));
/// # Ok::<(), LedgerError>(())
/// ```
///
/// # Errors
/// [`LedgerError::BadInput`] when the days are the wrong way round; [`LedgerError::NotSetUp`], or a
/// [`Halt`](fondaco_core::Halt).
pub fn gobd(
    read: &mut impl Reading,
    query: &GobdQuery<'_>,
) -> Result<Vec<(String, String)>, LedgerError> {
    if query.end < query.start {
        let why = format!("{} is before {}: give the earlier day first", query.end, query.start);
        return Err(LedgerError::BadInput { what: "end", why });
    }
    let data = Data::read(&mut sight(read)?, query)?;
    let tables = data.tables();
    let index = index(query, &tables);
    let files = tables.iter().map(|table| (table.file.to_owned(), table.text()));
    Ok([("index.xml".to_owned(), index)].into_iter().chain(files).collect())
}

/// A value of a table.
#[derive(Debug, Clone, PartialEq)]
enum Value {
    Text(SmolStr),
    Number(Option<Decimal>),
    Date(Option<NaiveDate>),
}

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Text,
    /// A whole number.
    Whole,
    /// An amount: with at least two digits.
    Amount,
    Date,
}

use Kind::{Amount, Date, Text, Whole};

/// A column: its name and what it is.
type Column = (&'static str, &'static str, Kind);

/// A table with its description.
struct Table {
    file: &'static str,
    name: &'static str,
    about: &'static str,
    /// The columns, those of the key first.
    columns: &'static [Column],
    keys: usize,
    /// Columns whose values are keys of other tables.
    refers: &'static [(&'static str, &'static str)],
    rows: Vec<Vec<Value>>,
}

impl Table {
    /// The digits after the point of a column's numbers.
    fn digits(&self, at: usize) -> u32 {
        let least = match self.columns.get(at) {
            Some((_, _, Amount)) => 2,
            _ => 0,
        };
        let of = self.rows.iter().filter_map(|row| match row.get(at) {
            Some(Value::Number(number)) => number.map(|number| number.normalize().scale()),
            _ => None,
        });
        of.max().unwrap_or(0).max(least)
    }

    /// The table as text, with a line of headings.
    fn text(&self) -> String {
        let digits: Vec<u32> = (0..self.columns.len()).map(|at| self.digits(at)).collect();
        let mut out = String::new();
        for (at, (name, ..)) in self.columns.iter().enumerate() {
            out.push_str(if at == 0 { "" } else { ";" });
            push_text(&mut out, name);
        }
        out.push_str("\r\n");
        for row in &self.rows {
            for (at, value) in row.iter().enumerate() {
                out.push_str(if at == 0 { "" } else { ";" });
                let digits = digits.get(at).copied().unwrap_or(0) as usize;
                match value {
                    Value::Text(text) => push_text(&mut out, text),
                    Value::Number(None) | Value::Date(None) => {}
                    Value::Number(Some(number)) => {
                        out.push_str(&format!("{number:.digits$}").replace('.', ","));
                    }
                    Value::Date(Some(date)) => out.push_str(&date.format("%d.%m.%Y").to_string()),
                }
            }
            out.push_str("\r\n");
        }
        out
    }

    fn describe(&self, xml: &mut Html, query: &GobdQuery<'_>) {
        xml.with_text("URL", &[], self.file);
        xml.with_text("Name", &[], self.name);
        xml.with_text("Description", &[], self.about);
        xml.element("Validity", &[], |xml| {
            xml.element("Range", &[], |xml| {
                xml.with_text("From", &[], &german(query.start));
                xml.with_text("To", &[], &german(query.end));
            });
            xml.with_text("Format", &[], "DD.MM.YYYY");
        });
        xml.constant("<UTF8/>");
        xml.with_text("DecimalSymbol", &[], ",");
        xml.with_text("DigitGroupingSymbol", &[], ".");
        xml.element("Range", &[], |xml| {
            xml.with_text("From", &[], "2");
        });
        xml.element("VariableLength", &[], |xml| {
            xml.with_text("ColumnDelimiter", &[], ";");
            xml.constant("<RecordDelimiter>&#13;&#10;</RecordDelimiter>");
            xml.constant("<TextEncapsulator>&#34;</TextEncapsulator>");
            for (at, (name, about, kind)) in self.columns.iter().enumerate() {
                let element = if at < self.keys { "VariablePrimaryKey" } else { "VariableColumn" };
                xml.element(element, &[], |xml| {
                    xml.with_text("Name", &[], name);
                    xml.with_text("Description", &[], about);
                    match kind {
                        Text => {
                            xml.constant("<AlphaNumeric/>");
                        }
                        Date => {
                            xml.constant("<Date><Format>DD.MM.YYYY</Format></Date>");
                        }
                        Whole | Amount => {
                            let digits = self.digits(at).to_string();
                            xml.element("Numeric", &[], |xml| {
                                xml.with_text("Accuracy", &[], &digits);
                            });
                        }
                    }
                });
            }
            for (name, table) in self.refers {
                xml.element("ForeignKey", &[], |xml| {
                    xml.with_text("Name", &[], name);
                    xml.with_text("References", &[], table);
                });
            }
        });
    }
}

fn push_text(out: &mut String, text: &str) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\"\""),
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out.push('"');
}

fn german(date: NaiveDate) -> String {
    date.format("%d.%m.%Y").to_string()
}

fn index(query: &GobdQuery<'_>, tables: &[Table]) -> String {
    let mut xml = Html::new();
    xml.constant("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    xml.constant("<!DOCTYPE DataSet SYSTEM \"gdpdu-01-09-2004.dtd\">\n");
    xml.element("DataSet", &[], |xml| {
        xml.with_text("Version", &[], "1.0");
        xml.element("DataSupplier", &[], |xml| {
            xml.with_text("Name", &[], &query.supplier.name);
            xml.with_text("Location", &[], &query.supplier.location);
            xml.with_text("Comment", &[], &query.supplier.comment);
        });
        xml.element("Media", &[], |xml| {
            xml.with_text("Name", &[], "Finanzbuchhaltung");
            for table in tables {
                xml.element("Table", &[], |xml| table.describe(xml, query));
            }
        });
    });
    xml.into_string()
}

/// All that the tables say.
struct Data<'q> {
    query: &'q GobdQuery<'q>,
    settings: Arc<Settings>,
    accounts: Vec<Arc<Account>>,
    journals: Vec<Arc<Journal>>,
    periods: Vec<Arc<Period>>,
    found: WholeEntries,
    links: Links,
    opening: BTreeMap<SmolStr, Decimal>,
}

impl<'q> Data<'q> {
    fn read(read: &mut impl Reading, query: &'q GobdQuery<'q>) -> Result<Data<'q>, LedgerError> {
        let settings = read.peek::<Settings>(&Settings::key())?.ok_or(LedgerError::NotSetUp)?;
        let accounts = read.peek_scan(&Range::<Account>::all())?;
        let journals = read.peek_scan(&Range::<Journal>::all())?;
        let periods = read.peek_scan(&Range::<Period>::all())?;
        let days = DateRange::between(Some(query.start), Some(query.end));
        let days = days.unwrap_or_else(|_| DateRange::always());
        let found = WholeEntries::read(read, &journals, &periods, days)?;
        let ids: Vec<Id<Entry>> = found.entries.iter().map(|(entry, _)| entry.id).collect();
        let links = Links::read(read, &ids)?;
        let mut opening: BTreeMap<SmolStr, Decimal> = BTreeMap::new();
        if let Some(eve) = query.start.pred_opt() {
            for row in balances(read, &BalanceQuery::all().until(eve))? {
                let sum = opening.entry(row.account).or_default();
                *sum = sum.saturating_add(row.amounts.ledger_balance());
            }
        }
        Ok(Data { query, settings, accounts, journals, periods, found, links, opening })
    }

    fn tables(&self) -> Vec<Table> {
        vec![
            self.account_table(),
            self.journal_table(),
            self.period_table(),
            self.posting_table(),
            self.dimension_table(),
            self.party_table(),
            self.correction_table(),
        ]
    }

    fn account_table(&self) -> Table {
        let mut sums: BTreeMap<&SmolStr, (Decimal, Decimal)> = BTreeMap::new();
        for posting in self.found.postings() {
            let (debit, credit) = sums.entry(&posting.account).or_default();
            let worth = posting.ledger_amount.to_decimal();
            match posting.side {
                Side::Debit => *debit = debit.saturating_add(worth),
                Side::Credit => *credit = credit.saturating_sub(worth),
            }
        }
        let row = |account: &Arc<Account>| {
            let opening = self.opening.get(&account.code).copied().unwrap_or_default();
            let (debit, credit) = sums.get(&account.code).copied().unwrap_or_default();
            let closing = opening.saturating_add(debit).saturating_sub(credit);
            let [opening, debit, credit, closing] =
                [opening, debit, credit, closing].map(|amount| Value::Number(Some(amount)));
            vec![
                Value::Text(account.code.clone()),
                Value::Text(account.name.clone()),
                Value::Text(class(account.class).into()),
                text(account.parent.as_ref()),
                opening,
                debit,
                credit,
                closing,
            ]
        };
        Table {
            file: "konten.csv",
            name: "Konten",
            about: "Sachkonten mit Anfangsbestand, Verkehrszahlen und Endbestand im Zeitraum",
            columns: &[
                ("Konto", "Kontonummer", Text),
                ("Bezeichnung", "Bezeichnung des Kontos", Text),
                ("Kontoart", "Aktiva, Passiva, Eigenkapital, Ertrag oder Aufwand", Text),
                ("Oberkonto", "Übergeordnetes Konto", Text),
                ("Anfangsbestand", "Soll abzüglich Haben vor dem Zeitraum", Amount),
                ("Soll", "Summe der Sollbuchungen im Zeitraum", Amount),
                ("Haben", "Summe der Habenbuchungen im Zeitraum", Amount),
                ("Endbestand", "Soll abzüglich Haben am Ende des Zeitraums", Amount),
            ],
            keys: 1,
            refers: &[],
            rows: self.accounts.iter().map(row).collect(),
        }
    }

    fn journal_table(&self) -> Table {
        let row = |journal: &Arc<Journal>| {
            vec![Value::Text(journal.code.clone()), Value::Text(journal.name.clone())]
        };
        Table {
            file: "journale.csv",
            name: "Journale",
            about: "Buchungskreise, in denen Buchungen lückenlos nummeriert sind",
            columns: &[
                ("Journal", "Kürzel", Text),
                ("Journalbezeichnung", "Bezeichnung des Journals", Text),
            ],
            keys: 1,
            refers: &[],
            rows: self.journals.iter().map(row).collect(),
        }
    }

    fn period_table(&self) -> Table {
        let row = |period: &Arc<Period>| {
            vec![
                Value::Text(period.label()),
                Value::Number(Some(period.fiscal_year.into())),
                Value::Date(Some(period.start)),
                Value::Date(Some(period.end)),
            ]
        };
        Table {
            file: "perioden.csv",
            name: "Perioden",
            about: "Buchungsperioden der Wirtschaftsjahre",
            columns: &[
                ("Periode", "Wirtschaftsjahr und Nummer", Text),
                ("Wirtschaftsjahr", "Wirtschaftsjahr", Whole),
                ("Periodenbeginn", "Erster Tag", Date),
                ("Periodenende", "Letzter Tag", Date),
            ],
            keys: 1,
            refers: &[],
            rows: self.periods.iter().map(row).collect(),
        }
    }

    fn posting_table(&self) -> Table {
        let rows =
            self.found.entries.iter().flat_map(|whole| {
                whole.1.iter().map(move |posting| self.posting_row(whole, posting))
            });
        Table {
            file: "buchungen.csv",
            name: "Buchungen",
            about: "Alle Buchungszeilen des Zeitraums; die Zeilen einer Buchung haben dieselbe Buchungs-ID",
            columns: POSTING,
            keys: 2,
            refers: &[
                ("Konto", "Konten"),
                ("Journal", "Journale"),
                ("Periode", "Perioden"),
                ("Partner", "Partner"),
            ],
            rows: rows.collect(),
        }
    }

    fn posting_row(&self, (entry, _): &WholeEntry, posting: &Posting) -> Vec<Value> {
        let id = |id: Option<Id<Entry>>| text(id.map(|id| id.to_string()).as_ref());
        let worth = posting.ledger_amount.to_decimal();
        let (debit, credit) = match posting.side {
            Side::Debit => (worth, Decimal::ZERO),
            Side::Credit => (Decimal::ZERO, Decimal::ZERO.saturating_sub(worth)),
        };
        let foreign = posting.currency != self.settings.currency;
        let by = self.query.trail.and_then(|trail| trail.of(entry.id));
        let recorded = by.map_or(entry.recorded_at, |by| by.at);
        let about = posting.text.get().or(entry.text.as_ref());
        let party = posting.party.copied().or(entry.party);
        let number = |number: Option<i64>| Value::Number(number.map(Decimal::from));
        vec![
            Value::Text(entry.id.to_string().into()),
            number(Some(posting.line.into())),
            Value::Text(entry.journal.clone()),
            number(Some(entry.fiscal_year.into())),
            number(entry.number.number()),
            Value::Text(period_label(entry.period)),
            Value::Date(Some(entry.date)),
            Value::Date(entry.document_date),
            Value::Date(posting.due_date.or(entry.due_date)),
            text(entry.source.as_ref()),
            text(about),
            Value::Text(posting.account.clone()),
            Value::Number(Some(debit)),
            Value::Number(Some(credit)),
            Value::Text(self.settings.currency.code().into()),
            Value::Number(foreign.then(|| posting.amount.to_decimal())),
            text(foreign.then(|| posting.currency.code()).as_ref()),
            Value::Number(posting.rate.copied().filter(|_| foreign)),
            text(party.map(|party| party.to_string()).as_ref()),
            text(is_closing(entry.period).then_some("Abschluss").as_ref()),
            id(entry.reverses.copied()),
            id(self.links.reversed_by(entry.id)),
            id(self.links.corrects(entry.id)),
            Value::Text(recorded.to_string().into()),
            text(by.map(|by| by.actor.to_string()).as_ref()),
            number(by.and_then(|by| i64::try_from(by.position).ok())),
        ]
    }

    fn dimension_table(&self) -> Table {
        let of = |posting: &Arc<Posting>| -> Vec<Vec<Value>> {
            let row = |(name, value): (&str, &str)| {
                vec![
                    Value::Text(posting.entry.to_string().into()),
                    Value::Number(Some(posting.line.into())),
                    Value::Text(name.into()),
                    Value::Text(value.into()),
                ]
            };
            posting.dimensions.iter().map(row).collect()
        };
        Table {
            file: "dimensionen.csv",
            name: "Dimensionen",
            about: "Kostenstellen, Projekte und andere Merkmale der Buchungszeilen",
            columns: &[
                ("Buchungs-ID", "Die Buchung", Text),
                ("Zeile", "Die Zeile in der Buchung", Whole),
                ("Dimension", "Name des Merkmals", Text),
                ("Wert", "Wert des Merkmals", Text),
            ],
            keys: 3,
            refers: &[],
            rows: self.found.postings().flat_map(of).collect(),
        }
    }

    fn party_table(&self) -> Table {
        let row = |party| {
            let name = self.query.names.and_then(|names| names(party));
            vec![Value::Text(format_smolstr!("{party}")), text(name.as_ref())]
        };
        Table {
            file: "partner.csv",
            name: "Partner",
            about: "Kunden, Lieferanten und andere, auf die Buchungen lauten",
            columns: &[
                ("Partner", "Kennung", Text),
                ("Partnername", "Name, soweit er mitgegeben wird", Text),
            ],
            keys: 1,
            refers: &[],
            rows: self.found.parties().into_iter().map(row).collect(),
        }
    }

    fn correction_table(&self) -> Table {
        let row = |correction: &crate::close::Correction| {
            let id = |id: Id<Entry>| Value::Text(id.to_string().into());
            vec![
                id(correction.entry),
                id(correction.reversal),
                id(correction.by),
                text(correction.why.as_ref()),
                Value::Text(correction.at.to_string().into()),
                Value::Text(correction.actor.to_string().into()),
            ]
        };
        Table {
            file: "korrekturen.csv",
            name: "Korrekturen",
            about: "Berichtigungen mit Storno, neuer Buchung und Grund; die alte oder die neue Buchung liegt im Zeitraum",
            columns: &[
                ("Buchungs-ID", "Die berichtigte Buchung", Text),
                ("Storno-ID", "Die Buchung, die sie zurücknimmt", Text),
                ("Neue Buchungs-ID", "Die richtige Buchung", Text),
                ("Grund", "Warum", Text),
                ("Berichtigt am", "Zeitpunkt (UTC)", Text),
                ("Berichtigt von", "Wer", Text),
            ],
            keys: 1,
            refers: &[],
            rows: self.links.corrections().map(row).collect(),
        }
    }
}

const POSTING: &[Column] = &[
    ("Buchungs-ID", "Kennung der Buchung, unveränderlich", Text),
    ("Zeile", "Die Zeile in der Buchung, von 1 an", Whole),
    ("Journal", "Buchungskreis", Text),
    ("Wirtschaftsjahr", "Wirtschaftsjahr", Whole),
    ("Nummer", "Lückenlose Nummer in Journal und Wirtschaftsjahr", Whole),
    ("Periode", "Buchungsperiode", Text),
    ("Buchungsdatum", "Tag, an dem die Buchung wirkt", Date),
    ("Belegdatum", "Tag des Belegs, wo er ein anderer ist", Date),
    ("Fälligkeit", "Tag der Fälligkeit", Date),
    ("Beleg", "Beleg oder Vorgang, aus dem die Buchung stammt", Text),
    ("Buchungstext", "Buchungstext", Text),
    ("Konto", "Kontonummer", Text),
    ("Soll", "Betrag im Soll, in der Währung der Bücher", Amount),
    ("Haben", "Betrag im Haben, in der Währung der Bücher", Amount),
    ("Währung", "Währung der Bücher", Text),
    ("Fremdwährungsbetrag", "Betrag in fremder Währung, im Haben negativ", Amount),
    ("Fremdwährung", "Die fremde Währung", Text),
    ("Kurs", "Einheiten der Bücherwährung für eine der fremden", Amount),
    ("Partner", "Kunde oder Lieferant", Text),
    ("Abschluss", "Ob die Buchung ein Jahr abschließt", Text),
    ("Storno von", "Die Buchung, die diese zurücknimmt", Text),
    ("Storniert durch", "Die Buchung, die diese zurücknahm", Text),
    ("Berichtigt", "Die Buchung, an deren Stelle diese steht", Text),
    ("Erfasst am", "Zeitpunkt der Erfassung (UTC)", Text),
    ("Erfasst von", "Wer sie erfasst hat", Text),
    ("Protokollnummer", "Stelle im fortlaufenden, verketteten Protokoll", Whole),
];

fn text(text: Option<&(impl AsRef<str> + ?Sized)>) -> Value {
    Value::Text(text.map(|text| SmolStr::new(text.as_ref())).unwrap_or_default())
}

fn class(class: AccountClass) -> &'static str {
    match class {
        AccountClass::Asset => "Aktiva",
        AccountClass::Liability => "Passiva",
        AccountClass::Equity => "Eigenkapital",
        AccountClass::Income => "Ertrag",
        AccountClass::Expense => "Aufwand",
    }
}
