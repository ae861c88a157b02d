//! A store that fails at every step of a run's whole life, two drivers that run one job, and jobs that are stopped.

use std::sync::Arc;

use fondaco_core::job::{JobCall, JobId};
use fondaco_core::store::Store;
use fondaco_core::{
    ActError, ActorId, CommandId, CompanyId, Driver, Envelope, Halt, Id, JobError, Progressed,
    Timestamp,
};
use fondaco_payroll::runs::*;
use fondaco_payroll::{ENGINE, PayrollError};
use fondaco_store::{Memory, Sqlite};
use fondaco_testkit::sweep;

use crate::house::*;

pub fn acme() -> CompanyId {
    CompanyId::named("acme")
}

fn time() -> Timestamp {
    "2026-06-30T12:00:00Z".parse().unwrap()
}

struct Desk<'d>(&'d Driver<'d>);

impl Desk<'_> {
    fn send<C: fondaco_core::Act<Error = PayrollError>>(
        &self,
        name: &str,
        command: &C,
    ) -> Result<C::Answer, PayrollError> {
        let envelope = Envelope::new(CommandId::named(name), ActorId::new("clerk"), time());
        let answer = self.0.carry_out(envelope, command)?.answer;
        heard(name);
        Ok(answer)
    }

    fn job<J: fondaco_core::job::Job<Error = PayrollError>>(
        &self,
        (actor, name): (&str, &str),
        mut job: J,
    ) -> Result<J::Report, PayrollError> {
        let (actor, clock) = (ActorId::new(actor), time);
        let call = JobCall::new(JobId::named(name), &actor, &clock);
        match self.0.run_job(&call, &mut job, &mut ()) {
            Ok(done) => {
                heard(name);
                Ok(done.report)
            }
            Err(JobError::Act(error)) => Err(error),
            Err(error) => Err(Halt::Bug(error.to_string()).into()),
        }
    }

    fn settle(&self, run: Id<Run>, name: &str) -> Result<(), PayrollError> {
        self.job(("boss", &format!("{name} approved")), AdvanceRun::approve(run, "looked at"))?;
        self.job(("boss", &format!("{name} posted")), AdvanceRun::post(run, "booked"))?;
        let pay = AdvanceRun::pay(run, d("2026-01-31"), "file");
        self.job(("boss", &format!("{name} paid")), pay).map(drop)
    }
}

/// A process that is to be killed says what was answered.
fn heard(name: &str) {
    if std::env::var_os(super::processes::CHILD).is_some() {
        println!("{}{name}", super::processes::ANSWERED);
    }
}

/// A month, a loan, a void, retro pay; the names are the same each time.
pub fn a_life(store: &dyn Store) -> Result<(), PayrollError> {
    let driver = Driver::new(store, acme());
    driver.join(&ENGINE).map_err(Halt::from)?;
    let desk = Desk(&driver);
    desk.send("rules", &StoreRules::new("house", BOOK))?;
    let loan = SetDeduction::loan(who(1), "CAR", dec("500"), dec("300"), d("2026-01-01"));
    desk.send("loan", &loan)?;
    let run = desk.send("january", &CreateRun::new("MONTHLY", month(1), month(1).1))?;
    let cases = vec![case(1, 1, dec("2000")), case(2, 1, dec("900")), case(3, 1, dec("-1"))];
    let source = PaySource::given(cases).unwrap();
    desk.job(("clerk", "computed"), CalculateRun::new(run, source))?;
    let reason = "left out".into();
    desk.send("without 3", &DropSlip { run, employee: who(3), reason })?;
    desk.settle(run, "january")?;
    desk.send("void", &VoidSlip::new(run, who(2), "gone"))?;
    let retro =
        CreateRun { kind: RunKind::Retro, ..CreateRun::new("MONTHLY", month(2), month(2).1) };
    let retro = desk.send("retro", &retro)?;
    let cases = vec![case(1, 1, dec("2600"))];
    desk.job(
        ("clerk", "retro computed"),
        RetroRun::new(retro, cases, RetroLaw::OldPeriods, "a rise"),
    )?;
    desk.settle(retro, "retro")?;
    // What left of the voided slip comes back, it is put right, and paid in parts.
    let back = |name: &str, way, run, amount: &str| {
        let lines = vec![PaymentLine::new(who(2), dec(amount))];
        let record =
            RecordPayments { run, way, lines, day: d("2026-02-02"), reference: name.into() };
        desk.send(name, &record)
    };
    back("returned", PaymentWay::Returned, run, "100")?;
    let create = CreateRun::new("MONTHLY", month(1), month(1).1);
    let into = desk.send("correction", &CreateRun { kind: RunKind::Correction, ..create })?;
    let (case, reason) = (Some(Box::new(case(2, 1, dec("1400")))), "put right".into());
    let correct =
        CorrectSlip { run, employee: who(2), into, case, set: Default::default(), reason };
    desk.send("correct", &correct)?;
    desk.job(("clerk", "renewed"), RenewRun::new(into, "in any case"))?;
    desk.job(("boss", "corrected"), AdvanceRun::approve(into, "looked at"))?;
    desk.job(("boss", "correction posted"), AdvanceRun::post(into, "booked"))?;
    back("part", PaymentWay::Paid, into, "50")?;
    desk.job(("boss", "rest"), AdvanceRun::pay(into, d("2026-02-03"), "file 2"))?;
    desk.job(("boss", "closed"), AdvanceRun::close(run, "done"))?;
    driver.view(|view| {
        let found = ENGINE.verify(view)?;
        assert!(found.is_empty(), "{found:?}");
        Ok::<(), PayrollError>(())
    })
}

