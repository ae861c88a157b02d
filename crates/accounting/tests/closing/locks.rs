//! Locks by journal and day: which entries they refuse, who opens them, and that nobody opens those for ever.

use crate::common::staff::*;
use crate::common::*;
use fondaco_accounting::close::*;
use fondaco_accounting::ledger::*;
use fondaco_core::policy::stored::NewGrant;

fn invoice(date: &str) -> NewEntry {
    NewEntry { journal: "INV".into(), ..sale(date, "1.00") }
}

fn code(firm: &Firm, entry: NewEntry) -> &'static str {
    match firm.send(&format!("{entry:?} at {}", firm.entries().len()), &Post::new(entry)) {
        Ok(_) => "posted",
        Err(error) => error.code(),
    }
}

#[test]
fn a_journal_is_locked_in_a_period_while_others_are_open() {
    on_every_store(|firm| {
        let firm = firm.set_up();
        firm.must("sales are in", &LockBooks::period(202_601).journal("INV"));
        assert_eq!(code(&firm, invoice("2026-01-31")), "accounting.journal_locked");
        assert_eq!(code(&firm, invoice("2026-02-01")), "posted");
        assert_eq!(code(&firm, sale("2026-01-31", "1.00")), "posted");
        firm.must("sales are open", &UnlockBooks::period(202_601).journal("INV"));
        let early = NewEntry { journal: "GEN".into(), ..invoice("2026-01-31") };
        assert_eq!(code(&firm, early), "posted");
        let unknown = firm.refused("no such", &LockBooks::period(202_601).journal("XXX"));
        assert_eq!(unknown.code(), "accounting.unknown_journal");
        firm.clean();
    });
}

#[test]
fn days_are_locked_through_one_and_moved_both_ways() {
    on_every_store(|firm| {
        let firm = firm.set_up();
        firm.must("all to 10 March", &LockBooks::through(d("2026-03-10")));
        firm.must("invoices to 20 March", &LockBooks::through(d("2026-03-20")).journal("INV"));
        assert_eq!(code(&firm, sale("2026-03-10", "1.00")), "accounting.date_locked");
        assert_eq!(code(&firm, sale("2026-03-11", "1.00")), "posted");
        let refused = firm.refused("invoice", &Post::new(invoice("2026-03-20")));
        assert_eq!(
            refused.to_string(),
            "2026-03-20 is locked for journal INV, as all days through 2026-03-20 are: give a later \
             date, or unlock it"
        );
        assert_eq!(code(&firm, invoice("2026-03-21")), "posted");
        firm.must("back to February", &UnlockBooks::after(d("2026-02-28")));
        assert_eq!(code(&firm, sale("2026-03-01", "1.00")), "posted");
        assert_eq!(code(&firm, sale("2026-02-28", "1.00")), "accounting.date_locked");
        assert_eq!(code(&firm, invoice("2026-03-20")), "accounting.date_locked");
        firm.must("on to April", &LockBooks::through(d("2026-04-30")));
        assert_eq!(code(&firm, sale("2026-04-30", "1.00")), "accounting.date_locked");
        firm.clean();
    });
}

#[test]
fn a_lock_for_ever_is_never_opened() {
    on_every_store(|firm| {
        let firm = firm.set_up(); // 1 June 2026
        let future = firm.refused("June", &LockBooks::through(d("2026-06-30")).for_ever());
        assert_eq!(future.code(), "accounting.bad_input");
        firm.must("audited", &LockBooks::through(d("2026-02-28")).for_ever());
        firm.must("audited too", &LockBooks::period(202_603).for_ever());
        firm.must("invoices", &LockBooks::period(202_604).journal("INV").for_ever());
        let for_ever = "accounting.locked_for_ever";
        for (name, refused) in [
            ("sooner", firm.send("1", &LockBooks::through(d("2026-01-31")).for_ever())),
            ("opened", firm.send("2", &UnlockBooks::after(d("2026-02-27")))),
            ("period", firm.send("3", &UnlockPeriod::new(202_603))),
            ("period, softly", firm.send("4", &SoftLockPeriod::new(202_603))),
            ("period by books", firm.send("5", &UnlockBooks::period(202_603))),
            ("journal", firm.send("6", &UnlockBooks::period(202_604).journal("INV"))),
        ] {
            assert_eq!(refused.unwrap_err().code(), for_ever, "{name}");
        }
        assert_eq!(code(&firm, sale("2026-02-28", "1.00")), for_ever);
        assert_eq!(code(&firm, sale("2026-03-01", "1.00")), for_ever);
        assert_eq!(code(&firm, invoice("2026-04-01")), for_ever);
        assert_eq!(code(&firm, sale("2026-04-01", "1.00")), "posted");
        firm.must("later", &LockBooks::through(d("2026-03-31")).for_ever());
        firm.clean();
    });
}

