//! The GoBD export, read back as IDEA would: by nothing but its description.

use std::collections::BTreeMap;

use fondaco_accounting::close::{Correct, LockBooks};
use fondaco_accounting::export::{ExportQuery, GobdQuery, GobdSupplier};
use fondaco_accounting::ledger::*;
use fondaco_core::{ActorId, PartyId};
use rust_decimal::Decimal;

use crate::again::firm;
use crate::common::*;
use crate::schema::Element;

/// What the document type gdpdu-01-09-2004 says of the elements that are used here: which stand in one another, in which order. `?` may
/// be there, `+` at least once, `*` any number of times; `|` parts alternatives.
const DOCUMENT_TYPE: [(&str, &str); 16] = [
    ("DataSet", "Version DataSupplier? Command* Media+ Command*"),
    ("DataSupplier", "Name Location Comment"),
    ("Media", "Name Command* Table+ Command*"),
    (
        "Table",
        "URL Name? Description? Validity? ANSI|Macintosh|OEM|UTF16|UTF7|UTF8? DecimalSymbol? DigitGroupingSymbol? SkipNumBytes? \
         Range? Epoch? VariableLength|FixedLength",
    ),
    ("Validity", "Range Format?"),
    ("Range", "From To|Length?"),
    (
        "VariableLength",
        "ColumnDelimiter? RecordDelimiter? TextEncapsulator? VariablePrimaryKey* VariableColumn* ForeignKey*",
    ),
    ("VariablePrimaryKey", "Name Description? Numeric|AlphaNumeric|Date MaxLength? Map*"),
    ("VariableColumn", "Name Description? Numeric|AlphaNumeric|Date MaxLength? Map*"),
    ("Numeric", "ImpliedAccuracy|Accuracy?"),
    ("Date", "Format?"),
    ("ForeignKey", "Name+ References"),
    ("AlphaNumeric", ""),
    ("UTF8", ""),
    ("From", ""),
    ("To", ""),
];

/// What of a document is not as the document type says.
fn mistakes(of: &Element, found: &mut Vec<String>) {
    if let Some((_, content)) = DOCUMENT_TYPE.iter().find(|(name, _)| *name == of.name) {
        let mut inside = of.elements.iter().peekable();
        for wanted in content.split_whitespace() {
            let names = wanted.trim_end_matches(['?', '*', '+']);
            let is = |element: &&Element| names.split('|').any(|name| name == element.name);
            let mut count = 0;
            while inside.next_if(|element| is(element)).is_some() {
                count += 1;
            }
            let right = match wanted.chars().last() {
                Some('?') => count <= 1,
                Some('*') => true,
                Some('+') => count >= 1,
                _ => count == 1,
            };
            if !right {
                found.push(format!("{count} {wanted} in {}", of.name));
            }
        }
        found.extend(inside.map(|element| format!("{} is too much in {}", element.name, of.name)));
    } else if !of.elements.is_empty() {
        found.push(format!("{} has elements", of.name));
    }
    of.elements.iter().for_each(|element| mistakes(element, found));
}

/// A table as it was described: rows of values by the names of their columns.
type Rows = Vec<BTreeMap<String, String>>;

/// Reads the tables of an export by their description alone.
fn read(files: &[(String, String)]) -> BTreeMap<String, Rows> {
    let of =
        |name: &str| files.iter().find(|(file, _)| file == name).map(|(_, text)| text).unwrap();
    let index = of("index.xml");
    let (_, body) = index.split_once("gdpdu-01-09-2004.dtd\">\n").unwrap();
    let index = Element::read(body);
    let tables = index.all("Media/Table");
    assert_eq!(tables.len() + 1, files.len(), "every file is described");
    tables
        .into_iter()
        .map(|table| (table.text("Name").to_owned(), rows(table, of(table.text("URL")))))
        .collect()
}

