//! What was recorded is found again: by id, by number, by account and day, on every store.

use crate::common::*;
use fondaco_accounting::ledger::*;
use fondaco_core::fiscal::{FiscalCalendar, YearNamedBy};
use fondaco_core::recurrence::Recurrence;
use fondaco_core::{DateRange, PartyId, party};

/// A year that ends in June 2027 beside the calendar year 2026, and three sales of each month from 2026 on.
fn firm(firm: Firm) -> Firm {
    let firm = firm.set_up();
    let calendar = FiscalCalendar::months(7, 1, YearNamedBy::End).unwrap();
    let short = OpenFiscalYear::new(calendar, 2028); // July 2027 to June 2028
    firm.must("2028", &short);
    for (n, day) in
        ["2026-01-31", "2026-01-01", "2026-02-01", "2026-12-31", "2027-07-01"].iter().enumerate()
    {
        firm.post(&format!("sale {n}"), sale(day, &format!("{}.00", n + 1)));
    }
    firm
}

fn days(firm: &Firm, account: &str, days: DateRange) -> Vec<String> {
    let found = firm.view(|view| postings(view, account, days));
    found.iter().map(|posting| posting.date.to_string()).collect()
}

#[test]
fn postings_of_an_account_by_day() {
    on_every_store(|store| {
        let firm = firm(store);
        let all = ["2026-01-01", "2026-01-31", "2026-02-01", "2026-12-31", "2027-07-01"];
        assert_eq!(days(&firm, "1000", DateRange::always()), all);
        assert_eq!(days(&firm, "1000", DateRange::day(d("2026-01-31"))), all[1..2]);
        assert_eq!(days(&firm, "1000", DateRange::from(d("2026-01-31"))), all[1..]);
        assert_eq!(days(&firm, "1000", DateRange::until(d("2026-01-31"))), all[..2]);
        let within = DateRange::new(d("2026-01-02"), d("2026-12-30")).unwrap();
        assert_eq!(days(&firm, "1000", within), all[1..3]);
        let over = DateRange::new(d("2026-12-31"), d("2027-07-01")).unwrap();
        assert_eq!(days(&firm, "4000", over), all[3..]);
        let between = DateRange::new(d("2027-01-01"), d("2027-06-30")).unwrap(); // no period at all
        assert!(days(&firm, "1000", between).is_empty());
        assert!(days(&firm, "5100", DateRange::always()).is_empty());
    });
}

#[test]
fn postings_of_what_is_no_account() {
    let firm = firm(in_memory());
    let refusal = |account: &str| {
        let error = firm.books.postings(account, DateRange::always()).unwrap_err();
        (error.code(), error.to_string())
    };
    let unknown = "there is no account 100: open it first, or correct the code".to_string();
    assert_eq!(refusal("100"), ("accounting.unknown_account", unknown));
    let heading = "account: 1 is a heading: ask for the accounts under it".to_string();
    assert_eq!(refusal("1"), ("accounting.bad_input", heading));
}

#[test]
fn entries_by_number_and_by_id() {
    on_every_store(|store| {
        let firm = firm(store);
        let by_number = |journal: &str, year, number| {
            firm.view(|view| entry_by_number(view, journal, year, number))
        };
        let third = by_number("GEN", 2026, 3).unwrap();
        assert_eq!((third.entry.date, third.postings.len()), (d("2026-02-01"), 2));
        assert_eq!(third.postings[0].money(), eur("3.00"));
        let first_of_2028 = by_number("GEN", 2028, 1).unwrap();
        assert_eq!(first_of_2028.entry.date, d("2027-07-01"));
        for (journal, year, number) in
            [("GEN", 2026, 5), ("GEN", 2026, 0), ("GEN", 2027, 1), ("INV", 2026, 1)]
        {
            assert_eq!(by_number(journal, year, number), None, "{journal} {year} {number}");
        }
        let id = third.entry.id;
        assert_eq!(firm.view(|view| entry(view, id)), Some(third));
        assert_eq!(firm.view(|view| entry(view, fondaco_core::Id::from_u128(7))), None);
    });
    let error = firm(in_memory()).books.entry_by_number("GENERAL", 2026, 1).unwrap_err();
    assert_eq!(error.code(), "accounting.unknown_journal");
}

#[test]
fn accounts_and_periods_come_in_order() {
    let firm = firm(in_memory());
    let accounts: Vec<String> =
        firm.books.accounts().unwrap().iter().map(|account| account.code.to_string()).collect();
    let mut codes: Vec<String> = chart().iter().map(|account| account.code.to_string()).collect();
    codes.sort();
    assert_eq!(accounts, codes);
    let periods = firm.books.periods().unwrap();
    assert_eq!((periods.len(), periods[0].period, periods[23].period), (24, 202_601, 202_812));
}

