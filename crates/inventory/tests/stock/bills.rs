//! Bills of material: what is stored of them, which one holds, and that nothing is ever made of itself, whoever is first.

use std::sync::Arc;

use fondaco_core::{
    ActorId, CommandId, CompanyId, Driver, Envelope, ItemId, Rate, Timestamp, Unit,
};
use fondaco_inventory::bills::*;
use fondaco_inventory::items::{CloseItem, Item};
use fondaco_inventory::{ENGINE, StockError};
use proptest::prelude::*;

use crate::host::*;

fn id(code: &str) -> ItemId {
    ItemId::named(code)
}

/// What is made of one another, in pieces, and glue in kilograms.
fn with_parts(host: &Host, codes: &[&str]) {
    let mut items: Vec<Item> =
        codes.iter().map(|code| Item::new(*code, *code, Unit::PIECE)).collect();
    items.push(Item::new("GLUE", "Glue", Unit::KILOGRAM));
    host.insert("parts", items);
}

fn of(item: &str, parts: &[(&str, &str)]) -> NewBill {
    let part = |(part, quantity): &(&str, &str)| NewComponent::new(id(part), q(quantity));
    NewBill::new(id(item), "1", q("1 pcs"), parts.iter().map(part).collect())
}

fn set(bill: NewBill) -> SetBills {
    SetBills::new(vec![bill])
}

#[test]
fn a_bill_is_kept_in_stock_units_and_changed_line_by_line() {
    on_every_store(|host| {
        with_parts(&host, &["KIT", "BOX"]);
        let glue = NewComponent {
            scrap: Some(Rate::percent("10").unwrap()),
            alternates: vec![NewAlternate::new(bolt(), q("7 pcs"))],
            until: Some(d("2026-12-31")),
            ..NewComponent::new(id("GLUE"), q("0.5 g"))
        };
        let bolts = NewComponent::new(bolt(), q("1.5 carton"));
        let kit = NewBill {
            outputs: vec![NewOutput::new(id("BOX"), q("1 pcs"))],
            yield_share: Some(Rate::percent("95").unwrap()),
            ..NewBill::new(id("KIT"), "1", q("10 pcs"), vec![glue.clone(), bolts])
        };
        host.must("kit", &set(kit.clone()));
        let stored = |host: &Host| host.view(|view| bill(view, id("KIT"), &"1".into())).unwrap();
        let lines: Vec<_> = stored(&host)
            .lines
            .iter()
            .map(|line| (line.line, line.alternate, line.quantity.to_string(), line.kind))
            .collect();
        let (goes, out) = (LineKind::Component, LineKind::Output);
        assert_eq!(
            lines,
            [
                (0, 0, "0.0005".into(), goes),
                (0, 1, "7".into(), goes),
                (1, 0, "18".into(), goes), // 1.5 x 12
                (2, 0, "1".into(), out)
            ]
        );
        let taken = |date| {
            let bill = stored(&host);
            bill.on(d(date)).map(|line| line.component).collect::<Vec<_>>()
        };
        assert_eq!(taken("2026-12-31"), [id("GLUE"), bolt(), id("BOX")]);
        assert_eq!(taken("2027-01-01"), [bolt(), bolt(), id("BOX")], "the alternate stands in");

        let less = NewBill { components: vec![glue], outputs: vec![], ..kit };
        host.must("less", &set(less));
        assert_eq!(stored(&host).lines.len(), 2);
        host.must("gone", &RemoveBill::new(id("KIT"), "1"));
        assert_eq!(host.view(|view| bills_of(view, id("KIT"))), []);
        let none = host.refused("none", &RemoveBill::new(id("KIT"), "1"));
        assert_eq!(none.code(), "inventory.unknown_bill");
        assert!(host.view(|view| where_used(view, bolt())).uses.is_empty());
        host.clean();
    });
}

