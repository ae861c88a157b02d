//! Form W-2, the wage and tax statement of the United States, as far as it is federal.

use std::borrow::Borrow;
use std::sync::Arc;

use fondaco_core::Currency;
use fondaco_core::report::Report;
use rust_decimal::Decimal;
use smol_str::{SmolStr, format_smolstr};

use super::{FormBox, OutputError, YearOf, less, report};
use crate::jurisdictions::united_states::united_states;
use crate::rules::Kind;
use crate::runs::{OpeningSum, Slip};

/// What was paid and withheld under the rules of a state: boxes 15 to 19 of a Form W-2.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StateWages {
    /// Box 15: the state, by two letters.
    pub state: &'static str,
    /// Box 16: wages that the state taxes.
    pub wages: Decimal,
    /// Box 17: the state's income tax withheld.
    pub income_tax: Decimal,
    /// Box 18: wages that a town taxes; zero where none withheld.
    pub local_wages: Decimal,
    /// Box 19: its income tax withheld. Of which town, the host knows.
    pub local_income_tax: Decimal,
    /// What employees pay besides, as box 14 tells it: disability or unemployment insurance, a services tax.
    pub other: Vec<(&'static str, Decimal)>,
}

/// The figures of a Form W-2. Boxes 10 and 11, and codes of box 12 but D, are of what the rules say nothing of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct W2 {
    /// The employee's number with the company: box d, the control number.
    pub number: SmolStr,
    /// The calendar year.
    pub year: i32,
    /// Box 1: wages, tips, other compensation.
    pub wages: Decimal,
    /// Box 2: federal income tax withheld.
    pub federal_income_tax: Decimal,
    /// Box 3: Social Security wages, up to the base of the year.
    pub social_security_wages: Decimal,
    /// Box 4: Social Security tax withheld.
    pub social_security_tax: Decimal,
    /// Box 5: Medicare wages and tips.
    pub medicare_wages: Decimal,
    /// Box 6: Medicare tax withheld, with the additional one.
    pub medicare_tax: Decimal,
    /// Box 12, code D: elective deferrals to a 401(k).
    pub elective_deferrals: Decimal,
    /// Box 13: whether the employee took part in a retirement plan, which a deferral says.
    pub retirement_plan: bool,
    /// Box 14: fringe benefits that are within boxes 1, 3 and 5.
    pub fringe_benefits: Decimal,
    /// Boxes 15 to 19, of each state with an income tax whose shipped rules were added (`united_states+california`).
    pub states: Vec<StateWages>,
}

const INSTRUCTIONS: &str = "IRS, General Instructions for Forms W-2 and W-3";

