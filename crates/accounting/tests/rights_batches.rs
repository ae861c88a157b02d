//! Batches under random policies are judged as if each entry were asked for alone, with everything it is about: the same
//! entries are posted, and the same one is named, in the same words.
#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests are tests

mod common;

use std::sync::Arc;

use common::staff::*;
use common::*;
use fondaco_accounting::ledger::*;
use fondaco_core::policy::stored::{AssignRole, Delegate, NewGrant, Part, RegisterActor};
use fondaco_core::policy::{Permission, Reason, Request, Verdict};
use fondaco_core::{ActorId, Money, Timestamp};
use fondaco_store::Memory;
use fondaco_testkit::Model;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use smol_str::SmolStr;

const PEOPLE: [&str; 3] = ["xena", "yves", "robot"];
const ACCOUNTS: [&str; 5] = ["1000", "1200", "4000", "5000", "5110"];
const CENTRES: [&str; 2] = ["10", "20"];

/// The first and the last.
type Days = (u32, u32);

#[derive(Debug, Clone)]
struct World {
    /// What each role allows.
    roles: Vec<Vec<NewGrant>>,
    /// Person, role, days.
    members: Vec<(usize, usize, Days)>,
    /// From whom, to whom, a role or everything, days.
    lendings: Vec<(usize, usize, Option<usize>, Days)>,
    unloaded: bool,
}

#[derive(Debug, Clone)]
struct Line {
    journal: &'static str,
    softly: bool,
    euros: i64,
    accounts: (&'static str, &'static str),
    centre: Option<&'static str>,
}

#[derive(Debug, Clone)]
struct Deed {
    who: (usize, usize),
    day: u32,
    lines: Vec<Line>,
    /// So often, that the whole chart is read.
    times: usize,
    kind: Kind,
}

#[derive(Debug, Clone, Copy)]
enum Kind {
    Many,
    Each,
    Draft,
}

fn days() -> impl Strategy<Value = Days> {
    (1..10_u32, 0..9_u32).prop_map(|(first, more)| (first, first + more))
}

fn grant(permission: &'static Permission) -> impl Strategy<Value = Option<NewGrant>> {
    let limits = prop::option::of((10..40_i64, prop::option::of(30..200_i64)));
    let scope = |dimension, places: &[&'static str]| {
        prop::option::weighted(0.35, subsequence(places.to_vec(), 1..=places.len()))
            .prop_map(move |places| (dimension, places.unwrap_or_default()))
    };
    let scopes = (
        scope("journal", &["GEN", "OWN"]),
        scope("account", &["1", "1000", "4000", "5", "51"]),
        scope("cost_centre", &CENTRES),
        scope("period", &["2026-01"]),
    );
    (prop::bool::weighted(0.8), limits, scopes).prop_map(move |(given, limits, scopes)| {
        let scopes = [scopes.0, scopes.1, scopes.2, scopes.3];
        let known = scopes.into_iter().filter(|(dimension, _)| match permission.name {
            "ledger.post_soft_locked" => permission.dimensions.contains(dimension),
            _ => *dimension != "period",
        });
        let grant = NewGrant::new(permission.name);
        let known = known.filter(|(_, places)| !places.is_empty());
        let grant = known.fold(grant, |grant, (dimension, places)| grant.within(dimension, places));
        let grant = match limits.filter(|_| permission.limited) {
            None => grant,
            Some((each, None)) => grant.up_to(euros(each)),
            Some((each, Some(all))) => grant.up_to(euros(each)).up_to_in_all(euros(all)),
        };
        given.then_some(grant)
    })
}

fn world() -> impl Strategy<Value = World> {
    let role =
        [&rights::POST, &rights::POST_SOFT_LOCKED, &rights::DRAFT, &rights::APPROVE].map(grant);
    let role = role.prop_map(|grants| grants.into_iter().flatten().collect::<Vec<_>>());
    let member = (0..3_usize, 0..3_usize, days());
    let lending = (0..3_usize, 0..3_usize, prop::option::of(0..3_usize), days());
    (
        prop::collection::vec(role, 3),
        prop::collection::vec(member, 1..5),
        prop::collection::vec(lending, 0..4),
        prop::bool::weighted(0.1),
    )
        .prop_map(|(roles, members, lendings, unloaded)| World {
            roles,
            members,
            lendings,
            unloaded,
        })
}

fn line() -> impl Strategy<Value = Line> {
    let account = || select(ACCOUNTS.to_vec());
    (
        select(vec!["GEN", "OWN"]),
        prop::bool::weighted(0.4),
        1..45_i64,
        (account(), account()),
        prop::option::of(select(CENTRES.to_vec())),
    )
        .prop_map(|(journal, softly, euros, accounts, centre)| Line {
            journal,
            softly,
            euros,
            accounts,
            centre,
        })
}

