//! Sums over many numbers, several side by side, so that one need not wait for the other and the compiler makes vectors of them. The order of adding
//! is fixed: the same figures come out wherever they are computed.

/// How many sums are kept side by side.
const LANES: usize = 8;

/// The sum of what is made of each number, or pair of numbers.
#[inline]
fn lanes<const N: usize>(lists: [&[f64]; N], of: impl Fn([f64; N]) -> f64) -> f64 {
    let length = lists.iter().map(|list| list.len()).min().unwrap_or(0);
    let whole = length - length % LANES;
    let mut sums = [0.0; LANES];
    let mut at = 0;
    while at < whole {
        let parts: [&[f64]; N] = std::array::from_fn(|n| &lists[n][at..at + LANES]);
        for (lane, sum) in sums.iter_mut().enumerate() {
            *sum += of(std::array::from_fn(|n| parts[n][lane]));
        }
        at += LANES;
    }
    let rest: f64 = (whole..length).map(|n| of(std::array::from_fn(|list| lists[list][n]))).sum();
    sums.iter().sum::<f64>() + rest
}

/// The sum of numbers.
pub(crate) fn sum(values: &[f64]) -> f64 {
    lanes([values], |[value]| value)
}

/// The sum of the squares of how far numbers are from one.
pub(crate) fn squares_about(values: &[f64], centre: f64) -> f64 {
    lanes([values], |[value]| (value - centre) * (value - centre))
}

/// The sum of the products of pairs.
pub(crate) fn dot(a: &[f64], b: &[f64]) -> f64 {
    lanes([a, b], |[a, b]| a * b)
}

/// Adds so many times numbers to others.
pub(crate) fn add(to: &mut [f64], times: f64, what: &[f64]) {
    to.iter_mut().zip(what).for_each(|(to, what)| *to += times * what);
}

/// The largest number without its sign.
pub(crate) fn largest(values: &[f64]) -> f64 {
    values.iter().fold(0.0, |most: f64, value| most.max(value.abs()))
}
