//! A wallet on the ledger: people put money in, a shop reserves it, takes it or lets it go, the house keeps a fee, and everybody
//! gets a statement. Nobody can spend what he does not have, however many try at once, and nothing happens twice.
//!
//! ```sh
//! cargo run --example ledger_service                                  # in memory
//! cargo run --example ledger_service -- --store sqlite:wallets.db     # run it twice: the second time changes nothing
//! ```

use std::error::Error;
use std::process::ExitCode;

use fondaco::accounting::ledger::{
    AccountLimit, NewPending, PendingEntry, PostPending, RecordPending, VoidPending,
};
use fondaco::core::Id;
use fondaco::prelude::*;

#[path = "common/exit.rs"]
mod exit;
#[path = "common/story.rs"]
mod story;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// What a web service would hold behind its routes. Each call takes a name from the caller, such as the request's id: the same
/// name again gets the same answer, and moves nothing.
struct Wallets {
    books: Books<'static>,
    day: NaiveDate,
}

impl Wallets {
    fn open(books: Books<'static>, day: &str) -> Result<Wallets> {
        books.send("set up", &SetUp::new(Currency::EUR))?;
        let chart = OpenAccounts::new(vec![
            NewAccount::new("bank", "Bank", AccountClass::Asset),
            NewAccount::heading("wallets", "Wallets", AccountClass::Liability),
            NewAccount::new("shop", "Owed to the shop", AccountClass::Liability),
            NewAccount::new("fees", "Fees", AccountClass::Income),
        ]);
        books.send("chart", &chart)?;
        books.send("journal", &OpenJournal::new("W", "Wallets"))?;
        books.send("2026", &OpenFiscalYear::calendar_year(2026))?;
        Ok(Wallets { books, day: day.parse()? })
    }

    /// A wallet is a liability of ours: what is taken out, or held, never exceeds what was put in.
    fn open_wallet(&self, who: &str) -> Result<()> {
        let name = format!("Wallet of {who}");
        let wallet = NewAccount::new(format!("wallet/{who}"), name, AccountClass::Liability)
            .parent("wallets")
            .limit(AccountLimit::DebitsWithinCredits);
        self.books.send(&format!("open {who}"), &OpenAccounts::new(vec![wallet]))?;
        Ok(())
    }

    fn put_in(&self, name: &str, who: &str, amount: Money) -> Result<()> {
        let entry = NewEntry::new("W", self.day).text("Put in");
        let entry = entry.debit("bank", amount).credit(format!("wallet/{who}"), amount);
        self.books.post(name, entry)?;
        Ok(())
    }

    /// Holds an amount for the shop, its fee included, for a week at most.
    fn hold(&self, name: &str, who: &str, amount: Money, what: &str) -> Result<Id<PendingEntry>> {
        let fee = amount.mul_round(Decimal::new(3, 2), Rounding::HalfUp)?; // three percent
        let entry = NewEntry::new("W", self.day)
            .text(what)
            .debit(format!("wallet/{who}"), amount)
            .credit("shop", amount.sub(fee)?)
            .credit("fees", fee);
        let held = RecordPending::new(NewPending::new(entry).expires_after(7 * 24 * 3600));
        Ok(self.books.send(name, &held)?.answer.id)
    }

    /// Takes what was held, or a part of it: shop and house share it as they would have shared the whole, to the cent.
    fn capture(&self, name: &str, hold: Id<PendingEntry>, amount: Money) -> Result<Money> {
        Ok(self.books.send(name, &PostPending::new(hold).amount(amount))?.answer.moved)
    }

    fn void(&self, name: &str, hold: Id<PendingEntry>) -> Result<()> {
        self.books.send(name, &VoidPending::new(hold))?;
        Ok(())
    }

    /// Lets go of what was held too long. A service calls it every minute, or at the instant that `next_due` names.
    fn tick(&self) -> Result<()> {
        self.books.tick()?;
        Ok(())
    }

    /// What somebody can spend now: what he has, less what is held.
    fn available(&self, who: &str) -> Result<Money> {
        let totals = self.books.totals(&format!("wallet/{who}"))?;
        Ok(totals.first().map_or(Money::zero(Currency::EUR), |totals| totals.room(Side::Debit)))
    }

    fn statement(&self, who: &str) -> Result<String> {
        let query = StatementQuery::new(format!("wallet/{who}"), DateRange::always());
        Ok(self.books.statement(&query.on_normal_side())?.to_string())
    }
}

fn main() -> ExitCode {
    exit::code(run())
}

pub(crate) fn run() -> Result<()> {
    if let Some(story) = story::begin("A day of a wallet's service.", &[])? {
        println!("{}", day_of_trade(Books::open(story.store, CompanyId::named("wallets"))?)?);
    }
    Ok(())
}

/// A day of the service; what it told.
pub(crate) fn day_of_trade(books: Books<'static>) -> Result<String> {
    let eur = |text: &str| Money::parse(&format!("{text} EUR"));
    let wallets = Wallets::open(books, "2026-03-02")?;
    wallets.open_wallet("ada")?;
    wallets.put_in("payment/1", "ada", eur("50.00")?)?;
    wallets.put_in("payment/1", "ada", eur("50.00")?)?; // the bank told us twice: it is in once

    let lantern = wallets.hold("order/1", "ada", eur("40.00")?, "A lantern")?;
    let too_much = wallets.hold("order/2", "ada", eur("60.00")?, "A larger one");
    let refusal = too_much.err().ok_or("nobody spends what he does not have")?.to_string();

    let glass = wallets.hold("order/3", "ada", eur("10.00")?, "A glass")?;
    wallets.void("order/3 is off", glass)?;
    let taken = wallets.capture("order/1 delivered", lantern, eur("33.33")?)?; // one part was broken
    assert_eq!((taken, wallets.available("ada")?), (eur("33.33")?, eur("16.67")?));

    wallets.tick()?;
    let books = &wallets.books;
    let trial = books.trial_balance(wallets.day)?;
    assert!(books.verify()?.is_clean());
    Ok(format!("Refused: {refusal}\n\n{}\n{trial}", wallets.statement("ada")?))
}
