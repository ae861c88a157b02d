//! The books in another currency: each class at its rate, balanced to the cent by one line of equity.

use fondaco_core::DateRange;
use proptest::prelude::*;
use rust_decimal::Decimal;

use crate::common::*;
use crate::firm::*;

/// Dollars for a euro: 1.00 on 1 January, 1.10 in February, 1.20 from March on; averages 1.05, 1.15 and 1.20 of the months.
fn firm_of(firm: Firm) -> Firm {
    let firm = firm.set_up();
    firm.must("spot", &OpenRateSource::new("SPOT", "Bank"));
    firm.must("averages", &OpenRateSource::new("AVERAGE", "Bank"));
    let rate =
        |rate: &str, day: &str| NewRate::new(Currency::EUR, Currency::USD, dec(rate), d(day));
    let days =
        vec![rate("1.00", "2026-01-01"), rate("1.10", "2026-02-01"), rate("1.20", "2026-03-01")];
    firm.must("days", &RecordRates::new("SPOT", days));
    let of = |text: &str, days: &str| rate(text, "2026-01-01").on(days.parse().unwrap());
    let months = vec![
        of("1.05", "2026-01-01/2026-01-31"),
        of("1.15", "2026-02-01/2026-02-28"),
        of("1.20", "2026-03-01/2026-03-31"),
    ];
    firm.must("months", &RecordRates::new("AVERAGE", months));
    let entry = |day: &str, debit: &str, credit: &str, amount: &str| {
        NewEntry::new("GEN", d(day)).debit(debit, eur(amount)).credit(credit, eur(amount))
    };
    firm.post("capital", entry("2026-01-01", "1000", "3000", "1000"));
    firm.post("more capital", entry("2026-02-10", "1000", "3000", "500"));
    firm.post("January's sale", entry("2026-01-20", "1000", "4000", "300"));
    firm.post("February's sale", entry("2026-02-20", "1000", "4000", "200"));
    firm.post("February's rent", entry("2026-02-21", "5100", "2000", "80"));
    firm
}

fn days(text: &str) -> DateRange {
    text.parse().unwrap()
}

fn quarter() -> TranslationQuery {
    TranslationQuery::new(Currency::USD, days("2026-01-01/2026-03-31"))
}

fn translated(firm: &Firm, query: &TranslationQuery) -> Translation {
    firm.view(|view| translation(view, query))
}

fn line<'t>(translation: &'t Translation, account: &str) -> &'t TranslatedLine {
    translation.lines.iter().find(|line| line.account == account).unwrap()
}

#[test]
fn each_class_at_its_rate() {
    on_every_store(|firm| {
        let firm = firm_of(firm);
        let told = translated(&firm, &quarter().average("AVERAGE"));
        assert_eq!(
            (told.assets(), told.liabilities()),
            (usd("2400"), usd("96")),
            "2000 and 80 at 1.20"
        );
        assert_eq!(told.equity(), usd("1550"), "1000 at 1.00 and 500 at 1.10");
        // 300 at 1.05 and 200 at 1.15, less 80 at 1.15.
        assert_eq!(told.result(), usd("453"));
        assert_eq!(line(&told, "4000").translated, usd("545"));
        assert_eq!(told.difference(), usd("301"));
        assert!(told.is_balanced());
        let by_day = translated(&firm, &quarter());
        assert_eq!(by_day.result(), usd("432"), "300 at 1.00, 120 at 1.10");
        assert_eq!(by_day.difference(), usd("322"), "on {}", firm.name);
        let why = told.explain_difference();
        let sum: Decimal = why.inputs.iter().filter_map(|part| part.value.figure()).sum();
        assert_eq!(Some(sum), why.value.figure());
    });
}

