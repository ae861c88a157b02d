//! What the engine's own runs make of entries that belong to one ledger alone: nothing.

use fondaco_accounting::allocation::{Allocate, unallocated};

use crate::common::*;
use crate::firm::*;

#[test]
fn runs_are_of_what_belongs_to_all() {
    on_two_stores(|firm| {
        let firm = set_up(firm, false);
        let rent = |journal: &str, amount: &str| {
            let cost = NewPosting::debit("5100", eur(amount)).dimension("site", "Mestre");
            NewEntry::new(journal, d("2026-03-10")).posting(cost).credit("1000", eur(amount))
        };
        firm.post("rent", rent("GEN", "10"));
        firm.post("rent by other rules", rent("IFR", "60"));
        let dollars = NewPosting::debit("1010", usd("100")).worth(eur("80"));
        let dollars = NewEntry::new("IFR", d("2026-03-11")).conversion().posting(dollars);
        firm.post("dollars by other rules", dollars.credit("1000", eur("80")));

        let valued = firm.must("value", &Revalue::at(d("2026-03-31")));
        assert!(valued.entries.is_empty(), "{valued:?}");
        let waiting = firm.view(|view| unallocated(view, 202_603));
        assert_eq!(waiting.iter().map(|it| it.amount).collect::<Vec<_>>(), [eur("10")]);
        for name in ["share", "share again"] {
            let shared = firm.must(name, &Allocate::new("rent", 202_603));
            assert_eq!(shared.left.to_decimal(), dec("0"), "{shared:?}");
        }
        assert!(firm.view(|view| unallocated(view, 202_603)).is_empty());
    });
}
