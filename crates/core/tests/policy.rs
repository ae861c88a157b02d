//! Who may: rights by role, limit, scope and day, and what becomes of acts that may not or did not ask.
#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests are tests

mod rights;

use rights::*;

fn code(result: Result<(), Halt>) -> &'static str {
    result.map_or_else(|halt| halt.code(), |()| "fine")
}

#[test]
fn limits_and_scopes_hold_at_their_edges() {
    on_every_host(|office| {
        assert_eq!(code(office.pays("anna", "99.99")), "fine", "{}", office.name);
        assert_eq!(code(office.pays("anna", "100.00")), "fine", "the limit itself");
        assert_eq!(code(office.pays("anna", "100.01")), "policy.over_limit");
        assert_eq!(code(office.pays("carla", "1000000")), "fine", "no limit");
        let pay = |till: &str, amounts: &[&str]| PayOut {
            till: till.into(),
            amounts: amounts.iter().map(|amount| eur(amount)).collect(),
            each: false,
        };
        office.must("anna", &pay("front", &["75", "75.00"]));
        let words = "anna may not desk.pay: 150.01 EUR in one act is more than the limit of 150.00 EUR; who has the role manager may";
        assert_eq!(office.refused("anna", &pay("front", &["75", "75.01"])), words);
        let words = "anna may not desk.pay: till vault is not within the right; who has the role manager may";
        assert_eq!(office.refused("anna", &pay("vault", &["1"])), words);
        let nowhere = office.may("anna", &Request::new(&PAY).amount(eur("1")));
        let words = "denied: anna may not desk.pay: the right is for certain places in till, and not all of it names one; who has the role manager may";
        assert_eq!(nowhere.to_string(), words);
        let under = Request::new(&PAY).under("till", "drawer", ["front".into()]).amount(eur("1"));
        assert!(office.may("anna", &under).is_allowed(), "what stands under a place is within it");
        let both = ask("front", "1").at("till", "vault");
        assert!(!office.may("anna", &both).is_allowed(), "each place must be within");
        let dollars = Request::new(&PAY).amount(Money::parse("1 USD").unwrap()).at("till", "front");
        let words = "denied: anna may not desk.pay: limits are set, and none in USD for 1.00 USD; who has the role manager may";
        assert_eq!(office.may("anna", &dollars).to_string(), words);
    });
}

