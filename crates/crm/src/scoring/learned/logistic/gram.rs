//! Sums over all rows, which most of the time of a fit goes into.

/// Adds `weight * x x'` of every row to the part of a matrix on and below its diagonal.
///
/// Four rows at a time, so that each cell of the matrix is loaded and stored once for four products, and places side by side, so that the
/// compiler makes vectors of them.
pub(super) fn add_gram(to: &mut [f64], cells: &[f64], weights: &[f64], width: usize) {
    let four = cells.chunks_exact(4 * width);
    let rest = four.remainder();
    let by_four = weights.chunks_exact(4);
    let last = by_four.remainder();
    for (rows, weights) in four.zip(by_four) {
        let (one, rows) = rows.split_at(width);
        let (two, rows) = rows.split_at(width);
        let (three, four) = rows.split_at(width);
        for row in 0..width {
            let times = [
                weights[0] * one[row],
                weights[1] * two[row],
                weights[2] * three[row],
                weights[3] * four[row],
            ];
            // Levels of texts are zero for most rows.
            if times.iter().all(|times| *times == 0.0) {
                continue;
            }
            let to = &mut to[row * width..row * width + row + 1];
            let others = one.iter().zip(two).zip(three).zip(four);
            for (to, (((one, two), three), four)) in to.iter_mut().zip(others) {
                *to += times[0] * one + times[1] * two + times[2] * three + times[3] * four;
            }
        }
    }
    for (cells, weight) in rest.chunks_exact(width).zip(last) {
        for row in 0..width {
            let times = weight * cells[row];
            let to = &mut to[row * width..row * width + row + 1];
            to.iter_mut().zip(cells).for_each(|(to, cell)| *to += times * cell);
        }
    }
}

/// The product of a row with the coefficients.
pub(super) fn product(row: &[f64], coefficients: &[f64]) -> f64 {
    // Four sums, so that one need not wait for the other.
    let (by_four, others) = (row.chunks_exact(4), coefficients.chunks_exact(4));
    let rest: f64 = by_four.remainder().iter().zip(others.remainder()).map(|(a, b)| a * b).sum();
    let mut sums = [0.0; 4];
    for (row, coefficients) in by_four.zip(others) {
        for (sum, (a, b)) in sums.iter_mut().zip(row.iter().zip(coefficients)) {
            *sum += a * b;
        }
    }
    (sums[0] + sums[1]) + (sums[2] + sums[3]) + rest
}
