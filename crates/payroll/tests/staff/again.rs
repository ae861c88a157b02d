//! One slip of a run over recorded employees, computed again as they are known now; and what no slip pays.

use fondaco_core::{Id, PartyId};
use fondaco_payroll::runs::*;
use fondaco_payroll::staff::*;
use fondaco_testkit::Host;

use crate::firm::*;
use crate::running::*;

/// A new bonus of 20 January for somebody.
fn bonus(host: &Host, name: &str, number: &str, amount: i64) {
    let item = NewItem::new(number, d("2026-01-20"), "BONUS", amount.into(), "agreed");
    host.must(name, &RecordItems::new(vec![item]));
}

fn party(host: &Host, number: &str) -> PartyId {
    host.view(|view| employee_numbered(view, number)).party
}

/// The gross pay of each slip and how often it was computed, by number.
fn gross(host: &Host, run: Id<Run>) -> Vec<String> {
    let mut all = host.view(|view| slips(view, run));
    all.sort_by_key(|slip| slip.number.clone());
    let each = all.iter().map(|slip| {
        format!("{} {} {}", slip.number, slip.gross.to_decimal().normalize(), slip.edition)
    });
    each.collect()
}

fn codes(host: &Host, run: Id<Run>) -> Vec<String> {
    let found = host.view(|view| warnings(view, run, n("1000")));
    // All of this is told after the cut-off of January.
    found
        .iter()
        .filter(|one| one.code != "after_cut_off")
        .map(|one| format!("{} {}", one.number, one.code))
        .collect()
}

#[test]
fn one_slip_is_computed_again_as_its_employee_is_known_now() {
    everywhere(|host| {
        for number in ["1", "2"] {
            hire(host, number, "monthly", "2026-01-01/..", ("SALARY", "5000", PayPer::Month));
        }
        bonus(host, "no bonus", "2", -5);
        let run = january(host, "january", RunKind::Regular);
        assert_eq!(gross(host, run), ["1 5000 1"]);
        host.wait(60);
        bonus(host, "taken back", "2", 5);
        bonus(host, "more", "1", 300);
        host.must("2", &ChangeSlip::from_staff(run, party(host, "2"), "put right"));
        assert_eq!(gross(host, run), ["1 5000 1", "2 5000 1"]);
        assert!(host.view(|view| refusals(view, run)).is_empty());
        // The old case stays unless it is gathered.
        host.must("again", &ChangeSlip::again(run, party(host, "1"), "looked at"));
        assert_eq!(gross(host, run), ["1 5000 2", "2 5000 1"]);
        host.must("1", &ChangeSlip::from_staff(run, party(host, "1"), "a bonus"));
        assert_eq!(gross(host, run), ["1 5300 3", "2 5000 1"]);
        settled(host, "january", run);
        // Of an off-cycle run nothing is left, and what a host brings isn't gathered.
        let later = january(host, "later", RunKind::OffCycle);
        let nothing = ChangeSlip::from_staff(later, party(host, "1"), "once more");
        assert_eq!(host.refused("nothing", &nothing).code(), "payroll.bad_run");
    });
}

#[test]
fn what_fell_out_with_a_run_that_was_given_up_is_told() {
    everywhere(|host| {
        hire(host, "1", "monthly", "2026-01-01/..", ("SALARY", "5000", PayPer::Month));
        bonus(host, "agreed", "1", 300);
        let extra = january(host, "bonus", RunKind::Bonus);
        let run = january(host, "january", RunKind::Regular);
        assert_eq!(gross(host, run), ["1 5000 1"]);
        assert!(codes(host, run).is_empty());
        host.must("given up", &CancelRun { run: extra, reason: "with the month".into() });
        assert_eq!(codes(host, run), ["1 item_unpaid"]);
        host.must("1", &ChangeSlip::from_staff(run, party(host, "1"), "with the bonus"));
        assert_eq!(gross(host, run), ["1 5300 2"]);
        assert!(codes(host, run).is_empty());
    });
}
