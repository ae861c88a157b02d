//! Changing who may: what is refused, what stays, and that a right and what it allows never slip past each other.
#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests are tests

mod common;
mod rights;

use std::fmt::Write;
use std::sync::Arc;

use fondaco_store::{Memory, Sqlite};
use fondaco_testkit::{Model, sweep};
use fondaco_testkit::{Moment, Slipping};
use rights::*;

fn lend(from: &str, to: &str, starts: &str, ends: &str) -> Delegate {
    Delegate::new(id(from), id(to), d(starts), d(ends))
}

#[test]
fn delegations_hold_from_their_first_to_their_last_day() {
    on_every_host(|office| {
        office.must("carla", &lend("carla", "anna", "2026-06-10", "2026-06-12"));
        for (day, fine) in [(9, false), (10, true), (12, true), (13, false)] {
            let paid = office.pays_at(june(day), "anna", "500");
            assert_eq!(paid.is_ok(), fine, "on June {day}, {}", office.name);
        }
        // She lends what she holds at that moment.
        office.must("root", &BlockActor::new(id("carla")));
        assert!(office.pays_at(june(10), "anna", "500").is_err());
        office.must("root", &BlockActor::lift(id("carla")));
        office.must("root", &AssignRole::new(id("carla"), "manager").until(d("2026-06-10")));
        assert!(office.pays_at(june(10), "anna", "500").is_ok());
        assert!(office.pays_at(june(11), "anna", "500").is_err());
    });
}

/// Rights begin and end with the company's day, not with that of UTC.
#[test]
fn delegations_and_roles_end_with_the_company_s_day() {
    on_every_host(|office| {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let new_york = fondaco_core::calendar::Zone::minutes_east(-240).unwrap();
        let planner = DefineRole::new("planner", "Planner").may(NewGrant::new("calendar.manage"));
        office.must("root", &planner);
        office.must("root", &AssignRole::new(id("root"), "planner"));
        office.must("root", &fondaco_core::calendar::SetZone::new(new_york));
        office.must("carla", &lend("carla", "anna", "2026-06-10", "2026-06-12"));
        for (time, fine) in [
            ("2026-06-10T03:59:59Z", false), // still the 9th over there
            ("2026-06-10T04:00:00Z", true),
            ("2026-06-13T03:59:59.999999Z", true),
            ("2026-06-13T04:00:00Z", false),
        ] {
            assert_eq!(
                office.pays_at(at(time), "anna", "500").is_ok(),
                fine,
                "{time}, {}",
                office.name
            );
        }
        office.must("root", &AssignRole::new(id("anna"), "manager").until(d("2026-06-30")));
        assert!(office.pays_at(at("2026-07-01T03:00:00Z"), "anna", "500").is_ok());
        assert!(office.pays_at(at("2026-07-01T04:00:00Z"), "anna", "500").is_err());
        // It is 30 June until four in the morning: what ends then is not over.
        let late = |time: &str, ends: &str, name: &str| {
            let lend = lend("carla", "ben", "2026-06-01", ends);
            office.send_at(at(time), ("carla", name), &lend).map(|done| done.answer)
        };
        assert!(late("2026-07-01T03:00:00Z", "2026-06-30", "in time").is_ok());
        let over = late("2026-07-01T04:00:00Z", "2026-06-30", "too late").unwrap_err();
        assert!(over.to_string().contains("2026-06-30 is over, it is 2026-07-01"), "{over}");
    });
}

