//! `clv/clv_oracles.json`: models of repeat buying over CDNOW's sample, as an own likelihood in scipy and `lifetimes` find them.

use std::error::Error;
use std::path::Path;

use fondaco_crm::KernelError;
use fondaco_crm::clv::{
    BgBb, BgNbd, GammaGamma, History, Horizon, Occasions, ParetoNbd, Spending, Variant,
    lifetime_value,
};
use serde_json::{Value, json};

use crate::case::Case;
use crate::json;

/// Of log-likelihoods, absolute.
const LIKELIHOOD: f64 = 1e-4;
/// Of parameters.
const PARAMETERS: f64 = 1e-4;
/// Where the likelihood is flat.
const FLAT: f64 = 1e-3;
/// Of what is predicted by given parameters.
const PREDICTED: f64 = 1e-9;

type Answer<T> = Result<T, Box<dyn Error>>;

pub(crate) fn cases(path: &Path) -> Answer<Vec<Case>> {
    let file = json::read(path)?;
    let beside = |name: &str| path.with_file_name(name);
    let customers = histories(&beside("cdnow_summary.csv"))?;
    let mut cases = Vec::new();
    for (name, variant) in [("bg_nbd", Variant::Plain), ("mbg_nbd", Variant::Modified)] {
        let fitted = BgNbd::fit(variant, &customers);
        let shown = fitted.map(|model| {
            let parameters =
                json!({"r": model.r, "alpha": model.alpha, "a": model.a, "b": model.b});
            (parameters, model.log_likelihood(&customers))
        });
        fit(name, &file, shown, PARAMETERS, &mut cases)?;
    }
    let pareto = ParetoNbd::fit(&customers).map(|model| {
        let parameters =
            json!({"r": model.r, "alpha": model.alpha, "s": model.s, "beta": model.beta});
        (parameters, model.log_likelihood(&customers))
    });
    fit("pareto_nbd", &file, pareto, FLAT, &mut cases)?;
    predictions(file.get("bg_nbd_predictions").ok_or("no predictions")?, &mut cases)?;
    let spenders = spenders(&beside("cdnow_summary_monetary.csv"))?;
    spending(&file, &spenders, &mut cases)?;
    cases.push(worth(&file, &spenders)?);
    cases.extend(donations(&file, &beside("donations_bgbb.csv"))?);
    Ok(cases)
}

/// Parameters and log-likelihood of one model.
type Fitted = Result<(Value, f64), KernelError>;

fn fit(name: &str, file: &Value, fitted: Fitted, within: f64, cases: &mut Vec<Case>) -> Answer<()> {
    let expected = file.get(name).ok_or_else(|| format!("no {name}"))?;
    let parameters = expected.get("params").ok_or("no parameters")?;
    let likely = json::number(expected, "log_likelihood")?;
    let (found, value) = match fitted {
        Ok((found, value)) => (Ok(found), Ok(value - likely)),
        Err(error) => (Err(error.clone()), Err(error)),
    };
    cases.push(Case::fields_near(format!("{name}, parameters"), parameters, found, within));
    cases.push(Case::near(format!("{name}, off the log-likelihood"), 0.0, LIKELIHOOD, value));
    Ok(())
}

fn predictions(file: &Value, cases: &mut Vec<Case>) -> Answer<()> {
    let given = file.get("fixed_params").ok_or("no parameters")?;
    let parameter = |name: &str| json::number(given, name);
    let model = BgNbd::new(
        Variant::Plain,
        parameter("r")?,
        parameter("alpha")?,
        parameter("a")?,
        parameter("b")?,
    )?;
    for (n, case) in json::list(file, "cases")?.iter().enumerate() {
        let number = |name: &str| json::number(case, name);
        let customer = History::new(number("frequency")?, number("recency")?, number("T")?)?;
        let time = number("t")?;
        let wanted = json!({"p_alive": number("p_alive")?, "expected": number("expected")?});
        let ours = model.expected(customer, time);
        let ours =
            ours.map(|expected| json!({"p_alive": model.alive(customer), "expected": expected}));
        cases.push(Case::fields_near(format!("bg_nbd, customer {n}"), &wanted, ours, PREDICTED));
    }
    for case in json::list(file, "unconditional_expected")? {
        let (time, expected) = (json::number(case, "t")?, json::number(case, "E")?);
        let id = format!("bg_nbd, a new customer over {time}");
        cases.push(Case::near(id, expected, PREDICTED, model.expected_of_new(time)));
    }
    Ok(())
}

