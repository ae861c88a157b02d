//! The examples of the regulations on overtime, from hours and bonuses that are recorded to slips that count.

use fondaco_core::Rounding;
use fondaco_payroll::overtime::{BonusShare, OvertimeRules, Shift};
use fondaco_payroll::runs::*;
use fondaco_payroll::staff::*;
use fondaco_testkit::Host;

use crate::firm::*;
use crate::running::*;

/// Somebody of the plant, whose week has 46 hours at this rate, and a bonus for them.
fn of_46_hours(host: &Host, number: &str, rate: &str, bonus: Option<&str>) {
    hire(host, number, "weekly", "2026-01-01/..", ("WAGES", rate, PayPer::Hour));
    let sheets: Vec<NewSheet> = (2..=6)
        .map(|day| {
            let hours = if day == 6 { n("10") } else { n("9") };
            NewSheet::hours(number, d(&format!("2026-03-{day:02}")), "main", hours)
        })
        .collect();
    host.must(&format!("time {number}"), &RecordTime::new(sheets));
    if let Some(bonus) = bonus {
        // What the bonus adds to overtime is reckoned by the kernel, and entered beside it.
        let shift = |day: u32, hours| Shift {
            day: d(&format!("2026-03-{day:02}")),
            hours: n(hours),
            rate: n(rate),
        };
        let shifts = [shift(2, "9"), shift(3, "9"), shift(4, "9"), shift(5, "9"), shift(6, "10")];
        let rules = OvertimeRules::flsa();
        let week = rules.week(&shifts, n("0"), Rounding::HalfUp).unwrap();
        let adds = rules
            .bonus_of_weeks(n(bonus), &[week], BonusShare::EachWeek, Rounding::HalfUp)
            .unwrap();
        let item = |value| NewItem::new(number, d("2026-03-06"), "PRODUCTION", value, "production");
        let items = vec![item(n(bonus)), item(adds[0])];
        host.must(&format!("bonus {number}"), &RecordItems::new(items));
    }
}

/// 29 CFR 778.110, (a) and (b), of 2011 and of 1981: 46 hours, with and without a production bonus, which is in the regular rate.
#[test]
fn a_week_of_46_hours_pays_what_the_regulation_says() {
    everywhere(|host| {
        host.must(
            "production",
            &DefineComponents::new(vec![NewComponent::new("PRODUCTION", "wages")]),
        );
        for (number, rate, bonus) in
            [("1", "12", None), ("2", "12", Some("46")), ("3", "6", None), ("4", "6", Some("9.2"))]
        {
            of_46_hours(host, number, rate, bonus);
        }
        let run = run_of(host, "week", "weekly", ("2026-03-02", "2026-03-08"), "2026-03-13");
        assert_eq!(calculated(host, "week computed", run).slips, 4);
        settled(host, "week", run);
        let slips = host.view(|view| slips(view, run));
        let paid = |number: &str| {
            let slip = slips.iter().find(|slip| slip.number == number).unwrap();
            format!("{:.2}", slip.gross.to_decimal())
        };
        assert_eq!(["1", "2", "3", "4"].map(paid), ["588.00", "637.00", "294.00", "303.80"]);
    });
}