#[test]
fn parts_of_rights_are_lent_and_lent_on() {
    on_every_host(|office| {
        let all_june = |from, to| lend(from, to, "2026-06-01", "2026-06-30");
        let vault = Request::new(&COUNT).at("till", "vault");
        let pay = Part::Permission("desk.pay".into());
        let first = office.must("carla", &all_june("carla", "anna").only(pay));
        assert!(office.may("anna", &ask("vault", "500")).is_allowed());
        assert!(!office.may("anna", &vault).is_allowed(), "only paying was lent");
        let lent_on = all_june("anna", "ben").only(Part::Role("manager".into()));
        office.must("root", &lent_on);
        let verdict = office.may("ben", &ask("vault", "500"));
        assert_eq!(
            verdict.to_string(),
            "allowed: role manager, by the right of anna, by the right of carla"
        );
        assert!(!office.may("ben", &vault).is_allowed(), "a part of a part");
        let administer = Request::new(&DELEGATE);
        assert!(!office.may("anna", &administer).is_allowed(), "never the rights to change rights");
        assert!(office.refused("ben", &EndDelegation::new(first)).contains("policy.administer"));
        office.must("carla", &EndDelegation::new(first));
        assert!(!office.may("ben", &ask("vault", "500")).is_allowed(), "what was lent on is gone");
    });
}

/// Two may lend one another different things; what comes back to where it came from is a circle, by whatever name it went.
#[test]
fn what_is_lent_decides_whether_it_goes_in_a_circle() {
    on_every_host(|office| {
        let lend = |from: &str, to: &str, part: Part| {
            lend(from, to, "2026-06-05", "2026-06-10").only(part)
        };
        let role = |role: &str| Part::Role(role.into());
        let permission = |name: &str| Part::Permission(name.into());
        let circle = |command: &Delegate, chain: &str| {
            let said = office.refused("root", command);
            assert!(said.ends_with(&format!("would go in a circle, {chain}")), "{said}");
        };
        office.must("root", &lend("carla", "anna", role("manager")));
        office.must("root", &lend("anna", "carla", role("cashier"))); // her own, which carla did not lend her
        office.must("root", &lend("anna", "ben", role("manager"))); // lent on
        circle(&lend("ben", "carla", role("manager")), "ben -> carla -> anna -> ben");
        circle(&lend("ben", "carla", permission("desk.pay")), "ben -> carla -> anna -> ben");
        circle(&lend("ben", "carla", Part::Everything), "ben -> carla -> anna -> ben");
        assert!(office.pays_at(june(5), "ben", "500").is_ok());
    });
}

/// A role that is given more may not close a circle that was none.
#[test]
fn a_role_closes_no_circle() {
    on_every_host(|office| {
        let lend = |from: &str, to: &str, part: Part| {
            lend(from, to, "2026-06-05", "2026-06-10").only(part)
        };
        let counter = |grants: &[&str]| {
            let role = DefineRole::new("counter", "Counter");
            grants.iter().fold(role, |role, grant| role.may(NewGrant::new(*grant)))
        };
        office.must("root", &counter(&["desk.count"]));
        office.must("root", &AssignRole::new(id("carla"), "counter"));
        office.must("root", &lend("carla", "ben", Part::Permission("desk.pay".into())));
        office.must("root", &AssignRole::new(id("ben"), "counter"));
        office.must("root", &lend("ben", "carla", Part::Role("counter".into())));
        let said = office.refused("root", &counter(&["desk.count", "desk.pay"]));
        assert!(said.contains("would go in a circle"), "{said}");
        office.must("root", &counter(&["desk.count", "policy.delegate"])); // which is never lent
    });
}

/// Who lent, or whose rights they are, ends the loan; a right to lend is not needed for that.
#[test]
fn whose_rights_they_are_takes_them_back() {
    on_every_host(|office| {
        let lent = office.must("root", &lend("anna", "ben", "2026-06-05", "2026-06-10"));
        let said = office.refused("carla", &EndDelegation::new(lent));
        assert!(said.starts_with("carla may not policy.administer"), "{said}");
        office.must("anna", &EndDelegation::new(lent)); // a cashier, who may not delegate
        let said = office.refused("anna", &EndDelegation::new(lent));
        assert!(said.starts_with("there is no delegation "), "{said}");
        let unwanted = office.must("root", &lend("anna", "ben", "2026-06-05", "2026-06-10"));
        office.must("ben", &EndDelegation::new(unwanted)); // who was lent it gives it back
        let again = office.must("root", &lend("anna", "ben", "2026-06-05", "2026-06-10"));
        office.must("root", &BlockActor::new(id("anna")));
        let said = office.refused("anna", &EndDelegation::new(again));
        assert!(said.contains("blocked"), "{said}");
    });
}

