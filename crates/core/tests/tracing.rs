//! What is seen from outside: every span and event as its page says, and nothing of anybody in any of it.
#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests are tests

mod common;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Debug;
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use common::{Shelf, ShopError, TABLES, acme, elsewhere};
use fondaco_core::digest::{self, DigestError};
use fondaco_core::due::{self, AsyncQueue, Due, Handlers, Queue, Refused, SetDueClock};
use fondaco_core::job::RUN;
use fondaco_core::policy::Request;
use fondaco_core::policy::stored::Stored;
use fondaco_core::store::{Hash, Store, StoreError};
use fondaco_core::trace::{EVENTS, Known, SPANS, TARGET};
use fondaco_core::{
    ActorId, AsyncDriver, CommandId, Driver, Envelope, Halt, Job, JobCall, JobId, Progressed,
    Reading, Step, Timestamp, Tx,
};
use fondaco_testkit::{Failing, Model, Unloaded, block_on};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

/// A span or event as it was seen.
#[derive(Debug, Clone, PartialEq)]
struct Seen {
    is_span: bool,
    name: &'static str,
    level: String,
    target: &'static str,
    fields: BTreeMap<&'static str, String>,
}

#[derive(Clone, Default)]
struct Collector {
    seen: Arc<Mutex<Vec<Seen>>>,
    spans: Arc<AtomicU64>,
}

struct Fields<'f>(&'f mut BTreeMap<&'static str, String>);

impl Visit for Fields<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.0.insert(field.name(), format!("{value:?}"));
    }
}

impl Collector {
    fn note(
        &self,
        is_span: bool,
        metadata: &'static Metadata<'static>,
        record: impl Fn(&mut Fields<'_>),
    ) {
        let mut fields = BTreeMap::new();
        record(&mut Fields(&mut fields));
        let (name, level) = (metadata.name(), metadata.level().to_string().to_lowercase());
        let seen = Seen { is_span, name, level, target: metadata.target(), fields };
        self.seen.lock().unwrap().push(seen);
    }

    fn taken(&self) -> Vec<Seen> {
        std::mem::take(&mut *self.seen.lock().unwrap())
    }
}

impl Subscriber for Collector {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }
    fn new_span(&self, attributes: &Attributes<'_>) -> Id {
        self.note(true, attributes.metadata(), |fields| attributes.record(fields));
        Id::from_u64(self.spans.fetch_add(1, Ordering::SeqCst) + 1)
    }
    fn record(&self, _: &Id, _: &Record<'_>) {
        panic!("no field comes later")
    }
    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn event(&self, event: &Event<'_>) {
        self.note(false, event.metadata(), |fields| event.record(fields));
    }
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

const SECRET: &str = "Marietta Morosini";

fn by(name: &str) -> Envelope {
    let time = "2026-03-01T08:00:00Z".parse().unwrap();
    Envelope::new(CommandId::named(name), ActorId::new(SECRET), time)
}

fn note(tx: &mut Tx<'_>, number: &i64) -> Result<i64, ShopError> {
    if *number > 9 {
        return Err(ShopError::No(format!("{SECRET} has no number {number}")));
    }
    let who = tx.personal(SECRET.into());
    tx.get::<Shelf>(&(1, 1))?;
    tx.insert(common::Visit { number: *number, who: Some(who) })?;
    Ok(*number)
}

/// Visits, two chunks of them; refused at the second until it may.
struct Visits(bool);

impl Job for Visits {
    type Cursor = i64;
    type Report = i64;
    type Error = ShopError;
    fn kind(&self) -> &'static str {
        "shop.visits"
    }
    fn input(&self) -> Result<Hash, DigestError> {
        digest::of(SECRET)
    }
    fn progress(&self, cursor: &i64) -> Progressed {
        Progressed::new("visiting", *cursor)
    }
    fn chunk(&self, tx: &mut Tx<'_>, _: JobId, cursor: &i64) -> Result<Step<i64>, ShopError> {
        if *cursor == 1 && !self.0 {
            return Err(ShopError::No(format!("{SECRET} is not at home")));
        }
        note(tx, &(*cursor + 5))?;
        Ok(if *cursor == 0 { Step::More(1) } else { Step::Last(2) })
    }
    fn finish(&self, _: &mut Tx<'_>, _: JobId, cursor: &i64) -> Result<i64, ShopError> {
        Ok(*cursor)
    }
}

fn clock() -> Timestamp {
    "2026-03-01T08:00:00Z".parse().unwrap()
}

