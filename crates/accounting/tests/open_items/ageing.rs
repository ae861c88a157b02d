//! The report by age: letter by letter, in every bucket, with differences, and always the balance.

use fondaco_accounting::ledger::*;
use fondaco_accounting::reports::AgeingQuery;
use fondaco_core::PartyId;
use fondaco_core::report::Locale;
use smol_str::SmolStr;

use crate::common::*;
use crate::firm::*;

fn same(shown: &str, expected: &str) {
    let shown = &shown.replace("\r\n", "\n"); // the line ends of CSV
    assert_eq!(shown.trim_end(), expected.trim(), "\n{shown}");
    assert!(shown.lines().all(|line| line == line.trim_end()), "no line ends in spaces");
}

fn names(party: PartyId) -> Option<SmolStr> {
    let known = ["ada", "ben"].into_iter().find(|name| self::party(name) == party);
    known.map(|name| format!("{}{} & Co", name[..1].to_uppercase(), &name[1..]).into())
}

/// Two customers, and a payment of nobody; a part that is cleared, and a difference.
fn sold() -> Firm {
    let firm = in_memory_by_items();
    let bill = |n: u32, who: &str, date: &str, due: &str, amount: &str| {
        let entry = invoice(date, amount).party(party(who)).due_date(d(due));
        let entry = entry.document_date(d(date)).text(format!("Invoice {n}"));
        ItemKey::new(firm.post(&format!("bill {n}"), entry).id, 1)
    };
    let first = bill(1, "ada", "2026-01-05", "2026-02-04", "1000.00 EUR");
    bill(2, "ada", "2026-03-01", "2026-03-31", "250.50 EUR");
    bill(3, "ben", "2026-01-02", "2026-01-12", "80.00 EUR");
    bill(4, "ben", "2026-03-20", "2026-03-30", "20.00 EUR");
    let part = payment("2026-03-10", "400.00 EUR").party(party("ada"));
    let pays = Pays::new(2).part(first, eur("400"));
    firm.must("part", &PostClearing::new(part).pays(pays));
    paid(&firm, "of nobody", "2026-03-25", "5.00 EUR");
    let dollars = |account: &str, side, worth: &str| {
        NewPosting::new(account, side, usd("10")).worth(eur(worth))
    };
    let bill = NewEntry::new("GEN", d("2026-03-01"))
        .posting(dollars("1200", Side::Debit, "9"))
        .posting(dollars("4000", Side::Credit, "9"))
        .party(party("ben"));
    let bill = ItemKey::new(firm.post("dollars", bill).id, 1);
    let back = NewEntry::new("GEN", d("2026-03-02"))
        .posting(dollars("1000", Side::Debit, "8"))
        .posting(dollars("1200", Side::Credit, "8"))
        .party(party("ben"));
    firm.must("paid dollars", &PostClearing::new(back).pays(Pays::new(2).all(bill)));
    firm.clean();
    firm
}

fn march() -> AgeingQuery {
    AgeingQuery::new("1200", d("2026-03-31"))
}

#[test]
fn by_due_date() {
    let ageing = sold().books.ageing(&march()).unwrap().name_parties(names);
    same(&ageing.to_string(), BY_DUE_DATE);
    same(&ageing.to_items_report().to_string(), ITEMS);
    same(&ageing.to_items_report().to_csv(), ITEMS_CSV);
    same(&ageing.to_report().to_text(&Locale::de(), None), GERMAN);
    let page = fondaco_core::report::Page::new("Books")
        .report(ageing.to_report())
        .report(ageing.to_items_report())
        .to_html(&Locale::en());
    assert!(
        page.contains("Ada &amp; Co") && page.contains("href=\"#ageing"),
        "parties lead to their items"
    );
    assert_eq!(ageing.total.total, dec("946.50"));
}

