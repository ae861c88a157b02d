//! An application of its own that embeds orders, stock and books: a bicycle workshop with a table of its own, a store of its own, its own
//! events and rights. The chapter is `docs/embed.md`, which shows parts of this file.
//!
//! ```sh
//! cargo run --example host_app
//! ```

use std::collections::BTreeMap;
use std::error::Error;
use std::process::ExitCode;
use std::sync::{Arc, Mutex, PoisonError};

use fondaco::company::{
    AddPartners, Company, CompanyError, Deliver, InvoiceCustomers, MoveGoods, NewDelivery,
    NewInvoice, NewLine, NewOrder, NewPartner, NewPrice, PlaceOrders, ReleaseOrders, SetPrices,
    SetUpCompany,
};
use fondaco::core::policy::stored::{
    AppointFirst, AssignRole, DefineRole, NewGrant, RegisterActor, Stored,
};
use fondaco::core::policy::{Permission, Request};
use fondaco::core::store::{Event, Record, Store};
use fondaco::core::{Act, Driver, Engine, ErrorCode, Halt, Range, Reading, Timestamp, Tx, engine};
use fondaco::inventory::moves::NewMove;
use fondaco::prelude::*;
use fondaco::store::OrderedStore;
use fondaco::store::ordered::{KeyRange, MapError, MapSnapshot, Ordered, Pair, Put, Written};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

#[path = "common/exit.rs"]
mod exit;

// [store]
/// The workshop's own store: a map that is copied when it is written, so that whoever reads keeps what he saw.
#[derive(Default)]
pub(crate) struct Shelf(Mutex<Arc<Sheet>>);

/// How often the map was written, and what is in it.
#[derive(Default, Clone)]
pub(crate) struct Sheet {
    position: u64,
    pairs: BTreeMap<Vec<u8>, Vec<u8>>,
}

/// The map at one moment, for as long as somebody reads.
struct Now(Arc<Sheet>);

impl Ordered for Shelf {
    fn snapshot(&self) -> Result<Box<dyn MapSnapshot + '_>, MapError> {
        Ok(Box::new(Now(self.0.lock().unwrap_or_else(PoisonError::into_inner).clone())))
    }

    fn write(&self, position: u64, puts: Vec<Put>) -> Result<Written, MapError> {
        let mut current = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if current.position != position {
            return Ok(Written::Moved); // somebody wrote since the snapshot that this rests on
        }
        let sheet = Arc::make_mut(&mut current); // a copy, where somebody still reads
        for Put { key, value } in puts {
            match value {
                Some(value) => sheet.pairs.insert(key, value),
                None => sheet.pairs.remove(&key),
            };
        }
        sheet.position += 1;
        Ok(Written::Done)
    }
}

impl MapSnapshot for Now {
    fn position(&self) -> u64 {
        self.0.position
    }

    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, MapError> {
        Ok(self.0.pairs.get(key).cloned())
    }

    fn range(&self, range: &KeyRange<'_>) -> Result<Vec<Pair>, MapError> {
        let pairs = self.0.pairs.range::<[u8], _>(range.bounds());
        let pairs = pairs.map(|(key, value)| (key.clone(), value.clone()));
        Ok(match range.backwards {
            false => pairs.take(range.limit).collect(),
            true => pairs.rev().take(range.limit).collect(),
        })
    }
}
// [end]

// [table]
/// A bicycle in the workshop: a table of ours, beside those of the company.
#[derive(Record, Debug, Clone, PartialEq)]
#[record(table = "workshop_repair", kind = state, key(number), index(by_customer(customer, number)))]
pub(crate) struct Repair {
    /// Its number, on the ticket.
    pub(crate) number: u32,
    /// The customer's code.
    pub(crate) customer: SmolStr,
    /// What is wrong with it.
    pub(crate) complaint: SmolStr,
    /// The invoice, when it is done.
    pub(crate) invoice: Option<SmolStr>,
}

static MEND: Permission = Permission::new("workshop.mend", "take in and close repairs");

/// What the workshop has: drivers watch over its table, and ask for its right, as they do for ours.
pub(crate) static WORKSHOP: Engine = Engine { name: "workshop", parts: &[&REPAIRS] };
static REPAIRS: engine::Part = engine::Part::new(&[Repair::TABLE]).permissions(&[&MEND]);
// [end]

