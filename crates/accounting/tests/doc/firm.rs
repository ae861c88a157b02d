// What the examples of the documentation share: the books of a small firm, with three entries.
pub use chrono::NaiveDate;
pub use fondaco_accounting::ledger::*;
pub use fondaco_accounting::reports::StatementQuery;
pub use fondaco_accounting::{Books, currency, ledger, reports};
pub use fondaco_core::*;
pub use fondaco_store::Memory;

pub fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

pub fn eur(amount: &str) -> Money {
    Money::parse(&format!("{amount} EUR")).unwrap()
}

/// Capital of 500 on 2 January, an invoice of 119 on the 5th, rent of 40 on 1 February.
pub fn books() -> Books<'static> {
    use AccountClass::*;
    let time: Timestamp = "2026-06-01T08:00:00Z".parse().unwrap();
    let books = Books::open(Memory::new(), CompanyId::named("acme")).unwrap();
    let books = books.with_clock(move || time);
    let chart = vec![
        NewAccount::heading("1", "What we have", Asset),
        NewAccount::new("1000", "Bank", Asset).parent("1"),
        NewAccount::new("1010", "Dollars", Asset).parent("1").currency(Currency::USD),
        NewAccount::new("1200", "Customers", Asset).parent("1"),
        NewAccount::new("2200", "Tax due", Liability),
        NewAccount::new("3000", "Capital", Equity),
        NewAccount::new("4000", "Sales", Income),
        NewAccount::new("5100", "Rent", Expense),
    ];
    books.send("set up", &SetUp::new(Currency::EUR)).unwrap();
    books.send("chart", &OpenAccounts::new(chart)).unwrap();
    books.send("general", &OpenJournal::new("GEN", "General journal")).unwrap();
    books.send("invoices", &OpenJournal::new("INV", "Invoices").by_date()).unwrap();
    books.send("2026", &OpenFiscalYear::calendar_year(2026)).unwrap();
    let capital = NewEntry::new("GEN", day("2026-01-02"))
        .debit("1000", eur("500"))
        .credit("3000", eur("500"));
    let invoice = NewEntry::new("INV", day("2026-01-05"))
        .debit("1200", eur("119"))
        .credit("4000", eur("100"))
        .credit("2200", eur("19"));
    let rent =
        NewEntry::new("GEN", day("2026-02-01")).debit("5100", eur("40")).credit("1000", eur("40"));
    let entries = vec![capital, invoice, rent];
    books.send("entries", &PostMany::new(entries)).unwrap();
    books
}

/// The same, and the rates EUR/USD 1.25 and EUR/CHF 0.95 from 2 January on, with the euro as pivot.
pub fn books_with_rates() -> Books<'static> {
    use fondaco_accounting::currency::{NewRate, OpenRateSource, RecordRates};
    let books = books();
    let ecb = OpenRateSource::new("SPOT", "European Central Bank").pivot(Currency::EUR);
    books.send("rate source", &ecb).unwrap();
    let rate = |quote, rate| {
        NewRate::new(Currency::EUR, quote, decimal::parse(rate).unwrap(), day("2026-01-02"))
    };
    let rates = vec![rate(Currency::USD, "1.25"), rate(Currency::CHF, "0.95")];
    books.send("rates", &RecordRates::new("SPOT", rates)).unwrap();
    books
}

/// The same, with 2026 closed to the capital.
pub fn closed_books() -> Books<'static> {
    use fondaco_accounting::close::{CloseYear, SetClosing};
    let books = books();
    books.send("retained earnings", &SetClosing::new("3000", "GEN")).unwrap();
    books.send("close 2026", &CloseYear::new(2026).early()).unwrap();
    books
}

/// The same, with known cost centres: SALES over EAST and WEST, EAST over 10 and 11, WEST over 20.
pub fn books_with_centres() -> Books<'static> {
    use fondaco_accounting::dimensions::*;
    let books = books();
    books.send("centres", &DefineDimension::new("cost_centre", "Cost centres").known()).unwrap();
    let centres = vec![
        NewDimensionValue::heading("SALES", "Sales"),
        NewDimensionValue::heading("EAST", "East").under("SALES"),
        NewDimensionValue::heading("WEST", "West").under("SALES"),
        NewDimensionValue::new("10", "Mestre").under("EAST"),
        NewDimensionValue::new("11", "Murano").under("EAST"),
        NewDimensionValue::new("20", "Verona").under("WEST"),
    ];
    books.send("the centres", &OpenDimensionValues::new("cost_centre", centres)).unwrap();
    books
}
