//! What a sampling plan lets pass: probability of acceptance, outgoing quality, risks; and plans made for two points.
//!
//! E. G. Schilling and D. V. Neubauer, *Acceptance Sampling in Quality Control* (3rd ed.); H. F. Dodge and H. G. Romig, *Sampling
//! Inspection Tables* (1959). Qualities are shares of nonconforming items, from 0 to 1.

use fondaco_core::report::{Chart, Column, Grid, Kind, Phrase, Report, Row, word};
use statrs::distribution::{Binomial, DiscreteCDF, Hypergeometric, Poisson};

use crate::KernelError;
use crate::error::{not_negative, share};
use crate::exact::shown;

/// Where the nonconforming items of a sample come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Model {
    /// From a process that makes this share: a type B curve.
    Binomial,
    /// From a process that makes so many nonconformities per item; close to the binomial where the share is small.
    Poisson,
    /// From one lot without replacement: a type A curve. The share of the lot is taken as the nearest whole number of items.
    Hypergeometric {
        /// How many items the lot has.
        lot_size: u64,
    },
}

/// A single plan: so many are inspected, and the lot is accepted with so many nonconforming or fewer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct SinglePlan {
    /// How many are inspected.
    pub sample_size: u64,
    /// The acceptance number.
    pub accept: u64,
}

/// A point of an operating characteristic.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct OcPoint {
    /// The share of nonconforming items in what is offered.
    pub nonconforming: f64,
    /// How likely it is to be accepted.
    pub acceptance: f64,
}

/// The worst that leaves inspection on average, where lots that are not accepted are sorted.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Outgoing {
    /// The share of nonconforming items offered at which it is worst.
    pub nonconforming: f64,
    /// The average outgoing quality there: its limit (AOQL).
    pub limit: f64,
}

/// The two ways to be wrong.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Risks {
    /// How likely a lot is refused that is as good as agreed: the producer's risk, alpha.
    pub producer: f64,
    /// How likely a lot is accepted that is as bad as can't be borne: the consumer's risk, beta.
    pub consumer: f64,
}

impl SinglePlan {
    /// So many are inspected; accepted with so many nonconforming or fewer.
    #[must_use]
    pub fn new(sample_size: u64, accept: u64) -> SinglePlan {
        SinglePlan { sample_size, accept }
    }

    /// How likely a lot with this share of nonconforming items is accepted. By [`Model::Poisson`] the share may be above 1: it is then
    /// nonconformities per item.
    ///
    /// # Errors
    /// When the sample is empty or larger than the lot, or the share is not from 0 to 1.
    ///
    /// ```
    /// use fondaco_inventory::quality::{Model, SinglePlan};
    /// let plan = SinglePlan::new(80, 2);
    /// assert!((plan.acceptance(0.01, Model::Binomial)? - 0.953_446_8).abs() < 1e-7);
    /// assert!((plan.acceptance(0.01, Model::Poisson)? - 0.952_577_4).abs() < 1e-7);
    /// // In a lot of 100 one nonconforming item can never be three.
    /// assert_eq!(plan.acceptance(0.01, Model::Hypergeometric { lot_size: 100 })?, 1.0);
    /// # Ok::<(), fondaco_inventory::KernelError>(())
    /// ```
    pub fn acceptance(&self, nonconforming: f64, model: Model) -> Result<f64, KernelError> {
        let size = self.sample_size;
        if size == 0 {
            return Err(KernelError::NotPositive { field: "sample_size", value: 0.0 });
        }
        let offered = not_negative("nonconforming", nonconforming)?;
        if offered > 1.0 && model != Model::Poisson {
            let (other, way_out) = ("a share is at most 1", "give percent over 100");
            return Err(contradiction("nonconforming", offered, other, way_out));
        }
        let probability = match model {
            _ if offered <= 0.0 => Some(1.0),
            Model::Binomial => Binomial::new(offered, size).ok().map(|of| of.cdf(self.accept)),
            Model::Poisson => {
                Poisson::new(size as f64 * offered).ok().map(|of| of.cdf(self.accept))
            }
            Model::Hypergeometric { lot_size } => {
                if size > lot_size {
                    let (other, way_out) = ("lot_size is below it", "inspect the whole lot");
                    return Err(contradiction("sample_size", size as f64, other, way_out));
                }
                let bad = (offered * lot_size as f64).round() as u64;
                Hypergeometric::new(lot_size, bad.min(lot_size), size)
                    .ok()
                    .map(|of| of.cdf(self.accept))
            }
        };
        let (what, why) = ("the probability of acceptance", "the sample or the share is too large");
        let probability = probability.filter(|value| value.is_finite());
        Ok(probability.ok_or(KernelError::NoAnswer { what, why })?.clamp(0.0, 1.0))
    }

