//! What becomes of jobs and of what is due when whoever acts may not.
#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests are tests

mod rights;

use fondaco_core::digest::DigestError;
use fondaco_core::{due, job};
use rights::*;

/// Pays out of the front till, an amount a chunk.
struct Payments {
    amounts: &'static [&'static str],
    /// What bringing the second amount ends in.
    fetches: Option<Halt>,
}

impl Payments {
    fn new() -> Payments {
        Payments { amounts: &["1", "500"], fetches: None }
    }
}

fn pay_in(tx: &mut Tx<'_>, amount: &str) -> Result<(), Halt> {
    tx.authorize(&ask("front", amount))?;
    let id = tx.id()?;
    tx.insert(Paid { id, cents: eur(amount).to_minor().unwrap_or(0) })
}

impl Job for Payments {
    type Cursor = i64;
    type Report = i64;
    type Error = Halt;

    fn kind(&self) -> &'static str {
        "desk.payments"
    }
    fn input(&self) -> Result<Hash, DigestError> {
        digest::of(self.amounts)
    }
    fn progress(&self, cursor: &i64) -> Progressed {
        Progressed::new("paying", *cursor)
    }
    fn fetch(&mut self, cursor: &i64) -> Result<(), Halt> {
        self.fetches.take_if(|_| *cursor == 1).map_or(Ok(()), Err)
    }
    fn chunk(&self, tx: &mut Tx<'_>, _: JobId, cursor: &i64) -> Result<Step<i64>, Halt> {
        pay_in(tx, self.amounts[*cursor as usize])?;
        Ok(if *cursor == 0 { Step::More(1) } else { Step::Last(2) })
    }
    fn finish(&self, _: &mut Tx<'_>, _: JobId, cursor: &i64) -> Result<i64, Halt> {
        Ok(*cursor)
    }
}

fn state(office: &Office) -> Option<JobState> {
    let state = office.view(|view| job::job(view, JobId::named("job")));
    state.map(|state| state.as_ref().clone())
}

/// Anna and Carla may run jobs and tick, besides paying; Ben may only pay.
fn staffed(office: &Office) {
    let runner = DefineRole::new("runner", "Runner")
        .may(NewGrant::new("job.run"))
        .may(NewGrant::new("due.tick"));
    office.must("root", &runner);
    office.must("root", &AssignRole::new(id("anna"), "runner"));
    office.must("root", &AssignRole::new(id("carla"), "runner"));
}

#[test]
fn a_job_of_who_may_not_has_failed_and_goes_on_by_who_may() {
    on_every_host(|office| {
        staffed(&office);
        let denied = office.run_job("anna", &mut Payments::new()).unwrap_err();
        assert_eq!(denied.code(), "policy.over_limit", "on {}", office.name);
        let failed = state(&office).unwrap();
        assert_eq!((failed.status, failed.chunks), (JobStatus::Failed, 1));
        assert_eq!(failed.failure.as_deref(), Some("policy.over_limit"));
        assert_eq!(failed.failure_text.as_deref(), Some(denied.to_string().as_str()));
        let done = office.run_job("carla", &mut Payments::new()).unwrap();
        assert_eq!((done.report, state(&office).unwrap().status), (2, JobStatus::Done));
    });
}

#[test]
fn a_denial_of_what_a_job_fetches_fails_it_too() {
    on_every_host(|office| {
        staffed(&office);
        let fetches = office.pays("anna", "500").err(); // sent elsewhere, and passed on
        let denied = office.run_job("carla", &mut Payments { fetches, ..Payments::new() });
        assert_eq!(denied.unwrap_err().code(), "policy.over_limit", "on {}", office.name);
        let failed = state(&office).unwrap();
        assert_eq!(
            (failed.status, failed.failure.as_deref()),
            (JobStatus::Failed, Some("policy.over_limit"))
        );
        assert_eq!(office.run_job("carla", &mut Payments::new()).unwrap().report, 2);
    });
}

