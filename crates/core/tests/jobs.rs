//! Jobs: every chunk once, whoever runs the job, however often it is killed, stopped or refused in between.
#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests are tests

mod common;

use std::ops::ControlFlow;
use std::sync::Arc;

use common::*;
use fondaco_core::digest::{self, DigestError};
use fondaco_core::job::{self, JobDone, JobError};
use fondaco_core::store::{Hash, Record, Store, Value};
use fondaco_core::{
    ActError, Driver, ErrorKind, Halt, Job, JobCall, JobId, JobState, JobStatus, Progress,
    Progressed, Range, Reading, Step, Timestamp, Tx,
};
use fondaco_store::{Memory, Sqlite};
use fondaco_testkit::{Model, sweep};
use proptest::prelude::*;

/// Logs the numbers below `to`, `width` a chunk. A number that is logged twice is an error of the store.
struct Logging {
    to: i64,
    width: i64,
    /// Refused until shelf (1, 1) is there.
    wants_shelf_at: Option<i64>,
    fetched: Vec<i64>,
}

impl Logging {
    fn new(to: i64, width: i64) -> Logging {
        Logging { to, width, wants_shelf_at: None, fetched: Vec::new() }
    }
}

impl Job for Logging {
    type Cursor = i64;
    type Report = Vec<i64>;
    type Error = ShopError;

    fn kind(&self) -> &'static str {
        "shop.log"
    }
    fn input(&self) -> Result<Hash, DigestError> {
        digest::of(&self.to)
    }
    fn progress(&self, cursor: &i64) -> Progressed {
        Progressed::new("logging", *cursor).of(self.to)
    }
    fn fetch(&mut self, cursor: &i64) -> Result<(), ShopError> {
        self.fetched.push(*cursor);
        Ok(())
    }
    fn chunk(&self, tx: &mut Tx<'_>, _: JobId, cursor: &i64) -> Result<Step<i64>, ShopError> {
        let end = self.to.min(cursor + self.width);
        for number in *cursor..end {
            if self.wants_shelf_at == Some(number) && tx.get::<Shelf>(&(1, 1))?.is_none() {
                return Err(ShopError::No(format!("no shelf for {number}")));
            }
            tx.insert(Log { number })?;
        }
        Ok(if end < self.to { Step::More(end) } else { Step::Last(end) })
    }
    fn finish(&self, tx: &mut Tx<'_>, _: JobId, cursor: &i64) -> Result<Vec<i64>, ShopError> {
        tx.insert(Log { number: -1 })?; // the work is valid
        Ok(vec![*cursor, self.width])
    }
}

fn name() -> JobId {
    JobId::named("log")
}

fn clock() -> Timestamp {
    "2026-03-01T08:00:00Z".parse().unwrap()
}

fn run(host: &Host, job: &mut Logging) -> Result<JobDone<Vec<i64>>, JobError<ShopError>> {
    host.run_job(name(), &clock, job, &mut ())
}

fn state(host: &Host) -> JobState {
    host.view(|view| Ok(job::job(view, name())?.unwrap().as_ref().clone()))
}

/// The logged numbers; -1 once the work is valid.
fn logged(host: &Host) -> Vec<i64> {
    let numbers = host.view(|view| Ok(view.peek_scan(&Range::<Log>::all())?));
    numbers.iter().map(|log| log.number).collect()
}

fn told(host: &Host) -> Vec<String> {
    let events = host.feed().into_iter().flat_map(|commit| commit.events);
    events.map(|event| event.name.to_string()).filter(|name| name.starts_with("job.")).collect()
}