#[test]
fn nothing_is_half_done_at_any_step_of_a_run() {
    let swept = sweep(acme(), Memory::new, |store| a_life(store)).unwrap();
    assert!(swept.failures > 90, "{swept:?}");
}

#[test]
fn nothing_is_half_done_at_any_step_on_sqlite() {
    let swept = sweep(acme(), || Sqlite::in_memory().unwrap(), |store| a_life(store)).unwrap();
    assert!(swept.failures > 90, "{swept:?}");
}

#[test]
fn who_computed_a_chunk_does_not_approve_what_another_went_on_with() {
    let house = House::memory();
    let run = house.create(RunKind::Regular, 1, "january");
    let job = || CalculateRun::new(run, PaySource::given(many()).unwrap());
    let mut after_one = |at: &Progressed| match at.done {
        0 => std::ops::ControlFlow::Continue(()),
        _ => std::ops::ControlFlow::Break(()),
    };
    let (first, second) = (house.host.acting_as("first"), house.host.acting_as("second"));
    assert!(first.run_job("calculate", &mut job(), &mut after_one).is_err());
    second.run_job("calculate", &mut job(), &mut ()).unwrap();
    for own in [first, second] {
        let mut approve = AdvanceRun::approve(run, "mine");
        let denied = own.run_job("approve", &mut approve, &mut ()).unwrap_err();
        assert_eq!(denied.code(), "policy.four_eyes");
    }
    house.approve(run).unwrap();
}

/// More than one chunk of employees.
fn many() -> Vec<PayInput> {
    (1..=2_300).map(|one| case(one, 1, dec("2000"))).collect()
}