/// Entries, postings, drafts and recurring entries that name a party, also under an id that was merged into its own.
#[test]
fn what_names_a_party_is_in_its_export() {
    on_every_store(|firm| {
        let firm = firm.set_up();
        firm.books.driver().prepare(party::TABLES).unwrap();
        let (ada, web) = (PartyId::named("ada"), PartyId::named("web"));
        for id in [ada, web] {
            let register = party::RegisterParty::person(id, "Ada");
            firm.books.send(&id.to_string(), &register).unwrap();
        }
        let of_line = |id| {
            NewEntry::new("GEN", d("2026-01-05"))
                .posting(NewPosting::debit("1200", eur("5")).party(id))
                .credit("4000", eur("5"))
        };
        firm.post("nobody's", sale("2026-01-05", "1.00"));
        firm.post("hers", sale("2026-01-05", "2.00").party(ada));
        firm.post("her line", of_line(web));
        firm.must("draft", &PrepareDraft::new(sale("2026-01-05", "3.00").party(web)));
        firm.must("line of a draft", &PrepareDraft::new(of_line(ada)));
        let monthly = |entry| RecurringTerms::new(entry, Recurrence::monthly());
        firm.must("rent", &StartRecurring::new("rent", monthly(sale("2026-06-05", "4.00"))));
        firm.must("fee", &StartRecurring::new("fee", monthly(of_line(web))));
        firm.must(
            "other",
            &ChangeRecurring::new("rent", monthly(sale("2026-09-05", "4.00").party(ada))),
        );
        firm.books.send("one", &party::MergeParties::new(ada, web)).unwrap();

        let export = firm.view(|view| Ok(party::export(view, web)?)).to_json();
        let rows = |table: &str| export["tables"][table].as_array().unwrap().len();
        assert_eq!((rows("ledger_entry"), rows("ledger_posting")), (1, 1), "on {}", firm.name);
        assert_eq!((rows("ledger_draft"), rows("ledger_draft_posting")), (1, 1));
        assert_eq!(rows("ledger_recurring_terms"), 2);
        assert!(export["tables"].get("ledger_import_refusal").is_none(), "whose, nobody can tell");
        let whose = firm.entries().iter().find_map(|entry| entry.party).unwrap();
        assert_eq!(firm.view(|view| Ok(party::resolve(view, whose)?)), ada);
        firm.books.send("erase", &party::EraseParty::new(ada)).unwrap();
        firm.clean();
    });
}

/// Whatever is asked for, in pages of whatever size, is what all accounts filtered and sorted by hand are.
#[test]
fn accounts_are_found_by_what_they_are_page_by_page() {
    on_every_store(|firm| {
        let firm = firm.set_up();
        for batch in 0..7_u32 {
            firm.at_minute(i64::from(batch) / 2);
            let accounts = (0..60_u32).map(|n| {
                let code = format!("{}", (n * 7_919 + batch * 104_729) % 100_000 + 200_000);
                let class = if n % 3 == 0 { AccountClass::Liability } else { AccountClass::Asset };
                let account = NewAccount::new(code, "Wallet", class);
                let account = account.kind(if n % 2 == 0 { "wallet" } else { "fees" });
                account.tag("country", if n % 5 == 0 { "AT" } else { "DE" })
            });
            firm.must(&format!("batch {batch}"), &OpenAccounts::new(accounts.collect()));
        }
        let all = firm.books.accounts().unwrap();
        let by_hand = |takes: &dyn Fn(&Account) -> bool, newest_first: bool| {
            let mut found: Vec<_> = all.iter().filter(|account| takes(account)).collect();
            found.sort_by(|a, b| (a.recorded_at, &a.code).cmp(&(b.recorded_at, &b.code)));
            if newest_first {
                found.reverse();
            }
            found.iter().map(|account| account.code.clone()).collect::<Vec<_>>()
        };
        let paged = |query: &AccountQuery, page: usize| {
            let (mut codes, mut next) = (Vec::new(), query.clone().limit(page));
            loop {
                let found = firm.books.find_accounts(&next).unwrap();
                codes.extend(found.iter().map(|account| account.code.clone()));
                match found.last().filter(|_| found.len() == page) {
                    Some(last) => next = next.after(last),
                    None => return codes,
                }
            }
        };
        let (one, two) = (minute(1), minute(2));
        type Takes<'a> = &'a dyn Fn(&Account) -> bool;
        let takes: [(AccountQuery, Takes<'_>); 5] = [
            (AccountQuery::all(), &|_| true),
            (AccountQuery::all().kind("wallet").tag("country", "AT"), &|account| {
                account.kind.as_deref() == Some("wallet")
                    && account.tags.get("country").is_some_and(|text| text == "AT")
            }),
            (AccountQuery::all().class(AccountClass::Liability).from(one), &|account| {
                account.class == AccountClass::Liability && account.recorded_at >= Some(one)
            }),
            (AccountQuery::all().from(one).through(two), &|account| {
                account.recorded_at >= Some(one) && account.recorded_at <= Some(two)
            }),
            (AccountQuery::all().parent("1"), &|account| account.parent.as_deref() == Some("1")),
        ];
        for (query, takes) in takes {
            for page in [500, 41] {
                assert_eq!(paged(&query, page), by_hand(takes, false), "{query:?}");
                let newest = query.clone().newest_first();
                assert_eq!(paged(&newest, page), by_hand(takes, true), "{newest:?}");
            }
        }
        assert!(firm.books.find_accounts(&AccountQuery::all().limit(0)).unwrap().is_empty());
    });
}