/// What was earned before the days that are asked for is a line of equity, at the rates at which it was earned.
#[test]
fn results_before_the_days() {
    let firm = firm_of(in_memory());
    for (from, earlier, result) in [
        ("2026-02-01", "315", "138"), // 300 at 1.05; 120 at 1.15
        ("2026-02-21", "545", "-92"), // in the middle of a period: 200 of it before
        ("2026-03-01", "453", "0"),
    ] {
        let asked = days(&format!("{from}/2026-03-31"));
        let query = TranslationQuery::new(Currency::USD, asked).average("AVERAGE");
        let told = translated(&firm, &query);
        assert_eq!((told.earlier.translated, told.result()), (usd(earlier), usd(result)), "{from}");
        assert_eq!(told.difference(), usd("301"), "{from}");
        assert!(told.is_balanced(), "{from}");
    }
}

/// Closing moves results into equity; what was earned stays what it was.
#[test]
fn a_closed_year_reads_as_before() {
    use fondaco_accounting::close::{CloseYear, SetClosing};
    let firm = firm_of(in_memory());
    firm.must("closing", &SetClosing::new("3000", "GEN"));
    let over = |text: &str| TranslationQuery::new(Currency::USD, days(text));
    let (year, late) = (over("2026-01-01/2026-12-31"), over("2026-12-15/2026-12-31"));
    let before = (translated(&firm, &year), translated(&firm, &late));
    assert_eq!(before.0.result(), usd("432"));
    firm.must("close", &CloseYear::new(2026).early());
    assert_eq!((translated(&firm, &year), translated(&firm, &late)), before);
    // What an owner takes is no closing, though nothing but equity and income is in it.
    let firm = firm_of(in_memory());
    let before = translated(&firm, &year);
    let taken = NewEntry::new("GEN", d("2026-03-02"));
    firm.post("taken", taken.debit("3000", eur("100")).credit("4000", eur("100")));
    let after = translated(&firm, &year);
    assert_eq!(after.result(), before.result().add(usd("120")).unwrap());
    assert_eq!(after.equity(), before.equity().sub(usd("120")).unwrap());
    assert!(after.is_balanced());
}

/// A year whose result is nothing is closed without a line of equity, as one site of several may be.
#[test]
fn a_year_that_closes_at_nothing_reads_as_before() {
    use fondaco_accounting::close::{CloseYear, SetClosing};
    for close in [CloseYear::new(2026).early(), CloseYear::new(2026).early().keep("site")] {
        let firm = in_memory().set_up();
        firm.must("spot", &OpenRateSource::new("SPOT", "Bank"));
        let rate =
            |rate: &str, day: &str| NewRate::new(Currency::EUR, Currency::USD, dec(rate), d(day));
        let days = vec![
            rate("1.25", "2026-03-01"),
            rate("1.50", "2026-11-01"),
            rate("2.00", "2026-12-31"),
        ];
        firm.must("days", &RecordRates::new("SPOT", days));
        for (on, debit, credit, site) in [
            ("2026-03-01", "1000", "4000", "Lido"),
            ("2026-11-01", "5100", "1000", "Lido"),
            ("2026-11-02", "1000", "4000", "Mestre"),
        ] {
            let posting =
                |account, side| NewPosting::new(account, side, eur("100")).dimension("site", site);
            let entry = NewEntry::new("GEN", d(on))
                .posting(posting(debit, Side::Debit))
                .posting(posting(credit, Side::Credit));
            if site == "Lido" || !close.keep.is_empty() {
                firm.post(on, entry);
            }
        }
        let year = TranslationQuery::new(Currency::USD, days_of_2026());
        let before = translated(&firm, &year);
        firm.must("closing", &SetClosing::new("3000", "GEN"));
        firm.must("close", &close);
        assert_eq!(translated(&firm, &year), before);
        let rent = line(&before, "5100");
        assert_eq!((rent.amount, rent.translated), (eur("100"), usd("150")));
        assert!(before.is_balanced());
    }
}

fn days_of_2026() -> DateRange {
    days("2026-01-01/2026-12-31")
}

