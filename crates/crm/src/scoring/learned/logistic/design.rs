//! The columns of all rows as the fit sees them, and the sums over rows that most of its time goes into.
//!
//! Numbers lie column by column. Of a text each row has the place of one coefficient, which is 1 for it: thousands of levels cost no more than two. Sums go block by block of
//! rows, whose columns stay in the nearest cache.

use super::super::table::{Column, MISSING, Table};
use super::encode::Encoder;
use crate::KernelError;
use crate::numeric::{add, dot, sum};

/// How many rows are done at a time.
pub(super) const BLOCK: usize = 128;

/// Coefficients are in this order: of numbers, the intercept, of texts, and one of nothing, which texts have that have no other.
pub(super) struct Design {
    pub(super) rows: usize,
    /// How many coefficients, the one of nothing included.
    pub(super) width: usize,
    numbers: Vec<Vec<f64>>,
    texts: Vec<Vec<u32>>,
    /// Where the coefficients of the encoders are, and last the intercept.
    pub(super) order: Vec<usize>,
}

impl Design {
    pub(super) fn of(table: &Table, encoders: &[Encoder]) -> Result<Self, KernelError> {
        let numbers = encoders.iter().filter(|encoder| matches!(encoder, Encoder::Number { .. }));
        let intercept = numbers.map(Encoder::width).sum::<usize>();
        let width = encoders.iter().map(Encoder::width).sum::<usize>() + 2;
        let mut design = Self {
            rows: table.rows(),
            width,
            numbers: Vec::new(),
            texts: Vec::new(),
            order: Vec::new(),
        };
        let mut of_texts = intercept + 1;
        for (encoder, (_, column)) in encoders.iter().zip(table.columns()) {
            match column {
                Column::Numbers(values) => {
                    let first = design.numbers.len();
                    design.number(encoder, values)?;
                    design.order.extend(first..design.numbers.len());
                }
                Column::Texts { levels, codes } => {
                    let (places, missing) = encoder.places(levels);
                    let of =
                        |place: Option<usize>| place.map_or(width - 1, |at| of_texts + at) as u32;
                    let places: Vec<u32> = places.into_iter().map(of).collect();
                    let missing = of(missing);
                    let place = |code: &u32| match *code {
                        MISSING => missing,
                        code => places.get(code as usize).copied().unwrap_or(missing),
                    };
                    design.texts.push(codes.iter().map(place).collect());
                    design.order.extend(of_texts..of_texts + encoder.width());
                    of_texts += encoder.width();
                }
            }
        }
        design.order.push(intercept);
        Ok(design)
    }

    fn number(&mut self, encoder: &Encoder, values: &[f64]) -> Result<(), KernelError> {
        let Encoder::Number { name, transform, fill, centre, scale, flagged, .. } = encoder else {
            return Ok(());
        };
        let of = |value: &f64| {
            let known = if value.is_nan() { *fill } else { transform.of(name, *value)? };
            Ok((known - centre) / scale)
        };
        self.numbers.push(values.iter().map(of).collect::<Result<_, KernelError>>()?);
        if *flagged {
            self.numbers
                .push(values.iter().map(|value| f64::from(u8::from(value.is_nan()))).collect());
        }
        Ok(())
    }

    /// Which coefficient is the intercept.
    pub(super) fn intercept(&self) -> usize {
        self.numbers.len()
    }

    /// Every so-manieth row.
    pub(super) fn sample(&self, every: usize) -> Self {
        let (numbers, texts) = (self.numbers.iter(), self.texts.iter());
        Self {
            rows: self.rows.div_ceil(every),
            width: self.width,
            numbers: numbers
                .map(|column| column.iter().step_by(every).copied().collect())
                .collect(),
            texts: texts.map(|column| column.iter().step_by(every).copied().collect()).collect(),
            order: self.order.clone(),
        }
    }

