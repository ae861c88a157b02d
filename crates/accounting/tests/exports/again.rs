//! An export that is imported into an empty ledger gives the same balances, numbers, dimensions and parties.

use std::io::Cursor;

use fondaco_accounting::close::SetReversalStyle;
use fondaco_accounting::export::{ExportQuery, LedgerTables};
use fondaco_accounting::import::{ImportAccounts, ImportEntries};
use fondaco_accounting::ledger::*;
use fondaco_core::{Currency, PartyId};

use crate::common::*;

/// A firm with two currencies, dimensions, parties, texts that CSV has to quote, and a reversal.
pub fn firm() -> Firm {
    let firm = in_memory().set_up();
    firm.must("2027", &OpenFiscalYear::calendar_year(2027));
    firm.must("items", &ChangeAccount::open_items("1200", true));
    let ada = PartyId::named("ada");
    let sale = NewEntry::new("INV", d("2026-02-01"))
        .posting(
            NewPosting::debit("1200", eur("119.5"))
                .dimension("site", "Lido")
                .dimension("cost centre", "7"),
        )
        .posting(NewPosting::credit("4000", eur("119.5")).dimension("site", "Lido"))
        .party(ada)
        .text("Chairs, \"two\"\nand a table");
    let sale = NewEntry { due_date: Some(d("2026-03-01")), source: Some("order/1".into()), ..sale };
    let buy = NewEntry::new("GEN", d("2026-03-01"))
        .conversion()
        .posting(NewPosting::debit("1010", usd("100")).worth(eur("92")))
        .credit("1000", eur("92"));
    let dollars = NewEntry::new("GEN", d("2026-03-02"))
        .posting(NewPosting::debit("5000", usd("30")).worth(eur("27.61")))
        .posting(NewPosting::credit("1010", usd("30")).worth(eur("27.61")));
    firm.post("sale", sale);
    firm.post("buy", buy);
    firm.post("dollars", dollars);
    let wrong = firm.post("wrong", crate::common::sale("2026-04-01", "7"));
    firm.must("reversed", &Reverse::new(wrong.id, d("2026-04-02")));
    firm.post("later", crate::common::sale("2027-01-05", "11"));
    firm
}

fn imported(tables: &LedgerTables) -> Firm {
    let copy = Firm::of("memory", std::sync::Arc::new(fondaco_store::Memory::new()), "copy");
    copy.must("set up", &SetUp::new(Currency::EUR));
    copy.must("gen", &OpenJournal::new("GEN", "General journal"));
    copy.must("inv", &OpenJournal::new("INV", "Invoices").by_date());
    for year in [2026, 2027] {
        copy.must(&year.to_string(), &OpenFiscalYear::calendar_year(year));
    }
    let mut accounts =
        ImportAccounts::new(Cursor::new(tables.accounts.to_csv()), LedgerTables::account_mapping())
            .unwrap();
    copy.run_job("accounts", &mut accounts, &mut ()).unwrap();
    for (table, conversions) in [(&tables.entries, false), (&tables.conversions, true)] {
        let mut entries =
            ImportEntries::new(Cursor::new(table.to_csv()), tables.entry_mapping(conversions))
                .unwrap();
        copy.run_job(if conversions { "conversions" } else { "entries" }, &mut entries, &mut ())
            .unwrap();
    }
    copy
}

#[test]
fn what_is_imported_again_is_the_same() {
    let firm = firm();
    let tables = firm.books.export(&ExportQuery::all()).unwrap();
    let copy = imported(&tables);
    assert_eq!(copy.balances(&BalanceQuery::all()), firm.balances(&BalanceQuery::all()));
    for query in
        [BalanceQuery::all().dimension("site", "Lido"), BalanceQuery::all().until(d("2026-03-31"))]
    {
        assert_eq!(copy.balances(&query), firm.balances(&query));
    }
    let told = |firm: &Firm| {
        let of = |entry: &std::sync::Arc<Entry>| {
            (
                entry.journal.clone(),
                entry.date,
                entry.party,
                entry.text.clone(),
                entry.source.clone(),
                entry.conversion,
            )
        };
        let mut all: Vec<_> = firm.entries().iter().map(of).collect();
        all.sort_by(|a, b| format!("{a:?}").cmp(&format!("{b:?}")));
        all
    };
    assert_eq!(told(&copy), told(&firm));
    let sale = copy.books.entry_by_number("INV", 2026, 1).unwrap().unwrap();
    assert_eq!(sale.postings[0].dimensions.get("cost centre"), Some("7"));
    assert_eq!(sale.entry.party, Some(PartyId::named("ada")));
    assert_eq!(sale.postings[0].due_date.or(sale.entry.due_date), Some(d("2026-03-01")));
    copy.clean();
}

