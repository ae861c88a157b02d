//! How deals went from stage to stage.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::KernelError;

/// A deal came to a stage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Visit<K> {
    /// Which deal.
    pub deal: K,
    /// Which stage, counted from 0 in the order of the pipeline.
    pub stage: usize,
    /// When.
    pub on: NaiveDate,
}

/// A stage, with how deals went on from it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// How many deals ever came to it or beyond.
    pub reached: usize,
    /// How many of those came beyond it.
    pub went_on: usize,
    /// How many days those that left it, wherever to, had been in it, on average over visits; nothing where none left.
    pub mean_days: Option<f64>,
}

impl Step {
    /// The part that went on; nothing where none came.
    #[must_use]
    pub fn conversion(&self) -> Option<f64> {
        (self.reached > 0).then(|| self.went_on as f64 / self.reached as f64)
    }
}

/// How deals went through so many stages, by all their visits, in any order. Who skips a stage has passed it.
///
/// # Errors
/// When there is no such stage.
///
/// ```
/// use chrono::NaiveDate;
/// use fondaco_crm::pipeline::{Visit, funnel};
///
/// let visit = |deal, stage, day| Visit { deal, stage, on: NaiveDate::from_ymd_opt(2026, 5, day).unwrap() };
/// let steps = funnel(&[visit("a", 0, 1), visit("a", 1, 4), visit("b", 0, 2)], 2)?;
/// assert_eq!((steps[0].reached, steps[0].conversion(), steps[0].mean_days), (2, Some(0.5), Some(3.0)));
/// # Ok::<(), fondaco_crm::KernelError>(())
/// ```
pub fn funnel<K: Ord + Copy>(visits: &[Visit<K>], stages: usize) -> Result<Vec<Step>, KernelError> {
    let mut deals: BTreeMap<K, Vec<(NaiveDate, usize)>> = BTreeMap::new();
    for (row, visit) in visits.iter().enumerate() {
        if visit.stage >= stages {
            let name = visit.stage.to_string();
            let way_out = "stages are counted from 0 to one below their number";
            return Err(KernelError::Unknown { what: "stage", name, way_out }.at(row));
        }
        deals.entry(visit.deal).or_default().push((visit.on, visit.stage));
    }
    let mut furthest = vec![0_usize; stages];
    let mut stays: Vec<(f64, f64)> = vec![(0.0, 0.0); stages];
    for (_, mut visits) in deals {
        visits.sort_by_key(|(on, _)| *on);
        if let Some(most) = visits.iter().map(|(_, stage)| *stage).max() {
            furthest[most] += 1;
        }
        for pair in visits.windows(2) {
            if let [(from, stage), (to, _)] = pair {
                stays[*stage].0 += (*to - *from).num_days() as f64;
                stays[*stage].1 += 1.0;
            }
        }
    }
    let step = |stage: usize| {
        let beyond = furthest.iter().skip(stage + 1).sum::<usize>();
        let (days, left) = stays[stage];
        let mean_days = (left > 0.0).then(|| days / left);
        Step { reached: beyond + furthest[stage], went_on: beyond, mean_days }
    };
    Ok((0..stages).map(step).collect())
}
