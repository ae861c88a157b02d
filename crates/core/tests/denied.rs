//! What becomes of jobs and of what is due when whoever acts may not.
#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests are tests

mod rights;

use fondaco_core::digest::DigestError;
use fondaco_core::job;
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
