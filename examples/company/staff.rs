//! Who is paid: runs of the half year, each computed, approved by somebody else, posted into the company's books by cost centre, and paid.
//!
//! The files have no tax cards and no hours: everybody is single, hours are those of the working days, and the federal rules are those of
//! 2025, whatever the year. A company that counts in another currency than dollars pays by made-up rules. The report says so.

use std::{collections::BTreeMap, error::Error};

use chrono::{Datelike, Days, Months};
use fondaco::{
    company::{
        Company as Firm, PostPay, Remit, Remitted,
        figures::{FlowKind, PlannedFlow},
    },
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

/// What is withheld, and the day of a month on which that of the month before is remitted.
const WITHHELD: &str = "2410";
const REMITTED_ON: u32 = 10;

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

fn standing(firm: &Firm<'_>, query: BalanceQuery) -> Done<Decimal> {
    let balances = firm.books().balances(&query)?;
    Ok(balances.iter().map(|balance| balance.amounts.ledger_balance()).sum())
}

/// The people, their runs, and what came of them.
pub struct Staff {
    payroll: Payroll<'static>,
    chief: Payroll<'static>,
    people: People,
    periods: BTreeMap<NaiveDate, Vec<Period>>,
    currency: Currency,
    /// What went to people, and what of their cost went elsewhere, when each calendar was paid last.
    last_pay: BTreeMap<&'static str, (Decimal, Decimal)>,
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
            last_pay: BTreeMap::new(),
            slips: 0,
        })
    }

    /// Pays whoever is to be paid on a day; on the tenth of a month also those for whom something was withheld in the month before.
    ///
    /// # Errors
    /// What the payroll or the books refuse.
    pub fn pay(&mut self, firm: &Firm<'static>, day: NaiveDate) -> Done<()> {
        let month_before = day.with_day(1).and_then(|first| first.pred_opt());
        if let (REMITTED_ON, Some(until)) = (day.day(), month_before) {
            let query = BalanceQuery::account(WITHHELD).until(until);
            let owed = -standing(firm, query)?;
            if owed > Decimal::ZERO {
                let code = format!("withheld-{}", until.format("%Y-%m"));
                let of = Remitted::Withheld;
                let remit = Remit::new(code, day, of, Money::new(owed, self.currency));
                firm.send(&format!("pay/remitted/{day}"), &remit)?;
            }
        }
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
        let slips = self.payroll.view(|view| slips(view, run))?;
        let net: Decimal = slips.iter().map(|slip| slip.net.to_decimal()).sum();
        let cost: Decimal = slips.iter().map(|slip| slip.employer_cost.to_decimal()).sum();
        self.last_pay.insert(period.calendar(), (net, cost - net));
        self.slips += slips.len();
        Ok(())
    }

    /// What will leave in the weeks after a day, if people are paid as they were last: wages, and on the tenth of the next month what is
    /// withheld of them.
    pub fn to_come(&self, last: NaiveDate, weeks: u64) -> Vec<PlannedFlow> {
        let until = last.checked_add_days(Days::new(7 * weeks)).unwrap_or(last);
        let mut flows = Vec::new();
        let next = last.succ_opt().unwrap_or(last);
        for period in Period::between(next, until).iter().filter(|it| it.pay_date <= until) {
            let Some((net, withheld)) = self.last_pay.get(period.calendar()) else { continue };
            let remitted = period.pay_date.checked_add_months(Months::new(1));
            let remitted = remitted.and_then(|day| day.with_day(REMITTED_ON)).unwrap_or(until);
            let flow = |date, amount: Decimal, what: &str| PlannedFlow {
                date,
                amount: Money::new(-amount, self.currency),
                kind: FlowKind::Pay,
                text: format!("{what}, {}", period.name()).into(),
            };
            flows.push(flow(period.pay_date, *net, "Wages"));
            flows.push(flow(remitted, *withheld, "Withheld"));
        }
        flows
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
                *costs.entry(name.clone()).or_default() += standing(firm, query)?;
            }
        }
        costs.retain(|_, cost: &mut Decimal| !cost.is_zero());
        Ok(costs)
    }
}
