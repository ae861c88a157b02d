//! What a run takes for good on which day: lots expire while it plans.

use std::sync::Arc;

use fondaco_inventory::planning::*;
use fondaco_inventory::posting::MoveStock;
use fondaco_inventory::replenish::*;
use fondaco_store::Memory;
use fondaco_testkit::Counting;

use crate::host::*;
use crate::plan_runs::*;

/// What will have expired before it is wanted serves nobody: what expires first goes first, and the rest is ordered in time.
#[test]
fn what_expires_before_it_is_wanted_is_planned_for() {
    on_every_store(|host| {
        let rule = SetReorderRule::new(milk(), main_site(), ReplenishmentPolicy::Planned);
        host.must("rule", &SetReorderRule { lead_time_days: 5, ..rule });
        // M1 is good until 10 July, M2 until 10 August; that in quarantine is nobody's.
        let come = |lot: &str, what: &str| receipt(milk(), what, "MAIN/A").lot(lot_id(lot));
        let come = vec![come("M1", "100 l"), come("M2", "30 l")];
        host.must("come", &MoveStock::new(come));
        let litres = |name: &str, count: i64, from: &str| {
            let one = Expectation::new(d(from), q(&format!("{count} l"))).until(d(from));
            let line = ForecastLine::new(milk(), main_site(), d(from), vec![one]);
            let line = ForecastLine { until: Some(d(from)), ..line };
            host.must(name, &RecordForecast::new(vec![line]));
        };
        let ordered = |name: &str| -> Vec<String> {
            plan(&host, name);
            let of = |row: &PlannedOrder| format!("{} {}", row.quantity.to_decimal(), row.due_on);
            orders(&host, name).iter().map(of).collect()
        };
        litres("july", 80, "2026-07-20");
        assert_eq!(ordered("june"), ["50 2026-07-20"], "{}", host.name); // less the 30 of August
        litres("before", 90, "2026-07-08");
        assert_eq!(ordered("some before"), ["50 2026-07-20"], "{}", host.name);
        litres("all", 110, "2026-07-10");
        assert_eq!(ordered("more before"), ["70 2026-07-10", "80 2026-07-20"], "{}", host.name);
        litres("late", 7, "2026-08-20");
        assert_eq!(ordered("later")[2..], ["7 2026-08-20"], "{}", host.name);
        host.clean();
    });
}

/// Each serial number is a lot for ever: what expires on none of the days that are planned is not read.
#[test]
fn a_run_reads_only_lots_that_expire_while_it_plans() {
    let counting = Counting::over(Arc::new(Memory::new()));
    let host = Host::on("counted", counting.clone()).set_up();
    let rule = SetReorderRule::new(milk(), main_site(), ReplenishmentPolicy::Planned);
    host.must("rule", &SetReorderRule { lead_time_days: 5, ..rule });
    host.made("come", receipt(milk(), "9 l", "MAIN/A").lot(lot_id("M1")));
    let rows = || {
        let before = counting.rows();
        ground(&host, &settings());
        counting.rows() - before
    };
    let few = rows();
    let expires = |nth: usize| [None, Some("2026-06-29"), Some("2036-07-01")][nth % 3];
    let old = (0..60_usize).map(|nth| a_lot(milk(), &format!("OLD{nth}"), expires(nth)));
    host.insert("old", old.collect());
    assert_eq!(rows(), few);
    let soon = (0..60).map(|nth| a_lot(milk(), &format!("SOON{nth}"), Some("2026-07-01")));
    host.insert("soon", soon.collect());
    assert!(rows() >= few + 60, "what expires is looked at");
}