#[test]
fn a_job_is_done_once_and_its_report_is_kept() {
    on_every_host(|host| {
        let mut job = Logging::new(7, 3);
        let done = run(host, &mut job).unwrap();
        assert_eq!(done, JobDone { report: vec![7, 3], replayed: false });
        assert_eq!(job.fetched, [0, 3, 6], "what comes from outside is brought before each chunk");
        assert_eq!(logged(host), [-1, 0, 1, 2, 3, 4, 5, 6]);
        let events = ["job.begun", "job.chunk", "job.chunk", "job.chunk", "job.done"];
        assert_eq!(told(host), events);
        let again = run(host, &mut job).unwrap();
        assert_eq!(again, JobDone { report: vec![7, 3], replayed: true });
        assert_eq!(told(host), events);
        let state = state(host);
        assert_eq!((state.status, state.chunks, state.done), (JobStatus::Done, 3, 7));
        assert_eq!((state.kind.as_str(), state.actor.as_str()), ("shop.log", "clerk"));
        assert_eq!(state.report_as::<Vec<i64>>().unwrap(), Some(vec![7, 3]));
        host.view(|view| {
            assert!(job::is_done(view, name())?);
            assert_eq!(job::jobs(view, Some(JobStatus::Done), 9)?.len(), 1);
            assert_eq!(job::jobs(view, Some(JobStatus::Running), 9)?.len(), 0);
            Ok(())
        });
        let tables: Vec<_> = all_tables().into_iter().chain([JobState::TABLE]).collect();
        let verified = fondaco_core::chain::verify(&*host.store, acme(), &tables).unwrap();
        assert_eq!(verified.findings, []);
    });
}

#[test]
fn a_job_with_nothing_to_do_ends_too() {
    on_every_host(|host| {
        assert_eq!(run(host, &mut Logging::new(0, 3)).unwrap().report, [0, 3]);
        assert_eq!(logged(host), [-1]);
        assert_eq!(state(host).progressed().share(), Some(100));
    });
}

/// Run again with what it was not begun with: refused before anything is done, in every status.
#[test]
fn other_input_is_refused_by_both_digests() {
    on_every_host(|host| {
        let mut stop = |at: &Progressed| stop_at(3, at);
        let stopped = host.run_job(name(), &clock, &mut Logging::new(9, 3), &mut stop);
        assert_eq!(stopped.unwrap_err().code(), "job.stopped");
        let before = host.feed();
        for _ in 0..2 {
            let error = run(host, &mut Logging::new(8, 3)).unwrap_err();
            assert_eq!((error.code(), error.kind()), ("job.other_input", ErrorKind::Conflict));
            for to in [8i64, 9] {
                let digest: String =
                    digest::of(&to).unwrap().iter().map(|byte| format!("{byte:02x}")).collect();
                assert!(error.to_string().contains(&digest), "{error} names the digest of {to}");
            }
            if host.feed() == before {
                run(host, &mut Logging::new(9, 3)).unwrap();
            }
        }
        assert_eq!(logged(host).len(), 10);
        // The width is no input: it may be another each time.
        assert!(run(host, &mut Logging::new(9, 1)).unwrap().replayed);
    });
}

#[test]
fn another_kind_under_the_same_name_is_refused() {
    struct Other(Logging);
    impl Job for Other {
        type Cursor = i64;
        type Report = Vec<i64>;
        type Error = ShopError;
        fn kind(&self) -> &'static str {
            "shop.other"
        }
        fn input(&self) -> Result<Hash, DigestError> {
            self.0.input()
        }
        fn progress(&self, cursor: &i64) -> Progressed {
            self.0.progress(cursor)
        }
        fn chunk(&self, tx: &mut Tx<'_>, _: JobId, cursor: &i64) -> Result<Step<i64>, ShopError> {
            self.0.chunk(tx, name(), cursor)
        }
        fn finish(&self, tx: &mut Tx<'_>, _: JobId, cursor: &i64) -> Result<Vec<i64>, ShopError> {
            self.0.finish(tx, name(), cursor)
        }
    }
    on_every_host(|host| {
        run(host, &mut Logging::new(2, 1)).unwrap();
        let other = host.run_job(name(), &clock, &mut Other(Logging::new(2, 1)), &mut ());
        let error = other.unwrap_err();
        assert_eq!(error.code(), "job.other_kind");
        assert!(error.to_string().contains("shop.log, not shop.other"), "{error}");
    });
}

