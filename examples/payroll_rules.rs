//! A workbench for files of payroll rules: `cargo run --example payroll_rules -- check FILE`.
//!
//! `check` reads a file as the engine does, and says of everything that is wrong in which line and column it stands; a state's file is named
//! behind its federation's, joined by `+`, here and wherever a file is asked for. Files of JSON are read too. `taxability` shows which
//! component counts to which tax. `explain` computes
//! one case and says why, as text or as a page. `diff` holds two files against each other, or one on two days: which figures and
//! formulas are others, and whose pay it changes. Without arguments it says how each is called.
//!
//! Read it in this order: `run` below; `payroll_rules/command.rs` reads the command line, `payroll_rules/source.rs` files, `payroll_rules/explain.rs` and
//! `payroll_rules/diff.rs` do what their names say.

#![allow(unreachable_pub, reason = "its modules are read as if they were a library's")]

use std::error::Error;
use std::io::Write;
use std::process::ExitCode;

use chrono::NaiveDate;
use fondaco::payroll::{Program, RuleSet};

#[path = "payroll_rules/command.rs"]
mod command;
#[path = "payroll_rules/diff.rs"]
mod diff;
#[path = "payroll_rules/explain.rs"]
mod explain;
#[path = "common/output.rs"]
mod output;
#[path = "payroll_rules/source.rs"]
mod source;

use command::{Command, File};
use output::Output;
use source::Source;

fn main() -> ExitCode {
    match run(&mut Output::new()) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Whether all went well; of a file that is wrong, what is wrong was said.
fn run(out: &mut dyn Write) -> Result<bool, Box<dyn Error>> {
    match command::from_env()? {
        Command::Help => {
            out.write_all(command::HELP.as_bytes())?;
            Ok(true)
        }
        Command::Check(files) => {
            let mut good = true;
            for file in files {
                good &= check(out, &file)?;
            }
            Ok(good)
        }
        Command::Taxability(file) => {
            let (rules, _) = rules(&file)?;
            write!(out, "{}", rules.taxability())?;
            Ok(true)
        }
        Command::Explain(what) => explain::explain(out, &what).map(|()| true),
        Command::Diff(what) => diff::diff(out, &what).map(|()| true),
    }
}

/// Says what is wrong with a file, as compilers do, so that editors find the place; or what is in it.
fn check(out: &mut dyn Write, file: &Source) -> Result<bool, Box<dyn Error>> {
    let problems = file.problems()?;
    for (part, problem) in &problems {
        let (line, column) = problem.place().unwrap_or((1, 1));
        writeln!(out, "{}:{line}:{column}: {}", file.name(*part), problem.without_place())?;
    }
    if problems.is_empty() {
        let rules = file.rules()?;
        let (all, days) = (rules.file(), rules.changes());
        let days: Vec<String> = days.iter().map(NaiveDate::to_string).collect();
        writeln!(
            out,
            "{file}: good. {} inputs, {} lists, {} figures, {} tables, {} formulas with arguments, {} rules, {} claims; something begins on {}",
            all.inputs.len(),
            all.lists.len(),
            all.parameters.len(),
            all.tables.len(),
            all.formulas.len(),
            all.rules.len(),
            all.claims.iter().map(|claims| claims.each.len()).sum::<usize>(),
            if days.is_empty() { "no day of its own".to_owned() } else { days.join(", ") },
        )?;
    }
    Ok(problems.is_empty())
}

/// The rules of a file, and the day that was asked for: without one, the last on which something begins and all of it holds.
fn rules(file: &File) -> Result<(RuleSet, Program), Box<dyn Error>> {
    let rules = file.source.rules()?;
    let last = || rules.changes().into_iter().rev().find(|day| rules.on(*day).is_ok());
    let day = file.day.or_else(last).unwrap_or_default();
    let program = rules.on(day).map_err(|error| format!("{}: {error}", file.source))?;
    Ok((rules, program))
}