#[test]
fn history_that_is_given() {
    let firm = firm_of(in_memory());
    let told = translated(&firm, &quarter().historical("3000", usd("1490")));
    assert_eq!((told.equity(), told.difference()), (usd("1490"), usd("382")));
    assert_eq!(line(&told, "3000").parts[0].rate, None);
    for (account, amount, code) in [
        ("4000", usd("1"), "accounting.bad_input"),
        ("3000", eur("1"), "accounting.bad_input"),
        ("9999", usd("1"), "accounting.unknown_account"),
    ] {
        let query = quarter().historical(account, amount);
        let error = firm.books.translation(&query).unwrap_err();
        assert_eq!(error.code(), code, "{error}");
    }
}

#[test]
fn a_rate_that_is_missing() {
    let firm = firm_of(in_memory());
    let error = |query: &TranslationQuery| firm.books.translation(query).unwrap_err().to_string();
    let pounds = TranslationQuery::new(Currency::GBP, days("2026-01-01/2026-03-31"));
    assert_eq!(
        error(&pounds),
        "there is no rate of EUR in GBP on 2026-03-31 from source SPOT, for 2000.00 EUR of account 1000: record one for that day, or name another source",
    );
    let sale =
        NewEntry::new("GEN", d("2026-04-05")).debit("1000", eur("1")).credit("4000", eur("1"));
    firm.post("April's sale", sale);
    let half =
        TranslationQuery::new(Currency::USD, days("2026-01-01/2026-06-30")).average("AVERAGE");
    assert!(
        error(&half)
            .starts_with("there is no rate of EUR in USD on 2026-04-30 from source AVERAGE")
    );
    assert!(error(&half.clone().average("NONE")).contains("NONE"));
    let endless = TranslationQuery::new(Currency::USD, days("2026-01-01/.."));
    assert!(error(&endless).contains("give the days an end"));
}

/// In its own currency nothing differs, whatever was posted in others.
#[test]
fn into_the_own_currency() {
    let firm = firm_of(in_memory());
    firm.post("dollars", entry("1200", "2026-02-05", "100 USD", "90 EUR"));
    let told =
        translated(&firm, &TranslationQuery::new(Currency::EUR, days("2026-01-01/2026-03-31")));
    assert_eq!(
        (told.assets(), told.result(), told.difference()),
        (eur("2090"), eur("510"), eur("0"))
    );
}

#[test]
fn its_words_are_there_in_german() {
    use fondaco_core::report::Locale;
    let firm = firm_of(in_memory());
    let told = translated(&firm, &quarter().average("AVERAGE"));
    let text = told.to_report().to_text(&Locale::de(), None);
    for word in
        ["Umrechnung in USD zum 31.03.2026", "Umrechnungsdifferenz", "Ergebnisse früherer Jahre"]
    {
        assert!(text.contains(word), "{text}");
    }
    assert!(told.to_report().to_csv().contains("Translation difference"), "neutral");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, max_shrink_iters: 100, ..ProptestConfig::default() })]

    /// Whatever is posted and whatever the rates: it balances, each line is the sum of its parts, and wherever the days begin
    /// the difference is the same.
    #[test]
    fn it_balances(
        entries in prop::collection::vec((0..5usize, 0..5usize, 1..99_999i64, 0..90u64), 1..12),
        rates in prop::collection::vec(50..300i64, 4),
        from in 0..90u64,
    ) {
        let firm = in_memory().set_up();
        firm.must("spot", &OpenRateSource::new("SPOT", "Bank"));
        let rate = |(n, rate): (usize, &i64)| {
            let day = d("2026-01-01") + chrono::Days::new(n as u64 * 25);
            NewRate::new(Currency::EUR, Currency::USD, Decimal::new(*rate, 2), day)
        };
        firm.must("rates", &RecordRates::new("SPOT", rates.iter().enumerate().map(rate).collect()));
        let accounts = ["1000", "2000", "3000", "4000", "5100"];
        for (n, (debit, credit, cents, day)) in entries.iter().enumerate() {
            let amount = Money::minor(*cents, Currency::EUR);
            let day = d("2026-01-01") + chrono::Days::new(*day);
            let entry = NewEntry::new("GEN", day).debit(accounts[*debit], amount).credit(accounts[*credit], amount);
            firm.post(&format!("post {n}"), entry);
        }
        let whole = translated(&firm, &quarter().average("SPOT"));
        prop_assert!(whole.is_balanced());
        let from = d("2026-01-01") + chrono::Days::new(from);
        let query = TranslationQuery::new(Currency::USD, DateRange::new(from, d("2026-03-31")).unwrap());
        let part = translated(&firm, &query);
        let all = translated(&firm, &quarter());
        prop_assert!(part.is_balanced());
        prop_assert_eq!(part.difference(), all.difference());
        for line in whole.lines.iter().chain(&part.lines).chain([&part.earlier]) {
            let sum: Decimal = line.parts.iter().map(|part| part.translated.amount()).sum();
            prop_assert_eq!(sum, line.translated.amount());
        }
    }
}

