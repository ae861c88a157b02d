//! Random histories against the naive stock: backdated, returned, recounted, taken back, promised, with refused moves in between.

use std::collections::BTreeSet;

use chrono::{Days, NaiveDate};
use fondaco_core::{DocumentId, Id, ItemId, Quantity, SiteId, Timestamp, Unit};
use fondaco_inventory::levels::{self, BalanceOf, Stock};
use fondaco_inventory::moves::*;
use fondaco_inventory::posting::MoveStock;
use fondaco_inventory::reserve::*;
use fondaco_testkit::Random;

use crate::host::*;
use crate::naive::*;

const ITEMS: usize = 4;

fn item_at(at: usize) -> ItemId {
    [bolt(), sand(), milk(), cheese()][at]
}

fn unit(item: ItemId) -> Unit {
    if item == bolt() || item == cheese() {
        Unit::PIECE
    } else if item == sand() {
        Unit::KILOGRAM
    } else {
        Unit::LITRE
    }
}

fn a_day(random: &mut Random) -> NaiveDate {
    today() - Days::new(random.below(70) as u64)
}

/// A deed that may or may not be possible.
fn a_deed(random: &mut Random, naive: &Naive) -> Deed {
    let item = item_at(random.below(ITEMS));
    let lot = (item == milk()).then(|| lot_id(["M1", "M2", "MC"][random.below(3)]));
    let units = random.between(1, 12);
    let date = if random.once_in(3) { a_day(random) } else { today() };
    let bin = |random: &mut Random| BINS[random.below(BINS.len())];
    let (from, to) = (bin(random), bin(random));
    let plain = Deed {
        kind: MoveKind::Receipt,
        item,
        lot,
        to_lot: None,
        units,
        from: None,
        to: None,
        date,
        of: None,
        fulfils: None,
    };
    match random.below(26) {
        14 | 15 if to != "MAIN/Q" => {
            Deed { kind: MoveKind::Release, from: Some("MAIN/Q"), to: Some(to), ..plain }
        }
        // What was consigned is bought.
        16 | 17 => Deed {
            kind: MoveKind::OwnerChange,
            item: milk(),
            units: units.min(3),
            lot: Some(lot_id("MC")),
            to_lot: Some(lot_id("M2")),
            to: Some(to),
            ..plain
        },
        12 => Deed { kind: MoveKind::Loss, from: Some(from), ..plain },
        13 if from != "MAIN/Q" => {
            Deed { kind: MoveKind::Quarantine, from: Some(from), to: Some("MAIN/Q"), ..plain }
        }
        0..3 | 18 | 19 => Deed { units: units * 2, to: Some(to), ..plain },
        3 | 4 => Deed { kind: MoveKind::Issue, from: Some(from), ..plain },
        5 if from != to => {
            Deed { kind: MoveKind::Transfer, from: Some(from), to: Some(to), ..plain }
        }
        6 => Deed { kind: MoveKind::Count, units: random.between(0, 15), to: Some(to), ..plain },
        7 | 24 | 25 => Deed {
            kind: MoveKind::Dispatch,
            from: Some(["MAIN/A", "MAIN/B"][random.below(2)]),
            ..plain
        },
        8 => Deed { kind: MoveKind::Scrap, from: Some(from), ..plain },
        9 | 10 | 20..24 if !naive.made.is_empty() => of_a_move(random, naive, plain),
        11 if !naive.promises.is_empty() => {
            let at = random.below(naive.promises.len());
            let promise = &naive.promises[at];
            let bin =
                if promise.site == shop() { "SHOP" } else { ["MAIN/A", "MAIN/B"][random.below(2)] };
            let lot = (promise.item == milk()).then(|| lot_id("M2"));
            Deed {
                kind: MoveKind::Issue,
                item: promise.item,
                lot,
                from: Some(bin),
                fulfils: Some(at),
                ..plain
            }
        }
        _ => Deed { kind: MoveKind::Gain, to: Some(to), ..plain },
    }
}