#[test]
fn grants_that_say_less_than_they_mean_are_refused() {
    on_every_host(|office| {
        let nowhere = NewGrant::new("desk.pay").within("till", Vec::<&str>::new());
        let unnamed = NewGrant::new("desk.pay").within("till", ["front", ""]);
        for grant in [nowhere, unnamed] {
            let said = office.refused("root", &DefineRole::new("clerk", "Clerk").may(grant));
            assert!(said.contains("no place is named: name one, or leave till out"), "{said}");
        }
        let typo = r#"{"permission":"desk.pay","documents":[],"acts":[],"scope":[],"document":["100 EUR"]}"#;
        let said = serde_json::from_str::<NewGrant>(typo).unwrap_err().to_string();
        assert!(said.starts_with("unknown field `document`"), "{said}");
    });
}

/// Thirty layers of two persons, each of whom lends to both of the next: 2^29 ways through 116 delegations.
#[test]
fn many_ways_to_a_right_are_no_more_work_than_the_delegations_they_go_through() {
    let office = in_memory();
    let name = |layer: usize, of: char| format!("{of}{layer}");
    for layer in 0..30 {
        for of in ['a', 'b'] {
            let who = name(layer, of);
            office.must("root", &RegisterActor::person(id(&who)));
            if layer == 0 {
                office.must("root", &AssignRole::new(id(&who), "manager"));
                continue;
            }
            for from in ['a', 'b'] {
                let from = name(layer - 1, from);
                office.must("root", &lend(&from, &who, "2026-06-01", "2026-06-30"));
            }
        }
    }
    let back = lend("a29", "b0", "2026-06-05", "2026-06-05");
    assert!(office.refused("root", &back).contains("would go in a circle, a29 -> b0 -> "));
    let pay = ask("vault", "500");
    assert!(office.may("a29", &pay).is_allowed());
    let by = |hands: &[&str]| {
        let hands: Vec<_> = hands.iter().map(|hand| id(hand)).collect();
        office.may("a29", &pay.clone().after(&hands))
    };
    // By another chain, where one of the shortest had a hand in it; not where all go through who had.
    assert!(by(&["a28", "b5", "a0"]).is_allowed());
    assert!(!by(&["a28", "b28"]).is_allowed());
    assert!(!by(&["a29"]).is_allowed());
}

#[test]
fn what_is_lent_already_is_not_lent_again() {
    on_every_host(|office| {
        office.must("carla", &lend("carla", "anna", "2026-06-05", "2026-06-10"));
        let no = |command: &Delegate| {
            let said = office.refused("carla", command);
            assert!(said.contains("carla lends that to anna already, until 2026-06-10"), "{said}");
        };
        no(&lend("carla", "anna", "2026-06-05", "2026-06-10"));
        no(&lend("carla", "anna", "2026-06-06", "2026-06-07"));
        no(&lend("carla", "anna", "2026-06-06", "2026-06-07").only(Part::Role("manager".into())));
        office.must("carla", &lend("carla", "anna", "2026-06-06", "2026-06-11"));
        office.must("carla", &lend("carla", "ben", "2026-06-05", "2026-06-10"));
    });
}

