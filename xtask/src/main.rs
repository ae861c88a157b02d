//! The workspace's recipes: `cargo xtask <recipe>`.
//!
//! A recipe is a short list of steps, each one a command that anybody could type; this program
//! puts them in order, says which one runs, and stops at the first that fails. The `justfile` names
//! the same recipes, and `.ci/run` calls this program: a laptop and the CI run the same commands.
//!
//! Standard library only, so that `cargo xtask test` on a fresh machine starts within seconds.

mod left_out;
#[cfg(unix)]
mod postgres;
mod python;
mod recipes;
#[cfg(unix)]
#[allow(unreachable_pub, clippy::disallowed_methods)] // the testkit's too
#[path = "../../crates/testkit/src/server/start.rs"]
mod server;
mod step;

use std::process::ExitCode;

const HELP: &str = "\
cargo xtask <recipe>

  test            all tests: units, properties, documentation examples, oracles; examples are built.
                  PostgreSQL is that of FONDACO_TEST_POSTGRES, an installed one, or brought from PyPI;
                  the Python package is tested by FONDACO_TEST_PYTHON, or in an environment made for it
  oracles [DIR]   the oracle cases under DIR (default: ../shared/oracles if it is there, else tests/oracles)
  properties ...  the properties with new random cases, or those of a SEED that failed
  torture ...     faults for as long as you like: --minutes N, from which seed: --seed S, which: --only WORD
  fmt [--check]   format the sources, or only say what is not formatted
  lint            clippy on everything, warnings are errors
  docs            rustdoc, warnings are errors
  deny            licences, advisories and sources of all dependencies (where cargo-deny is installed)
  bench [NAME]    the benchmarks, or one of them
  ci              fmt --check, lint, docs, deny, test";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let steps = match words.as_slice() {
        ["test"] => recipes::test(),
        ["oracles"] => recipes::oracles(None),
        ["oracles", dir] if !dir.starts_with('-') => match std::path::absolute(dir) {
            Ok(dir) => recipes::oracles(Some(&dir)),
            Err(error) => return complain(&format!("DIR {dir:?} is not a path: {error}")),
        },
        ["properties"] => recipes::properties(None),
        ["properties", seed] if !seed.starts_with('-') => recipes::properties(Some(seed)),
        ["torture", words @ ..] => recipes::torture(words),
        ["fmt"] => recipes::fmt(),
        ["fmt", "--check"] => recipes::fmt_check(),
        ["lint"] => recipes::lint(),
        ["docs"] => recipes::docs(),
        ["deny"] => recipes::deny(),
        ["bench"] => recipes::bench(None),
        ["bench", name] => recipes::bench(Some(name)),
        ["ci"] => recipes::ci(),
        ["help" | "--help" | "-h"] => {
            println!("{HELP}");
            return ExitCode::SUCCESS;
        }
        [] => return complain("no recipe given"),
        other => return complain(&format!("no such recipe: {}", other.join(" "))),
    };
    step::run_all(steps)
}

fn complain(what: &str) -> ExitCode {
    eprintln!("xtask: {what}\n\n{HELP}");
    ExitCode::from(2)
}
