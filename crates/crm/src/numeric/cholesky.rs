//! The Cholesky factor of a symmetric, positive definite matrix.

use super::sums::{add, dot};

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
            for (column, other) in above.chunks_exact(width).enumerate() {
                let taken = dot(&own[..column], &other[..column]);
                own[column] = (own[column] - taken) / other[column];
            }
            let left = own[row] - dot(&own[..row], &own[..row]);
            if !(left > 0.0 && left.is_finite()) {
                return None;
            }
            own[row] = left.sqrt();
            own.iter_mut().skip(row + 1).for_each(|above| *above = 0.0);
        }
        Some(Self { factor: matrix, width })
    }

    /// The `x` for which the matrix times `x` is this.
    pub(crate) fn solve(&self, right: &[f64]) -> Vec<f64> {
        let row = |n: usize| &self.factor[n * self.width..(n + 1) * self.width];
        let mut x = right.to_vec();
        for n in 0..self.width {
            x[n] = (x[n] - dot(&row(n)[..n], &x[..n])) / row(n)[n];
        }
        for n in (0..self.width).rev() {
            x[n] /= row(n)[n];
            let (before, here) = x.split_at_mut(n);
            add(before, -here[0], row(n));
        }
        x
    }
}
