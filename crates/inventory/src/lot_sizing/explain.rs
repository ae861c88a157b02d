//! Why lots are what they are.

use fondaco_core::decimal::from_fixed;
use fondaco_core::report::{Cell, Explain, Parameter, Phrase, word};
use fondaco_core::{Ratio, Rounding};
use rust_decimal::Decimal;

use super::grown::Reach;
use super::{LotModel, LotPlan, LotSizing, Sizer, Stop, units};
use crate::KernelError;

/// To how many digits what a unit or a period costs is shown.
const DIGITS: u32 = 4;

pub(super) fn plan(plan: &LotPlan, model: &LotModel<'_>) -> Result<Explain, KernelError> {
    let rule = plan.rule.unwrap_or_default();
    let grounds = Grounds::of(rule, model, plan)?;
    let why = Explain::new(word("Cost of the lots"), plan.costs.total);
    let why = why.rule(word(
        plan.rule.map_or("Lots within the capacity, at the least cost that was found", in_words),
    ));
    let why = grounds.parameter()?.into_iter().fold(why, Explain::parameter);
    let lots = (0..plan.lots.len()).map(|lot| grounds.lot(plan, lot));
    let lots = lots.collect::<Result<Vec<_>, _>>()?;
    Ok(why.inputs(lots).inputs(plan.costs.parts()))
}

fn in_words(rule: LotSizing) -> &'static str {
    match rule {
        LotSizing::LotForLot => "Lot for lot: what its period wants",
        LotSizing::FixedQuantity(_) => "Fixed quantity, when stock does not suffice",
        LotSizing::Periods(_) => "What a fixed number of periods wants",
        LotSizing::EconomicQuantity(_) => {
            "√(2 × setup cost × mean demand ÷ holding cost), when stock does not suffice"
        }
        LotSizing::EconomicPeriods => {
            "What as many periods want as √(2 × setup cost ÷ (holding cost × mean demand))"
        }
        LotSizing::LeastUnitCost => {
            "Least unit cost: a lot reaches as far as its cost per unit does not rise"
        }
        LotSizing::PartPeriod(Stop::Nearest) => {
            "Part-period balancing: a lot reaches to where its holding cost is nearest to its setup cost"
        }
        LotSizing::PartPeriod(Stop::NotAbove) => {
            "Part-period balancing: a lot reaches as far as its holding cost is not above its setup cost"
        }
        LotSizing::SilverMeal => {
            "Silver-Meal: a lot reaches as far as its cost per period does not rise"
        }
        LotSizing::WagnerWhitin => "Wagner-Whitin: the least cost over all periods",
    }
}

/// What a plan was made of, in whole numbers.
struct Grounds {
    rule: LotSizing,
    sizer: Sizer,
    needs: Vec<i64>,
    digits: u32,
}

impl Grounds {
    fn of(rule: LotSizing, model: &LotModel<'_>, plan: &LotPlan) -> Result<Grounds, KernelError> {
        let mut needs = Vec::new();
        let beside = plan.lots.iter().map(|lot| lot.quantity).max_by_key(Decimal::scale);
        let digits = units::demand(model.demand, beside, &mut needs)?;
        if needs.len() != plan.periods {
            return Err(KernelError::Contradiction {
                field: "demand",
                value: needs.len() as f64,
                other: "the plan is of another number of periods",
                way_out: "give the model that the plan was made of",
            });
        }
        let sizer = Sizer::new(&rule, model.costs, digits)?;
        sizer.costs.check(needs.len(), units::total(&needs)?)?;
        Ok(Grounds { rule, sizer, needs, digits })
    }

    /// What the rule was told, or made of the mean demand.
    fn parameter(&self) -> Result<Option<Parameter>, KernelError> {
        let (periods, wanted) = (self.needs.len(), units::total(&self.needs)?);
        let count = |periods: usize| Cell::Count(periods as i64);
        Ok(match self.rule {
            LotSizing::FixedQuantity(quantity) => Some(Parameter::new(word("quantity"), quantity)),
            LotSizing::Periods(periods) => {
                Some(Parameter::new(word("periods"), count(periods as usize)))
            }
            LotSizing::EconomicQuantity(_) => {
                let quantity = self.sizer.economic_quantity(periods, wanted)?;
                Some(Parameter::new(word("quantity"), from_fixed(quantity, self.digits)))
            }
            LotSizing::EconomicPeriods => {
                let periods = self.sizer.economic_periods(periods, wanted)?;
                Some(Parameter::new(word("periods"), count(periods)))
            }
            _ => None,
        })
    }