#[test]
fn delegations_that_can_not_be() {
    on_every_host(|office| {
        let lend = |from: &str, to: &str| lend(from, to, "2026-06-05", "2026-06-10");
        let says =
            |command: &Delegate, words: &str| assert_eq!(office.refused("root", command), words);
        office.must("root", &lend("carla", "anna"));
        office.must("root", &lend("anna", "ben"));
        says(
            &lend("ben", "carla"),
            "ben can't delegate to carla: the rights would go in a circle, ben -> carla -> anna -> ben",
        );
        says(
            &lend("ben", "ben"),
            "ben can't delegate to ben: the rights would go in a circle, ben -> ben",
        );
        // On other days it is none.
        office
            .must("root", &Delegate::new(id("ben"), id("carla"), d("2026-06-11"), d("2026-06-12")));
        office.must("root", &RegisterActor::person(id("dora")));
        says(
            &lend("dora", "carla"),
            "dora can't delegate anything to carla: on 2026-06-05 it is not held by dora; delegate something that is, or have it assigned first",
        );
        let role = Part::Role("administrator".into());
        says(
            &lend("anna", "dora").only(role),
            "anna can't delegate role administrator to dora: on 2026-06-05 it is not held by anna, nor lent to him by carla; delegate something that is, or have it assigned first",
        );
        says(
            &lend("anna", "dora").only(Part::Role("x".into())),
            "there is no role x: define it first (DefineRole), or correct the code",
        );
        says(
            &lend("anna", "dora").only(Part::Permission("policy.administer".into())),
            "part: policy.administer is never lent: assign a role that has it",
        );
        says(
            &lend("anna", "dora").only(Part::Permission("desk.x".into())),
            "no engine declares a permission desk.x: desk has desk.pay, desk.count",
        );
        says(
            &lend("anna", "zoe"),
            "there is no actor zoe: register it first (RegisterActor), or correct the id",
        );
        says(
            &lend("carla", "robot"),
            "delegate: robot is a program: rights are lent between persons",
        );
        let days =
            |starts: &str, ends: &str| Delegate::new(id("anna"), id("dora"), d(starts), d(ends));
        says(
            &days("2026-06-05", "2026-06-04"),
            "end: 2026-06-04 is before 2026-06-05: the last day is not before the first",
        );
        says(
            &days("2026-05-01", "2026-05-31"),
            "end: 2026-05-31 is over, it is 2026-06-01: give a later last day",
        );
        assert_eq!(
            office.refused("anna", &lend("anna", "dora")),
            "anna may not policy.delegate: no role that this actor has today allows it; who has one of the roles administrator, manager may"
        );
        let unknown = EndDelegation::new(Id::from_u128(7));
        assert!(office.refused("root", &unknown).starts_with("there is no delegation "));
    });
}

#[test]
fn the_last_administrator_stays() {
    on_every_host(|office| {
        let words = "after this nobody could administer: make another person administrator first";
        let administrator = |grants: &[&str]| {
            grants.iter().fold(DefineRole::new("administrator", "Administrator"), |role, may| {
                role.may(NewGrant::new(*may))
            })
        };
        assert_eq!(office.refused("root", &BlockActor::new(id("root"))), words);
        assert_eq!(office.refused("root", &WithdrawRole::new(id("root"), "administrator")), words);
        assert_eq!(
            office.refused(
                "root",
                &AssignRole::new(id("root"), "administrator").until(d("2030-01-01"))
            ),
            words
        );
        assert_eq!(
            office.refused(
                "root",
                &AssignRole::new(id("root"), "administrator").from(d("2026-06-02"))
            ),
            words
        );
        assert_eq!(office.refused("root", &administrator(&["policy.delegate"])), words);
        // A program, somebody blocked or somebody for some days is no other.
        office.must("root", &AssignRole::new(id("robot"), "administrator"));
        office.must("root", &AssignRole::new(id("anna"), "administrator").until(d("2030-01-01")));
        office.must("root", &AssignRole::new(id("ben"), "administrator"));
        office.must("root", &BlockActor::new(id("ben")));
        assert_eq!(office.refused("root", &BlockActor::new(id("root"))), words);
        office.must("root", &BlockActor::lift(id("ben")));
        office.must("root", &WithdrawRole::new(id("root"), "administrator"));
        assert_eq!(office.refused("ben", &BlockActor::new(id("ben"))), words);
    });
}