    /// The operating characteristic at these shares.
    ///
    /// # Errors
    /// As [`SinglePlan::acceptance`], with the row.
    ///
    /// ```
    /// use fondaco_inventory::quality::{Model, SinglePlan};
    /// let curve = SinglePlan::new(80, 2).curve(&[0.0, 0.01, 0.05], Model::Binomial)?;
    /// assert!(curve.is_sorted_by(|a, b| a.acceptance >= b.acceptance));
    /// # Ok::<(), fondaco_inventory::KernelError>(())
    /// ```
    pub fn curve(&self, shares: &[f64], model: Model) -> Result<Vec<OcPoint>, KernelError> {
        crate::policies::table(shares, |nonconforming| {
            let acceptance = self.acceptance(*nonconforming, model)?;
            Ok(OcPoint { nonconforming: *nonconforming, acceptance })
        })
    }

    /// Both risks: of refusing what is as good as the AQL, and of accepting what is as bad as the LTPD (both as shares).
    ///
    /// # Errors
    /// As [`SinglePlan::acceptance`].
    ///
    /// ```
    /// use fondaco_inventory::quality::{Model, SinglePlan};
    /// let risks = SinglePlan::new(80, 2).risks(0.01, 0.065, Model::Binomial)?;
    /// assert!((risks.producer - 0.0466).abs() < 1e-4 && (risks.consumer - 0.1).abs() < 0.02);
    /// # Ok::<(), fondaco_inventory::KernelError>(())
    /// ```
    pub fn risks(&self, aql: f64, ltpd: f64, model: Model) -> Result<Risks, KernelError> {
        let producer = 1.0 - self.acceptance(aql, model)?;
        Ok(Risks { producer, consumer: self.acceptance(ltpd, model)? })
    }

    /// The share of nonconforming items that is accepted with this probability, by the binomial: at 0.95 what a producer can offer,
    /// at 0.5 the point of indifference, at 0.1 what a consumer is safe from.
    ///
    /// # Errors
    /// When the probability is not above 0 and below 1, the sample is empty, or every lot is accepted.
    ///
    /// ```
    /// use fondaco_inventory::quality::SinglePlan;
    /// assert!((SinglePlan::new(80, 2).quality_at(0.5)? - 0.0332).abs() < 1e-4);
    /// # Ok::<(), fondaco_inventory::KernelError>(())
    /// ```
    pub fn quality_at(&self, probability: f64) -> Result<f64, KernelError> {
        let probability = share("probability", probability)?;
        if self.sample_size > 0 && self.accept >= self.sample_size {
            let (other, way_out) = ("no sample has more", "give fewer than the sample");
            return Err(contradiction("accept", self.accept as f64, other, way_out));
        }
        let (mut good, mut bad) = (0.0, 1.0);
        for _ in 0..100 {
            let middle = (good + bad) / 2.0;
            if self.acceptance(middle, Model::Binomial)? > probability {
                good = middle;
            } else {
                bad = middle;
            }
        }
        Ok((good + bad) / 2.0)
    }

    /// The average outgoing quality of lots of this size with this share, by the binomial, where what is not accepted is sorted and all
    /// nonconforming items found are replaced: `P(p) * p * (N - n) / N`.
    ///
    /// # Errors
    /// As [`SinglePlan::acceptance`].
    ///
    /// ```
    /// use fondaco_inventory::quality::SinglePlan;
    /// assert!((SinglePlan::new(80, 2).outgoing(0.01, 1_000)? - 0.008_772).abs() < 1e-6);
    /// # Ok::<(), fondaco_inventory::KernelError>(())
    /// ```
    pub fn outgoing(&self, nonconforming: f64, lot_size: u64) -> Result<f64, KernelError> {
        let uninspected = self.uninspected(lot_size)?;
        Ok(self.acceptance(nonconforming, Model::Binomial)? * nonconforming * uninspected)
    }