#[test]
fn who_may_not_run_jobs_leaves_them_as_they_are() {
    on_every_host(|office| {
        staffed(&office);
        let before = office.commits();
        let denied = office.run_job("ben", &mut Payments::new()).unwrap_err();
        assert_eq!((denied.code(), state(&office)), ("policy.not_held", None));
        assert_eq!(office.commits(), before);
        office.run_job("anna", &mut Payments::new()).unwrap_err();
        let failed = state(&office);
        let denied = office.run_job("ben", &mut Payments::new()).unwrap_err();
        assert_eq!((denied.code(), state(&office)), ("policy.not_held", failed));
        assert_eq!(office.run_job("carla", &mut Payments::new()).unwrap().report, 2);
    });
}

/// A clerk who may tick and not pay comes first; the clock, who may, comes at the same time, and nothing waits.
#[test]
fn what_is_due_stays_as_it_is_for_who_may() {
    on_every_host(|office| {
        staffed(&office);
        put(&office, &[("pay", "1"), ("pay", "500"), ("pay", "99")]);
        let ticked = office.tick("anna", paying(), june(3)).unwrap();
        assert_eq!(ticked.carried_out.len(), 2, "what she may, she does, on {}", office.name);
        assert_eq!((ticked.refused.len(), ticked.elsewhere, ticked.more), (0, 0, false));
        let denied = &ticked.denied[0];
        assert_eq!((denied.subject.as_str(), denied.code.as_str()), ("500", "policy.over_limit"));
        assert_eq!((ticked.denied.len(), denied.at), (1, june(2)));
        let told = ticked.to_string();
        assert!(told.contains("2 carried out, 0 refused, 1 denied\n  pay for 500: "), "{told}");
        assert!(told.ends_with("(policy.over_limit; it stays for who may)"), "{told}");
        let item = office.due_items().remove(0);
        assert_eq!((item.tries, item.try_at, item.refused.as_deref()), (0, Some(june(2)), None));
        let ticked = office.tick("carla", paying(), june(3)).unwrap();
        assert_eq!((ticked.carried_out.len(), ticked.denied.len()), (1, 0));
        assert_eq!(office.due_items(), []);
    });
}

/// More than a page of what somebody may not do is in front of what he may.
#[test]
fn what_is_denied_is_in_nobodys_way() {
    let office = in_memory();
    staffed(&office);
    let names: Vec<String> = (0..1100).map(|n| (1000 + n).to_string()).collect();
    let mut items: Vec<_> = names.iter().map(|name| ("pay", name.as_str())).collect();
    items.extend([("pay", "99"), ("pay", "98"), ("pay-late", "1")]); // after all others
    put(&office, &items);
    let handlers = paying().on("pay-late", |tx, item| Ok(pay_in(tx, &item.subject)?));
    let ticked = office.tick("anna", handlers, june(3)).unwrap();
    assert_eq!((ticked.carried_out.len(), ticked.denied.len()), (3, 1100));
    assert!(!ticked.more, "what is denied is no reason to tick again");
    assert_eq!(office.due_items().len(), 1100);
}

#[test]
fn who_may_not_tick_does_nothing() {
    on_every_host(|office| {
        staffed(&office);
        put(&office, &[("pay", "1")]);
        let before = office.commits();
        let denied = office.tick("ben", paying(), june(3)).unwrap_err();
        assert_eq!((denied.code(), office.commits()), ("policy.not_held", before));
        assert_eq!(office.tick("anna", paying(), june(3)).unwrap().carried_out.len(), 1);
    });
}

/// Puts items on the queue that pay their subject, due on 2 June.
fn put(office: &Office, items: &[(&str, &str)]) {
    let driver = Driver::new(office.store.clone(), acme());
    driver.prepare(due::TABLES).unwrap();
    let put = |tx: &mut Tx<'_>, items: &[(&str, &str)]| {
        items.iter().try_for_each(|(kind, subject)| {
            tx.due(due::Due::new(*kind, *subject, june(2))).map(|_| ())
        })
    };
    driver.run(envelope("root", "put"), items, put).unwrap();
}

fn paying<'h>() -> due::Handlers<'h> {
    due::Handlers::new().on("pay", |tx, item| Ok(pay_in(tx, &item.subject)?))
}