    /// A lot: how far it reaches, what it costs, and what would come of another choice.
    fn lot(&self, plan: &LotPlan, at: usize) -> Result<Explain, KernelError> {
        let lot = &plan.lots[at];
        let why = Explain::new(of_period("Lot of period", lot.period), lot.quantity);
        let why = if lot.last > lot.period {
            why.rule(of_period("reaches through period", lot.last))
        } else {
            why
        };
        // Where a lot serves periods that the one before serves too, whose cost is whose can't be told.
        if plan.rule.is_none() || self.carries_over() {
            return Ok(why);
        }
        let costs = &self.sizer.costs;
        let reach = self.reach(lot.period, lot.last);
        let [setup, holding] = [reach.setup, reach.holding];
        let why = why.inputs(self.cost("Setup", setup)?).inputs(self.cost("Holding", holding)?);
        if self.rule == LotSizing::WagnerWhitin {
            let before = at.checked_sub(1).and_then(|before| plan.lots.get(before));
            return Ok(why.inputs(match before {
                Some(before) => Some(self.joined(before.period, lot.period, reach.quantity)?),
                None => None,
            }));
        }
        // Periods without a need are free to reach over, and make a period cheaper: the next that counts is the next with a need.
        let next = (lot.last + 1..self.needs.len()).find(|period| self.needs[*period] > 0);
        let through = next.map_or(self.needs.len(), |next| next) - 1;
        let reach = self.reach(lot.period, through);
        let further = reach.further(costs, &self.needs).map(|further| (further, through + 1));
        self.compared(why, reach, further)
    }

    fn carries_over(&self) -> bool {
        matches!(self.rule, LotSizing::FixedQuantity(_) | LotSizing::EconomicQuantity(_))
    }

    fn reach(&self, from: usize, end: usize) -> Reach {
        let mut reach = Reach::new(&self.sizer.costs, &self.needs, from);
        while let Some(further) =
            reach.further(&self.sizer.costs, &self.needs).filter(|further| further.end <= end)
        {
            reach = further;
        }
        reach
    }

    /// What the rule compared: as the lot is, and a period further.
    fn compared(
        &self,
        why: Explain,
        reach: Reach,
        further: Option<(Reach, usize)>,
    ) -> Result<Explain, KernelError> {
        let per: fn(Reach) -> i128 = match self.rule {
            LotSizing::SilverMeal => |reach| reach.periods() as i128,
            LotSizing::LeastUnitCost => |reach| i128::from(reach.quantity),
            LotSizing::PartPeriod(_) => {
                let Some((further, end)) = further else { return Ok(why) };
                let name = of_period("Holding if it reached through period", end);
                let costs = &self.sizer.costs;
                return Ok(
                    why.input(Explain::new(name, costs.decimal("holding", further.holding)?))
                );
            }
            _ => return Ok(why),
        };
        let (name, then) = match self.rule {
            LotSizing::SilverMeal => {
                ("Cost per period", "Cost per period if it reached through period")
            }
            _ => ("Cost per unit", "Cost per unit if it reached through period"),
        };
        let share = |reach: Reach| self.share(reach.cost(), per(reach));
        let why = why.input(Explain::new(word(name), share(reach)?));
        Ok(match further {
            Some((further, end)) => why.input(Explain::new(of_period(then, end), share(further)?)),
            None => why,
        })
    }

    /// A cost for one unit or period.
    fn share(&self, cost: i128, of: i128) -> Result<Decimal, KernelError> {
        let what = "the cost of the lots";
        // Units of a cost for units of a quantity are those of a unit cost; periods have none.
        let digits = match self.rule {
            LotSizing::LeastUnitCost => self.sizer.costs.unit_digits,
            _ => self.sizer.costs.digits,
        };
        let share = Ratio::new(cost, of).map_err(|_| no_room(what))?;
        let unit = Ratio::from_decimal(units::decimal(what, 1, digits)?);
        let share = share.mul(unit).map_err(|_| no_room(what))?;
        let shown = share.round(DIGITS, Rounding::HalfUp).map_err(|_| no_room(what))?;
        Ok(shown.normalize())
    }

    fn cost(&self, name: &'static str, cost: i128) -> Result<Option<Explain>, KernelError> {
        let cost = self.sizer.costs.decimal("the cost of the lots", cost)?;
        Ok((!cost.is_zero()).then(|| Explain::new(word(name), cost)))
    }

    /// What it would cost more to have a lot come with the one before.
    fn joined(&self, before: usize, period: usize, quantity: i64) -> Result<Explain, KernelError> {
        let costs = &self.sizer.costs;
        let kept: i128 = (before..period).map(|at| i128::from(costs.holding.at(at))).sum();
        let dearer = i128::from(costs.unit.at(before)) - i128::from(costs.unit.at(period)) + kept;
        let more = dearer * i128::from(quantity) - costs.setup.at(period);
        let more = costs.decimal("the cost of the lots", more)?;
        Ok(Explain::new(of_period("More if it came with the lot of period", before), more))
    }
}

/// A period as people count it, from 1.
fn of_period(what: &'static str, period: usize) -> Phrase {
    Phrase::from(word(what)).and(period as i64 + 1)
}

fn no_room(what: &'static str) -> KernelError {
    KernelError::Exact { what, error: fondaco_core::decimal::DecimalError::Overflow }
}