#[test]
fn the_bill_that_holds_is_that_of_the_site_then_of_the_day() {
    on_every_store(|host| {
        with_parts(&host, &["KIT", "BOX"]);
        let old = NewBill { until: Some(d("2026-06-30")), ..of("KIT", &[("BOLT", "1 pcs")]) };
        let new = NewBill {
            version: "2".into(),
            from: Some(d("2026-07-01")),
            ..of("KIT", &[("BOLT", "2 pcs")])
        };
        let other_way =
            NewBill { version: "hand".into(), priority: 1, ..of("KIT", &[("BOX", "1 pcs")]) };
        let at_shop = NewBill {
            version: "shop".into(),
            site: Some(shop()),
            priority: 9,
            from: Some(d("2026-08-01")),
            ..of("KIT", &[("BOX", "2 pcs")])
        };
        let overlap = NewBill { until: None, ..old.clone() };
        host.must("all", &SetBills::new(vec![new, at_shop, old, other_way]));
        let holds = |site, date| {
            let found = host.view(|view| holding(view, id("KIT"), Some(site), d(date)));
            found.map(|one| one.bill.version.to_string())
        };
        assert_eq!(holds(main_site(), "2026-06-30").as_deref(), Some("1"));
        assert_eq!(holds(main_site(), "2026-07-01").as_deref(), Some("2"));
        assert_eq!(holds(shop(), "2026-07-31").as_deref(), Some("2"));
        assert_eq!(holds(shop(), "2026-08-01").as_deref(), Some("shop"));
        host.must("no old one", &RemoveBill::new(id("KIT"), "1"));
        assert_eq!(holds(main_site(), "2026-06-30").as_deref(), Some("hand"));
        let error = host.refused("both", &set(overlap));
        assert_eq!(error.code(), "inventory.bills_overlap");
        assert!(error.to_string().contains("both hold in 2026-07-01/.."), "{error}");
    });
}

#[test]
fn nothing_is_made_of_itself_over_any_number_of_steps() {
    on_every_store(|host| {
        with_parts(&host, &["A", "B", "C", "D"]);
        let chain = vec![of("A", &[("B", "1 pcs"), ("C", "1 pcs")]), of("B", &[("C", "2 pcs")])];
        host.must("down", &SetBills::new(chain));
        let itself = host.refused("itself", &set(of("A", &[("A", "1 pcs")])));
        assert!(itself.to_string().starts_with("A -> A would"), "{itself}");
        let round = host.refused("round", &set(of("C", &[("D", "1 pcs"), ("A", "1 pcs")])));
        assert_eq!(round.code(), "inventory.bill_cycle");
        assert!(round.to_string().starts_with("C -> A -> C would"), "the shortest: {round}");
        // As an alternate, as a by-product, on other days, for another site: it is a circle.
        let instead = NewComponent {
            alternates: vec![NewAlternate::new(id("B"), q("1 pcs"))],
            ..NewComponent::new(id("D"), q("1 pcs"))
        };
        let instead =
            NewBill { site: Some(shop()), ..NewBill::new(id("C"), "1", q("1 pcs"), vec![instead]) };
        let instead = NewBill { from: Some(d("2031-01-01")), ..instead };
        assert_eq!(host.refused("instead", &set(instead)).code(), "inventory.bill_cycle");
        let besides = NewBill {
            outputs: vec![NewOutput::new(id("A"), q("1 pcs"))],
            ..of("C", &[("D", "1 pcs")])
        };
        assert_eq!(host.refused("besides", &set(besides)).code(), "inventory.bill_cycle");
        // Two of one command close it together; and a command that opens it elsewhere may close it here.
        let both = vec![of("C", &[("D", "1 pcs")]), of("D", &[("B", "1 pcs")])];
        assert_eq!(host.refused("both", &SetBills::new(both)).code(), "inventory.bill_cycle");
        let turned = vec![of("B", &[("D", "1 pcs")]), of("C", &[("B", "1 pcs")])];
        host.must("turned", &SetBills::new(turned));
        let uses = host.view(|view| where_used(view, id("D")));
        let mut shown: Vec<_> = uses
            .uses
            .iter()
            .map(|one| (one.level, one.item.code.as_str(), one.part.code.as_str()))
            .collect();
        shown.sort();
        assert_eq!(shown, [(0, "B", "D"), (1, "A", "B"), (1, "C", "B"), (2, "A", "C")]);
    });
}

