//! One case computed, and why it comes to that.

use std::error::Error;
use std::io::Write;

use fondaco::core::report::{Locale, Page};
use fondaco::payroll::{Case, Program};

use super::command::Explain;

/// Prints the components of a case and the tree of each result that is asked for; and a page of it, if one is wanted.
pub fn explain(out: &mut dyn Write, what: &Explain) -> Result<(), Box<dyn Error>> {
    let (_, program) = super::rules(&what.file)?;
    let slip = program.run(&case(&program, "case", &what.inputs))?;
    let title = if program.title().is_empty() { program.name() } else { program.title() };
    writeln!(out, "{title}, {}\n\n{}", program.day(), slip.to_report()?)?;
    let mut page = Page::new(format!("{title}, {}", program.day())).report(slip.to_report()?);
    let lines = slip.lines()?;
    let called = |name: &str| {
        let line = lines.iter().find(|line| line.name == name).map(|line| line.about);
        line.or((name == "net").then_some("Net pay")).unwrap_or(name).to_owned()
    };
    let net = ["net".to_owned()];
    for name in if what.of.is_empty() { &net[..] } else { &what.of } {
        let why = slip.explain(name)?;
        writeln!(out, "{why}")?;
        page = page.explain(called(name), why);
    }
    if let Some(file) = &what.html {
        std::fs::write(file, page.to_html(&Locale::en()))
            .map_err(|error| format!("{}: {error}", file.display()))?;
        writeln!(out, "The page is {}", file.display())?;
    }
    Ok(())
}

/// A case with its inputs.
pub fn case<'p>(program: &'p Program, name: &str, inputs: &[(String, String)]) -> Case<'p> {
    let empty = program.case(name);
    inputs.iter().fold(empty, |case, (input, value)| case.with(input, value.as_str()))
}