#[test]
fn a_run_that_is_stopped_goes_on_where_it_was() {
    let house = House::memory();
    let run = house.create(RunKind::Regular, 1, "january");
    let job = || CalculateRun::new(run, PaySource::given(many()).unwrap());
    let mut after_one = |at: &Progressed| match at.done {
        0 => std::ops::ControlFlow::Continue(()),
        _ => std::ops::ControlFlow::Break(()),
    };
    let stopped = house.host.run_job("calculate", &mut job(), &mut after_one);
    assert_eq!(stopped.unwrap_err().code(), "job.stopped");
    assert_eq!(house.run(run).status, RunStatus::Draft);
    assert_eq!(house.host.rows::<Slip>().len(), 1_000);
    let mut told = Vec::new();
    let mut watch = |at: &Progressed| {
        told.push((at.done, at.total));
        std::ops::ControlFlow::Continue(())
    };
    let done = house.host.run_job("calculate", &mut job(), &mut watch).unwrap();
    assert_eq!(done.report, RunReport { slips: 2_300, refused: 0 });
    assert_eq!(told.first(), Some(&(1_000, Some(2_300))));
    // So does an approval.
    let boss = house.host.acting_as("boss");
    let mut approve = AdvanceRun::approve(run, "looked at");
    assert!(boss.run_job("approve", &mut approve, &mut after_one).is_err());
    let reopen = ReopenRun { run, reason: "no".into() };
    assert_eq!(
        fondaco_core::ActError::code(&house.host.refused("reopen", &reopen)),
        "payroll.illegal_move"
    );
    boss.run_job("approve", &mut approve, &mut ()).unwrap();
    assert_eq!(house.sum(2_300, "taxed_to_date"), dec("2000"));
    // So does a payment, in chunks, and a calculation that takes away what an earlier one left.
    house.post(run).unwrap();
    let mut pay = AdvanceRun::pay(run, d("2026-01-31"), "file");
    assert!(boss.run_job("pay", &mut pay, &mut after_one).is_err());
    assert_eq!(house.host.rows::<SlipPayment>().len(), 1_000);
    boss.run_job("pay", &mut pay, &mut ()).unwrap();
    assert_eq!(house.host.rows::<SlipPayment>().len(), 2_300);
    let february = house.create(RunKind::Regular, 2, "february");
    let cases = |of: u32| (1..=of).map(|one| case(one, 2, dec("900"))).collect::<Vec<_>>();
    house.calculate(february, "february", cases(2_300)).unwrap();
    house.host.must("reopen", &ReopenRun { run: february, reason: "fewer".into() });
    let job = || CalculateRun::new(february, PaySource::given(cases(1_100)).unwrap());
    for _ in 0..6 {
        let mut seen = 0;
        let mut one_more = |_: &Progressed| {
            seen += 1;
            match seen {
                1 => std::ops::ControlFlow::Continue(()),
                _ => std::ops::ControlFlow::Break(()),
            }
        };
        if house.host.run_job("fewer", &mut job(), &mut one_more).is_ok() {
            break;
        }
    }
    house.host.run_job("fewer", &mut job(), &mut ()).unwrap();
    assert_eq!(house.host.view(|view| slips(view, february)).len(), 1_100);
    house.approve(february).unwrap();
    let retro = house.create(RunKind::Retro, 3, "retro");
    let more: Vec<_> = (1..=600).map(|one| case(one, 1, dec("2100"))).collect();
    let job = || RetroRun::new(retro, more.clone(), RetroLaw::OldPeriods, "a rise");
    assert!(house.host.run_job("retro", &mut job(), &mut after_one).is_err());
    let done = house.host.run_job("retro", &mut job(), &mut ()).unwrap();
    assert_eq!(done.report, RunReport { slips: 600, refused: 0 });
    house.approve(retro).unwrap();
    house.clean();
}

#[test]
fn whoever_had_a_hand_in_a_calculation_does_not_approve_it() {
    let house = House::memory();
    let run = house.create(RunKind::Regular, 1, "january");
    let job = || CalculateRun::new(run, PaySource::given(many()).unwrap());
    let mut after_one = |at: &Progressed| match at.done {
        0 => std::ops::ControlFlow::Continue(()),
        _ => std::ops::ControlFlow::Break(()),
    };
    house.host.acting_as("first").run_job("calculate", &mut job(), &mut after_one).unwrap_err();
    house.host.acting_as("second").run_job("calculate", &mut job(), &mut ()).unwrap();
    for who in ["first", "second"] {
        let own = &mut AdvanceRun::approve(run, "mine");
        let refused = house.host.acting_as(who).run_job(who, own, &mut ()).unwrap_err();
        assert_eq!(refused.code(), "policy.four_eyes", "{who}");
    }
    house.approve(run).unwrap();
}

#[test]
fn two_who_run_one_job_do_it_once() {
    let store: Arc<dyn Store> = Arc::new(Memory::new());
    let driver = |store: &Arc<dyn Store>| {
        let driver = Driver::new(store.clone(), acme());
        driver.join(&ENGINE).unwrap();
        driver
    };
    let first = driver(&store);
    let desk = Desk(&first);
    desk.send("rules", &StoreRules::new("house", BOOK)).unwrap();
    let run = desk.send("january", &CreateRun::new("MONTHLY", month(1), month(1).1)).unwrap();
    let source = PaySource::given(many()).unwrap();
    std::thread::scope(|scope| {
        for _ in 0..2 {
            let (store, source) = (&store, source.clone());
            scope.spawn(move || {
                let driver = driver(store);
                let desk = Desk(&driver);
                let report =
                    desk.job(("clerk", "calculate"), CalculateRun::new(run, source)).unwrap();
                assert_eq!(report, RunReport { slips: 2_300, refused: 0 });
                desk.settle(run, "january").unwrap();
            });
        }
    });
    let payments = first.view(|view| payments_of(view, run, who(7))).unwrap();
    assert_eq!(payments.len(), 1);
    let sums = first.view(|view| year_sums(view, who(7))).unwrap();
    assert_eq!(sums.iter().map(|sum| sum.amount.to_decimal()).max(), Some(dec("2000")));
    assert!(first.discrepancies().unwrap().is_empty());
}
