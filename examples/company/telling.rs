//! What both examples tell of a company: what there is to book, and whether what must come out comes out.

use std::{
    error::Error,
    io::Write,
    path::{Path, PathBuf},
};

use super::{booking::Booking, checks, papers::Papers};
use crate::common::{args::Args, company::Company};

/// A file in cargo's target folder where there is one, else among the temporary files.
pub fn among_targets(name: &str) -> PathBuf {
    match Path::new("target").is_dir() {
        true => Path::new("target").join(name),
        false => std::env::temp_dir().join(format!("fondaco-{name}")),
    }
}

/// What there is to book, and where it is kept.
///
/// # Errors
/// It can't be written.
pub fn introduce(
    out: &mut dyn Write,
    args: &Args,
    company: &Company,
    papers: &Papers,
) -> Result<(), Box<dyn Error>> {
    writeln!(out, "{}, {}", company.name, company.currency)?;
    writeln!(out, "{}", args.store.told("The company is"))?;
    let (days, count) = (papers.days.len(), papers.count());
    writeln!(out, "{count} documents on {days} days, {} customers", papers.customers.len())?;
    match papers.unknown {
        0 => Ok(()),
        some => Ok(writeln!(out, "{some} orders have no customer: they go to one unknown buyer")?),
    }
}

/// What must come out: the accounts are what was sold and bought, and stock, books and documents agree.
///
/// # Errors
/// It does not.
pub fn check(
    out: &mut dyn Write,
    booking: &Booking<'_>,
    company: &Company,
) -> Result<(), Box<dyn Error>> {
    writeln!(out, "Totals of the accounts, to the cent:")?;
    let checks = checks::of_books(&booking.firm, company)?;
    checks.iter().try_for_each(|check| writeln!(out, "{check}"))?;
    let verified = booking.firm.verify()?;
    if verified.is_clean() && checks.iter().all(checks::Check::holds) {
        let (commits, rows) = (verified.chain.commits, verified.chain.rows);
        return Ok(writeln!(
            out,
            "Verified: {rows} rows of {commits} commits are as they were written; stock, books and documents agree."
        )?);
    }
    verified.discrepancies.iter().try_for_each(|it| writeln!(out, "  {it}"))?;
    Err("the company is not what its documents say: see above".into())
}
