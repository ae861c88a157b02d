//! The Cholesky factor of a symmetric, positive definite matrix.

/// A matrix `L` with `L L'` the matrix that it was made of.
pub(crate) struct Cholesky {
    /// Row by row, zero above the diagonal.
    factor: Vec<f64>,
    width: usize,
}

impl Cholesky {
    /// The factor of a matrix given row by row, of which what lies above the diagonal is not read; nothing where it is not positive definite.
    pub(crate) fn of(mut matrix: Vec<f64>, width: usize) -> Option<Self> {
        for row in 0..width {
            let (above, rest) = matrix.split_at_mut(row * width);
            let own = rest.get_mut(..width)?;
            for column in 0..=row {
                let other = match column == row {
                    true => own.to_vec(),
                    false => above.get(column * width..(column + 1) * width)?.to_vec(),
                };
                let taken: f64 = own.iter().zip(&other).take(column).map(|(a, b)| a * b).sum();
                let left = own[column] - taken;
                own[column] = match column == row {
                    true if left > 0.0 && left.is_finite() => left.sqrt(),
                    true => return None,
                    false => left / other[column],
                };
            }
            own.iter_mut().skip(row + 1).for_each(|above| *above = 0.0);
        }
        Some(Self { factor: matrix, width })
    }

    /// The `x` for which the matrix times `x` is this.
    pub(crate) fn solve(&self, right: &[f64]) -> Vec<f64> {
        let row = |n: usize| &self.factor[n * self.width..(n + 1) * self.width];
        let mut x = right.to_vec();
        for n in 0..self.width {
            let done: f64 = row(n).iter().zip(&x).take(n).map(|(a, b)| a * b).sum();
            x[n] = (x[n] - done) / row(n)[n];
        }
        for n in (0..self.width).rev() {
            x[n] /= row(n)[n];
            let here = x[n];
            x.iter_mut().zip(row(n)).take(n).for_each(|(x, factor)| *x -= factor * here);
        }
        x
    }
}