fn rows(table: &Element, text: &str) -> Rows {
    let layout = table.all("VariableLength")[0];
    assert_eq!(layout.text("RecordDelimiter"), "&#13;&#10;");
    assert_eq!(layout.text("TextEncapsulator"), "&#34;");
    let delimiter = layout.text("ColumnDelimiter").chars().next().unwrap();
    let columns: Vec<&Element> = layout
        .elements
        .iter()
        .filter(|element| !element.all("Name").is_empty() && element.name != "ForeignKey")
        .collect();
    let first: usize = table.all("Range/From")[0].text.parse().unwrap();
    let lines = text.strip_suffix("\r\n").unwrap().split("\r\n").skip(first - 1);
    let read = |line: &str| {
        let fields = fields(line, delimiter);
        assert_eq!(fields.len(), columns.len(), "{line}");
        let value = |(column, field): (&&Element, String)| {
            let field = if !column.all("Numeric").is_empty() && !field.is_empty() {
                let digits: usize = column.all("Numeric/Accuracy")[0].text.parse().unwrap();
                assert_eq!(
                    field.split_once(',').map_or(0, |(_, digits)| digits.len()),
                    digits,
                    "{field}"
                );
                field.replace(table.text("DecimalSymbol"), ".")
            } else if !column.all("Date").is_empty() && !field.is_empty() {
                assert_eq!(column.all("Date/Format")[0].text, "DD.MM.YYYY");
                format!("{}-{}-{}", &field[6..], &field[3..5], &field[..2])
            } else {
                field
            };
            (column.text("Name").to_owned(), field)
        };
        columns.iter().zip(fields).map(value).collect()
    };
    lines.map(read).collect()
}

fn fields(line: &str, delimiter: char) -> Vec<String> {
    let (mut fields, mut field, mut quoted) = (Vec::new(), String::new(), false);
    let mut chars = line.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' if quoted && chars.next_if_eq(&'"').is_some() => field.push('"'),
            '"' => quoted = !quoted,
            c if c == delimiter && !quoted => fields.push(std::mem::take(&mut field)),
            c => field.push(c),
        }
    }
    fields.push(field);
    fields
}

fn supplier() -> GobdSupplier {
    let (name, location, comment) = ("Müller & Söhne <GmbH>", "Köln", "Außenprüfung");
    GobdSupplier { name: name.into(), location: location.into(), comment: comment.into() }
}

fn export(firm: &Firm, start: &str, end: &str) -> Vec<(String, String)> {
    let names = |party| (party == PartyId::named("ada")).then(|| "Ada; \"Lady\" Lovelace".into());
    let trail = firm.books.audit_trail().unwrap();
    let query = GobdQuery::new(supplier(), d(start), d(end)).name_parties(&names).trail(&trail);
    firm.books.export_gobd(&query).unwrap()
}

#[test]
fn its_description_is_as_the_document_type_says() {
    let firm = firm();
    for (start, end) in [("2026-01-01", "2026-12-31"), ("2025-01-01", "2025-12-31")] {
        let files = export(&firm, start, end);
        assert!(files[0].1.contains("<!DOCTYPE DataSet SYSTEM \"gdpdu-01-09-2004.dtd\">"));
        let (_, body) = files[0].1.split_once("gdpdu-01-09-2004.dtd\">\n").unwrap();
        let mut found = Vec::new();
        mistakes(&Element::read(body), &mut found);
        assert_eq!(found, Vec::<String>::new());
        let mut broken = Vec::new();
        mistakes(&Element::read(&body.replacen("<Version>1.0</Version>", "", 1)), &mut broken);
        mistakes(&Element::read(&body.replacen("<AlphaNumeric/>", "", 1)), &mut broken);
        mistakes(&Element::read(&body.replacen("<UTF8/>", "<UTF8/><UTF8/>", 1)), &mut broken);
        assert_eq!(broken.len(), 3, "{broken:?}");
    }
}