/// What the workshop refuses.
#[derive(Debug, Clone, thiserror::Error, ErrorCode)]
#[error_code(engine = "workshop")]
pub(crate) enum WorkshopError {
    /// A number that is on no ticket.
    #[error("there is no repair {number}: take it in first")]
    #[kind(NotFound)]
    Unknown {
        /// The number.
        number: u32,
    },
    /// A repair that is closed.
    #[error("repair {number} was closed already, with invoice {invoice}")]
    #[kind(Refused)]
    Closed {
        /// The number.
        number: u32,
        /// Its invoice.
        invoice: SmolStr,
    },
    /// What the company refuses.
    #[error(transparent)]
    #[inner]
    Company(#[from] CompanyError),
    /// Nothing of the workshop's.
    #[error(transparent)]
    #[halt]
    Halt(#[from] Halt),
}

/// Takes a bicycle in.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct TakeIn {
    pub(crate) number: u32,
    pub(crate) customer: SmolStr,
    pub(crate) complaint: SmolStr,
}

impl Act for TakeIn {
    type Answer = ();
    type Error = WorkshopError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<(), WorkshopError> {
        tx.authorize(&Request::new(&MEND))?;
        tx.get::<Repair>(&self.number)?; // another repair of that number is a conflict
        let TakeIn { number, customer, complaint } = self.clone();
        Ok(tx.insert(Repair { number, customer, complaint, invoice: None })?)
    }
}

// [act]
/// Closes a repair: what was fitted is sold, leaves the stock and is invoiced. One command, one commit: our row and event, the company's
/// documents, the goods that leave and the entries of the books are all there, or none is.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct CloseRepair {
    pub(crate) number: u32,
    pub(crate) date: NaiveDate,
    pub(crate) fitted: Vec<NewLine>,
}

impl Act for CloseRepair {
    type Answer = SmolStr;
    type Error = WorkshopError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<SmolStr, WorkshopError> {
        tx.authorize(&Request::new(&MEND))?;
        let number = self.number;
        let repair = tx.get::<Repair>(&number)?.ok_or(WorkshopError::Unknown { number })?;
        if let Some(invoice) = repair.invoice.clone() {
            return Err(WorkshopError::Closed { number, invoice });
        }
        let (code, date) = (SmolStr::from(format!("R{number}")), self.date);
        let order = NewOrder::new(code.clone(), repair.customer.clone(), date);
        let order = NewOrder { lines: self.fitted.clone(), ..order };
        PlaceOrders::new(vec![order]).act(tx)?;
        Deliver::new(vec![NewDelivery::new(code.clone(), code.clone(), date)]).act(tx)?;
        InvoiceCustomers::new(vec![NewInvoice::new(code.clone(), code.clone(), date)]).act(tx)?;
        tx.put(Repair { invoice: Some(code.clone()), ..repair.as_ref().clone() })?;
        tx.emit(Event::new("workshop.closed").with("repair", i64::from(number)));
        Ok(code)
    }
}
// [end]

fn main() -> ExitCode {
    exit::code(run())
}

pub(crate) fn run() -> Result<(), Box<dyn Error>> {
    told(OrderedStore::open(Shelf::default())?)
}

