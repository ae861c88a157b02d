//! Rows of numbers.

use crate::KernelError;
use crate::error::finite;

/// Rows of equally many finite numbers.
#[derive(Clone, Debug, PartialEq)]
pub struct Points {
    width: usize,
    cells: Vec<f64>,
}

impl Points {
    /// Rows one after the other, each so wide.
    ///
    /// # Errors
    /// When the width is zero, the last row is not whole, or a number is not finite.
    pub fn new(width: usize, cells: Vec<f64>) -> Result<Self, KernelError> {
        if width == 0 || !cells.len().is_multiple_of(width) {
            return Err(KernelError::Contradiction {
                field: "width of a row".into(),
                found: width.to_string(),
                other: "the numbers make no whole rows of it",
                way_out: "give one number for each feature of each row",
            });
        }
        for (at, value) in cells.iter().enumerate() {
            finite(&format!("feature {}", at % width), *value).map_err(|e| e.at(at / width))?;
        }
        Ok(Self { width, cells })
    }

    /// How many numbers a row has.
    #[must_use]
    pub fn width(&self) -> usize {
        self.width
    }

    /// How many rows there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.cells.len() / self.width
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.cells.is_empty()
    }

    /// The rows.
    pub fn rows(&self) -> std::slice::ChunksExact<'_, f64> {
        self.cells.chunks_exact(self.width)
    }

    /// Each feature less its mean and divided by its deviation, so that all of them count alike; one that is constant becomes zero.
    ///
    /// ```
    /// use fondaco_crm::clusters::Points;
    ///
    /// let points = Points::new(2, vec![1.0, 500.0, 3.0, 500.0])?.standardised();
    /// assert_eq!(points.rows().next(), Some(&[-1.0, 0.0][..]));
    /// # Ok::<(), fondaco_crm::KernelError>(())
    /// ```
    #[must_use]
    pub fn standardised(mut self) -> Self {
        let count = self.len().max(1) as f64;
        for feature in 0..self.width {
            let values = || self.cells.iter().skip(feature).step_by(self.width);
            let mean = values().sum::<f64>() / count;
            let spread = (values().map(|x| (x - mean).powi(2)).sum::<f64>() / count).sqrt();
            let scale = if spread > 0.0 { spread } else { 1.0 };
            let cells = self.cells.iter_mut().skip(feature).step_by(self.width);
            cells.for_each(|x| *x = (*x - mean) / scale);
        }
        self
    }
}

/// The square of the distance.
pub(super) fn square(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| (a - b) * (a - b)).sum()
}

/// Which centre is nearest, the first of several, and the square of the distance to it.
pub(super) fn nearest(row: &[f64], centres: &[Vec<f64>]) -> (usize, f64) {
    let mut best = (0, f64::INFINITY);
    for (at, centre) in centres.iter().enumerate() {
        let far = square(row, centre);
        if far < best.1 {
            best = (at, far);
        }
    }
    best
}
