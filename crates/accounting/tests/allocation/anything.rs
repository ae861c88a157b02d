//! Whatever is shared by whatever weights: nothing is lost, nothing is made, and undone it is as before.

use fondaco_accounting::allocation::*;
use fondaco_accounting::ledger::*;
use proptest::prelude::*;
use rust_decimal::Decimal;

use crate::common::*;
use crate::{cost, of};

proptest! {
    #![proptest_config(ProptestConfig { cases: 16, max_shrink_iters: 100, ..ProptestConfig::default() })]

    #[test]
    fn not_a_cent_is_lost(
        cents in prop::collection::vec((-99_999..99_999i64, any::<bool>()), 1..5),
        weights in prop::collection::vec(1..100_000i64, 1..9),
    ) {
        let firm = in_memory().set_up();
        for (n, (cents, goods)) in cents.iter().filter(|(cents, _)| *cents != 0).enumerate() {
            let account = if *goods { "5000" } else { "5100" };
            firm.post(&format!("cost {n}"), cost("2026-03-05", account, "900", &Decimal::new(*cents, 2).to_string()));
        }
        let total = firm.sum(&BalanceQuery::subtree("5"));
        let pools = ["5000", "5100"].map(|account| of(&firm, account, "900"));
        let rule = SetAllocation::new("over", "Overheads", "GEN", "5", "cost_centre", "900");
        let rule = weights.iter().enumerate().fold(rule, |rule, (n, weight)| {
            rule.share(format!("{}", 10 + n), Decimal::new(*weight, 3))
        });
        firm.must("rule", &rule);
        let shared = firm.must("March", &Allocate::new("over", 202_603));
        prop_assert_eq!(firm.sum(&BalanceQuery::subtree("5")), total);
        for (account, pool) in ["5000", "5100"].into_iter().zip(&pools) {
            prop_assert_eq!(of(&firm, account, "900"), "0");
            let all: Decimal = weights.iter().map(|weight| Decimal::from(*weight)).sum();
            for (n, weight) in weights.iter().enumerate() {
                let part = dec(&of(&firm, account, &format!("{}", 10 + n)));
                let exact = dec(pool) * Decimal::from(*weight) / all;
                prop_assert!((part - exact).abs() < dec("0.01"), "{part} for {exact}");
            }
        }
        if shared.entry.is_some() {
            firm.must("undo", &UndoAllocation::new("over", 202_603));
        }
        prop_assert_eq!(["5000", "5100"].map(|account| of(&firm, account, "900")), pools);
        firm.clean();
    }
}
