//! Segments over a million contacts and ten million events: `cargo bench -p fondaco --no-default-features --features crm --bench segments -- [CONTACTS] [DIR]`.
//!
//! Five predicates in full over columns, on one core, the mean of fifty in CPU time; then a hundred live segments, which are fed the same events in the
//! order of time. With a folder, the data is also written there as plain arrays, for `benches/peers/segments.py` to be asked the same of.
#![allow(clippy::disallowed_methods, clippy::unwrap_used, clippy::expect_used, missing_docs)]

use std::hint::black_box;
use std::io::Write;
use std::path::Path;
use std::time::Instant;

use fondaco::core::Timestamp;
use fondaco::crm::segments::{
    Columns, ColumnsBuilder, Definition, Happened, Kind, Live, Schema, SegmentSet, Value,
};
use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::{Rng, SeedableRng};

const COUNTRIES: [&str; 8] = ["DE", "FR", "IN", "US", "GB", "JP", "BR", "ES"];
const PLANS: [&str; 3] = ["free", "pro", "ent"];
/// Kinds of events, and how many of a hundred they are.
const KINDS: [(&str, u64); 10] = [
    ("open", 30),
    ("login", 22),
    ("click", 15),
    ("purchase", 10),
    ("pricing", 8),
    ("search", 5),
    ("download", 4),
    ("demo", 3),
    ("webinar", 2),
    ("ticket", 1),
];
const DAY_SECONDS: i64 = 86_400;
/// The first second of the year of the events; they are asked for at its end.
const START_SECONDS: i64 = 1_735_689_600;
const DAYS: i64 = 365;
const RUNS: u32 = 50;