#[test]
fn the_indented_bill_reckons_with_losses_on_the_way() {
    on_every_store(|host| {
        with_parts(&host, &["DESK", "TOP", "LEG", "FRAME"]);
        let glue = NewComponent { per_order: true, ..NewComponent::new(id("GLUE"), q("250 g")) };
        let top = NewBill {
            yield_share: Some(Rate::percent("80").unwrap()),
            ..NewBill::new(
                id("TOP"),
                "A",
                q("10 pcs"),
                vec![glue, part_lost("BOLT", "40 pcs", "20")],
            )
        };
        let frame = NewBill { phantom: true, ..of("FRAME", &[("LEG", "4 pcs")]) };
        let desk = of("DESK", &[("FRAME", "1 pcs"), ("TOP", "1 pcs")]);
        host.must("all", &SetBills::new(vec![desk, frame, top]));
        let bill = host.view(|view| indented(view, (id("DESK"), None), q("20 pcs"), today()));
        let shown: Vec<_> = bill
            .lines
            .iter()
            .map(|line| format!("{} {} {}", line.level, line.item.code, line.quantity))
            .collect();
        // 20 tops of batches of 8 good ones: 2.5 batches x 40 bolts / 0.8.
        assert_eq!(
            shown,
            [
                "0 DESK 20 pcs",
                "1 FRAME 20 pcs",
                "2 LEG 80 pcs",
                "1 TOP 20 pcs",
                "2 GLUE 0.25 kg",
                "2 BOLT 125 pcs"
            ]
        );
        let text = bill.to_string();
        assert!(text.contains("made in passing"), "{text}");
        let error = host.refused("of nothing known", &set(of("DESK", &[("NONE", "1 pcs")])));
        assert_eq!(error.code(), "inventory.move_of_unknown_item");
    });
}

fn part_lost(part: &str, quantity: &str, percent: &str) -> NewComponent {
    let scrap = Some(Rate::percent(percent).unwrap());
    NewComponent { scrap, ..NewComponent::new(id(part), q(quantity)) }
}

#[test]
fn what_a_bill_cannot_be() {
    let host = Host::memory();
    with_parts(&host, &["KIT"]);
    let good = || of("KIT", &[("BOLT", "1 pcs")]);
    let days = (Some(d("2026-02-01")), Some(d("2026-01-31")));
    let line = |line: NewComponent| NewBill { components: vec![line], ..good() };
    let part = || NewComponent::new(bolt(), q("1 pcs"));
    let percent = |text: &str| Some(Rate::percent(text).unwrap());
    let cases = [
        (NewBill { components: vec![], ..good() }, "inventory.bad_bill"),
        (NewBill { makes: q("0 pcs"), ..good() }, "inventory.bad_bill"),
        (NewBill { makes: q("0.5 pcs"), ..good() }, "core.quantity_too_fine"),
        (NewBill { makes: q("1 kg"), ..good() }, "core.no_unit_factor"),
        (NewBill { from: days.0, until: days.1, ..good() }, "inventory.bad_bill"),
        (NewBill { yield_share: percent("0"), ..good() }, "inventory.bad_bill"),
        (NewBill { yield_share: percent("101"), ..good() }, "inventory.bad_bill"),
        (NewBill { lead_time_days: Some(4_000), ..good() }, "inventory.bad_bill"),
        (NewBill { version: "".into(), ..good() }, "core.bad_code"),
        (NewBill { item: id("GONE"), ..good() }, "inventory.move_of_closed_item"),
        (
            NewBill { site: Some(fondaco_core::Id::from_u128(7)), ..good() },
            "inventory.move_to_unknown_site",
        ),
        (line(NewComponent { quantity: q("0 pcs"), ..part() }), "inventory.bad_bill_line"),
        (line(NewComponent { quantity: q("-1 pcs"), ..part() }), "inventory.bad_bill_line"),
        (line(NewComponent { quantity: q("1 l"), ..part() }), "core.no_unit_factor"),
        (line(NewComponent { scrap: percent("100"), ..part() }), "inventory.bad_bill_line"),
        (line(NewComponent { scrap: percent("-1"), ..part() }), "inventory.bad_bill_line"),
        (line(NewComponent { from: days.0, until: days.1, ..part() }), "inventory.bad_bill_line"),
        (line(NewComponent { offset_days: -5_000, ..part() }), "inventory.bad_bill_line"),
    ];
    for (at, (bill, code)) in cases.into_iter().enumerate() {
        let error = host.refused(&format!("case {at}"), &set(bill.clone()));
        assert_eq!(error.code(), code, "{bill:?}: {error}");
    }
    let twice = SetBills::new(vec![good(), good()]);
    let error = host.refused("twice", &twice);
    assert!(
        error.to_string().starts_with("item 1 (counted from 0): version of bill 1 of KIT"),
        "{error}"
    );
    assert_eq!(host.view(|view| bills_of(view, id("KIT"))), []);
}