/// A return, an arrival or a reversal of a move that was made.
fn of_a_move(random: &mut Random, naive: &Naive, plain: Deed) -> Deed {
    let has_others = [MoveKind::Issue, MoveKind::Receipt, MoveKind::Dispatch];
    let left = |made: &Made| made.units - made.used;
    let open =
        |at: &usize| has_others.contains(&naive.made[*at].kind) && left(&naive.made[*at]) > 0;
    let open: Vec<usize> = (0..naive.made.len()).filter(open).collect();
    let at = match open.len() {
        some @ 1.. if !random.once_in(4) => open[random.below(some)],
        _ => random.below(naive.made.len()),
    };
    let made = &naive.made[at];
    let (item, lot) = (made.legs[0].item, made.legs[0].lot);
    let units = if random.once_in(4) { plain.units } else { left(made).clamp(1, plain.units) };
    let of = Deed { item, lot, units, of: Some(at), ..plain };
    let bin = BINS[random.below(BINS.len())];
    match made.kind {
        MoveKind::Issue if random.once_in(2) => {
            Deed { kind: MoveKind::CustomerReturn, to: Some(bin), ..of }
        }
        MoveKind::Receipt if random.once_in(2) => {
            Deed { kind: MoveKind::SupplierReturn, from: Some(bin), ..of }
        }
        MoveKind::Dispatch if random.once_in(3) => Deed { kind: MoveKind::TransitLoss, ..of },
        MoveKind::Dispatch if !random.once_in(4) => {
            Deed { kind: MoveKind::Arrival, to: Some("SHOP"), ..of }
        }
        MoveKind::Reversal => Deed { of: None, to: Some(bin), ..of },
        MoveKind::Count if made.legs[0].units == 0 => Deed { of: None, to: Some(bin), ..of },
        _ => Deed { kind: MoveKind::Reversal, units: made.units, ..of },
    }
}

fn to_move(naive: &Naive, deed: &Deed) -> NewMove {
    let (from, to) = (deed.from.unwrap_or_default().into(), deed.to.unwrap_or_default().into());
    let of = deed.of.map_or(Id::from_u128(0), |of| naive.made[of].id);
    let movement = match deed.kind {
        MoveKind::Receipt => Movement::Receipt { to },
        MoveKind::Issue => Movement::Issue { from },
        MoveKind::Transfer => Movement::Transfer { from, to },
        MoveKind::Count => Movement::Count { at: to },
        MoveKind::Dispatch => Movement::Dispatch { from, to_site: shop() },
        MoveKind::Arrival => Movement::Arrival { of, to },
        MoveKind::Scrap => Movement::Scrap { from },
        MoveKind::Loss => Movement::Loss { at: from },
        MoveKind::Quarantine => Movement::Quarantine { from, to },
        MoveKind::Release => Movement::Release { from, to },
        MoveKind::TransitLoss => Movement::TransitLoss { of },
        MoveKind::OwnerChange => Movement::OwnerChange { at: to, to_lot: deed.to_lot.unwrap() },
        MoveKind::CustomerReturn => Movement::CustomerReturn { of, to },
        MoveKind::SupplierReturn => Movement::SupplierReturn { of, from },
        MoveKind::Reversal => Movement::Reversal { of },
        _ => Movement::Gain { at: to },
    };
    let quantity = Quantity::new(deed.units, unit(deed.item));
    NewMove {
        lot: deed.lot.filter(|_| deed.kind != MoveKind::Reversal),
        fulfils: deed.fulfils.map(|at| naive.promises[at].id),
        weight: weighed(deed),
        ..NewMove::new(deed.item, quantity, movement, deed.date)
    }
}

/// What comes of what is weighed is weighed, now and then: within a tenth of what it should.
fn weighed(deed: &Deed) -> Option<Quantity> {
    let comes = matches!(deed.kind, MoveKind::Receipt | MoveKind::Gain);
    let is_weighed = comes && deed.item == cheese() && deed.units % 3 != 0;
    let grams = deed.units * (6_800 + deed.units * 83 % 1_400);
    is_weighed.then(|| Quantity::new(rust_decimal::Decimal::new(grams, 3), Unit::KILOGRAM))
}