#[test]
fn what_is_wrong_with_a_change_is_said() {
    let office = in_memory();
    let says = |result: String, words: &str| assert_eq!(result, words);
    let role = |grant: NewGrant| DefineRole::new("x", "X").may(grant);
    let grant = NewGrant::new;
    says(
        office.refused("root", &role(grant("books.post"))),
        "no engine declares a permission books.post: the driver knows the engines desk, job, due, party, calendar, policy",
    );
    says(
        office.refused("root", &role(grant("desk.count").up_to(eur("1")))),
        "limit: desk.count is asked without an amount: leave its limit out",
    );
    says(
        office.refused("root", &role(grant("desk.pay").up_to(eur("-1")))),
        "limit: desk.pay: -1.00 EUR is below zero",
    );
    says(
        office.refused("root", &role(grant("desk.pay").up_to(eur("1")).up_to(eur("2")))),
        "limit: desk.pay: give one limit per currency",
    );
    says(
        office.refused("root", &role(grant("desk.pay").within("site", ["a"]))),
        "scope: desk.pay is not asked by site, but by till",
    );
    says(
        office.refused("root", &role(grant("policy.delegate").within("site", ["a"]))),
        "scope: policy.delegate is not asked by site, but without any dimension",
    );
    says(
        office.refused("root", &role(grant("desk.pay")).may(grant("desk.pay"))),
        "grants: desk.pay is given twice: give it once",
    );
    says(
        office.refused("root", &DefineRole::new("x", "a\nb")),
        "title: \"a\\nb\" holds a control character: leave it out",
    );
    says(
        office.refused("root", &DefineRole::new("", "x")),
        "role: \"\" is no code: a code has 1 to 64 bytes, no control characters, and no space at either end",
    );
    says(
        office.refused("root", &RegisterActor::person(id(" "))),
        "actor: \" \" is no code: a code has 1 to 64 bytes, no control characters, and no space at either end",
    );
    says(
        office.refused("root", &RegisterActor::person(id("robot"))),
        "actor robot is registered already, as system: choose another id",
    );
    says(
        office.refused("root", &AssignRole::new(id("anna"), "x")),
        "there is no role x: define it first (DefineRole), or correct the code",
    );
    says(
        office.refused(
            "root",
            &AssignRole::new(id("anna"), "manager").from(d("2026-06-02")).until(d("2026-06-01")),
        ),
        "end: 2026-06-01 is before 2026-06-02: the last day is not before the first",
    );
    says(
        office.refused("root", &WithdrawRole::new(id("anna"), "manager")),
        "anna does not have the role manager: there is nothing to withdraw",
    );
    says(
        office.refused("root", &RemoveRole::new("x")),
        "there is no role x: define it first (DefineRole), or correct the code",
    );
    says(
        office.refused("root", &BlockActor::new(id("zoe"))),
        "there is no actor zoe: register it first (RegisterActor), or correct the id",
    );
    office.must(
        "root",
        &DefineRole::new("spare", "Spare").may(NewGrant::new("desk.pay").up_to(eur("1"))),
    );
    office.must("root", &RemoveRole::new("spare"));
    office.must("root", &DefineRole::new("cashier", "Cashier").may(NewGrant::new("desk.count")));
    assert_eq!(office.pays("anna", "1").unwrap_err().code(), "policy.not_held", "defined anew");
}