/// What something is made of is not closed before the bill is over, or what is made of it is closed.
#[test]
fn what_goes_into_something_stays_open() {
    on_every_store(|host| {
        with_parts(&host, &["KIT", "BOX"]);
        host.must("kit", &set(of("KIT", &[("BOLT", "1 pcs"), ("BOX", "1 pcs")])));
        let error = host.refused("bolts", &CloseItem::new(bolt()));
        assert!(error.to_string().contains("it goes into KIT by bill 1"), "{error}");
        let over = NewBill { until: Some(d("2026-06-29")), ..of("KIT", &[("BOLT", "1 pcs")]) };
        host.must("over", &set(over));
        host.must("bolts, now", &CloseItem::new(bolt()));
        host.must("box", &CloseItem::new(id("BOX")));
        let again = host.refused("again", &set(of("KIT", &[("BOX", "1 pcs")])));
        assert_eq!(again.code(), "inventory.move_of_closed_item");
    });
}

/// Two commands, each of which is right by itself, and which close a circle together: one is refused, whoever is first.
#[test]
fn who_close_a_circle_together_are_not_both_done() {
    for (name, store) in stores() {
        let host = Host::on(name, store.clone()).set_up();
        with_parts(&host, &["A", "B", "C"]);
        for round in 0..6 {
            std::thread::scope(|scope| {
                for (item, part) in [("A", "B"), ("B", "C"), ("C", "A")] {
                    let store = store.clone();
                    scope.spawn(move || {
                        let host = Host::on(name, store);
                        let _ = host
                            .send(&format!("{round}/{item}"), &set(of(item, &[(part, "1 pcs")])));
                    });
                }
            });
            let set = ["A", "B", "C"].map(|item| host.view(|view| bills_of(view, id(item))).len());
            assert_eq!(set.iter().sum::<usize>(), 2, "{name}: {set:?}");
            for item in ["A", "B", "C"] {
                let _ = host.send(&format!("{round}/no {item}"), &RemoveBill::new(id(item), "1"));
            }
        }
    }
}