/// A limit that the act need not help with: what it does not say is no small amount, and what it does not add up is added up.
#[test]
fn a_limit_holds_whatever_the_act_says() {
    on_every_host(|office| {
        let silent = Request::new(&PAY).at("till", "front");
        let words = "denied: anna may not desk.pay: limits are set, and what is asked for says no amount to compare with them; who has the role manager may";
        assert_eq!(office.may("anna", &silent).to_string(), words);
        assert!(office.may("carla", &silent).is_allowed(), "who has no limit need not say");
        let back = |amount: &str| office.may("anna", &ask("front", "1").amount(eur(amount)));
        assert!(back("-100").is_allowed() && !back("-100.01").is_allowed());
        let whole = ask("front", "1").amount(eur("100")).total(eur("-150.01"));
        assert!(!office.may("anna", &whole).is_allowed());
    });
    let desk = desk();
    let cashier = DefineRole::new("cashier", "Cashier")
        .may(NewGrant::new("desk.pay").up_to_in_all(eur("150")).within("till", ["front"]));
    desk.carry_out(envelope("root", "in all alone"), &cashier).unwrap();
    let pay_all = |name: &str, amounts: &[&str]| {
        let done = desk.run(envelope("anna", name), name, |tx, _| {
            amounts.iter().try_for_each(|amount| tx.authorize(&ask("front", amount)).map(drop))
        });
        done.map(drop)
    };
    assert_eq!(code(pay_all("75 and 75", &["75", "75"])), "fine");
    assert_eq!(code(pay_all("75 and 75.01", &["75", "75.01"])), "policy.over_total");
    assert_eq!(code(pay_all("there and back", &["75", "-76"])), "policy.over_total");
    // A batch that adds up for itself begins with what the act was allowed before it, and the next with both.
    let batches = |name: &str, batches: &[&[&str]]| {
        let done = desk.run(envelope("anna", name), name, |tx, _| {
            for batch in batches {
                let authority = tx.authority(&PAY)?;
                let mut total = eur("0");
                for amount in *batch {
                    total = total.add(eur(amount)).unwrap();
                    tx.allow(&authority, &ask("front", amount).total(total))?;
                }
            }
            let more = tx.may(&ask("front", "1"))?; // what might be asked next counts it too
            Ok::<_, Halt>(more.is_allowed())
        });
        done.map(|done| done.answer)
    };
    assert!(batches("two batches", &[&["50", "40"], &["59"]]).unwrap());
    assert!(!batches("to the cent", &[&["50", "40"], &["60"]]).unwrap());
    let over = batches("a cent over", &[&["50", "40"], &["60.01"]]).unwrap_err();
    assert_eq!(over.code(), "policy.over_total");
    // Batches within one another, and items that say no total among those that do.
    let asked = |name: &str, act: &dyn Fn(&mut Tx<'_>) -> Result<(), Halt>| {
        code(desk.run(envelope("anna", name), name, |tx, _| act(tx)).map(drop))
    };
    let within = |more: &'static str| {
        move |tx: &mut Tx<'_>| {
            let (outer, inner) = (tx.authority(&PAY)?, tx.authority(&PAY)?);
            tx.allow(&outer, &ask("front", "60").total(eur("60")))?;
            tx.allow(&inner, &ask("front", "35").total(eur("35")))?;
            let last = ask("front", more).total(eur("60").add(eur(more)).unwrap());
            tx.allow(&outer, &last).map(drop)
        }
    };
    assert_eq!(asked("one within another", &within("55")), "fine");
    assert_eq!(asked("one within another, a cent over", &within("55.01")), "policy.over_total");
    let mixed = |tx: &mut Tx<'_>| {
        let authority = tx.authority(&PAY)?;
        tx.allow(&authority, &ask("front", "100"))?;
        tx.allow(&authority, &ask("front", "51").total(eur("51"))).map(drop)
    };
    assert_eq!(asked("some without a total", &mixed), "policy.over_total");
    for (name, total) in [("too little", "1 EUR"), ("other money", "1 USD")] {
        let total = Money::parse(total).unwrap();
        let less = |tx: &mut Tx<'_>| tx.authorize(&ask("front", "500").total(total)).map(drop);
        assert_eq!(asked(name, &less), "policy.over_total", "a total of {name}");
    }
    let none = |tx: &mut Tx<'_>| tx.authorize(&ask("front", "500").without_amount()).map(drop);
    assert_eq!(asked("no amount and one", &none), "core.bug");
    // What was refused, and taken back, counts no more.
    let tried = desk.run(envelope("anna", "tried"), "", |tx, _| {
        for amount in ["150", "200", "75"] {
            let dropped = tx.attempt(|tx| {
                tx.authorize(&ask("front", amount))?;
                Err::<(), Halt>(tx.authorize(&ask("vault", "1")).unwrap_err())
            })?;
            assert!(dropped.is_err());
        }
        tx.authorize(&ask("front", "150")).map(drop)
    });
    assert!(tried.is_ok(), "{tried:?}");
}

#[test]
fn items_are_allowed_each_on_its_own() {
    on_every_host(|office| {
        let amounts = ["60", "100.01", "90", "1"].map(eur).to_vec();
        let each = PayOut { till: "front".into(), amounts, each: true };
        assert_eq!(
            office.must("anna", &each),
            2,
            "the second is over the limit, the fourth over the total"
        );
        let none = PayOut { till: "vault".into(), amounts: vec![eur("1")], each: true };
        assert_eq!(office.must("anna", &none), 0, "it asked, and nothing is changed");
    });
}

#[test]
fn strangers_blocked_actors_and_other_permissions() {
    on_every_host(|office| {
        assert_eq!(code(office.pays("zoe", "1")), "policy.unknown_actor");
        assert_eq!(
            code(office.pays("root", "1")),
            "policy.not_held",
            "administering is not paying"
        );
        assert_eq!(
            office.refused("anna", &BlockActor::new(id("ben"))),
            "anna may not policy.administer: no role that this actor has today allows it; who has the role administrator may"
        );
        let pay = PayOut { till: "front".into(), amounts: vec![eur("1")], each: false };
        assert_eq!(
            office.refused("root", &pay),
            "root may not desk.pay: no role that this actor has today allows it; who has one of the roles cashier, manager may",
            "also those whose right is limited"
        );
        office.must("root", &BlockActor::new(id("anna")));
        assert_eq!(code(office.pays("anna", "1")), "policy.blocked");
        office.must("root", &BlockActor::lift(id("anna")));
        assert_eq!(code(office.pays("anna", "1")), "fine");
    });
}