/// Everything that a driver tells of: acts that succeed, are replayed, refused, in conflict and failing; views; jobs.
fn all_of_it(store: Arc<dyn Store>) {
    let driver = Driver::new(store.clone(), acme());
    driver.prepare(&[TABLES, due::TABLES].concat()).unwrap();
    driver.run(by("one"), &1, note).unwrap();
    assert!(driver.run(by("one"), &1, note).unwrap().replayed);
    driver.run(by("ten"), &10, note).unwrap_err();
    let failing = Driver::new(Failing::new(store.clone(), 1), acme());
    failing.run(by("two"), &2, note).unwrap_err();
    driver.view(|view| Ok::<_, Halt>(view.peek::<Shelf>(&(1, 1))?.is_none())).unwrap();
    // Somebody else changes the shelf twice before each commit.
    let rivals = AtomicU64::new(0);
    driver
        .run(by("three"), &3, |tx, number| {
            let done = note(tx, number);
            let n = rivals.fetch_add(1, Ordering::SeqCst);
            if n < 2 {
                elsewhere(&*store, &format!("rival {n}"), |tx| {
                    match tx.get::<Shelf>(&(1, 1))? {
                        None => tx.insert(Shelf::new(1, 1, 0))?,
                        Some(shelf) => tx.put(Shelf { load: 7, ..shelf.as_ref().clone() })?,
                    }
                    Ok(())
                });
            }
            done
        })
        .unwrap();
    let actor = ActorId::new(SECRET);
    let call = JobCall::new(JobId::named(SECRET), &actor, &clock);
    let mut stop = |_: &Progressed| ControlFlow::Break(());
    driver.run_job(&call, &mut Visits(false), &mut stop).unwrap_err();
    driver.run_job(&call, &mut Visits(false), &mut ()).unwrap_err();
    driver.run_job(&call, &mut Visits(true), &mut ()).unwrap();
    driver.run(by("due"), &1, due_both).unwrap();
    Queue::new(&driver, handlers(false)).tick(clock()).unwrap_err();
    Queue::new(&driver, handlers(true)).tick(clock()).unwrap();
}

fn due_both(tx: &mut Tx<'_>, _: &i64) -> Result<(), Halt> {
    for kind in ["shop.visit", "shop.moody"] {
        tx.due(Due::new(kind, SECRET, clock()))?;
    }
    Ok(())
}

/// Visits that fail, or are carried out; whatever is moody is refused.
fn handlers<'h>(good: bool) -> Handlers<'h> {
    let handlers = Handlers::new().on("shop.visit", move |_, _| match good {
        true => Ok(()),
        false => Err(Halt::from(StoreError::Unavailable(SECRET.into())).into()),
    });
    handlers.on("shop.moody", |_, _| Err(Refused::new("shop.no", SECRET)))
}

fn is_as_documented(seen: &Seen, known: &[Known]) -> bool {
    let fields = seen.fields.keys().copied().filter(|field| *field != "message");
    let fields: Vec<&str> = fields.collect();
    // Where people read events, only the message tells them apart.
    let said = seen.fields.get("message").map(String::as_str);
    let is_named = seen.is_span || said == Some(seen.name);
    is_named
        && known.iter().any(|known| {
            let mut expected = known.fields.to_vec();
            expected.sort_unstable();
            known.name == seen.name && known.level == seen.level && expected == fields
        })
}

#[test]
fn spans_and_events_are_those_of_the_page() {
    let collector = Collector::default();
    tracing::subscriber::with_default(collector.clone(), || all_of_it(Arc::new(Model::new())));
    let seen = collector.taken();
    for one in &seen {
        let known = if one.is_span { SPANS } else { EVENTS };
        assert!(is_as_documented(one, known), "{one:?} is not on the page");
        assert_eq!(one.target, TARGET);
    }
    for (known, is_span) in
        SPANS.iter().map(|known| (known, true)).chain(EVENTS.iter().map(|known| (known, false)))
    {
        let met = seen.iter().any(|one| one.name == known.name && one.is_span == is_span);
        assert!(met, "{} never comes", known.name);
    }
    let page = include_str!("../src/trace/mod.rs");
    for known in SPANS.iter().chain(EVENTS) {
        let row = page
            .lines()
            .find(|line| line.starts_with("//! |") && line.contains(&format!("`{}`", known.name)));
        let row = row.unwrap_or_else(|| panic!("{} is not in the tables", known.name));
        assert!(row.contains(known.level), "{row}");
        known
            .fields
            .iter()
            .for_each(|field| assert!(row.contains(&format!("`{field}`")), "{row}: {field}"));
    }
}

