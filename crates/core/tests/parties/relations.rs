//! No party is above itself, whoever decides at the same time.

use std::cell::RefCell;

use fondaco_core::party::*;
use fondaco_core::{Act, ActError, Driver};

use crate::host::*;

#[test]
fn no_party_is_above_itself() {
    on_every_store(|host| {
        for name in ["a", "b", "c", "d"] {
            host.must(name, &RegisterParty::organisation(id(name), name));
        }
        let parent = |parent: &str, child: &str, on: &str| {
            Relate::new(id(parent), RelationKind::ParentOf, id(child)).on(days(on))
        };
        host.must("a>b", &parent("a", "b", "../.."));
        host.must("b>c", &parent("b", "c", "2020-01-01/2024-12-31"));
        host.must("d>c", &parent("d", "c", "../.."));
        assert_eq!(host.refused("b>a", &parent("b", "a", "2030-01-01/..")), "party.circle");
        assert_eq!(host.refused("c>a", &parent("c", "a", "2024-12-31/..")), "party.circle");
        host.must("c>a later", &parent("c", "a", "2025-01-01/.."));
        // By then c is above a, and a above b.
        assert_eq!(host.refused("b>c later", &parent("b", "c", "2026-01-01/..")), "party.circle");
        assert_eq!(host.refused("b>d", &parent("b", "d", "2026-01-01/..")), "party.circle");
        host.must("b>d early", &parent("b", "d", "../2024-12-31"));
        // Other relations may go round.
        let contact = |from: &str, to: &str| Relate::new(id(from), RelationKind::ContactOf, id(to));
        host.must("a-b", &contact("a", "b"));
        host.must("b-a", &contact("b", "a"));
        host.clean();
    });
}

/// Two decide on the same moment: one is above the other, or the other above the one, never both.
#[test]
fn a_circle_does_not_slip_through_between_two() {
    on_every_store(|host| {
        if host.asynchronous.is_some() {
            return;
        }
        for name in ["a", "b"] {
            host.must(name, &RegisterParty::organisation(id(name), name));
        }
        let runs = RefCell::new(0);
        let (ab, ba) = (
            Relate::new(id("a"), RelationKind::ParentOf, id("b")),
            Relate::new(id("b"), RelationKind::ParentOf, id("a")),
        );
        let result = host.driver.run(envelope("a>b"), "a>b", |tx, _| {
            let related = ab.act(tx);
            if *runs.borrow() == 0 {
                let other = Driver::new(host.store.clone(), acme());
                other.carry_out(envelope("b>a"), &ba)?;
            }
            *runs.borrow_mut() += 1;
            related
        });
        assert_eq!((result.unwrap_err().code(), *runs.borrow()), ("party.circle", 2));
    });
}