/// A chain as long as any is built from its end, and is refused where nobody makes so much.
#[test]
fn a_long_chain_is_read_level_by_level() {
    let driver = Driver::new(fondaco_store::Memory::new(), CompanyId::named("acme"));
    driver.join(&ENGINE).unwrap();
    let time: Timestamp = "2026-06-30T12:00:00Z".parse().unwrap();
    let envelope = |name: &str| Envelope::new(CommandId::named(name), ActorId::new("host"), time);
    let codes: Vec<String> = (0..=1_002).map(|at| format!("L{at}")).collect();
    let items: Vec<Item> =
        codes.iter().map(|code| Item::new(code.as_str(), "Part", Unit::PIECE)).collect();
    let add = fondaco_inventory::items::AddItems::new(items);
    driver
        .carry_out(
            envelope("set up"),
            &fondaco_inventory::SetUpStock::new(fondaco_core::Currency::EUR),
        )
        .unwrap();
    driver.carry_out(envelope("items"), &add).unwrap();
    let chain = codes.windows(2).skip(1).map(|pair| of(&pair[0], &[(pair[1].as_str(), "1 pcs")]));
    driver.carry_out(envelope("chain"), &SetBills::new(chain.collect())).unwrap();
    let top = set(of("L0", &[("L1", "1 pcs")]));
    let error = driver.carry_out(envelope("top"), &top).unwrap_err();
    assert_eq!(error.code(), "inventory.bill_too_large");
    let half = driver.view(|view| indented(view, (id("L600"), None), q("1 pcs"), today()));
    assert_eq!(half.unwrap().lines.len(), 403);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    /// Whatever is set, in whatever order: what is refused would have closed a circle, and nothing else is.
    #[test]
    fn exactly_what_closes_a_circle_is_refused(edges in prop::collection::vec((0..6usize, 0..6usize), 1..24)) {
        let host = Host::memory();
        let codes = ["P0", "P1", "P2", "P3", "P4", "P5"];
        with_parts(&host, &codes);
        let mut parts: Vec<Vec<usize>> = vec![vec![]; 6];
        for (at, (item, part)) in edges.into_iter().enumerate() {
            let mut next = parts.clone();
            if !next[item].contains(&part) { next[item].push(part); }
            let said: Vec<_> = next[item].iter().map(|part| (codes[*part], "1 pcs")).collect();
            let done = host.send(&format!("{at}"), &set(of(codes[item], &said)));
            prop_assert_eq!(done.is_err(), reaches(&next, part, item), "{:?}", next);
            if done.is_ok() { parts = next; }
        }
    }
}

fn reaches(parts: &[Vec<usize>], from: usize, to: usize) -> bool {
    from == to || parts[from].iter().any(|part| reaches(parts, *part, to))
}

/// Who may keep bills of one article keeps no others.
#[test]
fn a_right_reaches_as_far_as_its_article() {
    use fondaco_core::policy::stored::{
        AppointFirst, AssignRole, DefineRole, NewGrant, RegisterActor, Stored,
    };
    let store = Arc::new(fondaco_store::Memory::new());
    let host = Host::on("memory", store.clone()).set_up();
    with_parts(&host, &["KIT", "BOX"]);
    let driver = Driver::new(store, CompanyId::named("acme")).with_policy(Stored);
    driver.join(&ENGINE).unwrap();
    let time: Timestamp = "2026-06-30T12:00:00Z".parse().unwrap();
    let envelope =
        |who: &str, name: &str| Envelope::new(CommandId::named(name), ActorId::new(who), time);
    driver.carry_out(envelope("root", "first"), &AppointFirst::new(ActorId::new("root"))).unwrap();
    let role = DefineRole::new("kits", "Kits")
        .may(NewGrant::new("stock.set_bills").within("item", ["KIT"]));
    driver.carry_out(envelope("root", "role"), &role).unwrap();
    driver
        .carry_out(envelope("root", "hire"), &RegisterActor::person(ActorId::new("clerk")))
        .unwrap();
    driver
        .carry_out(envelope("root", "assign"), &AssignRole::new(ActorId::new("clerk"), "kits"))
        .unwrap();
    let send = |name: &str, bill| -> Result<(), StockError> {
        driver.carry_out(envelope("clerk", name), &set(bill)).map(drop)
    };
    assert!(send("kit", of("KIT", &[("BOLT", "1 pcs")])).is_ok());
    let denied = send("box", of("BOX", &[("BOLT", "1 pcs")])).unwrap_err();
    assert!(denied.code().starts_with("policy."), "{denied}");
}
