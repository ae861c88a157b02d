//! What became of a file whose lines one command takes.

use std::fmt;

use smol_str::SmolStr;

use super::Refusal;
use crate::enter::{Entered, Taking};

/// What became of the lines of a file.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct EnterReport {
    /// Lines read, without the header and empty ones.
    pub lines: u64,
    /// How many were taken.
    pub entered: u64,
    /// How many are there already, as the file has them.
    pub there: u64,
    /// What was refused, in the order of the file: [`RefusalWriter`](super::RefusalWriter) writes it as CSV, and
    /// [`list`](crate::report::list) shows it.
    pub refusals: Vec<Refusal>,
}

impl fmt::Display for EnterReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let EnterReport { lines, entered, there, refusals } = self;
        write!(f, "{lines} lines: {entered} entered, {there} there already")?;
        match refusals.len() {
            0 => Ok(()),
            one => write!(f, ", {one} things refused"),
        }
    }
}

/// Lines of a file that are good by themselves, with the numbers that they have in it, and what was refused of the others.
#[derive(Debug, Clone, PartialEq)]
pub struct GoodLines<T> {
    /// Lines read, without the header and empty ones.
    pub lines: u64,
    /// The good ones, each with its number in the file.
    pub good: Vec<(u64, T)>,
    /// What was refused of the others.
    pub refusals: Vec<Refusal>,
}

impl<T> Default for GoodLines<T> {
    fn default() -> GoodLines<T> {
        GoodLines { lines: 0, good: Vec::new(), refusals: Vec::new() }
    }
}

impl<T> GoodLines<T> {
    /// What is to be done: of a file that has bad lines nothing is taken, where it is all or nothing.
    ///
    /// ```
    /// use fondaco_core::enter::Taking;
    /// use fondaco_core::import::{Fault, GoodLines};
    /// let mut read = GoodLines::<u32>::default();
    /// assert_eq!(read.taking(Taking::AllOrNothing), Taking::AllOrNothing);
    /// read.refusals.push(Fault::bad_amount().at(2, &"amount".into(), "x"));
    /// assert_eq!(read.taking(Taking::AllOrNothing), Taking::OnlyCheck);
    /// ```
    pub fn taking(&self, taking: Taking) -> Taking {
        match taking {
            Taking::AllOrNothing if !self.refusals.is_empty() => Taking::OnlyCheck,
            taking => taking,
        }
    }

    /// What became of the lines: by the file, and by the command; `way_out` says what to do about an error by its code.
    ///
    /// ```
    /// use fondaco_core::enter::Entered;
    /// use fondaco_core::import::GoodLines;
    /// let read = GoodLines { lines: 1, good: vec![(2, "a line")], ..GoodLines::default() };
    /// let report = read.report(&Entered { entered: 1, ..Entered::default() }, |_| "correct the line");
    /// assert_eq!(report.to_string(), "1 lines: 1 entered, 0 there already");
    /// ```
    pub fn report(&self, entered: &Entered, way_out: impl Fn(&str) -> &'static str) -> EnterReport {
        let of_engine = entered.refused.iter().map(|refused| {
            let at = usize::try_from(refused.at).unwrap_or(usize::MAX);
            let line = self.good.get(at).map_or(0, |(line, _)| *line);
            Refusal {
                line,
                through: line,
                column: None,
                value: None,
                code: refused.code.clone(),
                message: refused.message.clone(),
                way_out: SmolStr::new_static(way_out(&refused.code)),
            }
        });
        let mut refusals: Vec<Refusal> = self.refusals.iter().cloned().chain(of_engine).collect();
        refusals.sort_by_key(|refusal| refusal.line);
        let (entered, there) = (entered.entered.into(), entered.there.into());
        EnterReport { lines: self.lines, entered, there, refusals }
    }
}
