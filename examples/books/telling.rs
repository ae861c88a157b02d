//! What the example prints.

use std::{
    error::Error,
    io::{self, Write},
};

use fondaco::prelude::*;

use super::{checks::Check, plan::Plan};
use crate::common::{
    args::Args,
    company::{Company, CostSource},
};

/// What there is to book, and what is odd about it.
///
/// # Errors
/// It can't be written, or an amount is too large.
pub fn introduce(
    out: &mut dyn Write,
    args: &Args,
    company: &Company,
    plan: &Plan<'_>,
) -> Result<(), Box<dyn Error>> {
    writeln!(out, "{}, {}", company.name, company.currency)?;
    writeln!(out, "{}", args.store.told("The books are"))?;
    let sales = &company.sales;
    let unknown = sales.iter().filter(|sale| sale.customer.is_none()).count();
    writeln!(out, "{} sales orders, {unknown} of them of an unknown buyer", sales.len())?;
    let sold = sales.iter().flat_map(|sale| &sale.lines).map(|line| line.product);
    tell_costless(out, company, "lines sold", sold)?;
    writeln!(out, "{} purchase orders", company.purchases.len())?;
    let scrapped = company.scraps().map(|work| work.product);
    tell_costless(out, company, "work orders with scrap", scrapped)?;
    show_adjustment(out, company, plan)
}

/// Goods without a cost count as zero: how many do?
fn tell_costless(
    out: &mut dyn Write,
    company: &Company,
    what: &str,
    products: impl Iterator<Item = u32>,
) -> io::Result<()> {
    let (mut all, mut costless) = (0, 0);
    for product in products {
        all += 1;
        costless += usize::from(company.unit_cost(product).1 == CostSource::Unknown);
    }
    writeln!(out, "{all} {what}, {costless} of them of products whose cost nobody knows: zero")
}

/// The items whose counted stock would not have lasted.
fn show_adjustment(
    out: &mut dyn Write,
    company: &Company,
    plan: &Plan<'_>,
) -> Result<(), Box<dyn Error>> {
    let missing: Vec<_> = plan.opening.iter().filter(|item| !item.missing.is_zero()).collect();
    writeln!(
        out,
        "{} of {} items would fall below zero: they get an opening adjustment, just enough.",
        missing.len(),
        plan.opening.len()
    )?;
    for item in &missing {
        let value = company.cost_of(item.product.id, item.missing)?;
        let product = item.product;
        writeln!(
            out,
            "  {:<12} {:>6} units {value:>12}  {}",
            product.number, item.missing, product.name
        )?;
    }
    Ok(())
}

/// Shows checks.
///
/// # Errors
/// One of them fails: that ends the program.
pub fn checks(out: &mut dyn Write, title: &str, checks: &[Check]) -> Result<(), Box<dyn Error>> {
    writeln!(out, "\n{title}")?;
    if checks.is_empty() {
        writeln!(out, "  nobody published totals for these files: nothing to compare them with")?;
    }
    for check in checks {
        writeln!(out, "{check}")?;
    }
    match checks.iter().filter(|check| !check.holds()).count() {
        0 => Ok(()),
        wrong => Err(format!("{wrong} of {} totals did not come out", checks.len()).into()),
    }
}

/// The books as people read them, over all that was booked.
///
/// # Errors
/// The books can't be read.
pub fn statements(
    out: &mut dyn Write,
    books: &Books<'_>,
    plan: &Plan<'_>,
) -> Result<(), Box<dyn Error>> {
    writeln!(out, "{}", books.trial_balance(plan.last)?)?;
    writeln!(out, "{}", books.income_statement(plan.first, plan.last)?)?;
    write!(out, "{}", books.balance_sheet(plan.last)?)?;
    Ok(())
}

/// Recomputes every sum from the postings, and every hash of the chain.
///
/// # Errors
/// Something is not as it was written.
pub fn verification(out: &mut dyn Write, books: &Books<'_>) -> Result<(), Box<dyn Error>> {
    let found = books.verify()?;
    let (commits, rows) = (found.chain.commits, found.chain.rows);
    if found.is_clean() {
        writeln!(out, "\nVerified: {rows} rows of {commits} commits are as they were written.")?;
        return Ok(());
    }
    found.chain.findings.iter().try_for_each(|finding| writeln!(out, "  {finding}"))?;
    found.discrepancies.iter().try_for_each(|it| writeln!(out, "  {it}"))?;
    Err("the books are not as they were written: see the findings above".into())
}