#[test]
fn before_anybody_has_rights() {
    for (name, store) in stores() {
        let office = Office::sync(name, store);
        assert_eq!(code(office.pays("root", "1")), "policy.not_set_up");
        let words = "root may not policy.administer: nobody has any right yet; appoint the first administrator (AppointFirst)";
        assert_eq!(office.refused("root", &RegisterActor::person(id("anna"))), words);
        office.must("anybody", &AppointFirst::new(id("root")));
        assert_eq!(
            office.refused("root", &AppointFirst::new(id("root"))),
            "root may not policy.set_up: no role that this actor has today allows it"
        );
        office.must("root", &RegisterActor::person(id("anna")));
    }
}

#[test]
fn roles_are_held_from_their_first_to_their_last_day() {
    on_every_host(|office| {
        let july =
            AssignRole::new(id("anna"), "manager").from(d("2026-06-10")).until(d("2026-06-12"));
        office.must("root", &july);
        let instant = |text: &str| text.parse::<Timestamp>().unwrap();
        for (at, expected) in [
            ("2026-06-09T23:59:59.999999Z", "policy.over_limit"),
            ("2026-06-10T00:00:00Z", "fine"),
            ("2026-06-12T23:59:59.999999Z", "fine"),
            ("2026-06-13T00:00:00Z", "policy.over_limit"),
        ] {
            assert_eq!(
                code(office.pays_at(instant(at), "anna", "500")),
                expected,
                "{at} on {}",
                office.name
            );
        }
    });
}

#[test]
fn an_act_that_does_not_ask_is_not_committed() {
    let office = in_memory();
    let driver = Driver::new(office.store.clone(), acme()).with_policy(Stored);
    driver.join(&DESK).unwrap();
    let run = |name: &str, act: fn(&mut Tx<'_>) -> Result<(), Halt>| {
        let before = office.commits();
        let result = driver.run(envelope("carla", name), name, |tx, _| act(tx));
        assert_eq!(office.commits(), before + usize::from(result.is_ok()));
        result.map(|_| ()).map_err(|halt| halt.to_string())
    };
    let silent = run("silent", |_| Ok(()));
    assert_eq!(
        silent.unwrap_err(),
        "a mistake in the program: the act asked for no permission: it has to call Tx::authorize"
    );
    let paid = |tx: &mut Tx<'_>| {
        let id = tx.id()?;
        tx.insert(Paid { id, cents: 1 })
    };
    assert!(run("paid", paid).unwrap_err().contains("asked for no permission"));
    // A permission of another engine is none for this table.
    let other = run("other", |tx| {
        tx.authorize(&Request::new(&DELEGATE))?;
        let id = tx.id()?;
        tx.insert(Paid { id, cents: 1 })
    });
    assert_eq!(
        other.unwrap_err(),
        "a mistake in the program: the act changes table desk_paid and was given no permission of desk: it has to call Tx::authorize"
    );
    // A denial that is not passed on opens nothing.
    let swallowed = run("swallowed", |tx| {
        let denied = tx.authorize(&Request::new(&ADMINISTER));
        assert_eq!(denied.unwrap_err().code(), "policy.not_held");
        let actor = tx.get::<Actor>(&id("carla"))?.unwrap();
        tx.put(Actor { blocked: true, ..actor.as_ref().clone() })
    });
    assert!(swallowed.unwrap_err().contains("no permission of policy"));
    assert_eq!(run("asks", |tx| tx.authorize(&Request::new(&COUNT)).map(|_| ())), Ok(()));
}

#[test]
fn what_was_allowed_is_answered_again_after_the_right_is_gone() {
    on_every_host(|office| {
        let pay = PayOut { till: "front".into(), amounts: vec![eur("5")], each: false };
        let first = office.send_at(june(1), ("anna", "slip 1"), &pay).unwrap();
        office.must("root", &WithdrawRole::new(id("anna"), "cashier"));
        let again = office.send_at(june(2), ("anna", "slip 1"), &pay).unwrap();
        assert!(again.replayed && again.answer == first.answer, "on {}", office.name);
        let next = office.send_at(june(2), ("anna", "slip 2"), &pay).unwrap_err();
        assert_eq!(next.code(), "policy.not_held");
        // A denied command left nothing: it may be sent again, and is done when the right is there.
        office.must("root", &AssignRole::new(id("anna"), "cashier"));
        assert!(!office.send_at(june(2), ("anna", "slip 2"), &pay).unwrap().replayed);
    });
}

