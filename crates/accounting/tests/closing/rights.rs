//! Who may correct, withdraw, carry over and spread: without any of the permissions that a command needs, it leaves nothing.

use crate::common::staff::*;
use crate::common::*;
use fondaco_accounting::close::*;
use fondaco_accounting::ledger::*;
use fondaco_core::policy::Permission;
use fondaco_core::policy::stored::NewGrant;

type Prepared = Box<dyn Fn(&Staff, &str) -> Result<(), LedgerError>>;
type Case = (&'static [&'static Permission], &'static str, fn(&Staff, &str) -> Prepared);

fn done<T>(result: Result<T, LedgerError>) -> Result<(), LedgerError> {
    result.map(|_| ())
}

fn spread(code: &str) -> StartDeferral {
    let plan = SpreadPlan::periods(d("2026-01-01"), 4);
    StartDeferral::expense(code, "GEN", ("1200", "5000"), eur("100"), plan)
}

fn rent() -> EntryTemplate {
    let template = EntryTemplate::new("GEN", fondaco_core::Currency::EUR);
    template.debit("5100", "rent").unwrap().credit("1000", "rent").unwrap()
}

/// A deferral of which one part is recognised.
fn begun(staff: &Staff, code: &str) {
    staff.must("chief", &spread(code));
    staff.must("chief", &RecogniseDeferrals::through(d("2026-01-31")).of(code));
}

/// What the chief prepares under a name, and then who is asked does.
const CASES: &[Case] = &[
    (&[&rights::REVERSE, &rights::POST], "correct", |staff, _| {
        let wrong = staff.must("chief", &Post::new(sale("2026-01-05", "1.00"))).id;
        let right = Correct::new(wrong, sale("2026-01-05", "2.00"));
        Box::new(move |staff, who| done(staff.send(who, &right)))
    }),
    (&[&rights::ASSERT_BALANCE], "withdraw", |staff, _| {
        let stated = AssertBalance::new("3000", d("2026-01-31"), eur("0"));
        let withdraw = WithdrawAssertion::new(staff.must("chief", &stated));
        Box::new(move |staff, who| done(staff.send(who, &withdraw)))
    }),
    (&[&rights::POST], "opening balances", |_, _| {
        let opening = PostOpening::new("GEN", d("2026-01-01"));
        let line = NewPosting::debit("1200", eur("9"));
        let opening = opening.line(line).difference_to("2000");
        Box::new(move |staff, who| done(staff.send(who, &opening)))
    }),
    (&[&rights::POST], "post by a template", |staff, name| {
        staff.must("chief", &StoreTemplate::new(name, rent()));
        let post = PostTemplate::new(name, d("2026-01-05")).input("rent", dec("4"));
        Box::new(move |staff, who| done(staff.send(who, &post)))
    }),
    (&[&rights::SET_TEMPLATE], "withdraw a template", |staff, name| {
        staff.must("chief", &StoreTemplate::new(name, rent()));
        let withdraw = WithdrawTemplate::new(name);
        Box::new(move |staff, who| done(staff.send(who, &withdraw)))
    }),
    (&[&rights::PLAN], "start a deferral", |_, name| {
        let start = spread(name);
        Box::new(move |staff, who| done(staff.send(who, &start)))
    }),
    (&[&rights::PLAN], "change a deferral", |staff, name| {
        begun(staff, name);
        let change = ChangeDeferral::new(name, SpreadPlan::periods(d("2026-02-01"), 2));
        Box::new(move |staff, who| done(staff.send(who, &change)))
    }),
    (&[&rights::POST], "cancel a deferral", |staff, name| {
        begun(staff, name);
        let cancel = CancelDeferral::new(name, d("2026-02-01"));
        Box::new(move |staff, who| done(staff.send(who, &cancel)))
    }),
    (&[&rights::REVERSE], "reverse a deferral", |staff, name| {
        begun(staff, name);
        let back = ReverseDeferral::new(name, d("2026-02-01"));
        Box::new(move |staff, who| done(staff.send(who, &back)))
    }),
    (&[&rights::REVERSE], "reverse a deferral of which nothing came", |staff, name| {
        staff.must("chief", &spread(name));
        let back = ReverseDeferral::new(name, d("2026-02-01"));
        Box::new(move |staff, who| done(staff.send(who, &back)))
    }),
];

#[test]
fn every_command_without_one_of_its_permissions_and_with_all() {
    with_staff_everywhere(|staff| {
        for name in ["with", "without"] {
            staff.role(name, []);
            staff.hire(name, name);
        }
        for (permissions, what, prepare) in CASES {
            let send = prepare(&staff, what);
            for missing in *permissions {
                let others = ENGINE.permissions().filter(|other| other.name != missing.name);
                staff.role("without", others.map(|other| NewGrant::new(other.name)));
                let before = staff.commits();
                let refused = send(&staff, "without").unwrap_err();
                assert_eq!(refused.code(), "policy.not_held", "{what} on {}", staff.name);
                assert!(refused.to_string().contains(missing.name), "{what}: {refused}");
                assert_eq!(staff.commits(), before, "{what} left something on {}", staff.name);
            }
            staff.role("with", permissions.iter().map(|needed| NewGrant::new(needed.name)));
            let sent = send(&staff, "with");
            sent.unwrap_or_else(|error| panic!("{what} on {}: {error}", staff.name));
        }
        staff.clean();
    });
}