/// The whole story; told again over the same store it is the same.
pub(crate) fn told(store: impl Store + 'static) -> Result<(), Box<dyn Error>> {
    // [open]
    let noon: Timestamp = "2026-03-02T12:00:00Z".parse()?;
    let driver = Driver::new(store, CompanyId::named("spokes")).with_policy(Stored);
    driver.join(&WORKSHOP)?; // our table and right, beside those of the company
    let company = Company::over(driver)?.with_clock(move || noon);
    // [end]
    let root = company.clone().acting_as("root");
    root.send("first administrator", &AppointFirst::new(ActorId::new("root")))?;
    hire(&root)?;
    let [boss, anna] = ["carla", "anna"].map(|who| company.clone().acting_as(who));
    stock(&boss)?;

    let (number, customer, complaint) = (7, "C-1".into(), "the chain slips".into());
    anna.send("repair/7", &TakeIn { number, customer, complaint })?;
    let chain =
        |count: i64| NewLine::new(ItemId::named("CHAIN"), Quantity::new(count, Unit::PIECE));
    let close =
        |fitted| CloseRepair { number: 7, date: "2026-03-02".parse().unwrap_or_default(), fitted };

    // More than there is: the delivery is refused, and with it all that came before in the same command.
    if let Err(refused) = anna.send("repair/7 closed, first try", &close(vec![chain(11)])) {
        println!("{}: {refused}", refused.code());
        assert!(company.document(fondaco::company::DocumentKind::SalesOrder, "R7")?.is_none());
    }
    let invoice = anna.send("repair/7 closed", &close(vec![chain(1)]))?.answer;
    let again = anna.send("repair/7 closed", &close(vec![chain(1)]))?; // sent twice, done once
    assert!(again.replayed && again.answer == invoice);
    println!("invoice {invoice}: {}", company.books().trial_balance("2026-03-31".parse()?)?);

    four_eyes(&boss, &anna)?;
    // [outbox]
    for commit in company.driver().feed(0, 1_000)? {
        for event in commit.events.iter().filter(|event| event.name.starts_with("workshop.")) {
            println!("{} at commit {}", event.name, commit.position);
        }
    }
    // [end]
    let repairs = company.view(|view| view.peek_scan(&Range::<Repair>::all()))?;
    assert_eq!(repairs[0].invoice.as_deref(), Some("R7"));
    assert!(company.verify()?.is_clean());
    Ok(())
}

// [policy]
/// Anna mends, and sells up to 500; Carla runs the place. Nobody releases what he placed himself.
fn hire(root: &Company<'_>) -> Result<(), Box<dyn Error>> {
    let small = NewGrant::new("company.sell").up_to(Money::parse("500 EUR")?);
    let mechanic = ["workshop.mend", "company.ship", "company.invoice", "company.release"];
    let mechanic = mechanic.map(NewGrant::new).into_iter();
    let mechanic =
        mechanic.fold(DefineRole::new("mechanic", "Mechanic").may(small), DefineRole::may);
    root.send("role mechanic", &mechanic)?;
    let all = root.driver().engines().into_iter().flat_map(|engine| engine.permissions());
    let all = all.map(|permission| NewGrant::new(permission.name));
    root.send("role owner", &all.fold(DefineRole::new("owner", "Owner"), DefineRole::may))?;
    for (who, role) in [("anna", "mechanic"), ("carla", "owner")] {
        let actor = ActorId::new(who);
        root.send(&format!("register {who}"), &RegisterActor::person(actor.clone()))?;
        root.send(&format!("{who} is {role}"), &AssignRole::new(actor, role))?;
    }
    Ok(())
}

/// An order above its customer's limit is held, and released by somebody else.
fn four_eyes(boss: &Company<'_>, anna: &Company<'_>) -> Result<(), Box<dyn Error>> {
    let chains = NewLine::new(ItemId::named("CHAIN"), "9 pcs".parse()?);
    let order = NewOrder::new("SO-1", "C-1", "2026-03-02".parse()?).line(chains).hold();
    anna.send("order/1", &PlaceOrders::new(vec![order]))?;
    if let Err(refused) = anna.send("order/1 released by anna", &ReleaseOrders::new(["SO-1"])) {
        println!("{}: {refused}", refused.code());
        assert_eq!(refused.code(), "policy.four_eyes");
    }
    boss.send("order/1 released", &ReleaseOrders::new(["SO-1"]))?;
    Ok(())
}
// [end]

/// Ten chains, and a customer who may owe 200.
fn stock(boss: &Company<'_>) -> Result<(), Box<dyn Error>> {
    boss.send("set up", &SetUpCompany::new(Currency::EUR, 2026))?;
    boss.send("items", &AddItems::new(vec![Item::new("CHAIN", "Chain", Unit::PIECE)]))?;
    let rider = NewPartner::customer("C-1").named("The rider").credit_limit("200".parse()?);
    boss.send("partners", &AddPartners::new(vec![rider]))?;
    let chain = ItemId::named("CHAIN");
    let price = NewPrice::new(chain, "29 EUR/pcs".parse()?, "2026-01-01".parse()?);
    boss.send("prices", &SetPrices::new("SHOP", vec![price]).for_all())?;
    let ten = NewMove::receipt(chain, "10 pcs".parse()?, "MAIN", "2026-03-01".parse()?);
    boss.send("ten chains", &MoveGoods::new(vec![ten.cost(Money::parse("110 EUR")?)]))?;
    Ok(())
}
