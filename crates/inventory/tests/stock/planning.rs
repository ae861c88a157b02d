//! What is said for planning, and what is forecast.

use fondaco_core::Rate;
use fondaco_inventory::planning::*;
use fondaco_inventory::replenish::*;

use crate::host::*;

fn said() -> SetPlanning {
    SetPlanning::new(bolt(), main_site())
}

fn line(from: &str, until: Option<&str>, figures: &[(&str, &str)]) -> RecordForecast {
    let expected = figures.iter().map(|(day, quantity)| Expectation::new(d(day), q(quantity)));
    let until = until.map(d);
    let line = ForecastLine::new(bolt(), main_site(), d(from), expected.collect());
    RecordForecast::new(vec![ForecastLine { until, ..line }])
}

fn figures(host: &Host) -> Vec<String> {
    let rows = host.view(|view| forecast_of(view, bolt(), main_site()));
    rows.iter().map(|row| format!("{} {}", row.starts, row.quantity.to_decimal())).collect()
}

#[test]
fn how_an_item_is_planned_is_said_and_taken_back() {
    on_every_store(|host| {
        let fixed = SetPlanning {
            lot: LotSizing::Fixed(q("2 carton")),
            yield_share: Some(Rate::percent("95").unwrap()),
            planner: Some("KH".into()),
            ..said()
        };
        host.must("fixed", &fixed);
        let found = || host.view(|view| parameters_of(view, bolt(), main_site()));
        let row = found().unwrap();
        assert_eq!((row.lot, row.lot_quantity.to_decimal()), (LotKind::Fixed, 24.into()));
        host.must("weekly", &SetPlanning { lot: LotSizing::Days(7), ..said() });
        let row = found().unwrap();
        assert_eq!((row.lot, row.lot_periods, row.planner.clone()), (LotKind::Days, 7, None));
        assert_eq!(host.view(|view| parameters(view)).len(), 1);
        host.must("nothing", &RemovePlanning::new(bolt(), main_site()));
        assert_eq!(found(), None);
        let none = host.refused("none", &RemovePlanning::new(bolt(), main_site()));
        assert_eq!(none.code(), "inventory.unknown_planning");
    });
}

#[test]
fn a_forecast_replaces_the_days_that_it_is_about() {
    on_every_store(|host| {
        let year = [("2026-07-01", "1 carton"), ("2026-08-01", "5 pcs"), ("2026-09-01", "7 pcs")];
        host.must("year", &line("2026-07-01", None, &year));
        assert_eq!(figures(&host), ["2026-07-01 12", "2026-08-01 5", "2026-09-01 7"]);
        host.must("august", &line("2026-08-01", Some("2026-08-31"), &[("2026-08-15", "6 pcs")]));
        assert_eq!(figures(&host), ["2026-07-01 12", "2026-08-15 6", "2026-09-01 7"]);
        host.must("none", &line("2026-09-01", None, &[("2026-09-01", "0 pcs")]));
        assert_eq!(figures(&host), ["2026-07-01 12", "2026-08-15 6"]);
        host.must("over", &line("2026-01-01", None, &[]));
        assert_eq!(figures(&host), [] as [&str; 0]);
    });
}

/// What reaches into the days that are said anew is cut, so that no day is expected twice; both parts come to what there was.
#[test]
fn a_bucket_that_reaches_into_others_days_is_cut() {
    let rows = |host: &Host| -> Vec<String> {
        let rows = host.view(|view| forecast_of(view, bolt(), main_site()));
        let shown = |row: &ForecastBucket| {
            format!("{} to {}: {}", row.starts, row.until, row.quantity.to_decimal())
        };
        rows.iter().map(|row| shown(row)).collect()
    };
    on_every_store(|host| {
        host.must("july", &line("2026-07-01", Some("2026-07-31"), &[("2026-07-01", "400 pcs")]));
        let weeks = [("2026-07-15", "100 pcs"), ("2026-07-22", "100 pcs")];
        host.must("weeks", &line("2026-07-15", Some("2026-07-28"), &weeks));
        let cut = [
            "2026-07-01 to 2026-07-14: 181", // 400 x 14 / 31 = 180.6
            "2026-07-15 to 2026-07-21: 100",
            "2026-07-22 to 2026-07-28: 100",
            "2026-07-29 to 2026-07-31: 39", // what 400 x 28 / 31 = 361 leaves
        ];
        assert_eq!(rows(&host), cut, "{}", host.name);
        // A bucket that goes on after the line takes its days, too; a day that is cut out takes its share.
        let late = Expectation::new(d("2026-07-30"), q("5 pcs")).until(d("2026-07-31"));
        let line = ForecastLine::new(bolt(), main_site(), d("2026-07-22"), vec![late]);
        let until = Some(d("2026-07-30"));
        host.must("late", &RecordForecast::new(vec![ForecastLine { until, ..line }]));
        let left = [cut[0], cut[1], "2026-07-30 to 2026-07-31: 5"];
        assert_eq!(rows(&host), left, "{}", host.name);
        host.clean();
    });
}

