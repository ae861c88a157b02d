//! A logistic regression that is taught by three of five leads, corrected by one, judged by one.

use std::error::Error;

use fondaco::core::decimal::from_fixed;
use fondaco::core::report::{Cell, Chart, Column, Explain, Grid, Kind, Report, Row};
use fondaco::crm::KernelError;
use fondaco::crm::scoring::learned::calibration::Platt;
use fondaco::crm::scoring::learned::fairness::by_group;
use fondaco::crm::scoring::learned::logistic::{
    Logistic, Model, NumberEncoding, TextEncoding, Transform,
};
use fondaco::crm::scoring::learned::metrics::{
    Costs, Quality, calibration_curve, cheapest_threshold, gains,
};
use fondaco::crm::scoring::learned::{Value, metrics::Gain};
use rust_decimal::Decimal;

use super::data::{Lead, Leads};

/// What was learned, and how good it is.
pub struct Learned {
    /// The model.
    pub model: Model,
    platt: Platt,
    /// Which leads judge it.
    pub judged: Vec<usize>,
    /// What it says of them.
    pub likely: Vec<f64>,
    /// What they did.
    pub outcomes: Vec<bool>,
    quality: Quality,
    threshold: Option<f64>,
    groups: Vec<(String, f64, f64)>,
}

/// A call in vain, and a buyer whom nobody called.
pub const COSTS: Costs = Costs { false_positive: 5.0, false_negative: 60.0 };

impl Learned {
    pub fn of(leads: &Leads) -> Result<Self, Box<dyn Error>> {
        let part = |parts: &[usize]| -> Vec<usize> {
            (0..leads.leads.len()).filter(|row| parts.contains(&(row % 5))).collect()
        };
        let (taught, held, judged) = (part(&[2, 3, 4]), part(&[1]), part(&[0]));
        let numbers = NumberEncoding { transform: Transform::Log1p, ..NumberEncoding::default() };
        let logistic = Logistic::new().numbers(numbers).texts(TextEncoding { rare_below: 10 });
        let model = logistic.fit(&leads.table(&taught)?, &leads.outcomes(&taught))?;
        let platt =
            Platt::fit(&model.probabilities(&leads.table(&held)?)?, &leads.outcomes(&held))?;
        let raw = model.probabilities(&leads.table(&judged)?)?;
        let likely = raw.into_iter().map(|raw| platt.of(raw)).collect::<Result<Vec<_>, _>>()?;
        let outcomes = leads.outcomes(&judged);
        let quality = Quality::of(&likely, &outcomes)?;
        let (threshold, _) = cheapest_threshold(&likely, &outcomes, COSTS)?;
        let occupation =
            |row: &usize| leads.leads[*row].texts[3].as_deref().unwrap_or("(not told)");
        let names: Vec<&str> = judged.iter().map(occupation).collect();
        let groups = by_group(&names, &likely, &outcomes, threshold.unwrap_or(1.0))?;
        let groups =
            groups.into_iter().map(|group| (group.name, group.said, group.happened)).collect();
        Ok(Self { model, platt, judged, likely, outcomes, quality, threshold, groups })
    }

    /// How likely a lead buys.
    pub fn chance(&self, lead: &Lead) -> Result<f64, KernelError> {
        self.platt.of(self.model.probability(&values(lead))?)
    }

    pub fn report(&self) -> Report {
        let quality = &self.quality;
        let title =
            format!("What was learned, judged by {} leads that it had not seen", quality.rows);
        let mut report =
            Report::new(title).column(Column::text("Figure")).column(Column::text("Value"));
        let lines = [
            ("area under the ROC curve", format!("{:.3}", quality.auc)),
            ("Brier score", format!("{:.3}", quality.brier)),
            ("log loss", format!("{:.3}", quality.log_loss)),
            ("off its word by, on average", format!("{:.1} %", 100.0 * quality.calibration_error)),
            ("lift of the first tenth", format!("{:.2}", quality.lift_of_first_tenth)),
            (
                "cheapest to call from",
                self.threshold.map_or("nobody".into(), |from| format!("{:.0} %", 100.0 * from)),
            ),
        ];
        for (name, value) in lines {
            report.push(Row::new([name.into(), Cell::text(value)]));
        }
        let cost = format!(
            "A call in vain costs {}, a buyer whom nobody calls {}.",
            COSTS.false_positive, COSTS.false_negative
        );
        report.note(cost)
    }

    /// Whether it says of each group what happens.
    pub fn fairness(&self) -> Report {
        let mut report = Report::new("Does it say of each group what happens?")
            .column(Column::text("Occupation"))
            .column(Column::percent("Said"))
            .column(Column::percent("Happened"));
        for (name, said, happened) in &self.groups {
            report.push(Row::new([Cell::text(name.as_str()), percent(*said), percent(*happened)]));
        }
        report
    }

    /// What is found by asking the likeliest first.
    pub fn gains(&self) -> Result<Vec<Gain>, KernelError> {
        gains(&self.likely, &self.outcomes, 10)
    }

    /// What was said, and what happened.
    pub fn calibration(&self) -> Result<Chart, KernelError> {
        let curve = calibration_curve(&self.likely, &self.outcomes, 10)?;
        let names = curve.iter().map(|bin| format!("{:.0} %", 100.0 * bin.said));
        let grid = Grid::new(names)
            .series("Said", curve.iter().map(|bin| share(bin.said)))
            .series("Happened", curve.iter().map(|bin| share(bin.happened)));
        Ok(Chart::line("Does it mean what it says?", Kind::Percent { digits: 0 }, grid))
    }

    /// Why a lead is as likely as it is.
    pub fn why(&self, lead: &Lead) -> Result<Explain, KernelError> {
        let why = self.model.explain(&values(lead))?;
        let number = |value: f64| Cell::Number(from_fixed((value * 1e3).round() as i64, 3));
        let mut parts = why.parts;
        parts.sort_by(|a, b| b.amount.abs().total_cmp(&a.amount.abs()));
        let parts = parts.into_iter().map(|part| Explain::new(part.feature, number(part.amount)));
        let odds = Explain::new("log-odds", number(why.log_odds))
            .rule("an average lead, and what each feature adds")
            .input(Explain::new("an average lead", number(why.base)))
            .inputs(parts);
        let likely = self.platt.of(why.probability)?;
        Ok(Explain::new("Chance", percent(likely))
            .rule("of the log-odds, corrected by Platt's curve")
            .input(odds))
    }
}

fn values(lead: &Lead) -> Vec<Value<'_>> {
    let numbers = lead.numbers.iter().map(|number| number.map_or(Value::Missing, Value::Number));
    let texts = lead.texts.iter().map(|text| text.as_deref().map_or(Value::Missing, Value::Text));
    numbers.chain(texts).collect()
}

/// A share for a chart.
pub fn share(value: f64) -> Decimal {
    from_fixed((value * 1e4).round() as i64, 4)
}

/// A share in percent.
pub fn percent(value: f64) -> Cell {
    Cell::Percent(share(value))
}
