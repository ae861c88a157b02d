//! A program beside the store that writes to whoever comes into a segment: killed anywhere, it writes to each once.

use std::collections::BTreeSet;

use fondaco_core::CompanyId;
use fondaco_core::store::{Commit, FeedFrom};
use fondaco_crm::attributes::ValueKind;
use fondaco_crm::events::RecordEvents;
use fondaco_crm::membership::*;
use fondaco_testkit::Host;

use crate::firm::*;

/// What a kill leaves: how far the program had come, as it kept it itself.
#[derive(Default)]
struct Disk {
    position: u64,
}

/// A mail service that knows a letter again by its id.
#[derive(Default)]
struct Service {
    letters: Vec<String>,
    known: BTreeSet<String>,
    again: usize,
}

impl Service {
    fn take(&mut self, id: String) {
        match self.known.insert(id.clone()) {
            true => self.letters.push(id),
            false => self.again += 1,
        }
    }
}

/// The power fails at some steps.
struct Power(u64);

impl Power {
    fn holds(&mut self) -> Result<(), ()> {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        if (self.0 >> 33).is_multiple_of(5) { Err(()) } else { Ok(()) }
    }
}

/// The letters of a commit. Their ids follow from where the event stands in the log: whoever reads it again makes the same.
fn letters(commit: &Commit) -> Vec<String> {
    let numbered = commit.events.iter().enumerate();
    let entered = numbered.filter(|(_, event)| event.name == "crm.segment_entered");
    entered.map(|(nth, _)| format!("{}/{nth}", commit.position)).collect()
}

/// Goes on from where the disk says, commit by commit, until the power fails or nothing is left.
fn run(host: &Host, disk: &mut Disk, service: &mut Service, power: &mut Power) -> Result<(), ()> {
    loop {
        let from = FeedFrom::new(CompanyId::named("acme"), disk.position, 3);
        let commits = host.store().feed(&from).unwrap();
        if commits.is_empty() {
            return Ok(());
        }
        for commit in commits {
            for letter in letters(&commit) {
                power.holds()?;
                service.take(letter);
                power.holds()?;
            }
            disk.position = commit.position;
            power.holds()?;
        }
    }
}

#[test]
fn who_is_killed_anywhere_writes_to_each_once() {
    let mut again = 0;
    for seed in 0..40 {
        let host = in_memory();
        host.at("2026-05-02T00:00:00Z");
        for (name, least) in [("once", 1), ("twice", 2), ("often", 3)] {
            let is = format!("count(call) in 2 days >= {least}");
            let segment =
                StoredSegment::new(name, 1, is).event("call", [("minutes", ValueKind::Number)]);
            host.must(&format!("put {name}"), &PutSegment::new(segment));
            host.must(&format!("use {name}"), &UseSegment::new(name, Some(1)));
        }
        let (mut disk, mut service, mut power) = (Disk::default(), Service::default(), Power(seed));
        for day in 1..8_i64 {
            let calls = |who: &str| {
                let minute = (day - 1) * 1_440;
                let made = (0..(day + i64::from(who == "bo")) % 4).map(|n| (n, minute + 10 * n));
                made.map(|(n, at)| did(who, "call", &format!("{who}/{day}/{n}"), at))
                    .collect::<Vec<_>>()
            };
            host.at(&format!("2026-05-{:02}T00:00:00Z", day + 1));
            host.tick();
            for who in ["ada", "bo"] {
                if let calls @ [_, ..] = calls(who).as_slice() {
                    host.must(&format!("{who}/{day}"), &RecordEvents::new(calls.to_vec()));
                }
            }
            // It is started again and again, and reads what came meanwhile.
            let _ = run(&host, &mut disk, &mut service, &mut power);
        }
        while run(&host, &mut disk, &mut service, &mut power).is_err() {}
        let log = host.store().feed(&FeedFrom::new(CompanyId::named("acme"), 0, 10_000)).unwrap();
        let all: Vec<String> = log.iter().flat_map(letters).collect();
        assert!(all.len() > 10, "{all:?}");
        assert_eq!(service.letters, all, "with seed {seed}");
        again += service.again;
    }
    assert!(again > 0, "nothing was ever said twice");
}
