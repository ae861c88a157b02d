//! What became of a file, line by line.

use std::fmt;

use fondaco_core::import::Refusal;
use smol_str::SmolStr;

use super::{Entered, Taking};

/// What became of the lines of a file.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct EnterReport {
    /// Lines read, without the header and empty ones.
    pub lines: u64,
    /// How many were taken.
    pub entered: u64,
    /// How many are there already, as the file has them.
    pub there: u64,
    /// What was refused, in the order of the file: [`RefusalWriter`](fondaco_core::import::RefusalWriter) writes it as CSV, and
    /// [`list`](fondaco_core::report::list) shows it.
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
pub(super) struct Good<T> {
    pub(super) lines: u64,
    pub(super) good: Vec<(u64, T)>,
    pub(super) refusals: Vec<Refusal>,
}

impl<T> Good<T> {
    /// What is to be done: of a file that has bad lines nothing is taken, where it is all or nothing.
    pub(super) fn taking(&self, taking: Taking) -> Taking {
        match taking {
            Taking::AllOrNothing if !self.refusals.is_empty() => Taking::OnlyCheck,
            taking => taking,
        }
    }

    /// What became of the lines: by the file, and by the stock.
    pub(super) fn report(&self, entered: &Entered) -> EnterReport {
        let of_stock = entered.refused.iter().map(|refused| {
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
        let mut refusals: Vec<Refusal> = self.refusals.iter().cloned().chain(of_stock).collect();
        refusals.sort_by_key(|refusal| refusal.line);
        let (entered, there) = (entered.entered.into(), entered.there.into());
        EnterReport { lines: self.lines, entered, there, refusals }
    }
}

fn way_out(code: &str) -> &'static str {
    match code {
        "inventory.unknown_category" => "add the category, or correct the code",
        "inventory.other_item" => "leave the line out, or change the item",
        "inventory.entered_twice" => "leave one of the lines out",
        "inventory.exists" => "choose another code",
        "inventory.unknown_item_code" => "import the item first, or correct the code",
        "inventory.already_moved" => "leave the line out, and count what is there",
        "inventory.move_at_unknown_location" => "open the location, or correct the code",
        _ => "correct the line, or leave it out",
    }
}
