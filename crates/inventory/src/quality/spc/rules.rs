//! Which points are unlikely to be chance: the rules of Western Electric and of Nelson, and any of their kind.
//!
//! Western Electric Company, *Statistical Quality Control Handbook* (1956); L. S. Nelson, "The Shewhart Control Chart: Tests for
//! Special Causes", Journal of Quality Technology 16 (1984). Each is a number of points of which enough lie where few should.

use std::fmt;

use super::Point;

/// A pattern that chance seldom makes.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum Rule {
    /// A point lies beyond so many standard deviations.
    Beyond {
        /// How many.
        sigmas: f64,
    },
    /// Of so many points in a row, so many lie beyond some standard deviations, on one side.
    Zone {
        /// How many have to lie there.
        points: usize,
        /// Of how many in a row.
        of: usize,
        /// Beyond how many standard deviations.
        sigmas: f64,
    },
    /// So many points in a row lie on one side of the centre.
    OneSide {
        /// How many.
        points: usize,
    },
    /// So many points in a row rise, or fall.
    Trend {
        /// How many.
        points: usize,
    },
    /// So many points in a row go up and down in turn.
    Alternating {
        /// How many.
        points: usize,
    },
    /// So many points in a row lie within a standard deviation of the centre: too good.
    Hugging {
        /// How many.
        points: usize,
    },
    /// So many points in a row lie beyond a standard deviation, on either side: two processes in one.
    Avoiding {
        /// How many.
        points: usize,
    },
}

/// A point that breaks a rule.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Signal {
    /// The point, counted from 0: the last of the pattern.
    pub point: usize,
    /// The first point of the pattern.
    pub from: usize,
    /// Which rule.
    pub rule: Rule,
}

impl Rule {
    /// The four zone rules of Western Electric: a point beyond 3 sigma; 2 of 3 beyond 2; 4 of 5 beyond 1; 8 in a row on one side.
    #[must_use]
    pub fn western_electric() -> [Rule; 4] {
        [
            Rule::Beyond { sigmas: 3.0 },
            Rule::Zone { points: 2, of: 3, sigmas: 2.0 },
            Rule::Zone { points: 4, of: 5, sigmas: 1.0 },
            Rule::OneSide { points: 8 },
        ]
    }

    /// Nelson's eight tests, in his order: 1 beyond 3 sigma, 9 on one side, 6 rising or falling, 14 alternating, 2 of 3 beyond 2, 4 of
    /// 5 beyond 1, 15 within 1, 8 beyond 1 on either side.
    #[must_use]
    pub fn nelson() -> [Rule; 8] {
        [
            Rule::Beyond { sigmas: 3.0 },
            Rule::OneSide { points: 9 },
            Rule::Trend { points: 6 },
            Rule::Alternating { points: 14 },
            Rule::Zone { points: 2, of: 3, sigmas: 2.0 },
            Rule::Zone { points: 4, of: 5, sigmas: 1.0 },
            Rule::Hugging { points: 15 },
            Rule::Avoiding { points: 8 },
        ]
    }

    /// How many points it looks at.
    fn window(self) -> usize {
        match self {
            Rule::Beyond { .. } => 1,
            Rule::Zone { of, .. } => of.max(1),
            Rule::OneSide { points }
            | Rule::Trend { points }
            | Rule::Alternating { points }
            | Rule::Hugging { points }
            | Rule::Avoiding { points } => points.max(1),
        }
    }

    /// Whether the last of these points completes the pattern. `z` are their distances from the centre in standard deviations.
    fn is_broken(self, points: &[Point], z: &[f64]) -> bool {
        let Some(last) = z.last().copied() else { return false };
        let all = |there: fn(f64) -> bool| z.len() >= self.window() && z.iter().all(|z| there(*z));
        match self {
            Rule::Beyond { sigmas } => last.abs() > sigmas,
            Rule::Zone { points: enough, sigmas, .. } => {
                let side = last.signum();
                last.abs() > sigmas && z.iter().filter(|z| **z * side > sigmas).count() >= enough
            }
            Rule::OneSide { .. } => all(|z| z > 0.0) || all(|z| z < 0.0),
            Rule::Hugging { .. } => all(|z| z.abs() < 1.0),
            Rule::Avoiding { .. } => all(|z| z.abs() > 1.0),
            Rule::Trend { points: length } => {
                let steps = || points.windows(2).map(|pair| pair[1].value - pair[0].value);
                points.len() >= length.max(2)
                    && (steps().all(|by| by > 0.0) || steps().all(|by| by < 0.0))
            }
            Rule::Alternating { points: length } => {
                let steps = points.windows(2).map(|pair| pair[1].value - pair[0].value);
                let steps: Vec<f64> = steps.collect();
                points.len() >= length.max(3)
                    && steps.windows(2).all(|pair| pair[0] * pair[1] < 0.0)
            }
        }
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Rule::Beyond { sigmas } => write!(f, "beyond {sigmas} sigma"),
            Rule::Zone { points, of, sigmas } => {
                write!(f, "{points} of {of} beyond {sigmas} sigma on one side")
            }
            Rule::OneSide { points } => write!(f, "{points} in a row on one side"),
            Rule::Trend { points } => write!(f, "{points} in a row rising or falling"),
            Rule::Alternating { points } => write!(f, "{points} in a row up and down in turn"),
            Rule::Hugging { points } => write!(f, "{points} in a row within 1 sigma"),
            Rule::Avoiding { points } => write!(f, "{points} in a row beyond 1 sigma"),
        }
    }
}