/// A batch of moves, each on its own or all together.
fn a_batch(host: &Host, naive: &mut Naive, random: &mut Random, name: &str) {
    let deeds: Vec<Deed> = (0..random.between(1, 6)).map(|_| a_deed(random, naive)).collect();
    let moves: Vec<NewMove> = deeds.iter().map(|deed| to_move(naive, deed)).collect();
    let each = random.once_in(2);
    let recorded = host.next_time();
    let mut after = naive.clone();
    let told: Vec<Result<(), &str>> =
        deeds.iter().map(|deed| after.make(deed, Id::from_u128(0), recorded)).collect();
    let before = naive.made.len();
    if each {
        let answer = host.must(name, &MoveStock::each(moves.clone()));
        for ((moved, told), new) in answer.moves.iter().zip(&told).zip(&moves) {
            let code = moved.as_ref().map(|_| ()).map_err(|refused| refused.code.as_str());
            assert_eq!(code, *told, "{name} on {}: {new:?}", host.name);
        }
        take_over(naive, after, before, answer.ids());
    } else {
        let sent = host.send(name, &MoveStock::new(moves.clone()));
        // What a move is refused for by itself comes before what it is refused for after others.
        let alone = ["inventory.set_aside", "inventory.before_origin"];
        let by_itself = told.iter().find(|told| told.is_err_and(|code| alone.contains(&code)));
        match by_itself.or(told.iter().find(|told| told.is_err())).and_then(|told| told.err()) {
            None => take_over(naive, after, before, sent.unwrap().answer.ids()),
            Some(code) => {
                assert_eq!(sent.unwrap_err().code(), code, "{name} on {}: {moves:?}", host.name);
            }
        }
    }
}

/// What was made is so, with the ids that it got.
fn take_over(naive: &mut Naive, after: Naive, before: usize, ids: impl Iterator<Item = Id<Move>>) {
    *naive = after;
    for (made, id) in naive.made[before..].iter_mut().zip(ids) {
        made.id = id;
    }
}

fn a_promise(host: &Host, naive: &mut Naive, random: &mut Random, name: &str) {
    let item = item_at(random.below(ITEMS));
    let site = if random.once_in(3) { shop() } else { main_site() };
    let units = random.between(1, 12);
    let otherwise =
        [Otherwise::Refuse, Otherwise::TakeWhatIsThere, Otherwise::Backorder][random.below(3)];
    let wanted = Wanted::new(item, site, Quantity::new(units, unit(item)));
    let reserve = Reserve { otherwise, ..Reserve::new(DocumentId::named(name), vec![wanted]) };
    let held = units.min(naive.available(item, site).max(0));
    let sent = host.send(name, &reserve);
    if otherwise == Otherwise::Refuse && held < units {
        assert_eq!(sent.unwrap_err().code(), "inventory.short", "{name} on {}", host.name);
        return;
    }
    let line = sent.unwrap().answer.lines[0];
    let waiting = if otherwise == Otherwise::Backorder { units - held } else { 0 };
    let figures = (line.held.to_decimal(), line.backordered.to_decimal());
    assert_eq!(figures, (held.into(), waiting.into()), "{name} on {}", host.name);
    if let Some(id) = line.reservation {
        naive.promises.push(Promise { id, item, site, held, waiting });
    }
}

fn a_release(host: &Host, naive: &mut Naive, random: &mut Random, name: &str) {
    if naive.promises.is_empty() {
        return;
    }
    let at = random.below(naive.promises.len());
    let promise = &mut naive.promises[at];
    let release = Release { reservations: vec![promise.id] };
    if promise.held + promise.waiting == 0 {
        host.refused(name, &release);
        return;
    }
    host.must(name, &release);
    let (item, site, held) = (promise.item, promise.site, promise.held);
    (promise.held, promise.waiting) = (0, 0);
    if held > 0 {
        naive.fill(item, site);
    }
}

