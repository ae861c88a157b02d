//! Runs of the same days that are computed side by side: a floor and a limit are of the period, whichever is approved first.

use fondaco_payroll::garnishment::Limit;
use fondaco_payroll::runs::*;

use crate::house::*;

/// Rules without sums: nothing of one slip stands in another, unless what is taken does.
const PLAIN: &str = r#"
name = "plain"
currency = "EUR"

[[input]]
name = "salary"
type = "money"
kind = "earning"
"#;

fn plain(employee: u32, salary: &str) -> PayInput {
    let mut plain = case(employee, 6, dec(salary));
    plain.rules = "plain".into();
    plain
}

#[test]
fn a_floor_and_a_limit_are_kept_over_runs_that_were_computed_side_by_side() {
    House::everywhere(|house| {
        house.host.must("plain", &StoreRules::new("plain", PLAIN));
        let protected =
            Limit::Protected { free: dec("1000"), full_from: dec("2000"), part: dec("0.25") };
        for (employee, limit) in [(1, Limit::All), (2, protected)] {
            let debt =
                SetDeduction::debt(who(employee), "DEBT", dec("5000"), (1, limit), d("2026-01-01"));
            house.host.must(&format!("debt {employee}"), &debt);
        }
        let cases = |salary: &str| {
            let mut poor = plain(1, salary);
            poor.net_floor = dec("1000");
            vec![poor, plain(2, salary)]
        };
        let regular = house.create(RunKind::Regular, 6, "regular");
        house.calculate(regular, "regular computed", cases("900")).unwrap();
        let bonus = house.create(RunKind::Bonus, 6, "bonus");
        house.calculate(bonus, "bonus computed", cases("600")).unwrap();
        house.settle(regular);
        // Neither run by itself leaves anything to take; both together leave 500.
        assert_eq!(house.owed(1), dec("5000"));
        assert_eq!(code(house.approve(bonus)), "payroll.stale_slip");
        let stale = house.host.view(|view| warnings(view, bonus, dec("20")));
        let stale = stale.iter().filter(|warning| warning.code == "stale");
        assert_eq!(stale.count(), 2);
        let renew = &mut RenewRun::new(bonus, "the regular run came first");
        assert_eq!(house.host.run_job("renewed", renew, &mut ()).unwrap().report.slips, 2);
        house.settle(bonus);
        let why = house.host.view(|view| explain(view, (bonus, who(1)), "DEBT")).to_string();
        assert!(
            why.contains("Net pay of other slips of these days") && why.contains("900"),
            "{why}"
        );
        for employee in [1, 2] {
            assert_eq!(line(&house.slip(bonus, employee), "DEBT"), dec("500"));
            assert_eq!(house.owed(employee), dec("4500"));
        }
        house.clean();
    });
}