/// Names of people go in by actor, personal column, text of a refusal and name of a command; nothing of it comes out.
#[test]
fn nothing_of_anybody_is_told() {
    let collector = Collector::default();
    tracing::subscriber::with_default(collector.clone(), || all_of_it(Arc::new(Model::new())));
    let seen = collector.taken();
    assert!(seen.len() > 50);
    let told = format!("{seen:?}");
    for part in SECRET.split(' ') {
        assert!(!told.contains(part), "{part} was told");
    }
    let refused = seen.iter().find(|one| one.name == "act.refused").unwrap();
    assert_eq!(
        refused.fields["code"],
        format!("{:?}", fondaco_core::ActError::code(&ShopError::No(String::new())))
    );
}

/// Who may not is refused, and nothing has failed.
#[test]
fn a_denial_is_told_as_a_refusal() {
    let collector = Collector::default();
    tracing::subscriber::with_default(collector.clone(), || {
        let driver = Driver::new(Model::new(), acme()).with_policy(Stored);
        driver.prepare(TABLES).unwrap();
        let asks = |tx: &mut Tx<'_>, _: &i64| tx.authorize(&Request::new(&RUN)).map(|_| ());
        driver.run(by("denied"), &1, asks).unwrap_err();
    });
    let ends = collector.taken();
    let ends: Vec<&Seen> = ends.iter().filter(|one| one.name.starts_with("act.")).collect();
    assert_eq!((ends.len(), ends[0].name, ends[0].level.as_str()), (1, "act.refused", "info"));
    assert!(ends[0].fields["code"].contains("policy.not_set_up"), "{ends:?}");
}

/// What was done is told by what it is, the same on both drivers.
#[test]
fn an_act_is_told_by_its_name_and_a_tick_by_its_counts() {
    let collector = Collector::default();
    tracing::subscriber::with_default(collector.clone(), || {
        all_of_it(Arc::new(Model::new()));
        let driver = AsyncDriver::new(Unloaded::new(Model::new(), 2), acme());
        block_on(driver.prepare(&[TABLES, due::TABLES].concat())).unwrap();
        block_on(driver.carry_out(by("clock"), &SetDueClock { to: clock() })).unwrap();
        block_on(driver.run(by("due"), &1, due_both)).unwrap();
        block_on(AsyncQueue::new(&driver, handlers(true)).tick(clock())).unwrap();
    });
    let seen = collector.taken();
    let acts = seen.iter().filter(|one| one.name == "act").map(|one| one.fields["act"].as_str());
    let acts: BTreeSet<&str> = acts.map(|name| name.trim_matches('"')).collect();
    let expected = [
        "SetDueClock",
        "due.carry_out",
        "due.refuse",
        "due.open",
        "i64",
        "job.begin",
        "job.chunk",
        "job.fail",
        "job.finish",
    ];
    assert!(expected.iter().all(|name| acts.contains(name)), "{acts:?}");
    let ticks: Vec<&Seen> = seen.iter().filter(|one| one.name.starts_with("tick.")).collect();
    assert_eq!(ticks.len(), 3);
    assert_eq!((ticks[0].name, ticks[0].fields["carried"].as_str()), ("tick.failed", "0"));
    // The first one refused what is moody, which is tried again later; the last is of another company.
    for (done, refused) in ticks[1..].iter().zip(["0", "1"]) {
        let counts =
            ["carried", "refused", "denied", "more"].map(|name| done.fields[name].as_str());
        assert_eq!((done.name, counts), ("tick.done", ["1", refused, "0", "false"]));
    }
}

/// An asynchronous driver tells the same of the same command, but for its trips.
#[test]
fn both_drivers_tell_the_same_of_an_act() {
    let told = |run: &dyn Fn()| {
        let collector = Collector::default();
        tracing::subscriber::with_default(collector.clone(), run);
        let kept = |one: &Seen| one.name != "read" && one.name != "act.done";
        collector
            .taken()
            .into_iter()
            .filter(kept)
            .map(|one| (one.name, one.fields))
            .collect::<Vec<_>>()
    };
    let sync = told(&|| {
        let driver = Driver::new(Model::new(), acme()).with_predictable_salts();
        driver.prepare(TABLES).unwrap();
        driver.run(by("one"), &1, note).unwrap();
        driver.run(by("ten"), &10, note).unwrap_err();
    });
    let asynchronous = told(&|| {
        let driver =
            AsyncDriver::new(Unloaded::new(Model::new(), 2), acme()).with_predictable_salts();
        block_on(driver.prepare(TABLES)).unwrap();
        block_on(driver.run(by("one"), &1, note)).unwrap();
        block_on(driver.run(by("ten"), &10, note)).unwrap_err();
    });
    let names = |told: &[(&'static str, BTreeMap<&'static str, String>)]| {
        told.iter().map(|(name, _)| *name).collect::<Vec<_>>()
    };
    assert_eq!(names(&sync), names(&asynchronous));
    assert_eq!(sync[0], asynchronous[0]);
}