fn stop_at(done: i64, at: &Progressed) -> ControlFlow<()> {
    if at.done >= done { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
}

#[test]
fn a_stopped_job_goes_on_where_it_was() {
    on_every_host(|host| {
        for stops in 1..4 {
            let mut stop = |at: &Progressed| stop_at(stops * 2, at);
            let stopped = host.run_job(name(), &clock, &mut Logging::new(9, 2), &mut stop);
            let error = stopped.unwrap_err();
            assert_eq!((error.code(), error.kind()), ("job.stopped", ErrorKind::Refused));
            let state = state(host);
            assert_eq!((state.status, state.done), (JobStatus::Cancelled, stops * 2));
            assert_eq!(i64::from(state.resumed), stops - 1);
            assert!(!logged(host).contains(&-1), "nothing is valid yet");
        }
        let mut job = Logging::new(9, 2);
        assert_eq!(run(host, &mut job).unwrap().report, [9, 2]);
        assert_eq!(job.fetched, [6, 8]);
        assert_eq!(logged(host).len(), 10);
    });
}

#[test]
fn a_refused_chunk_leaves_what_was_done_and_goes_on_once_it_is_mended() {
    on_every_host(|host| {
        let job = || Logging { wants_shelf_at: Some(5), ..Logging::new(9, 2) };
        for round in 0..2 {
            let error = run(host, &mut job()).unwrap_err();
            assert_eq!(error.to_string(), "no shelf for 5");
            let state = state(host);
            assert_eq!((state.status, state.done, state.resumed), (JobStatus::Failed, 4, round));
            assert_eq!(state.failure_text.as_deref(), Some("no shelf for 5"));
            assert_eq!(state.failure.as_deref(), Some(error.code()));
            assert!(state.to_string().ends_with("(no shelf for 5)"), "{state}");
            assert_eq!(logged(host), [0, 1, 2, 3], "of the refused chunk nothing is there");
        }
        host.done("mend", |tx| Ok(tx.insert(Shelf::new(1, 1, 0))?));
        assert_eq!(run(host, &mut job()).unwrap().report, [9, 2]);
        assert_eq!(state(host).failure, None);
    });
}

/// What can't be done however often it is tried is kept with the job: nobody thinks that it still runs.
#[test]
fn a_job_that_meets_a_mistake_of_the_program_has_failed() {
    on_every_host(|host| {
        // A chunk of no width gives its own cursor back, and would come for ever.
        let error = run(host, &mut Logging::new(9, 0)).unwrap_err();
        assert!(error.to_string().contains("gives its own cursor back"), "{error}");
        let known = state(host);
        assert_eq!(known.status, JobStatus::Failed);
        assert!(known.failure_text.is_some_and(|text| text.contains("its own cursor")));
        assert_eq!(
            run(host, &mut Logging::new(9, 2)).unwrap().report,
            [9, 2],
            "it goes on once mended"
        );
        assert_eq!(state(host).failure, None);
    });
}

#[test]
fn a_job_is_stopped_by_somebody_else_in_all_processes() {
    on_every_host(|host| {
        let (rival, clerk) = (host.rival(), fondaco_core::ActorId::new("boss"));
        let call = JobCall::new(name(), &clerk, &clock);
        assert_eq!(rival.cancel_job(&call).unwrap_err().code(), "job.unknown");
        let mut once = true;
        let mut watch = |at: &Progressed| {
            if at.done == 4 && std::mem::take(&mut once) {
                rival.cancel_job(&call).unwrap();
            }
            ControlFlow::Continue(())
        };
        let stopped = host.run_job(name(), &clock, &mut Logging::new(9, 2), &mut watch);
        assert_eq!(stopped.unwrap_err().code(), "job.stopped");
        rival.cancel_job(&call).unwrap(); // twice does no harm
        assert_eq!(state(host).status, JobStatus::Cancelled);
        assert_eq!(run(host, &mut Logging::new(9, 2)).unwrap().report, [9, 2]);
        assert_eq!(rival.cancel_job(&call).unwrap_err().code(), "job.finished");
    });
}

/// Another process does the same job's chunks in between, faster.
#[test]
fn of_two_processes_each_does_what_the_other_has_not() {
    on_every_host(|host| {
        let (rival, clerk) = (host.rival(), fondaco_core::ActorId::new("clerk"));
        let call = JobCall::new(name(), &clerk, &clock);
        let mut turns = 0;
        let mut watch = |_: &Progressed| {
            turns += 1;
            if turns % 2 == 0 {
                // It does two chunks and is killed: no cancel, no word.
                let mut chunks = 0;
                let mut killed = |_: &Progressed| {
                    chunks += 1;
                    if chunks > 2 { panic!("killed") } else { ControlFlow::Continue(()) }
                };
                let run = std::panic::AssertUnwindSafe(|| {
                    rival.run_job(&call, &mut Logging::new(20, 1), &mut killed).is_ok()
                });
                let _ = std::panic::catch_unwind(run);
            }
            ControlFlow::Continue(())
        };
        let mut job = Logging::new(20, 1);
        let done = host.run_job(name(), &clock, &mut job, &mut watch).unwrap();
        assert_eq!(done.report, [20, 1]);
        assert_eq!(logged(host), (-1..20).collect::<Vec<_>>());
        let chunks: Vec<i64> = host
            .feed()
            .iter()
            .flat_map(|commit| &commit.events)
            .filter(|event| event.name == "job.chunk")
            .filter_map(|event| {
                event.data.iter().find_map(|(name, value)| match value {
                    Value::I64(n) if name == "chunks" => Some(*n),
                    _ => None,
                })
            })
            .collect();
        assert_eq!(chunks, (1..=20).collect::<Vec<_>>());
    });
}

#[test]
fn four_threads_run_one_job() {
    for (name_of_store, store) in stores() {
        let host = Host::sync(name_of_store, store.clone());
        let clerk = fondaco_core::ActorId::new("clerk");
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    let driver = Driver::new(store.clone(), acme());
                    let call = JobCall::new(name(), &clerk, &clock);
                    let done = driver.run_job(&call, &mut Logging::new(60, 1), &mut ()).unwrap();
                    assert_eq!(done.report, [60, 1]);
                });
            }
        });
        assert_eq!(logged(&host), (-1..60).collect::<Vec<_>>(), "on {name_of_store}");
        assert_eq!(host.feed().len(), 62, "on {name_of_store}");
    }
}

