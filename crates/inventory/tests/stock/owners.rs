//! Whose it is: goods that change their owner keep their number, and their trace goes on.

use fondaco_core::{Id, PartyId};
use fondaco_inventory::items::*;
use fondaco_inventory::levels::Serial;
use fondaco_inventory::moves::*;
use fondaco_inventory::posting::MoveStock;
use fondaco_inventory::trace::{Direction, trace};

use crate::host::*;

/// A lot of a supplier's that was consigned, and one of the same number of the company's own.
fn twins(host: &Host, item: fondaco_core::ItemId, code: &str) -> (Id<Lot>, Id<Lot>) {
    let consigned = NewLot {
        ownership: Some(Ownership::Consigned),
        owner: Some(PartyId::named("supplier/7")),
        ..NewLot::new(item, code)
    };
    let lots = host.must("twins", &AddLots::new(vec![consigned.clone(), NewLot::new(item, code)]));
    let again = host.refused("again", &AddLots::new(vec![consigned]));
    assert_eq!(again.code(), "inventory.lot_exists");
    (lots[0], lots[1])
}

fn bought(lot: Id<Lot>, to_lot: Id<Lot>, item: fondaco_core::ItemId, quantity: &str) -> NewMove {
    moved(item, quantity, Movement::OwnerChange { at: "MAIN/A".into(), to_lot }).lot(lot)
}

#[test]
fn a_piece_keeps_its_number_whoever_owns_it() {
    on_every_store(|host| {
        let (consigned, own) = twins(&host, drill(), "SN-1");
        let come = |lot| receipt(drill(), "1 pcs", "MAIN/A").lot(lot);
        host.made("come", come(consigned));
        assert_eq!(host.refusal(come(own)), "inventory.serial_taken");
        let other = bought(consigned, lot_id("S1"), drill(), "1 pcs");
        assert_eq!(host.refusal(other), "inventory.serial_changes");
        let same = bought(consigned, consigned, drill(), "1 pcs");
        assert_eq!(host.refusal(same), "inventory.same_owner");
        let change = host.made("bought", bought(consigned, own, drill(), "1 pcs"));
        for lot in [consigned, own] {
            assert_eq!(host.refusal(come(lot)), "inventory.serial_taken");
        }
        // On a past day it was somebody's too.
        assert_eq!(host.refusal(on(come(own), "2026-06-01")), "inventory.serial_taken");
        assert_eq!(
            host.view(|view| Ok(lot_by_code(view, drill(), &"SN-1".into())?)).unwrap().id,
            own
        );
        let all = host.view(|view| Ok(lots_by_code(view, drill(), &"SN-1".into())?));
        assert_eq!(all.len(), 2);
        let back = moved(drill(), "1 pcs", Movement::Reversal { of: change });
        host.made("not bought", back);
        host.made("bought after all", bought(consigned, own, drill(), "1 pcs"));
        host.made("sold", issue(drill(), "1 pcs", "MAIN/A").lot(own));
        host.made("another day", come(consigned));
        host.clean();
    });
}

#[test]
fn a_trace_goes_on_over_a_change_of_owner() {
    on_every_store(|host| {
        let (consigned, own) = twins(&host, milk(), "2026-114");
        host.made("come", receipt(milk(), "10 l", "MAIN/A").lot(consigned));
        let both =
            vec![bought(consigned, own, milk(), "4 l"), bought(consigned, own, milk(), "1 l")];
        host.must("bought", &MoveStock::new(both));
        host.made("and more", bought(consigned, own, milk(), "2 l"));
        let to = PartyId::named("customer/1");
        host.made("sold", issue(milk(), "3 l", "MAIN/A").lot(own).party(to));
        let down = host.view(|view| trace(view, consigned, Direction::Down));
        let lots: Vec<_> = down.lots.iter().map(|traced| traced.lot.id).collect();
        assert_eq!(lots, [consigned, own]);
        assert!(down.lots[1].moves.iter().any(|leg| leg.party == Some(to)), "the recall finds him");
        let up = host.view(|view| trace(view, own, Direction::Up));
        assert_eq!(
            up.lots.iter().map(|traced| traced.lot.id).collect::<Vec<_>>(),
            [own, consigned]
        );
        // Given back, the trace has no end, and ends.
        host.made("given back", bought(own, consigned, milk(), "1 l"));
        assert_eq!(host.view(|view| trace(view, own, Direction::Up)).lots.len(), 2);
        host.clean();
    });
}

#[test]
fn a_number_that_was_wrong_is_corrected_with_what_there_is_of_it() {
    on_every_store(|host| {
        let lots = ["A-1", "A-2"].map(|code| NewLot::new(drill(), code)).to_vec();
        let lots = host.must("lots", &AddLots::new(lots));
        let come = |lot| receipt(drill(), "1 pcs", "MAIN/A").lot(lot);
        host.made("come", come(lots[0]));
        let renamed = ChangeLot { code: Some("A-3".into()), ..ChangeLot::of(lots[0]) };
        host.must("renamed", &renamed);
        let there = |code: &str| {
            use fondaco_core::Reading;
            host.view(|view| Ok(view.peek::<Serial>(&(drill(), code.into()))?))
                .map(|serial| serial.on_hand.to_decimal().to_string())
        };
        assert_eq!((there("A-1").as_deref(), there("A-3").as_deref()), (Some("0"), Some("1")));
        let taken = ChangeLot { code: Some("A-3".into()), ..ChangeLot::of(lots[1]) };
        assert_eq!(host.refused("taken", &taken).code(), "inventory.lot_exists");
        let new = host.must("new", &AddLots::new(vec![NewLot::new(drill(), "A-1")]))[0];
        host.made("another piece", come(new));
        host.clean();
    });
}