fn deed() -> impl Strategy<Value = Deed> {
    (
        (0..PEOPLE.len(), 0..PEOPLE.len()),
        select(vec![2_u32, 6, 12]),
        prop::collection::vec(line(), 1..6),
        select(vec![1, 1, 34]),
        select(vec![Kind::Many, Kind::Each, Kind::Draft]),
    )
        .prop_map(|(who, day, lines, times, kind)| Deed { who, day, lines, times, kind })
}

fn euros(amount: i64) -> Money {
    Money::minor(amount * 100, fondaco_core::Currency::EUR)
}

fn noon(day: u32) -> Timestamp {
    instant(&format!("2026-06-{day:02}T12:00:00Z"))
}

fn staff(world: &World) -> Staff {
    let staff = match world.unloaded {
        true => Staff::asynchronous("model, not loaded", Arc::new(Model::new())),
        false => Staff::sync("memory", Arc::new(Memory::new())),
    };
    let staff = staff.set_up();
    let deeper = vec![
        NewAccount::heading("51", "Office", AccountClass::Expense).parent("5"),
        NewAccount::new("5110", "Paper", AccountClass::Expense).parent("51"),
    ];
    staff.must("chief", &OpenAccounts::new(deeper));
    staff.must("chief", &SoftLockPeriod::new(202_601));
    for (n, grants) in world.roles.iter().enumerate() {
        staff.role(&format!("role {n}"), grants.clone());
    }
    for name in PEOPLE {
        match name {
            "robot" => staff.must("root", &RegisterActor::system(id(name))),
            _ => staff.must("root", &RegisterActor::person(id(name))),
        }
    }
    let day = |day: u32| d(&format!("2026-06-{day:02}"));
    for (who, role, (first, last)) in &world.members {
        let assign = AssignRole::new(id(PEOPLE[*who]), format!("role {role}"));
        staff.must("root", &assign.from(day(*first)).until(day(*last)));
    }
    for (from, to, role, (first, last)) in &world.lendings {
        let lend = Delegate::new(id(PEOPLE[*from]), id(PEOPLE[*to]), day(*first), day(*last));
        let lend = match role {
            Some(role) => lend.only(Part::Role(format!("role {role}").into())),
            None => lend,
        };
        let _ = staff.send("root", &lend); // in a circle, or of what is not held
    }
    staff
}

impl Line {
    fn entry(&self) -> NewEntry {
        let debit = NewPosting::debit(self.accounts.0, euros(self.euros));
        let debit = match self.centre {
            Some(centre) => debit.dimension("cost_centre", centre),
            None => debit,
        };
        NewEntry::new(self.journal, d(if self.softly { "2026-01-05" } else { "2026-02-05" }))
            .posting(debit)
            .credit(self.accounts.1, euros(self.euros))
    }

    /// All that the entry is about.
    fn request(&self, permission: &'static Permission) -> Request {
        let entry = self.entry();
        let mut request = Request::new(permission)
            .about(format!("{}, {}", entry.journal, entry.date))
            .at("journal", self.journal);
        for account in [self.accounts.0, self.accounts.1] {
            let above: &[&str] = match account {
                "1000" | "1200" => &["1"],
                "5000" => &["5"],
                "5110" => &["51", "5"],
                _ => &[],
            };
            let above: Vec<SmolStr> = above.iter().map(SmolStr::new).collect();
            request = request.under("account", account, above);
        }
        let places = [(self.accounts.0, self.centre), (self.accounts.1, None)];
        for (account, centre) in places {
            request = match centre {
                Some(centre) => request.at("cost_centre", centre),
                None if ["4000", "5000", "5110"].contains(&account) => {
                    request.nowhere("cost_centre")
                }
                None => request,
            };
        }
        request
    }
}

/// Who acts, judged one request at a time.
struct Judged<'a> {
    staff: &'a Staff,
    who: &'static str,
    at: Timestamp,
}

