//! Methods of withholding, written out: each is a formula that a file could say itself.
//!
//! The names are those of payroll laws: cumulative as in the United Kingdom's PAYE, annualised as in the percentage method of IRS Pub. 15-T
//! and Canada's T4127 (option 1), self-adjusting as in T4127 (option 2) and 26 CFR 31.3402(h)(3)-1.

use smol_str::SmolStr;

use super::{Kind, Method, Rounded, Rule, Withholding};
use crate::RuleError;
use crate::expr::{Binary, Expr};

/// What the tax is on in a withholding's `tax`.
const AMOUNT: &str = "amount";

impl Withholding {
    /// The rule that it is short for.
    pub(super) fn rule(&self) -> Result<Rule, RuleError> {
        let formula = self.formula().map_err(|error| error.of("withholding", &self.name))?;
        Ok(Rule {
            label: Default::default(),
            name: self.name.clone(),
            kind: self.kind,
            of: SmolStr::new_static("money"),
            about: self.about.clone(),
            source: self.source.clone(),
            adds_to: self.adds_to.clone(),
            takes_from: self.takes_from.clone(),
            formula: Some(formula),
            formulas: Vec::new(),
        })
    }

    fn formula(&self) -> Result<Expr, RuleError> {
        if self.kind == Kind::Value || !self.kind.is_paid() {
            let why = "is of something that nobody pays: give tax, pre_tax, post_tax or employer";
            return Err(RuleError::BadRule { field: "kind", why: why.into() });
        }
        let wages = || self.wages.clone();
        let given = self.given()?;
        let withheld = match (self.method, given) {
            (Method::PerPeriod, _) => return Ok(rounded(self.on(&wages()), self.rounded)),
            (Method::Annualised, Given { periods: Some(periods), .. }) => {
                let year = self.projected(joined(Binary::Times, wages(), periods.clone()));
                return Ok(rounded(joined(Binary::Over, self.on(&year), periods), self.rounded));
            }
            (Method::Cumulative, Given { sums: Some((before, tax)), .. }) => {
                let so_far = joined(Binary::Plus, before, wages());
                joined(Binary::Minus, rounded(self.on(&so_far), self.rounded), tax)
            }
            (
                Method::SelfAdjusting,
                Given { periods: Some(periods), period: Some(period), sums: Some((before, tax)) },
            ) => {
                let so_far = joined(Binary::Plus, before, wages());
                let year = joined(Binary::Times, so_far, periods.clone());
                let year = self.projected(joined(Binary::Over, year, period.clone()));
                let part = joined(Binary::Times, self.on(&year), period);
                let part = rounded(joined(Binary::Over, part, periods), self.rounded);
                joined(Binary::Minus, part, tax)
            }
            // `given` refused it.
            _ => return Err(self.missing("method")),
        };
        Ok(match self.refunds {
            true => withheld,
            false => call("max", vec![Expr::Number(0.into()), withheld]),
        })
    }

    /// What the method needs and others don't take.
    fn given(&self) -> Result<Given, RuleError> {
        let needs: [(&'static str, &Option<Expr>, bool); 4] = [
            (
                "periods",
                &self.periods,
                matches!(self.method, Method::Annualised | Method::SelfAdjusting),
            ),
            ("period", &self.period, self.method == Method::SelfAdjusting),
            ("wages_to_date", &self.wages_to_date, self.is_over_periods()),
            ("tax_to_date", &self.tax_to_date, self.is_over_periods()),
        ];
        for (field, given, needed) in needs {
            match (given, needed) {
                (None, true) => return Err(self.missing(field)),
                (Some(_), false) => {
                    let why = format!(
                        "is of no use to the method {}: leave it out; a table for a part of a year is said in tax",
                        self.method.name()
                    );
                    return Err(RuleError::BadRule { field, why });
                }
                _ => {}
            }
        }
        if self.refunds && !self.is_over_periods() {
            let why = "is of cumulative and self_adjusting, which know what was withheld before";
            return Err(RuleError::BadRule { field: "refunds", why: why.into() });
        }
        Ok(Given {
            periods: self.periods.clone(),
            period: self.period.clone(),
            sums: self.wages_to_date.clone().zip(self.tax_to_date.clone()),
        })
    }

    fn is_over_periods(&self) -> bool {
        matches!(self.method, Method::Cumulative | Method::SelfAdjusting)
    }

    fn missing(&self, field: &'static str) -> RuleError {
        let why = format!("is missing: the method {} needs it", self.method.name());
        RuleError::BadRule { field, why }
    }

    /// The tax on an amount.
    fn on(&self, amount: &Expr) -> Expr {
        self.tax.with(AMOUNT, amount)
    }

    /// The amount of a year, rounded as said; a quotient has to be.
    fn projected(&self, year: Expr) -> Expr {
        let to_cents = Rounded { digits: self.rounded.digits, mode: self.rounded.mode };
        match (self.amount_rounded, self.method) {
            (Some(how), _) => rounded(year, how),
            (None, Method::Annualised) => year,
            (None, _) => rounded(year, to_cents),
        }
    }
}

struct Given {
    periods: Option<Expr>,
    period: Option<Expr>,
    sums: Option<(Expr, Expr)>,
}

impl Method {
    fn name(self) -> &'static str {
        match self {
            Method::PerPeriod => "per_period",
            Method::Annualised => "annualised",
            Method::Cumulative => "cumulative",
            Method::SelfAdjusting => "self_adjusting",
        }
    }
}

fn joined(sign: Binary, a: Expr, b: Expr) -> Expr {
    Expr::Binary(sign, Box::new(a), Box::new(b))
}

fn rounded(value: Expr, how: Rounded) -> Expr {
    Expr::Round { value: Box::new(value), digits: how.digits, rounding: how.mode }
}

fn call(name: &'static str, args: Vec<Expr>) -> Expr {
    Expr::Call { name: SmolStr::new_static(name), cells: Vec::new(), args }
}