/// Withdraws the role, or ends the delegation, before each call of the payment to its store: the payment is done before, or
/// denied after, and never done after.
#[test]
fn a_right_that_is_withdrawn_meanwhile() {
    let mut done = [0, 0];
    for asynchronous in [false, true] {
        for moment in (1..12).map(Moment::Read).chain((1..4).map(Moment::Commit)) {
            for store in [
                Arc::new(Memory::new()) as Arc<dyn Store>,
                Arc::new(Model::new()),
                Arc::new(Sqlite::in_memory().unwrap()),
            ] {
                let office = Office::sync("plain", store.clone()).set_up();
                office.pays("anna", "1").unwrap();
                let slipped = Slipping::over(store, moment, |store| {
                    let root = Driver::new(store, acme()).with_policy(Stored);
                    root.join(&DESK).unwrap();
                    root.carry_out(
                        envelope("root", "withdraw"),
                        &WithdrawRole::new(id("anna"), "cashier"),
                    )
                    .unwrap();
                });
                let rival = if asynchronous {
                    Office::asynchronous("rival", slipped)
                } else {
                    Office::sync("rival", slipped)
                };
                let pay = PayOut { till: "front".into(), amounts: vec![eur("5")], each: false };
                let result = rival.send_at(june(1), ("anna", "slip"), &pay);
                let feed = office.store.feed(&FeedFrom::new(acme(), 0, usize::MAX)).unwrap();
                let withdrawn =
                    feed.iter().find(|commit| commit.id == CommandId::named("withdraw"));
                match (result, withdrawn) {
                    (Ok(paid), withdrawn) => {
                        assert!(
                            withdrawn.is_none_or(|withdrawn| paid.position < withdrawn.position)
                        );
                        done[0] += 1;
                    }
                    (Err(halt), Some(_)) => {
                        assert_eq!(halt.code(), "policy.not_held");
                        done[1] += 1;
                    }
                    (Err(halt), None) => panic!("{halt}"),
                }
            }
        }
    }
    assert!(done[0] > 0 && done[1] > 0, "both ends were met: {done:?}");
}

/// Two administrators who block each other at once: one is left.
#[test]
fn two_last_administrators_can_not_block_each_other() {
    for moment in (1..12).map(Moment::Read).chain([Moment::Commit(1)]) {
        let office = in_memory();
        office.must("root", &AssignRole::new(id("carla"), "administrator"));
        let slipped = Slipping::over(office.store.clone(), moment, |store| {
            let carla = Driver::new(store, acme()).with_policy(Stored);
            carla.join(&DESK).unwrap();
            carla.carry_out(envelope("carla", "block root"), &BlockActor::new(id("root"))).unwrap();
        });
        let rival = Office::sync("rival", slipped);
        let blocked =
            rival.send_at(june(1), ("root", "block carla"), &BlockActor::new(id("carla")));
        let view = Driver::new(office.store.clone(), acme());
        let both = view.view(|view| view.peek_many::<Actor>(&[id("root"), id("carla")])).unwrap();
        let left = both.iter().flatten().filter(|actor| !actor.blocked).count();
        assert_eq!(left, 1, "{blocked:?}");
    }
}

/// Sends every command of the policy once.
fn an_office(store: &dyn Store) -> Result<(), PolicyError> {
    let driver = Driver::new(store, acme()).with_policy(Stored);
    driver.join(&DESK).map_err(Halt::from)?;
    let root = |name: &str| envelope("root", name);
    driver.carry_out(root("1"), &AppointFirst::new(id("root")))?;
    let roles: [DefineRole; 2] = [cashier(), manager()];
    driver.carry_out(root("2"), &roles[0])?;
    driver.carry_out(root("3"), &roles[1])?;
    driver.carry_out(root("4"), &RegisterActor::person(id("anna")))?;
    driver.carry_out(root("5"), &RegisterActor::person(id("carla")))?;
    driver.carry_out(root("6"), &AssignRole::new(id("anna"), "cashier"))?;
    driver.carry_out(root("7"), &AssignRole::new(id("carla"), "manager"))?;
    let lent = lend("carla", "anna", "2026-06-01", "2026-06-30");
    let lent = driver.carry_out(envelope("carla", "8"), &lent)?.answer;
    driver.carry_out(
        envelope("anna", "9"),
        &PayOut { till: "vault".into(), amounts: vec![eur("500")], each: false },
    )?;
    driver.carry_out(envelope("carla", "10"), &EndDelegation::new(lent))?;
    let denied = driver.carry_out(
        envelope("anna", "11"),
        &PayOut { till: "vault".into(), amounts: vec![eur("500")], each: false },
    );
    match denied {
        Err(Halt::Denied(_)) => {}
        Err(halt) => return Err(halt.into()),
        Ok(_) => panic!("anna may not"),
    }
    driver.carry_out(root("12"), &WithdrawRole::new(id("anna"), "cashier"))?;
    driver.carry_out(root("13"), &RemoveRole::new("cashier"))?;
    driver.carry_out(root("14"), &BlockActor::new(id("anna")))?;
    driver.carry_out(root("15"), &manager())?;
    Ok(())
}