impl W2 {
    /// The form of an employee's year: slips by the shipped rules `united_states`, of payments in that calendar year. Where the year began with
    /// another system of the same employer, its figures are those [entered](crate::runs::OpenSums): `wages` of box 1, `federal_income_tax`,
    /// `social_security`, `medicare`, `retirement_deferrals`, and the sums to date of boxes 3 and 5. What was paid too much in an earlier year
    /// and is taken back was wages of that year, and lowers no box of this one (IRS, Publication 15, section 13).
    ///
    /// So are those of a state, of `united_states+california` or `+pennsylvania`: `ca_wages_to_date` and `pa_compensation_to_date` of box 16,
    /// `ca_income_tax`, `pa_income_tax`, `pa_local_tax` and what box 14 tells. Slips that were computed before these rules summed box 16 up are refused until what they had is entered so, as part of the figure.
    ///
    /// ```
    /// use fondaco_payroll::outputs::year::W2;
    /// # mod house { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/january.rs")); }
    /// # use house::*;
    /// let (payroll, _) = january();
    /// let mut case = case("1001", "2026-02-01/2026-02-28", "5000");
    /// (case.rules, case.components[0].input) = ("united_states".into(), "wages".into());
    /// let case = case.with("frequency", "monthly").with("w4_status", "single");
    /// let mut slip = payroll.view(|view| preview(view, &case))?;
    /// slip.status = SlipStatus::Paid; // as if it had been approved
    /// let w2 = W2::of(&[slip], &[], 2026)?;
    /// assert_eq!((w2.wages, w2.social_security_tax), (5000.into(), 310.into()));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`OutputError`]: no slip of the year, slips of two employees or other rules, slips that know nothing of box 16, a figure without room.
    pub fn of(
        slips: &[impl Borrow<Slip>],
        opened: &[Arc<OpeningSum>],
        year: i32,
    ) -> Result<W2, OutputError> {
        let of = YearOf::of(slips, "united_states", "calendar_year", year)?;
        let paid = of.total(|kind, _| matches!(kind, Kind::Earning | Kind::Benefit))?;
        let paid = less("box 1", paid, of.taken_back)?;
        let with = |amount: Decimal, opening: &str| -> Result<Decimal, OutputError> {
            less("a box", amount, -of.brought(opened, opening)?)
        };
        let deferrals = with(of.sum(&["retirement_deferrals"])?, "retirement_deferrals")?;
        // What was deferred or went into a cafeteria plan is no wage of box 1.
        let wages = with(less("box 1", paid, of.kind(Kind::PreTax)?)?, "wages")?;
        let to_date = |sum: &str| with(of.added(sum)?, sum);
        let base = wage_base(year).unwrap_or(Decimal::MAX);
        Ok(W2 {
            number: of.number.clone(),
            year: of.year,
            wages,
            federal_income_tax: with(
                of.sum(&["federal_income_tax", "supplemental_tax"])?,
                "federal_income_tax",
            )?,
            social_security_wages: to_date("social_security_wages_to_date")?.min(base),
            social_security_tax: with(of.sum(&["social_security"])?, "social_security")?,
            medicare_wages: to_date("medicare_wages_to_date")?,
            medicare_tax: with(of.sum(&["medicare", "additional_medicare"])?, "medicare")?,
            elective_deferrals: deferrals,
            retirement_plan: deferrals > Decimal::ZERO,
            fringe_benefits: of.kind(Kind::Benefit)?,
            states: states(&of, opened)?,
        })
    }

    /// The boxes that have a figure, in the form's order.
    ///
    /// ```
    /// use fondaco_payroll::outputs::year::W2;
    /// # mod house { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/january.rs")); }
    /// # use house::*;
    /// let (payroll, _) = january();
    /// let mut case = case("1001", "2026-02-01/2026-02-28", "5000");
    /// (case.rules, case.components[0].input) = ("united_states".into(), "wages".into());
    /// let case = case.with("frequency", "monthly").with("w4_status", "single");
    /// let mut slip = payroll.view(|view| preview(view, &case))?;
    /// slip.status = SlipStatus::Paid; // as if it had been approved
    /// let w2 = W2::of(&[slip], &[], 2026)?;
    /// let codes: Vec<&str> = w2.boxes().iter().map(|of| of.code).collect();
    /// assert_eq!(codes, ["1", "2", "3", "4", "5", "6"]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn boxes(&self) -> Vec<FormBox> {
        let of = |code, label, amount| FormBox::new(code, label, amount, INSTRUCTIONS);
        let all = [
            of("1", "Wages, tips, other compensation", self.wages),
            of("2", "Federal income tax withheld", self.federal_income_tax),
            FormBox::new(
                "3",
                "Social security wages",
                self.social_security_wages,
                "26 USC 3121(a)(1); SSA, contribution and benefit base",
            ),
            FormBox::new(
                "4",
                "Social security tax withheld",
                self.social_security_tax,
                "26 USC 3101(a)",
            ),
            FormBox::new("5", "Medicare wages and tips", self.medicare_wages, "26 USC 3121(a)"),
            FormBox::new("6", "Medicare tax withheld", self.medicare_tax, "26 USC 3101(b)"),
            FormBox::new(
                "12a D",
                "Elective deferrals, section 401(k)",
                self.elective_deferrals,
                "26 USC 402(g); code D of the instructions",
            ),
            of("14", "Other: taxable fringe benefits", self.fringe_benefits),
        ];
        let states = self.states.iter().flat_map(|state| {
            let other = state.other.iter().map(|(label, amount)| of("14", label, *amount));
            let wages = match state.state {
                "CA" => "CA: state wages, tips, etc.",
                _ => "PA: state wages, tips, etc.",
            };
            let own = [
                of("16", wages, state.wages),
                of("17", "State income tax", state.income_tax),
                of("18", "Local wages, tips, etc.", state.local_wages),
                of("19", "Local income tax", state.local_income_tax),
            ];
            other.chain(own).collect::<Vec<_>>()
        });
        all.into_iter().chain(states).filter(|of| !of.amount.is_zero()).collect()
    }

    /// The boxes as a table.
    pub fn to_report(&self) -> Report {
        report("Form W-2", &self.number, self.year, Currency::USD, &self.boxes())
    }
}

