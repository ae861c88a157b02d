//! Sums of products of two rows: what convolutions spend their time in.

const LANES: usize = 8;

/// The sum of the products of two rows, in eight lanes, so that the machine can take several at once; the same on every machine.
pub(super) fn product(left: &[f64], right: &[f64]) -> f64 {
    let mut lanes = [0.0; LANES];
    let (left, right) = (left.chunks_exact(LANES), right.chunks_exact(LANES));
    let rest = left.remainder().iter().zip(right.remainder()).map(|(a, b)| a * b).sum::<f64>();
    for (left, right) in left.zip(right) {
        for (lane, (a, b)) in lanes.iter_mut().zip(left.iter().zip(right)) {
            *lane += a * b;
        }
    }
    lanes.iter().sum::<f64>() + rest
}

/// The same with the second row from its end.
pub(super) fn product_reversed(left: &[f64], right: &[f64]) -> f64 {
    let mut lanes = [0.0; LANES];
    let (left, right) = (left.chunks_exact(LANES), right.rchunks_exact(LANES));
    let rest = left.remainder().iter().zip(right.remainder().iter().rev());
    let rest = rest.map(|(a, b)| a * b).sum::<f64>();
    for (left, right) in left.zip(right) {
        for (lane, (a, b)) in lanes.iter_mut().zip(left.iter().zip(right.iter().rev())) {
            *lane += a * b;
        }
    }
    lanes.iter().sum::<f64>() + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn products_are_summed_to_the_last_cell() {
        for count in 0..40_u32 {
            let row: Vec<_> = (1..=count).map(f64::from).collect();
            let other: Vec<_> = (1..=count).map(|at| f64::from(at * at)).collect();
            let straight: f64 = row.iter().zip(&other).map(|(a, b)| a * b).sum();
            let reversed: f64 = row.iter().zip(other.iter().rev()).map(|(a, b)| a * b).sum();
            assert!((product(&row, &other) - straight).abs() < 1e-6);
            assert!((product_reversed(&row, &other) - reversed).abs() < 1e-6);
        }
    }
}