/// The k-th call of the store fails, for every k: each chunk is there whole or not at all, and the job run again ends as
/// if nothing had happened.
#[test]
fn a_job_survives_a_failure_at_every_step() {
    let job = |store: &dyn Store| -> Result<(), JobError<ShopError>> {
        let driver = Driver::new(store, acme()).with_predictable_salts();
        driver.prepare(TABLES).map_err(Halt::from)?;
        let clerk = fondaco_core::ActorId::new("clerk");
        let call = JobCall::new(name(), &clerk, &clock);
        driver.run_job(&call, &mut Logging::new(7, 2), &mut ()).map(drop)
    };
    for swept in [
        sweep(acme(), Model::new, job),
        sweep(acme(), Memory::new, job),
        sweep(acme(), || Sqlite::in_memory().unwrap(), job),
    ] {
        let swept = swept.unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(swept.commits, 6, "begun, four chunks, made valid");
        assert!(swept.failures > 20, "{} steps failed", swept.failures);
    }
}

/// Not a test of its own: the program that `a_killed_job_goes_on` kills.
#[test]
#[ignore = "runs only as a child of another test"]
#[allow(clippy::disallowed_methods)]
fn runs_a_job_until_it_is_killed() {
    let Ok(path) = std::env::var("FONDACO_KILL") else { return };
    let driver = Driver::new(Sqlite::open(&path).unwrap(), acme());
    driver.prepare(TABLES).unwrap();
    let clerk = fondaco_core::ActorId::new("clerk");
    let call = JobCall::new(name(), &clerk, &clock);
    let mut watch = |at: &Progressed| {
        std::fs::write(format!("{path}.done"), at.done.to_string()).unwrap();
        ControlFlow::Continue(())
    };
    driver.run_job(&call, &mut Logging::new(FAR, 5), &mut watch).unwrap();
}

const FAR: i64 = 1_000_000_000;

/// `Child::kill` is `kill -9`.
#[test]
fn a_killed_job_goes_on() {
    let dir = std::env::temp_dir();
    let path = dir.join(format!("fondaco-job-{}.db", std::process::id()));
    let files = ["", "-wal", "-shm", ".done"].map(|end| format!("{}{end}", path.display()));
    files.iter().for_each(|file| drop(std::fs::remove_file(file)));
    let mut before = 0;
    for round in 0..4u64 {
        let mut child = std::process::Command::new(std::env::current_exe().unwrap())
            .args(["--ignored", "--exact", "runs_a_job_until_it_is_killed"])
            .env("FONDACO_KILL", &path)
            .stdout(std::process::Stdio::null())
            .spawn()
            .unwrap();
        // Until it has done something new, however slow the machine is.
        let told = || std::fs::read_to_string(&files[3]).unwrap_or_default().parse().unwrap_or(0);
        while told() < before + 10 {
            std::thread::sleep(std::time::Duration::from_millis(5 + round));
        }
        child.kill().unwrap();
        child.wait().unwrap();
        let host = Host::sync("sqlite", Arc::new(Sqlite::open(&path).unwrap()));
        let (state, logged) = (state(&host), logged(&host));
        assert!(state.done >= told(), "an answered chunk is gone");
        assert_eq!(state.status, JobStatus::Running);
        assert_eq!(logged, (0..state.done).collect::<Vec<_>>(), "as many as the cursor says");
        before = state.done;
    }
    files.iter().for_each(|file| drop(std::fs::remove_file(file)));
}