    /// Writes the log-odds of the rows of a block.
    pub(super) fn log_odds(&self, block: usize, at: &[f64], log_odds: &mut [f64]) {
        log_odds.fill(at[self.intercept()]);
        let mut four = self.numbers.chunks_exact(4).zip(at.chunks_exact(4));
        for (columns, slopes) in four.by_ref() {
            let [one, two, three, four] = [0, 1, 2, 3].map(|n| part(&columns[n], block));
            let columns = one.iter().zip(two).zip(three).zip(four);
            for (sum, (((one, two), three), four)) in log_odds.iter_mut().zip(columns) {
                *sum +=
                    (slopes[0] * one + slopes[1] * two) + (slopes[2] * three + slopes[3] * four);
            }
        }
        let rest = self.numbers.len() - self.numbers.len() % 4;
        for (column, slope) in self.numbers.iter().zip(at).skip(rest) {
            add(log_odds, *slope, part(column, block));
        }
        for column in &self.texts {
            for (sum, place) in log_odds.iter_mut().zip(part(column, block)) {
                *sum += at[*place as usize];
            }
        }
    }

    /// Adds the rows of a block, each so many times.
    pub(super) fn add_rows(&self, block: usize, times: &[f64], to: &mut [f64]) {
        for (to, column) in to.iter_mut().zip(&self.numbers) {
            *to += dot(times, part(column, block));
        }
        to[self.intercept()] += sum(times);
        for column in &self.texts {
            for (times, place) in times.iter().zip(part(column, block)) {
                to[*place as usize] += times;
            }
        }
    }

    /// Adds the squares of the rows of a block, each so many times.
    pub(super) fn add_squares(&self, block: usize, times: &[f64], to: &mut [f64]) {
        let mut weighted = [0.0; BLOCK];
        for (to, column) in to.iter_mut().zip(&self.numbers) {
            let column = part(column, block);
            let weighted = times_each(&mut weighted, times, column);
            *to += dot(weighted, column);
        }
        to[self.intercept()] += sum(times);
        for column in &self.texts {
            for (times, place) in times.iter().zip(part(column, block)) {
                to[*place as usize] += times;
            }
        }
    }

    /// Adds `times * x x'` of each row of a block to the part of a matrix on and below its diagonal.
    pub(super) fn add_gram(&self, block: usize, times: &[f64], to: &mut [f64]) {
        let mut buffer = [0.0; BLOCK];
        let (width, intercept) = (self.width, self.intercept());
        for (row, column) in self.numbers.iter().enumerate() {
            let weighted = times_each(&mut buffer, times, part(column, block));
            let to_row = &mut to[row * width..row * width + row + 1];
            for (to, other) in to_row.iter_mut().zip(&self.numbers) {
                *to += dot(weighted, part(other, block));
            }
            to[intercept * width + row] += sum(weighted);
        }
        to[intercept * width + intercept] += sum(times);
        if self.texts.is_empty() {
            return;
        }
        let mut row_of = vec![0.0; intercept + 1];
        for (index, times) in times.iter().enumerate() {
            let place = block * BLOCK + index;
            let cells = self.numbers.iter().map(|column| times * column[place]).chain([*times]);
            row_of.iter_mut().zip(cells).for_each(|(to, cell)| *to = cell);
            for (nth, column) in self.texts.iter().enumerate() {
                let own = column[place] as usize;
                add(&mut to[own * width..], 1.0, &row_of);
                for other in self.texts.iter().take(nth + 1) {
                    let other = other[place] as usize;
                    to[own.max(other) * width + own.min(other)] += times;
                }
            }
        }
    }
}

/// The part of a column in a block.
fn part<T>(column: &[T], block: usize) -> &[T] {
    let from = (block * BLOCK).min(column.len());
    &column[from..(from + BLOCK).min(column.len())]
}

/// Products of pairs.
fn times_each<'b>(buffer: &'b mut [f64; BLOCK], a: &[f64], b: &[f64]) -> &'b [f64] {
    buffer.iter_mut().zip(a.iter().zip(b)).for_each(|(to, (a, b))| *to = a * b);
    &buffer[..a.len().min(BLOCK)]
}