    /// The worst average outgoing quality, and where it lies: no quality offered leaves more nonconforming items.
    ///
    /// # Errors
    /// As [`SinglePlan::acceptance`].
    ///
    /// ```
    /// use fondaco_inventory::quality::SinglePlan;
    /// let worst = SinglePlan::new(80, 2).outgoing_limit(100_000)?;
    /// assert!((worst.limit - 0.0171).abs() < 1e-4); // Dodge and Romig: 1.371 / n
    /// # Ok::<(), fondaco_inventory::KernelError>(())
    /// ```
    pub fn outgoing_limit(&self, lot_size: u64) -> Result<Outgoing, KernelError> {
        self.uninspected(lot_size)?;
        // One hill: golden sections close in on its top.
        let golden = (5.0_f64.sqrt() - 1.0) / 2.0;
        let of = |share: f64| self.outgoing(share, lot_size);
        let (mut low, mut high) = (0.0, 1.0);
        let (mut left, mut right) = (1.0 - golden, golden);
        let (mut at_left, mut at_right) = (of(left)?, of(right)?);
        for _ in 0..100 {
            // On the flat far from the hill both are nothing: it lies to the left.
            if at_left >= at_right {
                (high, right, at_right) = (right, left, at_left);
                left = high - golden * (high - low);
                at_left = of(left)?;
            } else {
                (low, left, at_left) = (left, right, at_right);
                right = low + golden * (high - low);
                at_right = of(right)?;
            }
        }
        let nonconforming = (low + high) / 2.0;
        Ok(Outgoing { nonconforming, limit: of(nonconforming)? })
    }

    /// How many items of a lot are inspected on average, where what is not accepted is sorted (ATI).
    ///
    /// # Errors
    /// As [`SinglePlan::acceptance`].
    ///
    /// ```
    /// use fondaco_inventory::quality::SinglePlan;
    /// assert_eq!(SinglePlan::new(80, 2).inspected(0.0, 1_000)?, 80.0);
    /// assert_eq!(SinglePlan::new(80, 2).inspected(1.0, 1_000)?, 1_000.0);
    /// # Ok::<(), fondaco_inventory::KernelError>(())
    /// ```
    pub fn inspected(&self, nonconforming: f64, lot_size: u64) -> Result<f64, KernelError> {
        let rest = self.uninspected(lot_size)? * lot_size as f64;
        let accepted = self.acceptance(nonconforming, Model::Binomial)?;
        Ok(self.sample_size as f64 + (1.0 - accepted) * rest)
    }

    /// The share of a lot that the sample leaves.
    fn uninspected(&self, lot_size: u64) -> Result<f64, KernelError> {
        if lot_size == 0 {
            return Err(KernelError::NotPositive { field: "lot_size", value: 0.0 });
        }
        if self.sample_size > lot_size {
            let (other, way_out) = ("lot_size is below it", "inspect the whole lot");
            return Err(contradiction("sample_size", self.sample_size as f64, other, way_out));
        }
        Ok((lot_size - self.sample_size) as f64 / lot_size as f64)
    }

    /// The operating characteristic as text, HTML and tables show it, with its curve: at 25 shares up to that which is accepted
    /// once in a hundred times.
    ///
    /// # Errors
    /// As [`SinglePlan::quality_at`].
    ///
    /// ```
    /// use fondaco_inventory::quality::SinglePlan;
    /// let report = SinglePlan::new(80, 2).to_report()?;
    /// assert_eq!((report.rows.len(), report.charts.len()), (26, 1));
    /// assert_eq!(report.title.to_string(), "Operating characteristic: n = 80, c = 2");
    /// # Ok::<(), fondaco_inventory::KernelError>(())
    /// ```
    pub fn to_report(&self) -> Result<Report, KernelError> {
        let last = self.quality_at(0.01)?;
        let shares: Vec<f64> = (0..=25).map(|step| last * f64::from(step) / 25.0).collect();
        let curve = self.curve(&shares, Model::Binomial)?;
        let numbers = format!("n = {}, c = {}", self.sample_size, self.accept);
        let title = Phrase::from(word("Operating characteristic:")).and(numbers);
        let percent = |digits| Kind::Percent { digits };
        let columns = [
            Column::new(word("Nonconforming"), percent(2)),
            Column::new(word("Accepted"), percent(1)),
        ];
        let names = curve.iter().map(|point| {
            let name = shown(point.nonconforming, 4)
                .map_or(fondaco_core::report::Cell::Empty, fondaco_core::report::Cell::Percent);
            Phrase::from(name)
        });
        let grid = Grid::new(names).series_with_gaps(
            word("Accepted"),
            curve.iter().map(|point| shown(point.acceptance, 6)),
        );
        let chart = Chart::line(title.clone(), percent(1), grid);
        let mut report = Report::new(title).columns(columns).chart(chart);
        for point in &curve {
            let figures = [shown(point.nonconforming, 6), shown(point.acceptance, 6)];
            report.push(Row::new(figures.map(Into::into)));
        }
        Ok(report)
    }
}

