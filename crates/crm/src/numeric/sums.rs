//! Sums over many numbers, several side by side, so that one need not wait for the other and the compiler makes vectors of them. The order of adding
//! is fixed: the same figures come out wherever they are computed.

/// How many sums are kept side by side.
const LANES: usize = 8;

/// The sum of numbers.
pub(crate) fn sum(values: &[f64]) -> f64 {
    let (blocks, rest) = values.as_chunks::<LANES>();
    let mut sums = [0.0; LANES];
    for block in blocks {
        sums.iter_mut().zip(block).for_each(|(sum, value)| *sum += value);
    }
    sums.iter().sum::<f64>() + rest.iter().sum::<f64>()
}

/// The sum of the squares of how far numbers are from one.
pub(crate) fn squares_about(values: &[f64], centre: f64) -> f64 {
    let (blocks, rest) = values.as_chunks::<LANES>();
    let mut sums = [0.0; LANES];
    let square = |value: &f64| (value - centre) * (value - centre);
    for block in blocks {
        sums.iter_mut().zip(block).for_each(|(sum, value)| *sum += square(value));
    }
    sums.iter().sum::<f64>() + rest.iter().map(square).sum::<f64>()
}

/// The sum of the products of pairs.
pub(crate) fn dot(a: &[f64], b: &[f64]) -> f64 {
    let length = a.len().min(b.len());
    let (blocks_a, rest_a) = a[..length].as_chunks::<LANES>();
    let (blocks_b, rest_b) = b[..length].as_chunks::<LANES>();
    let mut sums = [0.0; LANES];
    for (a, b) in blocks_a.iter().zip(blocks_b) {
        sums.iter_mut().zip(a.iter().zip(b)).for_each(|(sum, (a, b))| *sum += a * b);
    }
    sums.iter().sum::<f64>() + rest_a.iter().zip(rest_b).map(|(a, b)| a * b).sum::<f64>()
}

/// Adds so many times numbers to others.
pub(crate) fn add(to: &mut [f64], times: f64, what: &[f64]) {
    to.iter_mut().zip(what).for_each(|(to, what)| *to += times * what);
}

/// The largest number without its sign.
pub(crate) fn largest(values: &[f64]) -> f64 {
    values.iter().fold(0.0, |most: f64, value| most.max(value.abs()))
}
