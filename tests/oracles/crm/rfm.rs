//! `rfm/rfm.json`: CDNOW's sample of customers, scored by pandas.

use std::error::Error;
use std::path::Path;

use fondaco::core::decimal;
use fondaco_crm::rfm::{Customer, Purchase, Scale, Scores, summarise};
use serde_json::{Value, json};

use crate::case::Case;
use crate::json;

pub(crate) fn cases(path: &Path) -> Result<Vec<Case>, Box<dyn Error>> {
    let file = json::read(path)?;
    let customers = customers(
        &path.with_file_name("cdnow_sample_transactions.csv"),
        json::text(&file, "snapshot")?,
    )?;
    let by_cuts = Scale::quantiles(5)?.scores(&customers)?;
    let by_tiles = Scale::tiles(5)?.scores(&customers)?;
    let mut cases = Vec::new();
    for (name, ours) in figures(&customers, &by_cuts, &by_tiles) {
        let expected = file.get(name).ok_or_else(|| format!("no {name}"))?;
        cases.push(Case::fields_near(name.into(), expected, Ok::<_, String>(ours), 1e-9));
    }
    let mut reader = csv::Reader::from_path(path.with_file_name("cdnow_rfm.csv"))?;
    let scored = customers.iter().zip(by_tiles).zip(by_cuts);
    for (row, ((customer, tiles), cuts)) in reader.records().zip(scored) {
        let row = row?;
        // Its numbers as numbers: 100.5 is 100.50.
        let cells = row.iter().map(|cell| Ok(decimal::parse(cell)?.normalize().to_string()));
        let expected = cells.collect::<Result<Vec<_>, decimal::DecimalError>>()?;
        let count = expected.get(3).cloned().unwrap_or_default();
        let ours = [
            customer.customer.to_string(),
            customer.frequency.to_string(),
            customer.money.normalize().to_string(),
            count,
            customer.recency_days.to_string(),
        ];
        let scores = |s: Scores| [s.recency, s.frequency, s.money].map(|score| score.to_string());
        let ours = [&ours[..], &scores(tiles), &scores(cuts)].concat();
        let id = format!("customer {}", customer.customer);
        cases.push(Case::exact(id, expected.join(" "), ours.join(" ")));
    }
    Ok(cases)
}

fn customers(path: &Path, snapshot: &str) -> Result<Vec<Customer<u32>>, Box<dyn Error>> {
    let mut bought = Vec::new();
    for row in csv::Reader::from_path(path)?.records() {
        let row = row?;
        let cell = |n: usize| row.get(n).ok_or("a purchase has five cells");
        let [customer, day, amount] = [cell(1)?, cell(2)?, cell(4)?];
        let amount = decimal::parse(amount)?;
        bought.push(Purchase { customer: customer.parse()?, day: day.parse()?, amount });
    }
    Ok(summarise(bought, snapshot.parse()?)?)
}

fn figures(
    customers: &[Customer<u32>],
    cuts: &[Scores],
    tiles: &[Scores],
) -> Vec<(&'static str, Value)> {
    let columns = |scores: &[Scores]| {
        let [mut recency, mut frequency, mut money] = [(); 3].map(|()| [0_u32; 5]);
        for score in scores {
            for (counts, score) in [
                (&mut recency, score.recency),
                (&mut frequency, score.frequency),
                (&mut money, score.money),
            ] {
                counts[usize::from(score) - 1] += 1;
            }
        }
        let shown = |counts: [u32; 5]| {
            let there = counts.into_iter().enumerate().filter(|(_, count)| *count > 0);
            Value::Object(there.map(|(n, count)| ((n + 1).to_string(), json!(count))).collect())
        };
        json!({"R": shown(recency), "F": shown(frequency), "M": shown(money)})
    };
    let cell = |score: u8| {
        let all = Scores { recency: score, frequency: score, money: score };
        json!(cuts.iter().filter(|scores| **scores == all).count())
    };
    let money =
        customers.iter().map(|customer| customer.money).sum::<fondaco::rust_decimal::Decimal>();
    let sums = json!({
        "R": customers.iter().map(|customer| customer.recency_days).sum::<i64>(),
        "F": customers.iter().map(|customer| i64::from(customer.frequency)).sum::<i64>(),
        "M": money.to_string().parse::<f64>().unwrap_or(f64::NAN),
    });
    vec![
        ("n", json!(customers.len())),
        ("sums", sums),
        ("counts_quantile_cut", columns(cuts)),
        ("counts_ntile", columns(tiles)),
        ("cells_555", cell(5)),
        ("cells_111", cell(1)),
    ]
}