#[test]
fn a_bucket_ends_before_the_next_and_the_last_is_as_long_as_the_one_before() {
    let host = Host::memory();
    let ends = |name: &str, record: &RecordForecast| -> Vec<String> {
        host.must(name, record);
        let rows = host.view(|view| forecast_of(view, bolt(), main_site()));
        rows.iter().map(|row| row.until.to_string()).collect()
    };
    let from = "2026-01-01";
    let months = [("2026-11-01", "1 pcs"), ("2026-12-01", "0 pcs"), ("2027-01-01", "1 pcs")];
    // A month of which nothing is expected still ends the one before.
    assert_eq!(ends("months", &line(from, None, &months)), ["2026-11-30", "2027-01-31"]);
    let quarters = [("2026-01-01", "1 pcs"), ("2026-04-01", "1 pcs")];
    assert_eq!(ends("quarters", &line(from, None, &quarters)), ["2026-03-31", "2026-06-30"]);
    let weeks = [("2026-06-01", "1 pcs"), ("2026-06-08", "1 pcs")];
    assert_eq!(ends("weeks", &line(from, None, &weeks)), ["2026-06-07", "2026-06-14"]);
    let until = Some("2026-06-10");
    host.must("none", &line(from, None, &[]));
    assert_eq!(ends("until", &line(from, until, &weeks)), ["2026-06-07", "2026-06-10"]);
    host.must("over", &line(from, None, &[]));
    assert_eq!(ends("one day", &line(from, None, &weeks[..1])), ["2026-06-01"]);
    let given = |last: &str| {
        let one = Expectation::new(d("2026-06-01"), q("1 pcs")).until(d(last));
        let next = Expectation::new(d("2026-06-08"), q("1 pcs")).until(d("2026-06-08"));
        let line = ForecastLine::new(bolt(), main_site(), d(from), vec![next, one]);
        RecordForecast::new(vec![line])
    };
    assert_eq!(ends("given", &given("2026-06-05")), ["2026-06-05", "2026-06-08"]);
    for last in ["2026-05-31", "2026-06-08"] {
        assert_eq!(host.refused(last, &given(last)).code(), "inventory.bad_planning");
    }
}

#[test]
fn what_cannot_be_said_for_planning() {
    let host = Host::memory();
    let share = |text: &str| Some(Rate::percent(text).unwrap());
    let cases = [
        (SetPlanning { safety_days: 4_000, ..said() }, "inventory.bad_planning"),
        (SetPlanning { lot: LotSizing::Days(0), ..said() }, "inventory.bad_planning"),
        (
            SetPlanning { lot: LotSizing::Fixed(q("0 pcs")), ..said() },
            "inventory.quantity_not_positive",
        ),
        (SetPlanning { lot: LotSizing::Fixed(q("1 kg")), ..said() }, "core.no_unit_factor"),
        (SetPlanning { yield_share: share("0"), ..said() }, "inventory.bad_planning"),
        (SetPlanning { planner: Some(" ".into()), ..said() }, "core.bad_code"),
        (
            SetPlanning { item: fondaco_core::ItemId::named("GONE"), ..said() },
            "inventory.move_of_closed_item",
        ),
    ];
    for (at, (set, code)) in cases.into_iter().enumerate() {
        let error = host.refused(&format!("case {at}"), &set);
        assert_eq!(error.code(), code, "{set:?}: {error}");
    }
    let cases = [
        (line("2026-07-01", Some("2026-06-30"), &[]), "inventory.bad_planning"),
        (line("2026-07-01", None, &[("2026-06-30", "1 pcs")]), "inventory.forecast_beyond"),
        (line("2026-07-01", None, &[("2026-07-01", "-1 pcs")]), "inventory.bad_planning"),
        (
            line("2026-07-01", None, &[("2026-07-01", "1 pcs"), ("2026-07-01", "2 pcs")]),
            "inventory.forecast_twice",
        ),
    ];
    for (at, (record, code)) in cases.into_iter().enumerate() {
        let error = host.refused(&format!("forecast {at}"), &record);
        assert_eq!(error.code(), code, "{record:?}: {error}");
    }
    assert_eq!(figures(&host), [] as [&str; 0]);
}

/// What is planned has no reorder point: nothing is told of it but a safety stock that is not there, and no review proposes it.
#[test]
fn what_is_planned_is_not_ordered_by_its_position() {
    on_every_store(|host| {
        let rule = SetReorderRule {
            safety_stock: Some(q("5 pcs")),
            ..SetReorderRule::new(bolt(), main_site(), ReplenishmentPolicy::Planned)
        };
        host.must("rule", &rule);
        let lines = host.view(|view| shortages(view));
        let lines: Vec<_> = lines.iter().map(|row| row.line).collect();
        assert_eq!(lines, [ShortageLine::Safety]);
        let suggested = host.view(|view| suggestion(view, (bolt(), main_site()), today()));
        assert!(suggested.quantity.is_zero());
        assert!(suggested.explain().to_string().contains("planning runs say"));
    });
}
