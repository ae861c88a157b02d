//! A batch asks with as little as decides, and is allowed the same for the same reason as if it had asked with everything.
#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests are tests

mod rights;

use std::cell::RefCell;

use chrono::NaiveDate;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use rights::*;

static SPEND: Permission = Permission::new("desk.spend", "spend").limited().within_tags();
static SHOP: Engine =
    Engine { name: "desk", parts: &[&engine::Part::new(&[]).permissions(&[&SPEND])] };

const DIMENSIONS: [&str; 3] = ["till", "centre", "project"];
/// `b` and `c` stand under `a`.
const PLACES: [&str; 4] = ["a", "b", "c", "d"];
const PEOPLE: [&str; 3] = ["xena", "yves", "robot"];

#[derive(Debug, Clone)]
struct Lending {
    from: usize,
    to: usize,
    role: Option<usize>,
    days: (u32, u32),
}

#[derive(Debug, Clone)]
struct World {
    roles: Vec<NewGrant>,
    /// Person, role, days.
    members: Vec<(usize, usize, (u32, u32))>,
    lendings: Vec<Lending>,
}

#[derive(Debug, Clone)]
struct Question {
    actor: usize,
    day: u32,
    amount: Option<Money>,
    total: Option<Money>,
    places: Vec<(usize, usize)>,
    hands: Vec<usize>,
}

fn june(day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 6, day).unwrap()
}

fn money() -> impl Strategy<Value = Money> {
    (0..5_i64, prop::bool::weighted(0.8)).prop_map(|(tens, euro)| {
        Money::minor(tens * 1000, if euro { Currency::EUR } else { Currency::USD })
    })
}

fn days() -> impl Strategy<Value = (u32, u32)> {
    (1..10_u32, 0..6_u32).prop_map(|(first, more)| (first, first + more))
}

fn grant() -> impl Strategy<Value = NewGrant> {
    let limits = prop::option::of((10..30_i64, 10..50_i64));
    let scope = |dimension| {
        prop::option::weighted(0.4, subsequence(PLACES.to_vec(), 1..=3))
            .prop_map(move |places| (dimension, places.unwrap_or_default()))
    };
    (limits, DIMENSIONS.map(scope)).prop_map(|(limits, scopes)| {
        let grant = NewGrant::new("desk.spend");
        let scopes = scopes.into_iter().filter(|(_, at)| !at.is_empty());
        let grant = scopes.fold(grant, |grant, (name, at)| grant.within(name, at));
        match limits {
            None => grant,
            Some((each, all)) => grant
                .up_to(Money::minor(each * 100, Currency::EUR))
                .up_to_in_all(Money::minor(all * 100, Currency::EUR)),
        }
    })
}

fn world() -> impl Strategy<Value = World> {
    let lending = (0..3_usize, 0..3_usize, prop::option::of(0..3_usize), days())
        .prop_map(|(from, to, role, days)| Lending { from, to, role, days });
    let member = (0..3_usize, 0..3_usize, days());
    (
        prop::collection::vec(grant(), 3),
        prop::collection::vec(member, 1..5),
        prop::collection::vec(lending, 0..4),
    )
        .prop_map(|(roles, members, lendings)| World { roles, members, lendings })
}

fn question() -> impl Strategy<Value = Question> {
    let places = prop::collection::vec((0..DIMENSIONS.len(), 0..PLACES.len()), 0..5);
    let hands = prop_oneof![3 => Just(vec![]), 1 => subsequence(vec![0, 1, 2], 1..=2)];
    let amounts = (prop::option::of(money()), prop::option::of(money()));
    (0..PEOPLE.len(), select(vec![2, 5, 9]), amounts, places, hands).prop_map(
        |(actor, day, (amount, total), places, hands)| Question {
            actor,
            day,
            amount,
            total,
            places,
            hands,
        },
    )
}

fn shop(world: &World) -> Driver<'static> {
    let driver =
        Driver::new(fondaco_store::Memory::new(), CompanyId::named("acme")).with_policy(Stored);
    driver.join(&SHOP).unwrap();
    let mut commands = 0;
    let mut named = || {
        commands += 1;
        envelope("root", &commands.to_string())
    };
    driver.carry_out(named(), &AppointFirst::new(ActorId::new("root"))).unwrap();
    for (n, grant) in world.roles.iter().enumerate() {
        let role = DefineRole::new(format!("role {n}"), "x").may(grant.clone());
        driver.carry_out(named(), &role).unwrap();
    }
    for name in PEOPLE {
        let actor = ActorId::new(name);
        let register = match name {
            "robot" => RegisterActor::system(actor),
            _ => RegisterActor::person(actor),
        };
        driver.carry_out(named(), &register).unwrap();
    }
    for (who, role, (first, last)) in &world.members {
        let assign = AssignRole::new(ActorId::new(PEOPLE[*who]), format!("role {role}"));
        let assign = assign.from(june(*first)).until(june(*last));
        driver.carry_out(named(), &assign).unwrap();
    }
    for Lending { from, to, role, days } in &world.lendings {
        let [from, to] = [from, to].map(|who| ActorId::new(PEOPLE[*who]));
        let lend = Delegate::new(from, to, june(days.0), june(days.1));
        let lend = match role {
            Some(role) => lend.only(Part::Role(format!("role {role}").into())),
            None => lend,
        };
        let _ = driver.carry_out(named(), &lend); // in a circle, or of what is not held
    }
    driver
}

impl Question {
    fn request(&self, regarded: impl Fn(&str) -> bool) -> Request {
        let mut request = Request::new(&SPEND)
            .after(&self.hands.iter().map(|who| ActorId::new(PEOPLE[*who])).collect::<Vec<_>>());
        request.amount = self.amount;
        request.total = self.total;
        for (dimension, place) in &self.places {
            let (dimension, place) = (DIMENSIONS[*dimension], PLACES[*place]);
            if regarded(dimension) {
                request = match place {
                    "b" | "c" => request.under(dimension, place, ["a".into()]),
                    _ => request.at(dimension, place),
                };
            }
        }
        request
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_not_regarded_decides_nothing(
        world in world(),
        questions in prop::collection::vec(question(), 20),
    ) {
        let shop = shop(&world);
        for (n, question) in questions.iter().enumerate() {
            let at = june(question.day).and_hms_opt(12, 0, 0).unwrap().and_utc();
            let at = Timestamp::from_micros(at.timestamp_micros()).unwrap();
            let who = ActorId::new(PEOPLE[question.actor]);
            let envelope = Envelope::new(CommandId::named(&format!("ask {n}")), who, at);
            let said = RefCell::new(None);
            let asked = shop.run(envelope, &0, |tx, _| {
                let whole = tx.may(&question.request(|_| true))?;
                let brief = tx.authority(&SPEND).and_then(|authority| {
                    tx.allow(&authority, &question.request(|dimension| authority.regards(dimension)))
                });
                let brief = match brief {
                    Err(Halt::Denied(denial)) => Verdict::Denied(*denial),
                    reason => Verdict::Allowed(reason?),
                };
                *said.borrow_mut() = Some((whole, brief));
                Ok::<(), Halt>(())
            });
            asked.unwrap();
            let (whole, brief) = said.take().unwrap();
            match whole {
                Verdict::Allowed(_) => prop_assert_eq!(whole, brief),
                Verdict::Denied(_) => prop_assert!(!brief.is_allowed(), "{} against {}", whole, brief),
            }
        }
    }
}