const BY_DUE_DATE: &str = r"
Open items of 1200 Customers by due date as of 2026-03-31 (EUR)
Party     Current  1-30 days  31-60 days  61-90 days  Over 90 days  Exchange differences   Total
========  =======  =========  ==========  ==========  ============  ====================  ======
Ada & Co   250.50       0.00      600.00        0.00          0.00                  0.00  850.50
Ben & Co     0.00      20.00        0.00       80.00          0.00                  1.00  101.00
No party     0.00      -5.00        0.00        0.00          0.00                  0.00   -5.00
--------  -------  ---------  ----------  ----------  ------------  --------------------  ------
Total      250.50      15.00      600.00       80.00          0.00                  1.00  946.50
";
const ITEMS: &str = r"
Open items of 1200 Customers by due date as of 2026-03-31 (EUR)
Entry                 Text       Document date  Due date    Days  Open        Current  1-30 days  31-60 days  61-90 days  Over 90 days  Exchange differences   Total
====================  =========  =============  ==========  ====  ==========  =======  =========  ==========  ==========  ============  ====================  ======
Ada & Co
GEN 1                 Invoice 1  2026-01-05     2026-02-04    55  600.00 EUR                          600.00                                                  600.00
GEN 2                 Invoice 2  2026-03-01     2026-03-31     0  250.50 EUR   250.50                                                                         250.50
--------------------  ---------  -------------  ----------  ----  ----------  -------  ---------  ----------  ----------  ------------  --------------------  ------
Total                                                                          250.50       0.00      600.00        0.00          0.00                  0.00  850.50
Ben & Co
GEN 3                 Invoice 3  2026-01-02     2026-01-12    78  80.00 EUR                                        80.00                                       80.00
GEN 4                 Invoice 4  2026-03-20     2026-03-30     1  20.00 EUR                20.00                                                               20.00
Exchange differences                                                                                                                                    1.00    1.00
--------------------  ---------  -------------  ----------  ----  ----------  -------  ---------  ----------  ----------  ------------  --------------------  ------
Total                                                                            0.00      20.00        0.00       80.00          0.00                  1.00  101.00
No party
GEN 6                            2026-03-25     2026-03-25     6  -5.00 EUR                -5.00                                                               -5.00
--------------------  ---------  -------------  ----------  ----  ----------  -------  ---------  ----------  ----------  ------------  --------------------  ------
Total                                                                            0.00      -5.00        0.00        0.00          0.00                  0.00   -5.00
--------------------  ---------  -------------  ----------  ----  ----------  -------  ---------  ----------  ----------  ------------  --------------------  ------
In all                                                                         250.50      15.00      600.00       80.00          0.00                  1.00  946.50
";
const ITEMS_CSV: &str = r"
Party,Entry,Text,Document date,Due date,Days,Open,Currency,Current,1-30 days,31-60 days,61-90 days,Over 90 days,Exchange differences,Total
Ada & Co,Ada & Co,,,,,,,,,,,,,
Ada & Co,GEN 1,Invoice 1,2026-01-05,2026-02-04,55,600.00,EUR,,,600.00,,,,600.00
Ada & Co,GEN 2,Invoice 2,2026-03-01,2026-03-31,0,250.50,EUR,250.50,,,,,,250.50
Ada & Co,Total,,,,,,,250.50,0.00,600.00,0.00,0.00,0.00,850.50
Ben & Co,Ben & Co,,,,,,,,,,,,,
Ben & Co,GEN 3,Invoice 3,2026-01-02,2026-01-12,78,80.00,EUR,,,,80.00,,,80.00
Ben & Co,GEN 4,Invoice 4,2026-03-20,2026-03-30,1,20.00,EUR,,20.00,,,,,20.00
Ben & Co,Exchange differences,,,,,,,,,,,,1.00,1.00
Ben & Co,Total,,,,,,,0.00,20.00,0.00,80.00,0.00,1.00,101.00
No party,No party,,,,,,,,,,,,,
No party,GEN 6,,2026-03-25,2026-03-25,6,-5.00,EUR,,-5.00,,,,,-5.00
No party,Total,,,,,,,0.00,-5.00,0.00,0.00,0.00,0.00,-5.00
,In all,,,,,,,250.50,15.00,600.00,80.00,0.00,1.00,946.50
";
const GERMAN: &str = r"
Offene Posten von 1200 Customers nach Fälligkeit zum 31.03.2026 (EUR)
Partner       Aktuell  1-30 Tage  31-60 Tage  61-90 Tage  Über 90 Tage  Kursdifferenzen   Summe
============  =======  =========  ==========  ==========  ============  ===============  ======
Ada & Co       250,50       0,00      600,00        0,00          0,00             0,00  850,50
Ben & Co         0,00      20,00        0,00       80,00          0,00             1,00  101,00
Ohne Partner     0,00      −5,00        0,00        0,00          0,00             0,00   −5,00
------------  -------  ---------  ----------  ----------  ------------  ---------------  ------
Summe          250,50      15,00      600,00       80,00          0,00             1,00  946,50
";

