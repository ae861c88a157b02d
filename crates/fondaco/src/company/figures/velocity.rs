//! What the pipeline brings a day, from stored opportunities: how many are open, how many of those that ended were won, for how much, in
//! how many days. The win rate says of what it is one, a cycle is the median of those won, and what is stale is left out (ooligo.com).

use chrono::{Days, NaiveDate};
use fondaco_core::report::{Cell, Explain, Parameter, word};
use fondaco_core::{Currency, Halt, Money, Range, Reading};
use fondaco_crm::opportunities::{Opportunity, OpportunityOutcome};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::measure::{Measure, NotDefined, over};
use super::ratios::velocity_per_day;
use crate::company::CompanyError;

/// Of what the won ones are a part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WinRate {
    /// Of those that ended in the days.
    #[default]
    OfEnded,
    /// Of those that were opened in the days, ended or not.
    OfOpened,
}

/// Which days.
///
/// ```
/// use fondaco::company::figures::VelocityQuery;
/// use fondaco::core::Currency;
/// let spring = VelocityQuery::new("2026-03-01".parse()?, "2026-05-31".parse()?, Currency::EUR);
/// assert_eq!(spring.stale_days, 180);
/// # Ok::<(), fondaco::chrono::ParseError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VelocityQuery {
    /// The first day.
    pub from: NaiveDate,
    /// The last day.
    pub on: NaiveDate,
    /// Of opportunities in this currency.
    pub currency: Currency,
    /// Of what the won ones are a part.
    #[serde(default)]
    pub win_rate: WinRate,
    /// After how many days without an end an open one is left out.
    pub stale_days: u32,
    /// Whether each opportunity is named that is open, was won or was lost.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub in_full: bool,
}

impl VelocityQuery {
    /// Over these days; what is open for more than 180 is stale.
    pub fn new(from: NaiveDate, on: NaiveDate, currency: Currency) -> VelocityQuery {
        let (win_rate, stale_days) = (WinRate::default(), 180);
        VelocityQuery { from, on, currency, win_rate, stale_days, in_full: false }
    }

    /// With each opportunity by name.
    #[must_use]
    pub fn in_full(self) -> VelocityQuery {
        VelocityQuery { in_full: true, ..self }
    }
}

/// What was found of opportunities.
#[derive(Default)]
struct Seen {
    open: i64,
    stale: i64,
    won: i64,
    lost: i64,
    opened: i64,
    opened_and_won: i64,
    total: Decimal,
    cycles: Vec<i64>,
    /// By name, where that is asked for: open ones, those won and those lost.
    named: [Vec<Explain>; 3],
}

impl Seen {
    fn take(&mut self, query: &VelocityQuery, one: &Opportunity) {
        let in_days = |day: NaiveDate| query.from <= day && day <= query.on;
        if one.currency != query.currency || one.opened_on > query.on {
            return;
        }
        let ended = one.outcome != OpportunityOutcome::Open && one.close_on <= query.on;
        let is_won = ended && one.outcome == OpportunityOutcome::Won;
        if in_days(one.opened_on) {
            self.opened += 1;
            self.opened_and_won += i64::from(is_won);
        }
        let first =
            query.on.checked_sub_days(Days::new(query.stale_days.into())).unwrap_or(query.on);
        let at = match ended {
            false if one.opened_on < first => {
                self.stale += 1;
                return;
            }
            false => 0,
            true if !in_days(one.close_on) => return,
            true if is_won => 1,
            true => 2,
        };
        match at {
            0 => self.open += 1,
            1 => {
                self.won += 1;
                self.total += one.amount;
                self.cycles.push(one.close_on.signed_duration_since(one.opened_on).num_days());
            }
            _ => self.lost += 1,
        }
        if let (true, Some(named)) = (query.in_full, self.named.get_mut(at)) {
            let leaf = Explain::new(one.name.clone(), Money::new(one.amount, one.currency));
            named.push(leaf.source(format!("opportunity/{}", one.opportunity)));
        }
    }

    fn win_rate(&self, query: &VelocityQuery) -> Result<Decimal, NotDefined> {
        let (won, of, what) = match query.win_rate {
            WinRate::OfEnded => (self.won, self.won + self.lost, "the number of those that ended"),
            WinRate::OfOpened => (self.opened_and_won, self.opened, "the number of those opened"),
        };
        over(won.into(), of.into(), what)
    }

    /// The median of days: of an even number the mean of both in the middle.
    fn median(&mut self) -> Result<Decimal, NotDefined> {
        self.cycles.sort_unstable();
        let middle = self.cycles.len() / 2;
        let at = |at: usize| self.cycles.get(at).copied().map(Decimal::from);
        let none = || NotDefined::new("none was won in these days");
        let upper = at(middle).ok_or_else(none)?;
        if self.cycles.len() % 2 == 1 {
            return Ok(upper);
        }
        let lower = middle.checked_sub(1).and_then(at).ok_or_else(none)?;
        Ok((lower + upper) / Decimal::TWO)
    }
}

/// What the pipeline brings a day.
///
/// # Errors
/// A [`Halt`].
pub fn pipeline_velocity(
    read: &mut impl Reading,
    query: &VelocityQuery,
) -> Result<Measure, CompanyError> {
    let mut seen = Seen::default();
    read.peek_each(&Range::<Opportunity>::all(), |one: &Opportunity| {
        seen.take(query, one);
        Ok::<(), Halt>(())
    })?;
    let (rate, days) = (seen.win_rate(query), seen.median());
    let deal = over(seen.total, seen.won.into(), "the number of those won");
    let value =
        (|| velocity_per_day(seen.open.into(), rate.clone()?, deal.clone()?, days.clone()?))();
    let money = |amount: Decimal| Money::new(amount, query.currency);
    let shown =
        |value: Result<Cell, NotDefined>| value.unwrap_or_else(|why| Cell::text(why.to_string()));
    let of = match query.win_rate {
        WinRate::OfEnded => word("won ÷ ended in these days"),
        WinRate::OfOpened => word("won ÷ opened in these days"),
    };
    let stale = Parameter::new(word("stale after days, and left out"), query.stale_days);
    let inputs = vec![
        Explain::new(word("Open opportunities"), seen.open)
            .parameter(stale)
            .input(Explain::new(word("Stale, left out"), seen.stale)),
        Explain::new(word("Mean of those won"), shown(deal.map(|deal| money(deal).into()))),
        Explain::new(word("Win rate"), shown(rate.map(Cell::Percent))).rule(of),
        Explain::new(word("Median days to win"), shown(days.map(Cell::Number))),
    ];
    let value = value.map(|value| money(value).into());
    let [open, won, lost] = seen.named;
    let inputs = inputs.into_iter().zip([open, won, lost, Vec::new()]);
    let inputs = inputs.map(|(input, named)| input.inputs(named)).collect();
    let rule = "opportunities × win rate × deal ÷ days";
    Ok(Measure::new("pipeline_velocity", word("Pipeline velocity per day"), value, rule, inputs))
}
