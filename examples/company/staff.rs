//! Who is paid: runs of the half year, each computed, approved by somebody else, posted into the company's books by cost centre, and paid.
//!
//! The files have no tax cards and no hours: everybody is single, hours are those of the working days, and the federal rules are those of
//! 2025, whatever the year. A company that counts in another currency than dollars pays by made-up rules. The report says so.

use std::{collections::BTreeMap, error::Error};

use fondaco::{
    company::{Company as Firm, PostPay},
    payroll::{
        Payroll,
        runs::{AdvanceRun, CalculateRun, CreateRun, PayInput, PaySource, StoreRules, slips},
    },
    prelude::*,
};

use crate::{
    cases::{self, Period},
    people::People,
};

type Done<T> = Result<T, Box<dyn Error>>;

/// What a reader must know of the pay.
pub const SUPPOSED: &str = "Pay is made up where the data is silent: everybody single, hours of all working days, the federal rules of 2025; \
     outside the dollar a tenth is tax and the employer pays a twentieth on top.";

/// The accounts of what all of it costs.
pub const COSTS: [&str; 2] = ["6010", "6020"];

/// The rules of a company that counts in another currency than dollars.
const HOUSE: &str = r#"
name = "house"
currency = "CURRENCY"

[[input]]
name = "wages"
type = "money"
default = 0
min = 0
kind = "earning"
adds_to = ["taxed"]

[[base]]
name = "taxed"

[[rule]]
name = "tax"
kind = "tax"
formula = "round(taxed * 10%, 2, half_up)"

[[rule]]
name = "levy"
kind = "employer"
formula = "round(taxed * 5%, 2, half_up)"
"#;

/// The people, their runs, and what came of them.
pub struct Staff {
    payroll: Payroll<'static>,
    chief: Payroll<'static>,
    people: People,
    periods: BTreeMap<NaiveDate, Vec<Period>>,
    currency: Currency,
    /// How many slips there are.
    pub slips: usize,
}

impl Staff {
    /// The staff of a company, which is paid between two days; the payroll joins the company's store.
    ///
    /// # Errors
    /// The payroll can't be opened, or refuses its rules.
    pub fn of(
        firm: &Firm<'static>,
        people: People,
        currency: Currency,
        (first, last): (NaiveDate, NaiveDate),
    ) -> Done<Staff> {
        let payroll = Payroll::of(firm.office())?;
        let mut periods: BTreeMap<NaiveDate, Vec<Period>> = BTreeMap::new();
        for period in Period::between(first, last).into_iter().filter(|it| it.pay_date <= last) {
            periods.entry(period.pay_date).or_default().push(period);
        }
        if currency != Currency::USD {
            let rules = HOUSE.replace("CURRENCY", currency.code());
            payroll.send("pay/rules", &StoreRules::new("house", rules))?;
        }
        Ok(Staff {
            chief: payroll.clone().acting_as("chief of payroll"),
            payroll: payroll.acting_as("payroll clerk"),
            people,
            periods,
            currency,
            slips: 0,
        })
    }

    /// Pays whoever is to be paid on a day.
    ///
    /// # Errors
    /// What the payroll or the books refuse.
    pub fn pay(&mut self, firm: &Firm<'static>, day: NaiveDate) -> Done<()> {
        for period in self.periods.remove(&day).unwrap_or_default() {
            self.pay_period(firm, &period)?;
        }
        Ok(())
    }

    fn pay_period(&mut self, firm: &Firm<'static>, period: &Period) -> Done<()> {
        let mut due = Vec::new();
        for person in self.people.all.iter().filter(|person| person.group == period.group) {
            let case = cases::case(person, period, &|_| true)?;
            due.extend(case.map(|case| self.by_its_rules(case)));
        }
        if due.is_empty() {
            return Ok(());
        }
        let name = format!("pay/{}", period.name());
        let create = CreateRun::new(period.calendar(), (period.from, period.to), period.pay_date);
        let run = self.payroll.send(&format!("{name}/created"), &create)?.answer;
        let mut calculate = CalculateRun::new(run, PaySource::given(due)?);
        self.payroll.run_job(&format!("{name}/computed"), &mut calculate, &mut ())?;
        let mut approve = AdvanceRun::approve(run, "looked at");
        self.chief.run_job(&format!("{name}/approved"), &mut approve, &mut ())?;
        // What is owed first, then that it was paid: the month in which it was earned may be closed.
        let booked = PostPay::of(run).on(period.pay_date);
        firm.send(&format!("{name}/owed"), &booked)?;
        let mut post = AdvanceRun::post(run, "taken by the books");
        self.payroll.run_job(&format!("{name}/posted"), &mut post, &mut ())?;
        let mut pay = AdvanceRun::pay(run, period.pay_date, name.as_str());
        self.payroll.run_job(&format!("{name}/paid"), &mut pay, &mut ())?;
        firm.send(&format!("{name}/left"), &booked)?;
        self.slips += self.payroll.view(|view| slips(view, run))?.len();
        Ok(())
    }

    /// By federal rules in dollars, else by those of the house.
    fn by_its_rules(&self, mut case: PayInput) -> PayInput {
        if self.currency != Currency::USD {
            case.rules = "house".into();
            case.rules_on = case.pay_date;
            case.values.clear();
        }
        case
    }

    /// What each department costs, as the books have it.
    ///
    /// # Errors
    /// The books can't be read.
    pub fn by_department(&self, firm: &Firm<'_>) -> Done<BTreeMap<String, Decimal>> {
        let mut costs = BTreeMap::new();
        for (code, name) in &self.people.departments {
            for account in COSTS {
                let query = BalanceQuery::account(account).dimension("cost_centre", code.as_str());
                let balances = firm.books().balances(&query)?;
                let cost: Decimal = balances.iter().map(|of| of.amounts.ledger_balance()).sum();
                *costs.entry(name.clone()).or_default() += cost;
            }
        }
        costs.retain(|_, cost: &mut Decimal| !cost.is_zero());
        Ok(costs)
    }
}