/// Every figure is what the naive stock says.
fn compare(host: &Host, naive: &Naive, random: &mut Random, what: &str) {
    for item in (0..ITEMS).map(item_at) {
        for site in [main_site(), shop()] {
            let expected = [
                naive.on_hand(item, site),
                naive.reserved(item, site),
                naive.quarantined(item, site, NaiveDate::MAX),
                naive.expired(item, site),
                naive.in_transit(item, site),
                0,
                naive.waiting(item, site),
            ];
            let expected = expected.map(|units| units.to_string());
            assert_eq!(host.figures(item, site), expected, "{what} on {}", host.name);
            let (day, known) = (a_day(random), host.time_before(random.between(0, 40)));
            let of = BalanceOf::site(item, site);
            let (then, known_then, explained) = host.view(|view| {
                let then = levels::on_hand_at(view, &of, day)?;
                let explained = levels::explain_on_hand(view, &of, day)?;
                Ok((then, levels::on_hand_known_at(view, &of, day, known)?, explained))
            });
            let all = naive.on_hand_at(item, site, day, Timestamp::MAX);
            assert_eq!(then.to_decimal(), all.into(), "{what} on {}: as of {day}", host.name);
            assert_eq!(explained.balance, then);
            let known_all = naive.on_hand_at(item, site, day, known);
            assert_eq!(
                known_then.to_decimal(),
                known_all.into(),
                "{what}: as of {day}, known at {known}"
            );
            let of_day = host.view(|view| levels::stock_at(view, item, site, day));
            assert_eq!(of_day.on_hand, then);
            let aside = naive.quarantined(item, site, day);
            assert_eq!(of_day.quarantined.to_decimal(), aside.into(), "{what}: as of {day}");
            assert_eq!(of_day.expired.units(), 0, "it was good until the 10th of July");
            let less_than_none = [of_day.reserved, of_day.backordered].map(|units| units.units());
            assert!(less_than_none.iter().all(|units| *units >= 0), "{what}: {of_day:?} of {day}");
        }
        for bin in host.view(|view| levels::bins(view, item)) {
            let expected = naive.bin(item, &bin.location);
            assert_eq!(bin.on_hand.to_decimal(), expected.into(), "{what}: {}", bin.location);
        }
    }
    for site in [main_site(), shop()] {
        for weight in host.view(|view| levels::weights(view, cheese(), site)) {
            let pieces = naive.bin(cheese(), &weight.location);
            assert!(pieces > 0 && weight.on_hand.units() > 0, "{what}: {weight:?} of {pieces}");
        }
    }
    host.clean();
}

/// When it was so, and every level then.
type Seen = (Timestamp, Vec<Stock>);

/// As of the last day, what is known of a level now is the level, and what was known earlier is what it was then.
fn look_back(host: &Host, seen: &mut Vec<Seen>, what: &str) {
    let items = (0..ITEMS).map(item_at);
    let keys: Vec<_> = items.flat_map(|item| [(item, main_site()), (item, shop())]).collect();
    let levels = |known: Option<Timestamp>| {
        let of_each = |(item, site): &(ItemId, SiteId)| match known {
            None => host.view(|view| levels::stock_at(view, *item, *site, NaiveDate::MAX)),
            Some(known) => {
                host.view(|view| levels::stock_known_at(view, *item, *site, NaiveDate::MAX, known))
            }
        };
        keys.iter().map(of_each).collect::<Vec<Stock>>()
    };
    let now: Vec<Stock> = keys.iter().map(|(item, site)| host.stock(*item, *site)).collect();
    assert_eq!(levels(None), now, "{what} on {}", host.name);
    for (then, known) in seen.iter() {
        assert_eq!(levels(Some(*then)), *known, "{what} on {}, known at {then}", host.name);
    }
    seen.push((host.now(), now));
}

/// The kinds of moves that were made.
fn history(host: &Host, seed: u64, steps: usize) -> BTreeSet<MoveKind> {
    let (mut random, mut naive) = (Random::new(seed), Naive::default());
    let mut seen = Vec::new();
    for step in 0..steps {
        let name = format!("seed {seed}, step {step}");
        if step == steps / 2 {
            host.at_minute(12 * 24 * 60);
            host.tick("2026-07-12T12:00:00Z");
            naive.expire(milk(), lot_id("M1"));
        }
        match random.below(8) {
            0 => a_promise(host, &mut naive, &mut random, &name),
            1 => a_release(host, &mut naive, &mut random, &name),
            _ => a_batch(host, &mut naive, &mut random, &name),
        }
        if step % 8 == 7 || step + 1 == steps {
            compare(host, &naive, &mut random, &name);
            look_back(host, &mut seen, &name);
        }
    }
    assert!(naive.made.len() > steps / 3, "seed {seed}: too much was refused");
    naive.made.iter().map(|made| made.kind).collect()
}

#[test]
fn any_history_ends_as_the_naive_stock_says() {
    for seed in 0..2 {
        on_every_store(|host| drop(history(&host, seed, 16)));
    }
    let met: BTreeSet<_> = (2..9).flat_map(|seed| history(&in_memory(), seed, 32)).collect();
    assert_eq!(met.len(), 16, "each kind of move was made: {met:?}");
}