const PREDICATES: [(&str, &str); 5] = [
    ("attributes", r#"country in ("DE", "FR") and employees >= 50"#),
    ("count", "count(open) in 30 days >= 3"),
    ("lapsed", "done(purchase) between 240 days and 60 days ago and not done(purchase) in 60 days"),
    ("sequence", "sequence(open, click, demo) within 7 days in 60 days"),
    (
        "nested",
        r#"(plan = "pro" or employees >= 250) and not (done(purchase) in 30 days or country = "IN") and consent = true and (count(login) in 14 days >= 2 or sum(purchase.amount where amount > 20) in 180 days > 100)"#,
    ),
];

struct Contact {
    country: u8,
    plan: u8,
    employees: i32,
    consent: u8,
}

#[derive(Clone, Copy)]
struct Event {
    contact: u32,
    kind: u8,
    seconds: i64,
    cents: i32,
}

fn main() {
    let mut args = std::env::args().skip(1).filter(|arg| arg != "--bench");
    let count: usize = args.next().map_or(1_000_000, |text| text.parse().expect("a number"));
    let (contacts, events) = generate(count);
    if let Some(folder) = args.next() {
        write(Path::new(&folder), &contacts, &events);
    }
    full(&contacts, &events);
    live(&contacts, &events);
}

/// Contacts, and ten events for each on average, in the order of time: some do much and many do little.
fn generate(count: usize) -> (Vec<Contact>, Vec<Event>) {
    let mut random = Xoshiro256PlusPlus::seed_from_u64(2024);
    let mut unit = move || (random.next_u64() >> 11) as f64 / (1_u64 << 53) as f64;
    let contacts = (0..count)
        .map(|_| Contact {
            country: if unit() < 0.05 { 255 } else { (unit() * 8.0) as u8 },
            plan: (unit() * 3.0) as u8,
            employees: if unit() < 0.1 { -1 } else { (unit().powi(3) * 1000.0) as i32 },
            consent: u8::from(unit() < 0.7),
        })
        .collect();
    let mut events: Vec<Event> = (0..count * 10)
        .map(|_| {
            let mut left = (unit() * 100.0) as u64;
            let kind = KINDS.iter().position(|(_, share)| {
                let found = left < *share;
                left = left.saturating_sub(*share);
                found
            });
            Event {
                contact: (unit().powf(1.4) * count as f64) as u32,
                kind: kind.unwrap_or(0) as u8,
                seconds: START_SECONDS + (unit() * (DAYS * DAY_SECONDS) as f64) as i64,
                cents: (unit() * unit() * 20_000.0) as i32,
            }
        })
        .collect();
    events.sort_by_key(|event| event.seconds);
    (contacts, events)
}

fn write(folder: &Path, contacts: &[Contact], events: &[Event]) {
    std::fs::create_dir_all(folder).unwrap();
    let put = |name: &str, bytes: Vec<u8>| {
        std::fs::File::create(folder.join(name)).unwrap().write_all(&bytes).unwrap();
    };
    put("country.u8", contacts.iter().map(|one| one.country).collect());
    put("plan.u8", contacts.iter().map(|one| one.plan).collect());
    put("employees.i32", contacts.iter().flat_map(|one| one.employees.to_le_bytes()).collect());
    put("consent.u8", contacts.iter().map(|one| one.consent).collect());
    put("contact.u32", events.iter().flat_map(|one| one.contact.to_le_bytes()).collect());
    put("kind.u8", events.iter().map(|one| one.kind).collect());
    put("seconds.i64", events.iter().flat_map(|one| one.seconds.to_le_bytes()).collect());
    put("cents.i32", events.iter().flat_map(|one| one.cents.to_le_bytes()).collect());
}

fn schema() -> Schema {
    let schema = Schema::new()
        .attribute("country", Kind::Text)
        .attribute("plan", Kind::Text)
        .attribute("employees", Kind::Number { decimals: 0 })
        .attribute("consent", Kind::Flag);
    KINDS.iter().fold(schema, |schema, (kind, _)| match *kind {
        "purchase" => schema.event(kind, [("amount", Kind::Number { decimals: 2 })]),
        _ => schema.event(kind, []),
    })
}

fn attributes(contact: &Contact) -> [Value; 4] {
    let text = |list: &[&str], place: u8| {
        list.get(usize::from(place)).map_or(Value::Null, |text| Value::Text((*text).to_owned()))
    };
    let employees = match contact.employees {
        -1 => Value::Null,
        count => Value::Number(count.into()),
    };
    [
        text(&COUNTRIES, contact.country),
        text(&PLANS, contact.plan),
        employees,
        Value::Flag(contact.consent == 1),
    ]
}

fn values(event: &Event) -> Vec<Value> {
    match KINDS[usize::from(event.kind)].0 {
        "purchase" => {
            vec![Value::Number(fondaco::rust_decimal::Decimal::new(event.cents.into(), 2))]
        }
        _ => Vec::new(),
    }
}

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_micros(seconds * 1_000_000).unwrap()
}

/// This process's CPU time: other programs may run beside it.
fn cpu_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/schedstat").unwrap_or_default();
    let nanos: f64 = stat.split(' ').next().and_then(|text| text.parse().ok()).unwrap_or(0.0);
    nanos / 1e9
}

fn full(contacts: &[Contact], events: &[Event]) {
    let columns = columns(contacts, events);
    let per_contact = 8.0 * contacts.len() as f64;
    println!(
        "memory: {:.1} bytes per contact and event together; {:.1} per event beside 8 per contact",
        columns.bytes() as f64 / (contacts.len() + events.len()) as f64,
        (columns.bytes() as f64 - per_contact) / events.len() as f64
    );
    let now = at(START_SECONDS + DAYS * DAY_SECONDS);
    for (name, text) in PREDICATES {
        let set = SegmentSet::compile(columns.schema(), [(name, Definition::parse(text).unwrap())]);
        let set = set.unwrap();
        // The kernel counts CPU time by its own ticks: many runs together are more than one.
        let (start, mut members) = (cpu_seconds(), 0);
        for _ in 0..RUNS {
            members = black_box(columns.members(&set, name, now).unwrap()).count();
        }
        let mean = (cpu_seconds() - start) / f64::from(RUNS);
        println!("{name}: {:.2} ms of CPU, {members} members", mean * 1e3);
    }
}