#[test]
fn what_is_read_back_are_the_books() {
    let firm = firm();
    let wrong = firm.post("rent", moved("2026-05-01", "40")).id;
    let right = Correct::new(wrong, moved("2026-05-01", "41")).why("a typo; \"41\"");
    let corrected = firm.must("corrected", &right);
    let tables = read(&export(&firm, "2026-02-15", "2026-12-31"));
    let number = |row: &BTreeMap<String, String>, name: &str| row[name].parse::<Decimal>().unwrap();
    // Balances before, movements and balances after.
    for row in &tables["Konten"] {
        let balance = |end: &str| {
            firm.sum(&BalanceQuery::account(row["Konto"].as_str()).until(d(end))).parse().unwrap()
        };
        assert_eq!(number(row, "Anfangsbestand"), balance("2026-02-14"), "{row:?}");
        assert_eq!(number(row, "Endbestand"), balance("2026-12-31"), "{row:?}");
        let of_account =
            tables["Buchungen"].iter().filter(|posting| posting["Konto"] == row["Konto"]);
        let sum: Decimal =
            of_account.map(|posting| number(posting, "Soll") - number(posting, "Haben")).sum();
        assert_eq!(number(row, "Anfangsbestand") + sum, number(row, "Endbestand"));
    }
    let postings = &tables["Buchungen"];
    let sums = |name| postings.iter().map(|row| number(row, name)).sum::<Decimal>();
    assert_eq!(sums("Soll"), sums("Haben"));
    let dollars: Vec<_> = postings.iter().filter(|row| row["Fremdwährung"] == "USD").collect();
    assert!(
        dollars.iter().any(|row| row["Fremdwährungsbetrag"] == "-30.00" && row["Haben"] == "27.61")
    );
    // Who, when, and what became of it.
    let of = |id: fondaco_core::Id<Entry>| {
        postings.iter().find(|row| row["Buchungs-ID"] == id.to_string()).unwrap()
    };
    assert_eq!(of(wrong)["Storniert durch"], corrected.reversal.id.to_string());
    assert_eq!(of(corrected.reversal.id)["Storno von"], wrong.to_string());
    assert_eq!(of(corrected.entry.id)["Berichtigt"], wrong.to_string());
    assert_eq!(of(wrong)["Erfasst von"], ActorId::new("host").to_string());
    let position: u64 = of(wrong)["Protokollnummer"].parse().unwrap();
    assert_eq!(
        firm.books.driver().feed(position - 1, 1).unwrap()[0].id.to_string(),
        fondaco_core::CommandId::named("rent").to_string()
    );
    let correction = &tables["Korrekturen"][0];
    assert_eq!((correction["Grund"].as_str(), tables["Korrekturen"].len()), ("a typo; \"41\"", 1));
}

#[test]
fn a_late_correction_says_what_it_corrects() {
    let firm = firm();
    firm.must("2025", &OpenFiscalYear::calendar_year(2025));
    let wrong = firm.post("rent", moved("2025-12-01", "40")).id;
    firm.must("shut", &LockBooks::through(d("2025-12-31")));
    let right = Correct::new(wrong, moved("2025-12-01", "41"));
    let corrected = firm.must("corrected", &right);
    assert_ne!(corrected.date, d("2025-12-01"), "that day is locked");
    let of_year = |year: i32| {
        let tables = read(&export(&firm, &format!("{year}-01-01"), &format!("{year}-12-31")));
        let corrections: Vec<_> = (tables["Korrekturen"].iter())
            .map(|row| (row["Buchungs-ID"].clone(), row["Neue Buchungs-ID"].clone()))
            .collect();
        let berichtigt = |row: &&BTreeMap<String, String>| !row["Berichtigt"].is_empty();
        let ids = tables["Buchungen"].iter().filter(berichtigt);
        let mut ids: Vec<_> =
            ids.map(|row| (row["Buchungs-ID"].clone(), row["Berichtigt"].clone())).collect();
        ids.dedup();
        (corrections, ids)
    };
    let (old, new) = (wrong.to_string(), corrected.entry.id.to_string());
    let both = vec![(old.clone(), new.clone())];
    assert_eq!(
        of_year(2025),
        (both.clone(), vec![]),
        "the old entry, and by what it was corrected"
    );
    assert_eq!(of_year(2026), (both, vec![(new.clone(), old.clone())]));
    let days = "2026-01-01/..".parse().unwrap();
    let tables = firm.books.export(&ExportQuery::all().days(days)).unwrap();
    let line = tables.entries.to_csv().lines().find(|line| line.contains(&new)).map(str::to_owned);
    assert!(line.is_some_and(|line| line.contains(&old)), "and in CSV");
}

#[test]
fn texts_with_all_that_hurts_come_back() {
    let firm = firm();
    let tables = read(&export(&firm, "2026-01-01", "2026-12-31"));
    let texts: Vec<&str> =
        tables["Buchungen"].iter().map(|row| row["Buchungstext"].as_str()).collect();
    assert!(texts.contains(&"Chairs, \"two\" and a table"), "a line break is a blank: {texts:?}");
    assert_eq!(tables["Partner"][0]["Partnername"], "Ada; \"Lady\" Lovelace");
    let dimensions: Vec<_> =
        tables["Dimensionen"].iter().map(|row| (&*row["Dimension"], &*row["Wert"])).collect();
    assert!(dimensions.contains(&("cost centre", "7")));
    let query = GobdQuery::new(supplier(), d("2026-12-31"), d("2026-01-01"));
    assert_eq!(firm.books.export_gobd(&query).unwrap_err().code(), "accounting.bad_input");
}

fn moved(date: &str, amount: &str) -> NewEntry {
    NewEntry::new("GEN", d(date)).debit("5000", eur(amount)).credit("1000", eur(amount))
}
