//! Who may do what: a clerk with a limit, four eyes, a holiday. The chapter is `docs/rights.md`.
//!
//! ```sh
//! cargo run --example rights -- [--store sqlite:PATH]
//! ```

use std::error::Error;
use std::process::ExitCode;

use fondaco::accounting::ledger::{self, DraftStatus, rights};
use fondaco::core::policy::Request;
use fondaco::core::policy::stored::{
    AppointFirst, AssignRole, DefineRole, Delegate, NewGrant, Part, RegisterActor, Stored,
};
use fondaco::core::store::Store;
use fondaco::prelude::*;

#[path = "common/exit.rs"]
mod exit;
#[path = "common/story.rs"]
mod story;

fn main() -> ExitCode {
    exit::code(run())
}

pub(crate) fn run() -> Result<(), Box<dyn Error>> {
    match story::begin("Who may do what: a limit, four eyes, a holiday.", &[])? {
        Some(story) => told(story.store),
        None => Ok(()),
    }
}

/// The whole story; told again over the same store it is the same.
pub(crate) fn told(store: Box<dyn Store>) -> Result<(), Box<dyn Error>> {
    // Days are counted by the act's time: a program takes the system's clock, this one stands still.
    let noon: Timestamp = "2026-03-02T12:00:00Z".parse()?;
    let driver = Driver::new(store, CompanyId::named("acme"));
    let driver = driver.with_policy(Stored);
    let books = Books::over(driver)?.with_clock(move || noon);
    list_permissions(&books);

    let root = books.clone().acting_as("root");
    root.send("first administrator", &AppointFirst::new(ActorId::new("root")))?;
    hire(&root)?;
    set_up(&books.clone().acting_as("carla"))?;

    let [anna, ben, carla] = ["anna", "ben", "carla"].map(|who| books.clone().acting_as(who));
    limits(&anna)?;
    four_eyes(&anna, &carla)?;
    holiday(&anna, &ben, &carla)?;
    assert!(books.verify()?.is_clean());
    Ok(())
}

/// All that can be allowed, as a host would show it to an administrator.
fn list_permissions(books: &Books<'_>) {
    for engine in books.driver().engines() {
        println!("{}", engine.name);
        for permission in engine.permissions() {
            println!("  {:26} {}", permission.name, permission.about);
        }
    }
}

/// Anna and Ben are clerks, Carla is a partner who may do everything.
fn hire(root: &Books<'_>) -> Result<(), Box<dyn Error>> {
    let small = NewGrant::new("ledger.post").up_to(Money::parse("500 EUR")?);
    let clerk = DefineRole::new("clerk", "Bookkeeping clerk")
        .may(NewGrant::new("ledger.draft"))
        .may(small.within("journal", ["GEN"]));
    root.send("role clerk", &clerk)?;
    let everything = ledger::ENGINE.permissions().map(|all| NewGrant::new(all.name));
    let partner = everything.fold(DefineRole::new("partner", "Partner"), DefineRole::may);
    root.send("role partner", &partner.may(NewGrant::new("policy.delegate")))?;
    for (who, role) in [("anna", "clerk"), ("ben", "clerk"), ("carla", "partner")] {
        let actor = ActorId::new(who);
        root.send(&format!("register {who}"), &RegisterActor::person(actor.clone()))?;
        root.send(&format!("{who} is a {role}"), &AssignRole::new(actor, role))?;
    }
    Ok(())
}

fn set_up(carla: &Books<'_>) -> Result<(), Box<dyn Error>> {
    carla.send("set up", &SetUp::new(Currency::EUR))?;
    let chart = OpenAccounts::new(vec![
        NewAccount::new("1000", "Bank", AccountClass::Asset),
        NewAccount::new("5100", "Rent", AccountClass::Expense),
    ]);
    carla.send("chart", &chart)?;
    carla.send("journal", &OpenJournal::new("GEN", "General journal"))?;
    carla.send("2026", &OpenFiscalYear::calendar_year(2026))?;
    Ok(())
}

fn rent(amount: &str) -> Result<NewEntry, Box<dyn Error>> {
    let amount = Money::parse(amount)?;
    Ok(NewEntry::new("GEN", "2026-03-01".parse()?).debit("5100", amount).credit("1000", amount))
}

/// Anna posts what is within her limit; what is not is refused with the reason.
fn limits(anna: &Books<'_>) -> Result<(), Box<dyn Error>> {
    anna.post("rent/small", rent("500 EUR")?)?;
    if let Err(refused) = anna.post("rent/large", rent("800 EUR")?) {
        println!("\n{refused}");
        assert_eq!(refused.code(), "policy.over_limit");
    }
    let request = Request::new(&rights::POST).amount(Money::parse("80 EUR")?).at("journal", "GEN");
    println!("80 EUR would be {}", anna.may(&request)?);
    Ok(())
}

/// She prepares the rest as a draft, and Carla approves it.
fn four_eyes(anna: &Books<'_>, carla: &Books<'_>) -> Result<(), Box<dyn Error>> {
    let draft = anna.prepare_draft("rent/large, draft", rent("800 EUR")?)?.answer;
    anna.submit_draft("rent/large, submitted", draft)?;
    let submitted = carla.drafts(DraftStatus::Submitted)?.into_iter();
    for waiting in submitted.filter(|waiting| waiting.id == draft) {
        let name = format!("{} approved", waiting.id);
        let approved = carla.approve_draft(&name, waiting.id, waiting.edition)?.answer;
        let number = approved.posted.and_then(|posted| posted.number.number());
        println!("\nposted as number {}", number.ok_or("one approval is enough")?);
    }
    let whole = carla.draft(draft)?.ok_or("it is kept")?;
    for step in &whole.steps {
        println!("  {} by {}", step.deed.code(), step.actor);
    }
    Ok(())
}

/// Carla is away for a week and lends Ben the right to approve. He approves what Anna prepared, and not what Carla did.
fn holiday(anna: &Books<'_>, ben: &Books<'_>, carla: &Books<'_>) -> Result<(), Box<dyn Error>> {
    let (from, to) = (ActorId::new("carla"), ActorId::new("ben"));
    let week = Delegate::new(from, to, "2026-03-02".parse()?, "2026-03-08".parse()?);
    carla.send("holiday", &week.only(Part::Permission("ledger.approve".into())))?;
    let of_anna = anna.prepare_draft("of anna", rent("900 EUR")?)?.answer;
    anna.submit_draft("of anna, submitted", of_anna)?;
    let of_carla = carla.prepare_draft("of carla", rent("900 EUR")?)?.answer;
    carla.submit_draft("of carla, submitted", of_carla)?;
    ben.approve_draft("of anna, approved", of_anna, 1)?;
    if let Err(refused) = ben.approve_draft("of carla, approved", of_carla, 1) {
        println!("\n{refused}");
        assert_eq!(refused.code(), "policy.four_eyes");
    }
    Ok(())
}
