//! `stats/stats.json`: tests of proportions, sample sizes, and the distribution of what a pipeline brings, as statsmodels and scipy have them.

use std::error::Error;
use std::path::Path;

use fondaco::rust_decimal::Decimal;
use fondaco_crm::KernelError;
use fondaco_crm::pipeline::Outlook;
use fondaco_crm::stats::{Comparison, Proportion, SampleSize, sample_ratio_mismatch, sample_size};
use serde_json::{Value, json};

use crate::case::Case;
use crate::json;

const WITHIN: f64 = 1e-9;

/// Our answer to a case, or why the case can't be read.
type Answered = Result<Result<Value, KernelError>, String>;

/// Asks the cases of a section.
type Section = fn(&Value) -> Answered;

pub(crate) fn cases(path: &Path) -> Result<Vec<Case>, Box<dyn Error>> {
    let file = json::read(path)?;
    let mut cases = Vec::new();
    let sections: [(&str, Section); 3] = [
        ("two_proportion", two_proportions),
        ("sample_size_cohen_h", size),
        ("sample_ratio_mismatch", mismatch),
    ];
    for (name, answer) in sections {
        for (number, case) in json::list(&file, name)?.iter().enumerate() {
            cases.push(Case::fields_near(format!("{name} {number}"), case, answer(case)?, WITHIN));
        }
    }
    cases.push(outlook(file.get("weighted_pipeline").ok_or("no pipeline")?)?);
    Ok(cases)
}

/// Whole amounts, of which every sum has its probability.
fn outlook(case: &Value) -> Result<Case, Box<dyn Error>> {
    let number = |row: &Value, n: usize| row.get(n).and_then(Value::as_f64).ok_or("two numbers");
    let mut deals = Vec::new();
    for row in json::list(case, "deals")? {
        deals.push((Decimal::from(number(row, 0)? as i64), number(row, 1)?));
    }
    let shown = |sum: Decimal| sum.to_string().parse::<i64>().unwrap_or(-1);
    let answer = || {
        let outlook = Outlook::of(&deals)?;
        let quantile = |below| Ok::<_, KernelError>(shown(outlook.quantile(below)?));
        let sums = outlook.sums().iter().map(|(sum, likely)| json!([shown(*sum), likely]));
        Ok::<_, KernelError>(json!({
            "deals": case.get("deals"),
            "expected": outlook.expected(),
            "variance": outlook.variance(),
            "quantiles": {"0.1": quantile(0.1)?, "0.5": quantile(0.5)?, "0.9": quantile(0.9)?},
            "pmf": sums.collect::<Vec<_>>(),
        }))
    };
    Ok(Case::fields_near("weighted_pipeline".into(), case, answer(), WITHIN))
}

fn two_proportions(case: &Value) -> Answered {
    let group = |name: &str| -> Result<Result<Proportion, KernelError>, String> {
        match json::numbers(case, name)?.as_slice() {
            [successes, trials] => Ok(Proportion::new(*successes as u64, *trials as u64)),
            _ => Err(format!("{name} is so many of so many")),
        }
    };
    let (treated, control) = (group("treated")?, group("control")?);
    let answer = |treated: Proportion, control: Proportion| {
        let both = Comparison::new(treated, control);
        let shown = |group: Proportion| json!([group.successes(), group.trials()]);
        let bounds = |(low, high): (f64, f64)| json!([low, high]);
        Ok(json!({
            "treated": shown(treated),
            "control": shown(control),
            "z_pooled": both.z()?,
            "p_two_sided": both.p_value()?,
            "diff": both.difference(),
            "diff_ci95_newcombe": bounds(both.newcombe(0.95)?),
            "wilson95_treated": bounds(treated.wilson(0.95)?),
            "clopper_pearson95_treated": bounds(treated.clopper_pearson(0.95)?),
            "fisher_two_sided": both.fisher(),
            "relative_lift": both.relative_lift(),
            "incremental_conversions": both.incremental(),
        }))
    };
    Ok(treated.and_then(|treated| answer(treated, control?)))
}

fn size(case: &Value) -> Answered {
    let number = |name: &str| json::number(case, name);
    let wanted = SampleSize {
        base: number("base")?,
        least_effect: number("mde")?,
        alpha: number("alpha")?,
        power: number("power")?,
        ratio: number("ratio_n2_over_n1")?,
    };
    let answer = || {
        Ok(json!({
            "base": wanted.base, "mde": wanted.least_effect, "alpha": wanted.alpha,
            "power": wanted.power, "ratio_n2_over_n1": wanted.ratio,
            "cohen_h": wanted.cohen_h()?, "n1": sample_size(wanted)?,
        }))
    };
    Ok(answer())
}

fn mismatch(case: &Value) -> Answered {
    let counts: Vec<u64> = json::numbers(case, "observed")?.iter().map(|n| *n as u64).collect();
    let shares = json::numbers(case, "expected_share")?;
    Ok(sample_ratio_mismatch(&counts, &shares).map(|test| {
        json!({
            "observed": counts, "expected_share": shares,
            "chi2": test.statistic, "p": test.p_value,
        })
    }))
}