#[test]
fn each_step_of_each_command_may_fail() {
    assert_eq!(sweep(acme(), Memory::new, an_office).unwrap().commits, 14);
    assert_eq!(sweep(acme(), Model::new, an_office).unwrap().commits, 14);
}

/// As the ledger's: files that people have are in these layouts.
#[test]
fn no_layout_has_changed() {
    let mut text = String::new();
    for table in TABLES {
        write!(text, "{}: {:?} {}:", table.name, table.kind, table.layout).unwrap();
        for (n, column) in table.columns.iter().enumerate() {
            let key = if n < table.key { "*" } else { "" };
            let null = if column.nullable { "?" } else { "" };
            write!(text, " {key}{}{null} {:?}", column.name, column.ty).unwrap();
        }
        text += "\n";
    }
    assert_eq!(text, LAYOUTS, "{text}");
}

const LAYOUTS: &str = "\
policy_revision: State 1: *policy Text changes I64
policy_actor: State 1: *actor Text kind Text blocked Bool
policy_role: State 1: *role Text title Text
policy_grant: State 1: *role Text *permission Text
policy_limit: State 1: *role Text *permission Text *currency Text document? Number act? Number
policy_scope: State 1: *role Text *permission Text *dimension Text *place Text
policy_member: State 1: *actor Text *role Text start? Date end? Date
policy_delegation: State 1: *id Id delegator Text delegate Text role? Text permission? Text start Date end Date
";

/// A command that is sent again after an update is still the same one.
#[test]
fn digests_never_change() {
    fn hex(command: &impl Act) -> String {
        command.digest().unwrap().iter().take(8).map(|byte| format!("{byte:02x}")).collect()
    }
    let lent = lend("carla", "anna", "2026-06-01", "2026-06-30");
    let told = [
        hex(&AppointFirst::new(id("root"))),
        hex(&RegisterActor::system(id("robot"))),
        hex(&BlockActor::new(id("anna"))),
        hex(&cashier()),
        hex(&RemoveRole::new("cashier")),
        hex(&AssignRole::new(id("anna"), "cashier").from(d("2026-06-01")).until(d("2026-06-30"))),
        hex(&WithdrawRole::new(id("anna"), "cashier")),
        hex(&lent.clone()),
        hex(&lent.clone().only(Part::Role("manager".into()))),
        hex(&lent.only(Part::Permission("desk.pay".into()))),
        hex(&EndDelegation::new(Id::from_u128(7))),
    ];
    assert_eq!(told.join(" "), DIGESTS);
}

const DIGESTS: &str = "a05ea0e04e17fe80 0513f7fd61ac2e40 0b2b20a5359ee8ce 396c9876ada5c027 a4072da8e0f76c00 \
     6047fdf077e2a87f aff5caf9c4bb7c4b 8798f07d59749206 457b69362205094c fe79ed3afc314ed5 2c16de60f3156ea4";