/// The smallest plan that accepts lots as good as the AQL with at least `1 - producer_risk`, and lots as bad as the LTPD with at most
/// `consumer_risk`, by the binomial (as J. M. Cameron, 1952, but exact).
///
/// # Errors
/// When a share or a risk is not above 0 and below 1, the LTPD is not above the AQL, the risks leave nothing to tell apart, or it takes
/// an acceptance number above 2,000.
///
/// ```
/// use fondaco_inventory::quality::design;
/// let plan = design(0.02, 0.05, 0.08, 0.10)?;
/// assert_eq!((plan.sample_size, plan.accept), (98, 4));
/// # Ok::<(), fondaco_inventory::KernelError>(())
/// ```
pub fn design(
    aql: f64,
    producer_risk: f64,
    ltpd: f64,
    consumer_risk: f64,
) -> Result<SinglePlan, KernelError> {
    let (aql, ltpd) = (share("aql", aql)?, share("ltpd", ltpd)?);
    let (alpha, beta) =
        (share("producer_risk", producer_risk)?, share("consumer_risk", consumer_risk)?);
    if ltpd <= aql {
        let (other, way_out) = ("aql is not below it", "give a worse quality as ltpd");
        return Err(contradiction("ltpd", ltpd, other, way_out));
    }
    if alpha + beta >= 1.0 {
        let (other, way_out) = ("with consumer_risk it makes 1 or more", "give smaller risks");
        return Err(contradiction("producer_risk", alpha, other, way_out));
    }
    let passes =
        |size, accept, quality| SinglePlan::new(size, accept).acceptance(quality, Model::Binomial);
    // The least sample that is strict enough grows with the acceptance number, so the first plan that fits is the smallest.
    let mut size = 1;
    for accept in 0..=MOST_ACCEPTED {
        size = least(size.max(accept + 1), |size| Ok(passes(size, accept, ltpd)? <= beta))?;
        if passes(size, accept, aql)? >= 1.0 - alpha {
            return Ok(SinglePlan::new(size, accept));
        }
    }
    let why = "the two qualities lie too close together: widen them or the risks";
    Err(KernelError::NoAnswer { what: "the plan", why })
}

const MOST_ACCEPTED: u64 = 2_000;
/// Samples beyond this are not looked at.
const MOST_INSPECTED: u64 = 1 << 40;

/// The least number from here on for which it holds, where it holds for all above: steps that double, then halve.
fn least(from: u64, holds: impl Fn(u64) -> Result<bool, KernelError>) -> Result<u64, KernelError> {
    if holds(from)? {
        return Ok(from);
    }
    let (mut fails, mut step) = (from, 1);
    while !holds(fails + step)? {
        (fails, step) = (fails + step, step * 2);
        if fails > MOST_INSPECTED {
            let why = "the sample would be too large: give a larger ltpd";
            return Err(KernelError::NoAnswer { what: "the plan", why });
        }
    }
    let mut good = fails + step;
    while good - fails > 1 {
        let middle = fails + (good - fails) / 2;
        if holds(middle)? {
            good = middle;
        } else {
            fails = middle;
        }
    }
    Ok(good)
}