#[test]
fn soft_locks_of_days_and_journals_ask_for_the_right() {
    let staff = Staff::sync("memory", std::sync::Arc::new(fondaco_store::Memory::new())).set_up();
    let post = |scope: Option<&str>| {
        let late = NewGrant::new("ledger.post_soft_locked");
        let late = scope.map(|journal| late.clone().within("journal", [journal])).unwrap_or(late);
        [NewGrant::new("ledger.post"), late]
    };
    staff.role("clerk", [NewGrant::new("ledger.post")]);
    staff.role("late", post(Some("INV")));
    staff.hire("carla", "clerk");
    staff.hire("lena", "late");
    staff.must("chief", &LockBooks::through(d("2026-01-31")).softly().journal("INV"));
    staff.must("chief", &LockBooks::period(202_602).softly().journal("INV"));
    staff.must("chief", &LockBooks::through(d("2025-12-31")).softly());
    for date in ["2026-01-31", "2026-02-01"] {
        let entry = || Post::new(invoice(date));
        assert_eq!(staff.send("carla", &entry()).unwrap_err().code(), "policy.not_held");
        staff.send("lena", &entry()).unwrap();
        staff.send("carla", &Post::new(sale(date, "1.00"))).unwrap();
    }
    let lock = LockBooks::period(202_603);
    assert_eq!(staff.send("carla", &lock).unwrap_err().code(), "policy.not_held");
    staff.role("sales", [NewGrant::new("ledger.lock_period").within("journal", ["INV"])]);
    staff.hire("sam", "sales");
    staff.send("sam", &lock.clone().journal("INV")).unwrap();
    assert!(staff.send("sam", &lock.clone().journal("GEN")).is_err());
    assert!(staff.send("sam", &lock.clone().for_ever().journal("INV")).is_err());
    // To weaken a lock is to unlock, whatever the command.
    let through = |date: &str| LockBooks::through(d(date)).journal("INV");
    staff.must("chief", &through("2026-03-31"));
    for back in [through("2026-03-30"), through("2026-01-30").softly()] {
        let denied = staff.send("sam", &back).unwrap_err().to_string();
        assert!(denied.contains("ledger.unlock_period"), "{denied}");
    }
    staff.must("sam", &through("2026-04-30"));
    staff.must("chief", &through("2026-03-31"));
    staff.role("locker", [NewGrant::new("ledger.lock_period")]);
    staff.hire("lou", "locker");
    staff.must("lou", &SoftLockPeriod::new(202_605));
    staff.must("lou", &LockPeriod::new(202_605));
    let denied = staff.send("lou", &SoftLockPeriod::new(202_605)).unwrap_err().to_string();
    assert!(denied.contains("ledger.unlock_period"), "{denied}");
    staff.must("chief", &SoftLockPeriod::new(202_605));
    staff.clean();
}

#[test]
fn each_lock_is_told_as_an_event() {
    let firm = in_memory().set_up();
    let told = |firm: &Firm| -> Vec<String> {
        let commits = firm.books.driver().feed(0, 1000).unwrap();
        let events = commits.iter().flat_map(|commit| &commit.events);
        events.map(|event| event.name.to_string()).filter(|name| name.contains("books_")).collect()
    };
    firm.must("lock", &LockBooks::period(202_601).journal("INV"));
    firm.must("days", &LockBooks::through(d("2026-01-31")));
    firm.must("unlock", &UnlockBooks::after(d("2025-12-31")));
    assert_eq!(
        told(&firm),
        ["ledger.books_locked", "ledger.books_locked", "ledger.books_unlocked"]
    );
}
