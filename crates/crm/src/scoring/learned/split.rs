//! Rows to learn of, and later rows to be judged by.
//!
//! A score is used on leads that come later than those it was learned of. Judged by rows drawn at random it looks better than it is: they share
//! their weeks, prices and campaigns with what was learned. And an outcome that was not known yet at the cut can't have been learned of then.

use crate::KernelError;
use crate::error::{at_least, same_length};

/// Rows, counted from 0.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Split {
    /// Rows to learn of.
    pub train: Vec<usize>,
    /// Rows to be judged by.
    pub test: Vec<usize>,
    /// Rows that are in neither: they began before the cut, and their outcome was known after it.
    pub undecided: Vec<usize>,
}

/// Cuts rows at a time: to learn of are those that began and whose outcome was known before it, to be judged by are those that began at it or
/// after.
///
/// # Errors
/// When there is not one time of the outcome for each beginning.
///
/// ```
/// use fondaco_crm::scoring::learned::split::by_time;
///
/// let began = [1, 2, 3, 4];
/// let known = [2, 5, 4, 9];
/// let split = by_time(&began, &known, 4)?;
/// assert_eq!((split.train, split.test, split.undecided), (vec![0], vec![3], vec![1, 2]));
/// # Ok::<(), fondaco_crm::KernelError>(())
/// ```
pub fn by_time<T: PartialOrd>(began: &[T], known: &[T], cut: T) -> Result<Split, KernelError> {
    same_length("times of outcomes", known.len(), began.len())?;
    let mut split = Split::default();
    for (row, (began, known)) in began.iter().zip(known).enumerate() {
        let part = match (*began < cut, *known < cut) {
            (true, true) => &mut split.train,
            (true, false) => &mut split.undecided,
            (false, _) => &mut split.test,
        };
        part.push(row);
    }
    Ok(split)
}

/// Several cuts, each of which is judged by the rows up to the next: how a score would have done that was learned anew each time.
///
/// # Errors
/// As [`by_time`], and when there are less than two cuts or they don't rise. The last cut ends the last test.
pub fn rolling<T: PartialOrd + Clone>(
    began: &[T],
    known: &[T],
    cuts: &[T],
) -> Result<Vec<Split>, KernelError> {
    at_least("cuts", cuts.len(), 2)?;
    if cuts.windows(2).any(|pair| !matches!(pair, [a, b] if a < b)) {
        return Err(KernelError::Contradiction {
            field: "cuts".into(),
            found: "not rising".into(),
            other: "each begins where the one before it ends",
            way_out: "put them in order, each once",
        });
    }
    let pairs = cuts.windows(2).filter_map(|pair| Some((pair.first()?, pair.last()?)));
    let splits = pairs.map(|(cut, end)| {
        let mut split = by_time(began, known, cut.clone())?;
        split.test.retain(|row| began.get(*row).is_some_and(|began| began < end));
        Ok(split)
    });
    splits.collect()
}

/// Every so-manieth row, beginning at `nth`, to be judged by, and all others to learn of: folds for data without times.
///
/// # Errors
/// When there are less than two folds, or no such one.
pub fn fold(rows: usize, folds: usize, nth: usize) -> Result<Split, KernelError> {
    at_least("folds", folds, 2)?;
    if nth >= folds {
        return Err(KernelError::Unknown {
            what: "fold",
            name: nth.to_string(),
            way_out: "folds are counted from 0",
        });
    }
    let (test, train) = (0..rows).partition(|row| row % folds == nth);
    Ok(Split { train, test, undecided: Vec::new() })
}