/// The figures of a state, with those that were entered of before.
struct State<'y> {
    of: &'y YearOf<'y>,
    opened: &'y [Arc<OpeningSum>],
    part: &'static str,
}

impl State<'_> {
    /// Whether slips are computed by its rules.
    fn is_there(&self) -> bool {
        self.of.of_part(self.part).next().is_some()
    }

    /// Box 16, a year-to-date sum.
    fn wages(&self, sum: &'static str) -> Result<Decimal, OutputError> {
        let paid_on = self.of.paid_without(self.part, sum);
        let (employee, year) = (self.of.slips.first().map(|slip| slip.employee), self.of.year);
        let mut entered = self.opened.iter().filter(|of| Some(of.employee) == employee);
        if !paid_on.is_empty() && !entered.any(|of| of.sum == sum && of.year == year) {
            let (number, what) = (self.of.number.clone(), "box 16 of Form W-2");
            let rules = format_smolstr!("united_states+{}", self.part);
            return Err(OutputError::SumUnknown { number, what, sum, rules, year, paid_on });
        }
        self.with(self.of.added(sum)?, sum)
    }

    /// What lines come to.
    fn withheld(&self, names: &[&str]) -> Result<Decimal, OutputError> {
        let mut sum = self.of.sum(names)?;
        for name in names {
            sum = self.with(sum, name)?;
        }
        Ok(sum)
    }

    fn with(&self, amount: Decimal, entered: &str) -> Result<Decimal, OutputError> {
        less("a box", amount, -self.of.brought(self.opened, entered)?)
    }
}

/// The states whose income tax the slips withhold.
fn states(of: &YearOf<'_>, opened: &[Arc<OpeningSum>]) -> Result<Vec<StateWages>, OutputError> {
    let mut all = Vec::new();
    let state = State { of, opened, part: "california" };
    if state.is_there() {
        all.push(StateWages {
            state: "CA",
            wages: state.wages("ca_wages_to_date")?,
            income_tax: state.withheld(&["ca_income_tax", "ca_supplemental_tax"])?,
            local_wages: Decimal::ZERO,
            local_income_tax: Decimal::ZERO,
            other: vec![("CASDI", state.withheld(&["ca_disability"])?)],
        });
    }
    let state = State { part: "pennsylvania", ..state };
    if state.is_there() {
        let wages = state.wages("pa_compensation_to_date")?;
        let local = state.withheld(&["pa_local_tax"])?;
        all.push(StateWages {
            state: "PA",
            wages,
            income_tax: state.withheld(&["pa_income_tax"])?,
            local_wages: if local.is_zero() { Decimal::ZERO } else { wages },
            local_income_tax: local,
            other: vec![
                ("PA SUI", state.withheld(&["pa_employee_unemployment"])?),
                ("PA LST", state.withheld(&["pa_local_services_tax"])?),
            ],
        });
    }
    Ok(all)
}

/// The contribution and benefit base of a year, from the shipped rules.
fn wage_base(year: i32) -> Option<Decimal> {
    let rules = united_states().ok()?;
    let of = rules.file().parameters.iter().find(|of| of.name == "social_security_base")?;
    let day = chrono::NaiveDate::from_ymd_opt(year, 12, 31)?;
    let holds =
        of.values.iter().find(|value| value.from <= day && value.to.is_none_or(|to| to >= day))?;
    fondaco_core::decimal::parse(&holds.value.0).ok()
}