impl Judged<'_> {
    /// Why, or the words of the denial.
    fn may(&self, request: &Request) -> Result<Reason, String> {
        match self.staff.may_at(self.who, self.at, request) {
            Verdict::Allowed(reason) => Ok(reason),
            Verdict::Denied(denial) => Err(denial.to_string()),
        }
    }

    /// Whether anything at all could be allowed.
    fn holds(&self, permission: &'static Permission) -> Result<(), String> {
        match self.staff.may_at(self.who, self.at, &Request::new(permission)) {
            Verdict::Denied(denial) if denial.code() == "policy.not_held" => {
                Err(denial.to_string())
            }
            _ => Ok(()),
        }
    }

    fn post(
        &self,
        permission: &'static Permission,
        line: &Line,
        so_far: i64,
        hands: &[ActorId],
    ) -> Result<Reason, String> {
        if line.softly {
            let soft = Request::new(&rights::POST_SOFT_LOCKED).about("2026-01");
            self.may(&soft.at("period", "2026-01").at("journal", line.journal))?;
        }
        let (amount, total) = (euros(line.euros), euros(so_far + line.euros));
        self.may(&line.request(permission).amount(amount).total(total).after(hands))
    }

    /// What becomes of each line when each stands alone: why it is refused, if it is.
    fn each(&self, lines: &[Line]) -> Result<Vec<Option<String>>, String> {
        self.holds(&rights::POST)?;
        let mut so_far = 0;
        let judge = |line: &Line| {
            let answer = self.post(&rights::POST, line, so_far, &[]);
            so_far += if answer.is_ok() { line.euros } else { 0 };
            answer.err()
        };
        Ok(lines.iter().map(judge).collect())
    }

    /// All or nothing: which line is named, and how.
    fn many(&self, lines: &[Line]) -> Result<(), String> {
        let each = self.each(lines)?;
        let first = each.into_iter().enumerate().find_map(|(n, denial)| Some((n, denial?)));
        first.map_or(Ok(()), |(n, why)| Err(format!("item {n} (counted from 0): {why}")))
    }
}

fn check(staff: &Staff, deed: &Deed, n: usize) -> Result<(), TestCaseError> {
    let at = noon(deed.day);
    let one = Judged { staff, who: PEOPLE[deed.who.0], at };
    let lines: Vec<Line> =
        std::iter::repeat_n(&deed.lines, deed.times).flatten().cloned().collect();
    let entries = lines.iter().map(Line::entry).collect();
    let name = format!("deed {n}");
    match deed.kind {
        Kind::Many => {
            let said = staff.send_at(at, (one.who, &name), &PostMany::new(entries));
            let said = said.map(|_| ()).map_err(|error| error.to_string());
            prop_assert_eq!(said, one.many(&lines));
        }
        Kind::Each => {
            let said = staff.send_at(at, (one.who, &name), &PostEach::new(entries));
            let said = said.map_err(|error| error.to_string()).map(|done| {
                let message = |refused: &RefusedEntry| refused.message.to_string();
                done.answer.entries.iter().map(|entry| entry.as_ref().err().map(message)).collect()
            });
            prop_assert_eq!(said, one.each(&lines));
        }
        Kind::Draft => {
            let other = Judged { staff, who: PEOPLE[deed.who.1], at };
            check_draft(&one, &other, &lines[0], &name)?;
        }
    }
    Ok(())
}

/// A draft that one prepares and another approves, unless that is one pair of eyes.
fn check_draft(
    one: &Judged<'_>,
    other: &Judged<'_>,
    line: &Line,
    name: &str,
) -> Result<(), TestCaseError> {
    let (staff, at) = (one.staff, one.at);
    let prepared = staff.send_at(at, (one.who, name), &PrepareDraft::new(line.entry()));
    let prepared = prepared.map_err(|error| error.to_string());
    let reason = one.holds(&rights::DRAFT).and_then(|()| one.may(&line.request(&rights::DRAFT)));
    let (draft, reason) = match (prepared, reason) {
        (Ok(prepared), Ok(reason)) => (prepared.answer, reason),
        (prepared, reason) => {
            prop_assert_eq!(prepared.map(|_| ()), reason.map(|_| ()));
            return Ok(());
        }
    };
    staff.must("chief", &SubmitDraft::new(draft));
    if line.journal == "OWN" {
        return Ok(()); // needs nobody's approval
    }
    let mut hands = reason.hands(&id(one.who));
    hands.push(id("chief"));
    let approval = ApproveDraft::new(draft, 1);
    let said = staff.send_at(at, (other.who, &format!("{name}, approved")), &approval);
    let expected = other.holds(&rights::APPROVE);
    let expected = expected.and_then(|()| other.post(&rights::APPROVE, line, 0, &hands));
    prop_assert_eq!(said.map(|_| ()).map_err(|error| error.to_string()), expected.map(|_| ()));
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 120, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_batch_is_judged_as_each_of_its_entries(
        world in world(),
        deeds in prop::collection::vec(deed(), 1..10),
    ) {
        let staff = staff(&world);
        for (n, deed) in deeds.iter().enumerate() {
            check(&staff, deed, n)?;
        }
        staff.clean();
    }
}