/// Which points break which rules, in order of the points.
pub(super) fn signals(points: &[Point], rules: &[Rule]) -> Vec<Signal> {
    let z: Vec<f64> = points.iter().map(distance).collect();
    let mut signals = Vec::new();
    for last in 0..points.len() {
        for rule in rules {
            // Early zones may be complete before their window is.
            let from = (last + 1).saturating_sub(rule.window());
            if rule.is_broken(&points[from..=last], &z[from..=last]) {
                signals.push(Signal { point: last, from, rule: *rule });
            }
        }
    }
    signals
}

/// How far a point lies from its centre, in standard deviations; where nothing varies, any distance is without end.
fn distance(point: &Point) -> f64 {
    let by = point.value - point.centre;
    if point.sigma > 0.0 {
        return by / point.sigma;
    }
    match by {
        by if by > 0.0 => f64::INFINITY,
        by if by < 0.0 => f64::NEG_INFINITY,
        _ => 0.0,
    }
}

#[cfg(test)]
mod tests {
    use super::super::ControlChart;
    use super::*;

    /// Which points of a chart around 0 with a standard deviation of 1 break a rule.
    fn broken(rule: Rule, values: &[f64]) -> Vec<usize> {
        let sigmas = vec![1.0; values.len()];
        let chart = ControlChart::around("x", values, 0.0, &sigmas, f64::NEG_INFINITY).unwrap();
        chart.signals(&[rule]).iter().map(|signal| signal.point).collect()
    }

    #[test]
    fn each_rule_names_the_point_that_completes_it() {
        assert_eq!(broken(Rule::Beyond { sigmas: 3.0 }, &[3.0, 3.1, -3.1]), [1, 2]);
        let two_of_three = Rule::Zone { points: 2, of: 3, sigmas: 2.0 };
        assert_eq!(broken(two_of_three, &[2.5, 0.0, 2.5, 0.0, 0.0, 2.5]), [2]);
        assert_eq!(broken(two_of_three, &[2.5, -2.5, 0.0, -2.5]), [3], "sides count apart");
        assert_eq!(broken(two_of_three, &[2.5, 2.5, 0.0]), [1], "not the point that is back");
        let four_of_five = Rule::Zone { points: 4, of: 5, sigmas: 1.0 };
        assert_eq!(broken(four_of_five, &[1.5, 1.5, 0.0, 1.5, 1.5, 1.5]), [4, 5]);
        assert_eq!(broken(Rule::OneSide { points: 3 }, &[1.0, 1.0, 1.0, 1.0, -1.0]), [2, 3]);
        assert_eq!(broken(Rule::OneSide { points: 3 }, &[1.0, 1.0, 0.0, 1.0, 1.0]), [0; 0]);
        assert_eq!(broken(Rule::Trend { points: 4 }, &[0.0, 1.0, 2.0, 3.0, 3.0, 4.0]), [3]);
        assert_eq!(broken(Rule::Alternating { points: 4 }, &[0.0, 1.0, 0.5, 0.9, 0.9]), [3]);
        assert_eq!(broken(Rule::Hugging { points: 3 }, &[0.5, -0.5, 0.9, 1.0]), [2]);
        assert_eq!(broken(Rule::Avoiding { points: 3 }, &[1.5, -1.5, 1.1, 1.0]), [2]);
    }

    #[test]
    fn a_signal_says_where_its_pattern_begins() {
        let chart = ControlChart::around("x", &[1.0; 9], 0.0, &[1.0; 9], 0.0).unwrap();
        let signals = chart.signals(&Rule::western_electric());
        assert_eq!((signals[0].from, signals[0].point), (0, 7));
        assert_eq!((signals[1].from, signals[1].point), (1, 8));
    }

    #[test]
    fn where_nothing_varies_nothing_is_broken() {
        let chart = ControlChart::around("x", &[2.0; 8], 2.0, &[0.0; 8], 0.0).unwrap();
        let far: Vec<_> =
            chart.signals(&[Rule::Beyond { sigmas: 3.0 }, Rule::OneSide { points: 8 }]);
        assert!(far.is_empty());
    }
}