/// Who runs the job next, and after how many chunks they are stopped.
fn shifts() -> impl Strategy<Value = Vec<(bool, i64, i64)>> {
    proptest::collection::vec((any::<bool>(), 0i64..5, 1i64..4), 0..12)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whoever runs it, in chunks of whatever width, and however often it is stopped: every number once, in order.
    #[test]
    fn any_shifts_do_the_same_work(shifts in shifts()) {
        for host in [
            Host::sync("memory", Arc::new(Memory::new())),
            Host::asynchronous("model, not loaded", Arc::new(Model::new())),
        ] {
            let (rival, clerk) = (host.rival(), fondaco_core::ActorId::new("rival"));
            for (ours, chunks, width) in &shifts {
                let mut left = *chunks;
                let mut watch = |_: &Progressed| {
                    left -= 1;
                    if left < 0 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
                };
                let mut job = Logging::new(17, *width);
                let result = if *ours {
                    host.run_job(name(), &clock, &mut job, &mut watch)
                } else {
                    rival.run_job(&JobCall::new(name(), &clerk, &clock), &mut job, &mut watch)
                };
                prop_assert!(result.is_ok() || result.is_err_and(|error| error.code() == "job.stopped"));
            }
            let done = run(&host, &mut Logging::new(17, 2)).unwrap();
            prop_assert_eq!(done.report[0], 17);
            prop_assert_eq!(logged(&host), (-1..17).collect::<Vec<_>>());
        }
    }
}

/// A watcher is a trait object too.
#[test]
fn any_watcher_will_do() {
    on_every_host(|host| {
        let mut seen = Vec::new();
        let mut watch = |at: &Progressed| {
            seen.push(at.to_string());
            ControlFlow::Continue(())
        };
        let watcher: &mut (dyn Progress + Send) = &mut watch;
        host.run_job(name(), &clock, &mut Logging::new(4, 2), watcher).unwrap();
        assert_eq!(seen, ["logging: 0 of 4", "logging: 2 of 4", "logging: 4 of 4"]);
    });
}

/// A job that was begun by an older program goes on under a newer one: its commands keep their ids and digests.
#[test]
fn ids_and_digests_of_a_job_never_change() {
    let host = Host::sync("model", Arc::new(Model::new()));
    let mut stop = |at: &Progressed| stop_at(1, at);
    host.run_job(name(), &clock, &mut Logging::new(2, 1), &mut stop).unwrap_err();
    let refused = || Logging { wants_shelf_at: Some(1), ..Logging::new(2, 1) };
    run(&host, &mut refused()).unwrap_err();
    run(&host, &mut Logging::new(2, 1)).unwrap();
    let told = |commit: &fondaco_core::store::Commit| {
        let digest: String =
            commit.digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
        format!("{} {digest} {}", commit.id, commit.events.last().map_or("", |event| &event.name))
    };
    let told: Vec<String> = host.feed().iter().map(told).collect();
    assert_eq!(told.join("\n"), COMMANDS, "the commands are now:\n{}", told.join("\n"));
}

const COMMANDS: &str = "\
30c8a9ce-11d4-a9ce-de5d-66008e650927 931392328c5f8513 job.begun
6f76c71a-f5f5-1715-809c-a96507677ae2 0a1c283cef8e366a job.chunk
f5e507ac-9626-34bf-7ed1-6e23321f6b0f d02ebe57f1093cc8 job.cancelled
816dc901-725c-3f2e-4a60-23c3f3f883c2 f2de19589d1d4895 job.begun
c99a748d-5752-2ae4-81ef-bcae3e8b04c5 c1949e81d64fd48b job.failed
81fb024c-0aa5-6a2f-8acf-eb31da45c81a b8f47e3125c913a4 job.begun
71957369-559e-8b1f-1f58-3ee08a4e4949 48595fc199d3bd6d job.chunk
cc63430c-ede6-bb27-6dbc-93c634cc1fe0 d271d302f17ed80b job.done";