#[test]
fn by_document_date_in_weeks() {
    let query = march().by_document_date().buckets([1, 7, 14]).party(party("ben"));
    let ageing = sold().books.ageing(&query).unwrap().name_parties(names);
    same(&ageing.to_string(), IN_WEEKS);
}

const IN_WEEKS: &str = r"
Open items of 1200 Customers by document date as of 2026-03-31 (EUR)
Party     Current  1 day  2-7 days  8-14 days  Over 14 days  Exchange differences   Total
========  =======  =====  ========  =========  ============  ====================  ======
Ben & Co     0.00   0.00      0.00      20.00         80.00                  1.00  101.00
--------  -------  -----  --------  ---------  ------------  --------------------  ------
Total        0.00   0.00      0.00      20.00         80.00                  1.00  101.00
";

/// Each bound belongs to its bucket, the day after it to the next.
#[test]
fn the_bounds_of_buckets() {
    let firm = in_memory_by_items();
    invoiced(&firm, "bill", "2026-01-01", "1.00 EUR");
    let buckets = |day: &str| {
        let ageing = firm.books.ageing(&AgeingQuery::new("1200", d(day))).unwrap();
        ageing.total.buckets.iter().position(|sum| !sum.is_zero()).unwrap()
    };
    for (day, bucket) in [
        ("2026-01-01", 0),
        ("2026-01-02", 1),
        ("2026-01-31", 1),
        ("2026-02-01", 2),
        ("2026-03-02", 2),
        ("2026-03-03", 3),
        ("2026-04-01", 3),
        ("2026-04-02", 4),
    ] {
        assert_eq!(buckets(day), bucket, "on {day}");
    }
    let none = firm.books.ageing(&AgeingQuery::new("1200", d("2025-12-31"))).unwrap();
    assert!(none.parties.is_empty() && none.total.total.is_zero());
    for wrong in [vec![0, 30], vec![30, 30], vec![60, 30]] {
        let query = AgeingQuery::new("1200", d("2026-01-31")).buckets(wrong);
        let error = firm.books.ageing(&query).unwrap_err();
        assert_eq!(error.code(), "accounting.bad_input", "{error}");
    }
    let one = AgeingQuery::new("1200", d("2026-01-31")).buckets([]);
    assert_eq!(firm.books.ageing(&one).unwrap().total.buckets, [dec("0"), dec("1")]);
    let not_kept = firm.books.ageing(&AgeingQuery::new("1000", d("2026-01-31"))).unwrap_err();
    assert_eq!(not_kept.code(), "accounting.not_kept_by_items");
}

/// What was reported of a month stays what was known then.
#[test]
fn as_it_was_known() {
    let firm = in_memory_by_items();
    let bill = invoiced(&firm, "bill", "2026-01-01", "10.00 EUR");
    firm.at_minute(5);
    let late = PostClearing::new(payment("2026-01-20", "10.00 EUR")).pays(Pays::new(2).all(bill));
    firm.must("a late payment", &late);
    let query = AgeingQuery::new("1200", d("2026-01-31"));
    assert!(firm.books.ageing(&query).unwrap().total.total.is_zero());
    let then = firm.books.ageing(&query.known_at(minute(4))).unwrap();
    assert_eq!((then.total.total, then.parties[0].items[0].days), (dec("10"), 30));
}
