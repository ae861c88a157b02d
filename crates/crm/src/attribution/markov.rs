//! Channels as states of a Markov chain of the first order.

use super::rules::checked;
use super::{Credit, Journey};
use crate::KernelError;
use crate::error::positive;

/// How people go from channel to channel, and from there to a conversion or to nothing.
#[derive(Clone, Debug, PartialEq)]
pub struct Markov<C> {
    channels: Vec<C>,
    /// From the start (the first row) and from each channel to each channel.
    onward: Vec<Vec<f64>>,
    /// From each of them to a conversion.
    converts: Vec<f64>,
    conversions: f64,
    worth: f64,
    /// How likely a conversion is from the start, and what share of it each channel's absence would take.
    likely: f64,
    removal: Vec<f64>,
}

impl<C: Ord + Copy> Markov<C> {
    /// The chain of journeys, with steps from a channel to itself as they are.
    ///
    /// # Errors
    /// When a journey has no channel, a count is below zero, a number is not finite, or there is no conversion.
    pub fn of(journeys: &[Journey<C>]) -> Result<Self, KernelError> {
        checked(journeys)?;
        let sum = |of: fn(&Journey<C>) -> f64| journeys.iter().map(of).sum::<f64>();
        let conversions = positive("conversions together", sum(|journey| journey.conversions))?;
        let mut channels: Vec<C> = journeys.iter().flat_map(|j| j.channels.clone()).collect();
        channels.sort_unstable();
        channels.dedup();
        let width = channels.len();
        let (mut onward, mut converts) = (vec![vec![0.0; width]; width + 1], vec![0.0; width + 1]);
        let mut all = vec![0.0; width + 1];
        for journey in journeys {
            let often = journey.conversions + journey.nothing;
            let mut from = 0;
            for channel in &journey.channels {
                let to = channels.partition_point(|known| known < channel);
                onward[from][to] += often;
                all[from] += often;
                from = to + 1;
            }
            converts[from] += journey.conversions;
            all[from] += often;
        }
        for ((row, converts), all) in onward.iter_mut().zip(&mut converts).zip(&all) {
            // From a channel that nobody ever met, nobody goes anywhere.
            let all = if *all > 0.0 { *all } else { 1.0 };
            row.iter_mut().for_each(|to| *to /= all);
            *converts /= all;
        }
        let worth = sum(|journey| journey.worth);
        let mut chain = Self {
            channels,
            onward,
            converts,
            conversions,
            worth,
            likely: 0.0,
            removal: Vec::new(),
        };
        chain.solve()?;
        Ok(chain)
    }

    /// [`of`](Self::of) journeys in which a channel met several times in a row counts once.
    ///
    /// # Errors
    /// As [`of`](Self::of).
    pub fn without_repeats(journeys: &[Journey<C>]) -> Result<Self, KernelError> {
        let once = |journey: &Journey<C>| {
            let mut journey = journey.clone();
            journey.channels.dedup();
            journey
        };
        Self::of(&journeys.iter().map(once).collect::<Vec<_>>())
    }

    /// The channels, in their order.
    #[must_use]
    pub fn channels(&self) -> &[C] {
        &self.channels
    }

    /// How likely people go from one channel (from the start, where none is named) to another; nothing for channels that are not there.
    #[must_use]
    pub fn goes(&self, from: Option<C>, to: C) -> Option<f64> {
        self.onward.get(self.row(from)?)?.get(self.row(Some(to))?.checked_sub(1)?).copied()
    }

    /// How likely people convert right after a channel.
    #[must_use]
    pub fn converts(&self, after: C) -> Option<f64> {
        self.converts.get(self.row(Some(after))?).copied()
    }

    /// How likely a journey converts.
    #[must_use]
    pub fn conversion(&self) -> f64 {
        self.likely
    }

    /// What share of all conversions would be lost, were a channel not there and everybody who would have met it gone.
    #[must_use]
    pub fn removal_effects(&self) -> Vec<(C, f64)> {
        self.channels.iter().copied().zip(self.removal.iter().copied()).collect()
    }

    /// All conversions and their worth, shared out in proportion to the removal effects.
    #[must_use]
    pub fn credits(&self) -> Vec<Credit<C>> {
        let all: f64 = self.removal.iter().sum();
        let credit = |(channel, effect): (C, f64)| {
            let part = if all > 0.0 { effect / all } else { 0.0 };
            Credit { channel, conversions: self.conversions * part, worth: self.worth * part }
        };
        self.removal_effects().into_iter().map(credit).collect()
    }

    fn row(&self, channel: Option<C>) -> Option<usize> {
        match channel {
            None => Some(0),
            Some(channel) => self.channels.binary_search(&channel).ok().map(|at| at + 1),
        }
    }

    /// With the visits to each channel that are expected from each (the inverse of the identity less the steps): those who convert by way of a channel are those who ever come to it
    /// times those who convert from there.
    fn solve(&mut self) -> Result<(), KernelError> {
        let width = self.channels.len();
        let mut steps: Vec<Vec<f64>> = self.onward.iter().skip(1).cloned().collect();
        for (at, row) in steps.iter_mut().enumerate() {
            row.iter_mut().for_each(|cell| *cell = -*cell);
            row[at] += 1.0;
        }
        let visits = inverse(steps).ok_or(KernelError::NoAnswer {
            what: "the chain of channels",
            why: "some journeys never end: each has to end in a conversion or in nothing",
        })?;
        let from = |channel: usize| -> f64 {
            visits[channel].iter().zip(self.converts.iter().skip(1)).map(|(v, c)| v * c).sum()
        };
        let converting: Vec<f64> = (0..width).map(from).collect();
        let begins = &self.onward[0];
        self.likely = begins.iter().zip(&converting).map(|(begins, likely)| begins * likely).sum();
        let removal = |channel: usize| {
            let visits_of: f64 =
                begins.iter().zip(&visits).map(|(begins, row)| begins * row[channel]).sum();
            visits_of / visits[channel][channel] * converting[channel] / self.likely
        };
        self.removal = (0..width).map(removal).collect();
        Ok(())
    }
}

/// The inverse of a matrix, by Gauss and Jordan with the largest pivot of each column; nothing where there is none.
fn inverse(mut matrix: Vec<Vec<f64>>) -> Option<Vec<Vec<f64>>> {
    let width = matrix.len();
    for (at, row) in matrix.iter_mut().enumerate() {
        row.extend((0..width).map(|column| f64::from(u8::from(column == at))));
    }
    for column in 0..width {
        let pivot = (column..width)
            .max_by(|a, b| matrix[*a][column].abs().total_cmp(&matrix[*b][column].abs()))?;
        if matrix[pivot][column].abs() < 1e-13 {
            return None;
        }
        matrix.swap(column, pivot);
        let scale = matrix[column][column];
        matrix[column].iter_mut().for_each(|cell| *cell /= scale);
        let own = matrix[column].clone();
        for (_, row) in matrix.iter_mut().enumerate().filter(|(at, _)| *at != column) {
            let times = row[column];
            row.iter_mut().zip(&own).for_each(|(cell, own)| *cell -= times * own);
        }
    }
    Some(matrix.into_iter().map(|row| row.into_iter().skip(width).collect()).collect())
}