#[test]
fn four_eyes() {
    on_every_host(|office| {
        let after = |hands: &[&str]| {
            let hands: Vec<ActorId> = hands.iter().map(|hand| id(hand)).collect();
            ask("front", "5").after(&hands)
        };
        assert!(office.may("anna", &after(&["ben"])).is_allowed());
        let own = office.may("anna", &after(&["ben", "anna"])).to_string();
        assert_eq!(
            own,
            "denied: anna may not desk.pay: another pair of eyes is needed, and anna had a hand in it already; who has one of the roles cashier, manager may"
        );
        // A right without limits does not help either.
        assert!(!office.may("carla", &after(&["carla"])).is_allowed());
        assert!(office.may("robot", &ask("front", "5")).is_allowed());
        let robot = office.may("robot", &after(&["ben"])).to_string();
        assert_eq!(
            robot,
            "denied: robot may not desk.pay: a person has to do it, and this actor is a program"
        );
        // By the right of somebody: one pair of eyes with him, unless there is a right of one's own.
        let lend = Delegate::new(id("carla"), id("ben"), d("2026-06-01"), d("2026-06-30"));
        office.must("carla", &lend);
        let large = |hands: &[&str]| after(hands).amount(eur("500"));
        let by_carla = office.may("ben", &large(&["anna"]));
        assert_eq!(by_carla.to_string(), "allowed: role manager, by the right of carla");
        let Verdict::Allowed(reason) = by_carla else { panic!("allowed") };
        assert_eq!(reason.hands(&id("ben")), [id("ben"), id("carla")]);
        let denied = office.may("ben", &large(&["carla"])).to_string();
        assert!(denied.contains("carla had a hand in it already"), "{denied}");
        assert_eq!(office.may("ben", &after(&["carla"])).to_string(), "allowed: role cashier");
        // And the other way: what ben did by her right, she does not approve.
        assert!(!office.may("carla", &large(&["ben", "carla"])).is_allowed());
    });
}

#[test]
fn without_a_policy_nobody_is_refused_but_four_eyes_are_two_actors() {
    let driver = Driver::new(fondaco_store::Memory::new(), acme()).with_policy(Unrestricted);
    driver.join(&DESK).unwrap();
    assert!(driver.engines().is_empty());
    pay(&driver, "zoe", "1", "vault", "1000000 EUR").unwrap();
    let after = ask("front", "5").after(&[id("zoe")]);
    assert!(!driver.may(&id("zoe"), now(), &after).unwrap().is_allowed());
    assert!(driver.may(&id("yan"), now(), &after).unwrap().is_allowed());
}

#[test]
fn the_right_to_an_act_includes_its_consequences() {
    static LEDGER_POST: Permission = Permission::new("books.post", "post").limited().implied();
    static OVERRIDE: Permission = Permission::new("books.override", "override");
    static BOOKS: Engine = Engine { name: "books", parts: &[&POSTING] };
    static POSTING: engine::Part = engine::Part::new(&[]).permissions(&[&LEDGER_POST, &OVERRIDE]);
    let office = in_memory();
    let driver = Driver::new(office.store.clone(), acme()).with_policy(Stored);
    driver.join(&DESK).unwrap();
    driver.join(&BOOKS).unwrap();
    let run = |name: &str, act: fn(&mut Tx<'_>) -> Result<(), Halt>| {
        driver
            .run(envelope("anna", name), name, |tx, _| act(tx))
            .map_or_else(|halt| halt.code(), |_| "fine")
    };
    let post = |tx: &mut Tx<'_>| tx.authorize(&Request::new(&LEDGER_POST)).map(|_| ());
    assert_eq!(run("alone", post), "policy.not_held");
    assert_eq!(
        run("first", |tx| {
            tx.authorize(&Request::new(&COUNT).at("till", "front"))?;
            tx.as_engine(&DESK, |tx| tx.authorize(&Request::new(&LEDGER_POST)).map(|_| ()))
        }),
        "fine"
    );
    // Not before the engine's own act was allowed, not outside of it, and not what is a right of its own.
    assert_eq!(
        run("before", |tx| tx
            .as_engine(&DESK, |tx| tx.authorize(&Request::new(&LEDGER_POST)).map(|_| ()))),
        "policy.not_held"
    );
    assert_eq!(
        run("outside", |tx| {
            tx.authorize(&Request::new(&COUNT).at("till", "front"))?;
            tx.authorize(&Request::new(&LEDGER_POST)).map(|_| ())
        }),
        "policy.not_held"
    );
    assert_eq!(
        run("override", |tx| {
            tx.authorize(&Request::new(&COUNT).at("till", "front"))?;
            tx.as_engine(&DESK, |tx| tx.authorize(&Request::new(&OVERRIDE)).map(|_| ()))
        }),
        "policy.not_held"
    );
}