/// IAS 21.52(b): what the difference was, what came, what it is; each span's closing is the next one's opening.
#[test]
fn the_difference_opens_moves_and_closes() {
    on_every_store(|firm| {
        let firm = firm_of(firm);
        let of = |text: &str| translated(&firm, &TranslationQuery::new(Currency::USD, days(text)));
        let (january, later) = (of("2026-01-01/2026-01-31"), of("2026-02-01/2026-03-31"));
        // At the rate of January nothing differs; 1,300 euros are 0.10 dearer in February and 0.20 in March.
        assert_eq!((january.opening_difference, january.difference()), (Some(usd("0")), usd("0")));
        let of_march = of("2026-03-01/2026-03-31");
        let february = of("2026-02-01/2026-02-28");
        assert_eq!(february.difference_of_days(), Some(usd("130")), "on {}", firm.name);
        assert_eq!(of_march.opening_difference, Some(february.difference()));
        assert_eq!(of_march.difference_of_days(), Some(usd("192")), "1,920 euros are 0.10 dearer");
        assert_eq!(later.difference_of_days(), Some(usd("322")));
        assert_eq!(of_march.difference(), later.difference());
        let text = of_march.to_report().to_string();
        assert!(text.contains("Translation difference before these days"), "{text}");
        assert!(!january.to_report().to_string().contains("of these days   0"), "nothing to tell");
        // What is given of an account is of the closing day: what came since the opening is taken off.
        let given = TranslationQuery::new(Currency::USD, days("2026-02-01/2026-03-31"));
        let given = translated(&firm, &given.historical("3000", usd("1650")));
        assert_eq!(given.opening_difference, Some(usd("-100")), "1,100 were put in before");
        assert_eq!(given.difference_of_days(), later.difference_of_days());
    });
}

/// Without a rate of then nobody knows what it was before; the translation is no worse.
#[test]
fn an_opening_without_a_rate_is_not_told() {
    let firm = firm_of(in_memory());
    firm.must("francs", &OpenRateSource::new("FRANCS", "Bank"));
    let rate = NewRate::new(Currency::EUR, Currency::CHF, dec("0.95"), d("2026-01-01"));
    firm.must(
        "rate",
        &RecordRates::new("FRANCS", vec![rate.on("2026-02-01/2026-03-31".parse().unwrap())]),
    );
    let query = TranslationQuery::new(Currency::CHF, days("2026-03-01/2026-03-31"));
    let given = query.source("FRANCS").historical("3000", money("1425 CHF"));
    let error = firm.books.translation(&given).unwrap_err();
    assert_eq!(error.code(), "accounting.no_closing_rate", "January's sale has no rate");
    let empty = in_memory().set_up();
    empty.must("spot", &OpenRateSource::new("SPOT", "Bank"));
    let rate = NewRate::new(Currency::EUR, Currency::USD, dec("1.2"), d("2026-03-01"));
    empty.must("rate", &RecordRates::new("SPOT", vec![rate]));
    empty.post(
        "capital",
        NewEntry::new("GEN", d("2026-01-05")).debit("1000", eur("10")).credit("3000", eur("10")),
    );
    let query = TranslationQuery::new(Currency::USD, days("2026-03-01/2026-03-31"));
    let told = translated(&empty, &query.historical("3000", usd("11")));
    assert_eq!((told.difference(), told.opening_difference), (usd("1"), None));
    assert_eq!(told.difference_of_days(), None);
}
