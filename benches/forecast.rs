//! Forecasts of many series: `cargo bench --bench forecast -- [SERIES]`, by default 100,000 series of 104 weeks by SBA and SES, and a hundredth
//! of them by ETS with automatic choice, on one core and on all. The same series are what `benches/peers/forecast.py` takes, so that both
//! can be run one after the other.
#![allow(clippy::disallowed_methods, clippy::unwrap_used, clippy::expect_used, missing_docs)]

use std::num::NonZeroUsize;
use std::time::Instant;

use fondaco::inventory::forecast::{Method, Series, forecast_each};

const WEEKS: u64 = 104;
const HORIZON: usize = 12;

fn main() {
    let mut args = std::env::args().skip(1).filter(|arg| arg != "--bench");
    let count: u64 = args.next().map_or(100_000, |text| text.parse().expect("a number of series"));
    let all = |of: fn(u64, u64) -> f64, count: u64| -> Vec<Vec<f64>> {
        (0..count).map(|n| (0..WEEKS).map(|week| of(n, week)).collect()).collect()
    };
    let (steady, lumpy) = (all(steady, count), all(lumpy, count));
    let few = &steady[..(count as usize / 100).max(1)];
    time("SBA, alpha 0.1", &lumpy, 1, Method::Sba { alpha: Some(0.1) });
    time("SES, alpha 0.2", &steady, 1, Method::Ses { alpha: Some(0.2) });
    time("SES, the best alpha", &steady, 1, Method::Ses { alpha: None });
    time("ETS, the best form, without a season", few, 1, Method::AutoEts);
    time("ETS, the best form, season of 4", few, 4, Method::AutoEts);
}

fn time(what: &str, values: &[Vec<f64>], period: usize, method: Method) {
    let series: Vec<Series<'_>> = values
        .iter()
        .map(|values| Series::new(values).unwrap().seasonal(period).unwrap())
        .collect();
    for threads in [NonZeroUsize::MIN, std::thread::available_parallelism().expect("cores")] {
        let start = Instant::now();
        let forecasts = forecast_each(&series, &method, HORIZON, threads);
        let took = start.elapsed().as_secs_f64();
        let sum: f64 = forecasts.iter().map(|next| next.as_ref().unwrap().points[0]).sum();
        let (count, each) = (series.len(), took * 1e6 / series.len() as f64);
        println!(
            "{what}, {threads} threads: {count} series in {took:.3} s, {each:.2} us each; mean {:.4}",
            sum / count as f64
        );
    }
}

// The same figures as in the peer's script.

/// Something between 0 and 1 that follows no pattern.
fn noise(n: u64, week: u64) -> f64 {
    let mixed = (n * 7919 + week * 104_729) % 1_000_003;
    (mixed * mixed % 1_000_003) as f64 / 1_000_003.0
}

/// A level, a slow trend, a month's season and noise.
fn steady(n: u64, week: u64) -> f64 {
    let level = 50.0 + (n % 97) as f64;
    let season = [1.0, 1.2, 0.9, 0.8][(week % 4) as usize];
    (level + week as f64 * (n % 11) as f64 / 50.0) * season * (0.8 + 0.4 * noise(n, week))
}

/// Nothing in most weeks.
fn lumpy(n: u64, week: u64) -> f64 {
    if noise(n, week) < 0.7 { 0.0 } else { (1.0 + 9.0 * noise(n + 1, week)).floor() }
}