fn contradiction(
    field: &'static str,
    value: f64,
    other: &'static str,
    way_out: &'static str,
) -> KernelError {
    KernelError::Contradiction { field, value, other, way_out }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_makes_no_sense_is_refused_by_name() {
        let plan = SinglePlan::new(10, 1);
        let of = |share, model| plan.acceptance(share, model).unwrap_err().to_string();
        assert!(of(1.5, Model::Binomial).starts_with("nonconforming is 1.5, but a share is"));
        assert!(of(-0.1, Model::Poisson).starts_with("nonconforming is -0.1"));
        assert!(of(f64::NAN, Model::Poisson).starts_with("nonconforming is NaN"));
        let lot = Model::Hypergeometric { lot_size: 9 };
        assert!(of(0.1, lot).starts_with("sample_size is 10, but lot_size is below it"));
        assert!(SinglePlan::new(0, 0).acceptance(0.1, Model::Binomial).is_err());
        assert!(plan.outgoing(0.1, 0).is_err() && plan.inspected(0.1, 9).is_err());
        assert!(design(0.05, 0.05, 0.05, 0.1).is_err() && design(0.01, 0.6, 0.05, 0.5).is_err());
        assert!(design(0.0, 0.05, 0.05, 0.1).is_err());
        assert!(SinglePlan::new(3, 3).quality_at(0.5).is_err());
    }

    #[test]
    fn qualities_that_can_hardly_be_told_apart_end_without_a_plan() {
        assert_eq!(design(0.1, 0.01, 0.1001, 0.01).unwrap_err().code(), "inventory.no_answer");
    }

    #[test]
    fn a_sorted_lot_has_no_uninspected_rest() {
        let worst = SinglePlan::new(50, 1).outgoing_limit(50).unwrap();
        assert!(worst.limit.abs() < 1e-15);
    }

    #[test]
    fn the_limit_is_the_top_of_a_fine_search() {
        for (size, accept) in [(5, 0), (80, 2), (500, 21), (2000, 3)] {
            let plan = SinglePlan::new(size, accept);
            let limit = plan.outgoing_limit(10_000).unwrap().limit;
            let searched =
                (0..20_000).map(|step| plan.outgoing(f64::from(step) / 20_000.0, 10_000).unwrap());
            let highest = searched.fold(0.0, f64::max);
            assert!(limit >= highest - 1e-12 && limit < highest * 1.001, "{plan:?}");
        }
    }

    /// By hand: of 10 items 3 are bad, 4 are drawn, at most 1 bad: (C(7,4) + 3 C(7,3)) / C(10,4) = 140 / 210.
    #[test]
    fn a_lot_that_can_be_counted() {
        let lot = Model::Hypergeometric { lot_size: 10 };
        let passes = SinglePlan::new(4, 1).acceptance(0.3, lot).unwrap();
        assert!((passes - 140.0 / 210.0).abs() < 1e-12);
    }

    proptest! {
        #[test]
        fn worse_lots_pass_less_often(
            size in 1u64..400, accept in 0u64..20, mut shares in prop::array::uniform6(0.0f64..1.0), more in 0u64..600
        ) {
            shares.sort_by(f64::total_cmp);
            let models =
                [Model::Binomial, Model::Poisson, Model::Hypergeometric { lot_size: size + more }];
            for model in models {
                let curve = SinglePlan::new(size, accept).curve(&shares, model).unwrap();
                prop_assert!(curve.is_sorted_by(|a, b| a.acceptance >= b.acceptance - 1e-10), "{curve:?}");
            }
        }

        #[test]
        fn a_designed_plan_keeps_both_risks_and_no_smaller_one_does(
            aql in 0.005f64..0.1, ratio in 2.0f64..8.0, alpha in 0.01f64..0.2, beta in 0.01f64..0.2
        ) {
            let ltpd = (aql * ratio).min(0.9);
            let plan = design(aql, alpha, ltpd, beta).unwrap();
            let risks = plan.risks(aql, ltpd, Model::Binomial).unwrap();
            prop_assert!(risks.producer <= alpha + 1e-12 && risks.consumer <= beta);
            let smaller = plan.sample_size - 1;
            for accept in 0..plan.accept + 2 {
                if smaller > accept {
                    let risks = SinglePlan::new(smaller, accept).risks(aql, ltpd, Model::Binomial).unwrap();
                    prop_assert!(risks.producer > alpha - 1e-12 || risks.consumer > beta);
                }
            }
        }
    }
}