/// A reversal on its own side takes back worths too, and a revaluation posts worths without an amount.
#[test]
fn worths_keep_their_sign() {
    let firm = firm();
    let storno = SetReversalStyle::new(ReversalStyle::SameSide);
    firm.must("storno", &storno);
    let dollars = NewEntry::new("GEN", d("2026-05-01"))
        .posting(NewPosting::debit("1010", usd("100")).worth(eur("90")))
        .posting(NewPosting::credit("4000", usd("100")).worth(eur("90")));
    let revalued = NewEntry::new("GEN", d("2026-05-02"))
        .posting(NewPosting::debit("1010", usd("0")).worth(eur("10")))
        .credit("4000", eur("10"));
    for (name, entry) in [("dollars more", dollars), ("revalued", revalued)] {
        let posted = firm.post(name, entry);
        firm.must(&format!("{name} reversed"), &Reverse::new(posted.id, d("2026-05-03")));
    }
    let tables = firm.books.export(&ExportQuery::all()).unwrap();
    let entries = tables.entries.to_csv();
    assert!(entries.contains(",1010,-100,,USD,-90,"), "{entries}");
    assert!(entries.contains(",1010,0,,USD,-10,"), "{entries}");
    let copy = imported(&tables);
    // What was taken back stands on the other side in the copy, so only the difference of both is the same.
    let net = |firm: &Firm, day: &str| {
        let rows = firm.balances(&BalanceQuery::all().until(d(day)));
        let net = |row: AccountBalance| {
            let amount = row.amounts.balance(row.currency);
            (row.account, row.currency, amount, row.amounts.ledger_balance())
        };
        rows.into_iter().map(net).collect::<Vec<_>>()
    };
    for day in ["2026-05-01", "2026-05-02", "2026-05-03"] {
        assert_eq!(net(&copy, day), net(&firm, day), "{day}");
    }
    copy.clean();
}

#[test]
fn tables_say_what_there_is() {
    let firm = firm();
    let ada = PartyId::named("ada");
    let names = |party| (party == ada).then(|| "Ada Lovelace".into());
    let tables = firm.books.export(&ExportQuery::all().name_parties(&names)).unwrap();
    assert_eq!(tables.parties.to_csv(), format!("party,name\r\n{ada},Ada Lovelace\r\n"));
    assert_eq!(
        tables.dimensions.to_csv(),
        "name,value,postings\r\ncost centre,7,1\r\nsite,Lido,2\r\n"
    );
    assert!(tables.accounts.to_csv().contains("1010,Dollars,asset,1,USD,,,,,,,\r\n"));
    assert_eq!(tables.conversions.rows.len(), 2);
    assert!(tables.closings.rows.is_empty());
    let entries = tables.entries.to_csv();
    assert!(entries.starts_with(
        "entry,journal,fiscal_year,number,period,date,document_date,due_date,recorded_at,"
    ));
    assert!(entries.lines().next().unwrap().ends_with(
        ",posting_text,party,recorded_by,reversed_by,corrects,dimension.cost centre,dimension.site"
    ));
    assert!(entries.contains("\"Chairs, \"\"two\"\"\nand a table\""));
    assert!(entries.contains(",5000,30,,USD,27.61,0.920333333333,,"), "{entries}");
    let some =
        firm.books.export(&ExportQuery::all().days("2027-01-01/..".parse().unwrap())).unwrap();
    assert_eq!((some.entries.rows.len(), some.accounts.rows.len()), (2, 11));
}

#[test]
fn stores_agree() {
    let of = |firm: &Firm| {
        firm.view(|view| fondaco_accounting::export::ledger_tables(view, &ExportQuery::all()))
            .accounts
            .to_csv()
    };
    let expected = of(&in_memory().set_up());
    on_every_store(|firm| assert_eq!(of(&firm.set_up()), expected));
}
