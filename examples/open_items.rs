//! Who owes what since when: `cargo run --release --example open_items -- [--store sqlite:PATH]`.
//!
//! A shop sends invoices in euro and in dollars, and gets paid: one in two parts, one by a cheque that bounces, two by one
//! transfer that names neither. Rates move between an invoice in dollars and its payment: what that gained stays in sight
//! beside the items. At every moment the list of what is open adds up to the account's balance.

use std::error::Error;
use std::process::ExitCode;

use fondaco::accounting::ledger::{
    ChangeAccount, Clear, ItemKey, Matching, OpenItemQuery, OpenItems, Pays, PostClearing, Unclear,
    propose,
};
use fondaco::accounting::reports::AgeingQuery;
use fondaco::core::PartyId;
use fondaco::core::store::Store;
use fondaco::prelude::*;

#[path = "common/exit.rs"]
mod exit;
#[path = "common/story.rs"]
mod story;

fn main() -> ExitCode {
    exit::code(run())
}

fn run() -> Result<(), Box<dyn Error>> {
    let Some(story) = story::begin("Who owes what since when.", &[])? else { return Ok(()) };
    let books = shop(story.store)?;
    let (ada, ben) = (PartyId::named("customer/1"), PartyId::named("customer/2"));
    let first = bill(&books, 1, ada, "2026-01-05", "1190.00 EUR")?;
    let second = bill(&books, 2, ben, "2026-01-20", "250.00 EUR")?;
    bill(&books, 3, ada, "2026-02-10", "80.00 EUR")?;
    bill(&books, 4, ada, "2026-02-25", "45.50 EUR")?;

    // A payment that names what it pays: a part of the first invoice.
    let part = Pays::new(2).part(first, Money::parse("1000 EUR")?);
    books.send("part", &PostClearing::new(paid(ada, "2026-02-02", "1000.00 EUR")?).pays(part))?;

    // A cheque that bounces: from that day on the invoice is open again, and until then it was not.
    let cheque = PostClearing::new(paid(ben, "2026-02-03", "250.00 EUR")?);
    let cheque = books.send("cheque", &cheque.pays(Pays::new(2).all(second)))?.answer;
    let bounced = Unclear::new(cheque.clearings[0].clearing).on(day("2026-02-12")?);
    books.send("bounced", &bounced.why("no funds"))?;
    books.send("cheque back", &Reverse::new(cheque.posted.id, day("2026-02-12")?))?;

    // A transfer that names nothing: what may it be for?
    books.post("transfer", paid(ada, "2026-03-05", "125.50 EUR")?)?;
    let open = books.open_items(&OpenItemQuery::account("1200").party(ada))?;
    for proposal in
        propose(&open.items, &[Matching::Source, Matching::Amount, Matching::OldestFirst])
    {
        println!("Proposed: {} items by {:?}", proposal.lines.len(), proposal.by);
        books.send("as proposed", &proposal.clear("1200"))?;
    }

    // Dollars, billed at 0.90 and paid at 0.92.
    let dollars = |date, text: &str, worth: &str, [debit, credit]: [&str; 2]| {
        let (amount, worth) = (Money::parse("500.00 USD")?, Money::parse(worth)?);
        let entry = NewEntry::new("GEN", day(date)?).party(ben).text(text);
        let entry = entry.posting(NewPosting::debit(debit, amount).worth(worth));
        let entry = entry.posting(NewPosting::credit(credit, amount).worth(worth));
        Ok::<_, Box<dyn Error>>(books.post(text, entry)?.answer.id)
    };
    let billed = dollars("2026-02-01", "Invoice 5", "450.00 EUR", ["1200", "4000"])?;
    let got = dollars("2026-03-10", "Payment of 5", "460.00 EUR", ["1000", "1200"])?;
    let clear = Clear::new("1200").all(ItemKey::new(billed, 1)).all(ItemKey::new(got, 2));
    let gained = books.send("dollars", &clear)?.answer.difference;
    println!("Realised on dollars, to be posted: {} EUR\n", gained.to_decimal());

    let names = |party| Some(if party == ada { "Ada".into() } else { "Ben".into() });
    let ageing = books.ageing(&AgeingQuery::new("1200", day("2026-03-31")?))?.name_parties(names);
    println!("{ageing}\n{}", ageing.to_items_report());
    for date in ["2026-02-11", "2026-02-12", "2026-03-31"] {
        let at = books.open_items(&OpenItemQuery::account("1200").at(day(date)?))?;
        println!(
            "{date}: {} open items, {} in all",
            at.items.len(),
            same_as_balance(&books, &at, date)?
        );
    }
    println!("\n{}", books.verify()?);
    Ok(())
}

/// What is open in all, which is the balance.
fn same_as_balance(
    books: &Books<'_>,
    open: &OpenItems,
    date: &str,
) -> Result<Money, Box<dyn Error>> {
    let rows = books.balances(&BalanceQuery::account("1200").until(day(date)?))?;
    let balance: Decimal = rows.iter().map(|row| row.amounts.ledger_balance()).sum();
    assert_eq!(open.ledger_total().amount(), balance);
    Ok(open.ledger_total())
}

fn bill(
    books: &Books<'_>,
    n: u32,
    who: PartyId,
    date: &str,
    amount: &str,
) -> Result<ItemKey, Box<dyn Error>> {
    let (date, amount) = (day(date)?, Money::parse(amount)?);
    let entry = NewEntry::new("GEN", date).debit("1200", amount).credit("4000", amount).party(who);
    let entry = entry.text(format!("Invoice {n}")).due_date(date + fondaco::chrono::Days::new(30));
    Ok(ItemKey::new(books.post(&format!("bill/{n}"), entry)?.answer.id, 1))
}

fn paid(who: PartyId, date: &str, amount: &str) -> Result<NewEntry, Box<dyn Error>> {
    let amount = Money::parse(amount)?;
    Ok(NewEntry::new("GEN", day(date)?).debit("1000", amount).credit("1200", amount).party(who))
}

fn day(date: &str) -> Result<NaiveDate, fondaco::chrono::ParseError> {
    date.parse()
}

/// Books in euro, whose customers are kept by open items.
fn shop(store: Box<dyn Store>) -> Result<Books<'static>, Box<dyn Error>> {
    let books = Books::open(store, CompanyId::named("shop"))?;
    books.send("set up", &SetUp::new(Currency::EUR))?;
    let chart = vec![
        NewAccount::new("1000", "Bank", AccountClass::Asset),
        NewAccount::new("1200", "Customers", AccountClass::Asset),
        NewAccount::new("4000", "Sales", AccountClass::Income),
    ];
    books.send("chart", &OpenAccounts::new(chart))?;
    books.send("by items", &ChangeAccount::open_items("1200", true))?;
    books.send("journal", &OpenJournal::new("GEN", "General"))?;
    books.send("2026", &OpenFiscalYear::calendar_year(2026))?;
    Ok(books)
}
