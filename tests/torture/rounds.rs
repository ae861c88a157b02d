//! Rounds: which tortures are run with which seeds, for how long, and what is said of it.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use fondaco_testkit::faults::Trouble;

/// One way to torture a store. What a round tells is how much it did; `None` when it can't be done on this machine.
pub(crate) struct Torture {
    pub(crate) name: &'static str,
    /// How many rounds belong to `cargo test`.
    pub(crate) short: u64,
    pub(crate) run: fn(&Round) -> Result<Option<String>, Trouble>,
}

/// A round of a torture.
pub(crate) struct Round {
    pub(crate) seed: u64,
    /// An empty directory of its own, removed when nothing broke.
    pub(crate) dir: PathBuf,
}

/// What the command line asks for.
pub(crate) struct Options {
    minutes: Option<f64>,
    seed: Option<u64>,
    only: Option<String>,
}

impl Options {
    pub(crate) fn from_arguments(arguments: &[String]) -> Result<Options, String> {
        let mut options = Options { minutes: None, seed: None, only: None };
        let mut words = arguments.iter().map(String::as_str);
        while let Some(word) = words.next() {
            let mut value = || words.next().ok_or_else(|| format!("{word} needs a value"));
            match word {
                "--minutes" => options.minutes = Some(number(word, value()?)?),
                "--seed" => options.seed = Some(number(word, value()?)?),
                "--only" => options.only = Some(value()?.to_owned()),
                // As cargo's own test programs: what is told after `--`, and a word picks by name.
                _ if word.starts_with("--") => {}
                _ => options.only = Some(word.to_owned()),
            }
        }
        Ok(options)
    }

    fn picks(&self, torture: &Torture) -> bool {
        self.only.as_ref().is_none_or(|word| torture.name.contains(word.as_str()))
    }
}

fn number<T: std::str::FromStr>(word: &str, text: &str) -> Result<T, String> {
    text.parse().map_err(|_| format!("{word} {text} is no number"))
}

/// What came of all rounds.
#[derive(Default)]
struct Count {
    rounds: u64,
    broken: Vec<String>,
}

pub(crate) fn all(tortures: &[Torture], options: &Options) -> ExitCode {
    let picked: Vec<&Torture> = tortures.iter().filter(|it| options.picks(it)).collect();
    // A failing round may panic on purpose of the test; what is said of it is said here.
    let mut count = Count::default();
    let begin = Instant::now();
    match (options.minutes, options.seed) {
        (None, None) => {
            for torture in picked {
                (1..=torture.short).for_each(|seed| count.take(torture, seed));
            }
        }
        (None, Some(seed)) => picked.into_iter().for_each(|torture| count.take(torture, seed)),
        (Some(minutes), seed) => {
            let end = begin + Duration::from_secs_f64(minutes.max(0.0) * 60.0);
            let from = seed.unwrap_or_else(by_the_clock);
            println!("torture for {minutes} minutes, seeds from {from}");
            let turns = (from..).flat_map(|seed| picked.iter().map(move |it| (seed, *it)));
            for (seed, torture) in turns.take_while(|_| Instant::now() < end) {
                count.take(torture, seed);
            }
        }
    }
    count.end(begin.elapsed())
}

fn by_the_clock() -> u64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    since.as_millis() as u64
}

impl Count {
    fn take(&mut self, torture: &Torture, seed: u64) {
        let begin = Instant::now();
        let dir = root().join(format!("{}-{seed}", torture.name));
        let _ = std::fs::remove_dir_all(&dir);
        let result = match std::fs::create_dir_all(&dir) {
            Ok(()) => {
                let round = Round { seed, dir: dir.clone() };
                let panicked = |_| Err(Trouble::Broken("it panicked; see above".into()));
                let _watched = watch(torture.name, seed);
                catch_unwind(AssertUnwindSafe(|| (torture.run)(&round))).unwrap_or_else(panicked)
            }
            Err(error) => Err(Trouble::Broken(format!("{}: {error}", dir.display()))),
        };
        self.rounds += 1;
        let seconds = begin.elapsed().as_secs_f64();
        let name = torture.name;
        match result {
            Ok(told) => {
                let told = told.unwrap_or_else(|| {
                    let what = format!("the torture {name}, for this machine does not let it");
                    fondaco_testkit::left_out(&what);
                    "not on this machine".into()
                });
                println!("{name:<18} seed {seed:<4} {seconds:>5.1} s  {told}");
                let _ = std::fs::remove_dir_all(&dir);
            }
            Err(trouble) => {
                println!("{name:<18} seed {seed:<4} {seconds:>5.1} s  BROKEN: {trouble}");
                println!("    what it left: {}", dir.display());
                println!("    again: cargo xtask torture --only {name} --seed {seed}");
                self.broken.push(format!("{name} --seed {seed}"));
            }
        }
    }

    fn end(self, elapsed: Duration) -> ExitCode {
        let Count { rounds, broken } = self;
        println!("{rounds} rounds in {:.0} s, {} broken", elapsed.as_secs_f64(), broken.len());
        broken.iter().for_each(|round| println!("  cargo xtask torture --only {round}"));
        if broken.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    }
}

/// How long a round may take, on a machine that is busy with others too; most take seconds.
const DEADLINE: Duration = Duration::from_secs(600);

/// Ends the program, with the seed that repeats it, when a round hangs: until what this gives is dropped.
fn watch(name: &'static str, seed: u64) -> Sender<()> {
    let (done, over) = channel::<()>();
    thread::spawn(move || {
        if over.recv_timeout(DEADLINE) == Err(RecvTimeoutError::Timeout) {
            println!(
                "{name:<18} seed {seed:<4} BROKEN: it hangs, for {} s by now",
                DEADLINE.as_secs()
            );
            println!("    again: cargo xtask torture --only {name} --seed {seed}");
            std::process::exit(1);
        }
    });
    done
}

/// Below the target directory; each run of the program has its own folder.
fn root() -> PathBuf {
    let all = Path::new(env!("CARGO_TARGET_TMPDIR")).join("torture");
    all.join(std::process::id().to_string())
}