fn columns(contacts: &[Contact], events: &[Event]) -> Columns {
    let start = Instant::now();
    let mut builder = ColumnsBuilder::new(&schema());
    for contact in contacts {
        builder.contact(None, None, &attributes(contact)).unwrap();
    }
    for event in events {
        let kind = KINDS[usize::from(event.kind)].0;
        builder.event(event.contact, kind, at(event.seconds), &values(event)).unwrap();
    }
    let columns = builder.finish();
    println!(
        "{} contacts and {} events in columns in {:.1} s",
        contacts.len(),
        events.len(),
        start.elapsed().as_secs_f64()
    );
    columns
}

/// A hundred segments of all kinds: 40 counts, 15 lapsed, 15 sums, 10 sequences, 10 interests, 10 of attributes and others.
fn hundred() -> Vec<(String, Definition)> {
    let kinds: Vec<&str> = KINDS.iter().map(|(kind, _)| *kind).collect();
    let kind = |n: usize| kinds[n % kinds.len()];
    let text = |n: usize| match n {
        0..40 => format!("count({}) in {} days >= {}", kind(n), [7, 14, 30, 90][n % 4], 2 + n % 5),
        40..55 => {
            let kind = kind(n);
            format!("done({kind}) in {} days and not done({kind}) in {} days", 90 + n, 20 + n % 20)
        }
        55..70 => format!("sum(purchase.amount) in {} days > {}", 10 + 5 * (n - 55), 100 + 20 * n),
        70..80 => format!(
            "sequence({}, {}, {}) within {} days in 60 days",
            kind(n),
            kind(n + 2),
            kind(n + 5),
            3 + n % 9
        ),
        80..90 => format!(
            "interest({} * 3, {}; half-life {} days) >= {}",
            kind(n),
            kind(n + 1),
            7 + n % 14,
            3 + n % 5
        ),
        _ => format!(
            "plan = \"{}\" and employees >= {} and count({}) in 30 days >= 1",
            PLANS[n % 3],
            n,
            kind(n)
        ),
    };
    (0..100).map(|n| (format!("s{n}"), Definition::parse(&text(n)).unwrap())).collect()
}

fn live(contacts: &[Contact], events: &[Event]) {
    let set = SegmentSet::compile(&schema(), hundred()).unwrap();
    let mut live = Live::new(set, at(START_SECONDS));
    for contact in contacts {
        live.contact(None, None, &attributes(contact)).unwrap();
    }
    live.take_changes();
    // Values are made before the clock of the benchmark begins.
    let taken: Vec<Happened<'_>> = (0_u64..)
        .zip(events.iter().take(events.len() / 2))
        .map(|(id, event)| {
            let kind = KINDS[usize::from(event.kind)].0;
            Happened::new(event.contact, kind, id, at(event.seconds)).with(values(event))
        })
        .collect();
    let (start, mut changes) = (cpu_seconds(), 0);
    for some in taken.chunks(1024) {
        live.feed(some).unwrap();
        changes += live.take_changes().len();
    }
    let took = cpu_seconds() - start;
    changes += live.take_changes().len();
    println!(
        "100 live segments: {} events, the clock gone on with each, in {took:.1} s of CPU: {:.2} M events/s, {changes} entries and exits, {} queued, {:.0} bytes per contact",
        taken.len(),
        taken.len() as f64 / took / 1e6,
        live.queued(),
        live.bytes() as f64 / contacts.len() as f64,
    );
    let (start, from) = (cpu_seconds(), live.now());
    for hour in 1..=24 * 30 {
        live.advance(Timestamp::from_micros(from.micros() + hour * 3_600_000_000).unwrap())
            .unwrap();
    }
    let took = cpu_seconds() - start;
    let changes = live.take_changes().len();
    println!(
        "the clock alone, 30 days hour by hour: {took:.2} s of CPU, {changes} entries and exits"
    );
}