fn spending(
    file: &Value,
    spenders: &[(History, Spending, u64)],
    cases: &mut Vec<Case>,
) -> Answer<()> {
    let all: Vec<Spending> = spenders.iter().map(|(_, spending, _)| *spending).collect();
    let fitted = GammaGamma::fit(&all).map(|model| {
        (json!({"p": model.p, "q": model.q, "v": model.v}), model.log_likelihood(&all))
    });
    fit("gamma_gamma", file, fitted, PARAMETERS, cases)?;
    let section = file.pointer("/gamma_gamma/cond_expected_profit").ok_or("no expectations")?;
    let model = gamma_gamma(section.get("fixed_params").ok_or("no parameters")?)?;
    let nobody = model.expected_mean(Spending { purchases: 0.0, mean: 0.0 });
    let mean = json::number(section, "population_mean")?;
    cases.push(Case::near("gamma_gamma, everybody".into(), mean, PREDICTED, nobody));
    for (n, case) in json::list(section, "cases")?.iter().enumerate() {
        let spent = Spending {
            purchases: json::number(case, "frequency")?,
            mean: json::number(case, "monetary")?,
        };
        let expected = json::number(case, "expected")?;
        let id = format!("gamma_gamma, customer {n}");
        cases.push(Case::near(id, expected, PREDICTED, model.expected_mean(spent)));
    }
    Ok(())
}

/// Of all who came again, over twelve months.
fn worth(file: &Value, spenders: &[(History, Spending, u64)]) -> Answer<Case> {
    let section = file.get("clv_12m_1pct_monthly_freqW").ok_or("no worth")?;
    let given = section.get("bg_params_on_946_plus").ok_or("no parameters")?;
    let parameter = |name: &str| json::number(given, name);
    let buying = BgNbd::new(
        Variant::Plain,
        parameter("r")?,
        parameter("alpha")?,
        parameter("a")?,
        parameter("b")?,
    )?;
    let spending = file.pointer("/gamma_gamma/lifetimes_params").ok_or("no parameters")?;
    let spending = gamma_gamma(spending)?;
    let one =
        |(customer, spent, id): &(History, Spending, u64)| -> Result<(u64, f64), KernelError> {
            let mean = spending.expected_mean(*spent)?;
            let expected = |time| buying.expected(*customer, time);
            Ok((*id, lifetime_value(mean, Horizon::months(12, 0.01), expected)?))
        };
    let wanted =
        json!({"n": section.get("n"), "sum": section.get("sum"), "head": section.get("head")});
    let ours = spenders.iter().map(one).collect::<Result<Vec<_>, _>>().map(|all| {
        let head: Vec<Value> = all.iter().take(8).map(|(id, worth)| json!([id, worth])).collect();
        let sum: f64 = all.iter().map(|(_, worth)| worth).sum();
        json!({"n": all.len(), "sum": sum, "head": head})
    });
    Ok(Case::fields_near("worth over twelve months".into(), &wanted, ours, PREDICTED))
}

fn donations(file: &Value, path: &Path) -> Answer<Vec<Case>> {
    let mut donors = Vec::new();
    for row in csv::Reader::from_path(path)?.records() {
        let row = row?;
        let cell = |n: usize| row.get(n).ok_or("a donor has four cells");
        let occasions = Occasions::new(cell(0)?.parse()?, cell(1)?.parse()?, cell(2)?.parse()?)?;
        donors.push((occasions, cell(3)?.parse::<f64>()?));
    }
    let expected = file.pointer("/bg_bb_donations/lifetimes_params").ok_or("no parameters")?;
    let fitted = BgBb::fit(&donors);
    let likely = fitted.as_ref().map(|model| (model.log_likelihood(&donors) * 10.0).round() / 10.0);
    // As it was published.
    let likely = Case::near(
        "bg_bb, log-likelihood".into(),
        -33_225.6,
        1e-9,
        likely.map_err(KernelError::clone),
    );
    let shown = fitted.map(|model| {
        json!({"alpha": model.alpha, "beta": model.beta, "gamma": model.gamma, "delta": model.delta})
    });
    Ok(vec![Case::fields_near("bg_bb, parameters".into(), expected, shown, FLAT), likely])
}

fn gamma_gamma(given: &Value) -> Answer<GammaGamma> {
    let parameter = |name: &str| json::number(given, name);
    Ok(GammaGamma::new(parameter("p")?, parameter("q")?, parameter("v")?)?)
}

fn histories(path: &Path) -> Answer<Vec<History>> {
    let mut customers = Vec::new();
    for row in csv::Reader::from_path(path)?.records() {
        let row = row?;
        let cell = |n: usize| row.get(n).ok_or("a customer has four cells");
        customers.push(History::new(cell(1)?.parse()?, cell(2)?.parse()?, cell(3)?.parse()?)?);
    }
    Ok(customers)
}

fn spenders(path: &Path) -> Answer<Vec<(History, Spending, u64)>> {
    let mut customers = Vec::new();
    for row in csv::Reader::from_path(path)?.records() {
        let row = row?;
        let cell = |n: usize| row.get(n).ok_or("a customer has five cells");
        let purchases: f64 = cell(1)?.parse()?;
        // The file has them all; spending is told of those who came again.
        if purchases <= 0.0 {
            continue;
        }
        let history = History::new(purchases, cell(2)?.parse()?, cell(3)?.parse()?)?;
        let spent = Spending { purchases, mean: cell(4)?.parse()? };
        customers.push((history, spent, cell(0)?.parse()?));
    }
    Ok(customers)
}
