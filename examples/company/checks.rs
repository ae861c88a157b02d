//! Do the totals come out? What the accounts say, to the cent, against what was published with the data or counted while it was generated.

use std::{error::Error, fmt};

use fondaco::{company::Company as Firm, prelude::*};

use crate::common::{company::Company, rounding::cents, totals::Totals};

/// A total: what it must be, and what it is.
pub struct Check {
    what: &'static str,
    expected: Decimal,
    actual: Decimal,
}

impl Check {
    /// Whether it came out.
    pub fn holds(&self) -> bool {
        self.expected == self.actual
    }
}

impl fmt::Display for Check {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Check { what, expected, actual } = self;
        match self.holds() {
            true => write!(f, "  ok    {actual:>16}  {what}"),
            false => write!(f, "  WRONG {actual:>16}  {what}: {expected} must come out"),
        }
    }
}

/// The accounts against the documents.
///
/// # Errors
/// A sum is too large, or the books can't be read.
pub fn of_books(firm: &Firm<'_>, company: &Company) -> Result<Vec<Check>, Box<dyn Error>> {
    let totals = match &company.checks {
        Some(published) => published.clone(),
        None => Totals::of(company)?,
    };
    let (sold, bought) = (&totals.sales_booked, &totals.purchases_booked);
    let side = |account: &str, debit: bool| -> Result<Decimal, Box<dyn Error>> {
        let balances = firm.books().balances(&BalanceQuery::account(account))?;
        let one = |amounts: &fondaco::accounting::ledger::Amounts| match debit {
            true => amounts.debit(),
            false => amounts.credit(),
        };
        let sides = balances.iter().map(|one_of| one(&one_of.amounts));
        Ok(cents(sides.sum()))
    };
    let check = |what, account: &str, debit, expected| -> Result<Check, Box<dyn Error>> {
        Ok(Check { what, expected, actual: side(account, debit)? })
    };
    let received = side("2050", false)? - side("2050", true)?;
    Ok(vec![
        check("sold, without tax and freight (4000)", "4000", false, sold.net)?,
        check("freight charged to customers (4050)", "4050", false, sold.freight)?,
        check("tax on sales (2200)", "2200", false, sold.tax)?,
        check("invoiced to customers (1200)", "1200", true, sold.total)?,
        check("freight billed by vendors (6000)", "6000", true, bought.freight)?,
        check("tax on purchases (1600)", "1600", true, bought.tax)?,
        check("billed by vendors (2000)", "2000", false, bought.total)?,
        Check {
            what: "received and not billed (2050)",
            expected: cents(Decimal::ZERO),
            actual: received,
        },
    ])
}
