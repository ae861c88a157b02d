//! Which accounts each row takes, once there is a chart of accounts; and that none is taken twice.

use smol_str::SmolStr;

use super::cells::Cells;
use super::columns::Of;
use crate::ledger::Account;
use crate::reports::{Layout, LayoutError, LayoutRow, Measure, Pick, Take};

/// What one take of a row comes to in this chart of accounts.
pub(super) struct Taken<'l> {
    /// The row's place in the layout.
    pub(super) row: usize,
    pub(super) take: &'l Take,
    pub(super) measure: Measure,
    /// The accounts' places.
    pub(super) accounts: Vec<usize>,
    /// Results that no account has.
    pub(super) results: Vec<Of>,
    /// Which combinations of dimensions it has.
    pub(super) fits: Vec<bool>,
    /// Whether it is counted: not in a memo.
    pub(super) counts: bool,
}

/// What all rows take.
pub(super) fn taken<'l>(
    layout: &'l Layout,
    cells: &Cells,
    cash: &[usize],
) -> Result<Vec<Taken<'l>>, LayoutError> {
    let mut all = Vec::new();
    for (at, row) in layout.rows.iter().enumerate() {
        for take in &row.takes {
            let measure = take.measure.unwrap_or(layout.measure);
            let mut accounts = accounts(layout, cells, take);
            accounts.retain(|account| match measure {
                // Cash is not what cash was paid for, and nothing else is worth more without moving.
                Measure::Paid => !cash.contains(account),
                Measure::Exchange => cash.contains(account),
                _ => true,
            });
            all.push(Taken {
                row: at,
                take,
                measure,
                accounts,
                results: results(take),
                fits: cells.dimensions.iter().map(|dimensions| fits(take, dimensions)).collect(),
                counts: !row.memo,
            });
        }
    }
    none_twice(layout, cells, &all)?;
    Ok(all)
}

fn fits(take: &Take, dimensions: &fondaco_core::store::Tags) -> bool {
    take.dimensions.iter().all(|(name, value)| dimensions.get(name).unwrap_or_default() == value)
}

fn results(take: &Take) -> Vec<Of> {
    let wanted = |of: &Of| {
        let pick = match of {
            Of::EarlierResults => Pick::EarlierResults,
            _ => Pick::Result,
        };
        take.picks.contains(&pick) && !take.except.contains(&pick)
    };
    [Of::Result, Of::EarlierResults].into_iter().filter(wanted).collect()
}

pub(super) fn accounts(layout: &Layout, cells: &Cells, take: &Take) -> Vec<usize> {
    let leaves = cells.accounts.iter().enumerate().filter(|(_, account)| !account.heading);
    let any = |picks: &[Pick], account: &Account| {
        picks.iter().any(|pick| has(layout, cells, pick, account))
    };
    let meant =
        leaves.filter(|(_, account)| any(&take.picks, account) && !any(&take.except, account));
    meant.map(|(at, _)| at).collect()
}

/// Whether a pick has an account.
pub(super) fn has(layout: &Layout, cells: &Cells, pick: &Pick, account: &Account) -> bool {
    match pick {
        Pick::Code(_) | Pick::Range(..) | Pick::Prefix(_) => {
            pick.has_code(&account.code) == Some(true)
        }
        Pick::Under(code) => is_under(cells, account, code),
        Pick::Class(class) => account.class == *class,
        Pick::Kind(kind) => account.kind.as_ref() == Some(kind),
        Pick::Tag(name, value) => account.tags.get(name) == Some(value.as_str()),
        Pick::Cash => {
            // The layout's own list can't name itself.
            let cash = layout.cash.iter().filter(|pick| **pick != Pick::Cash);
            cash.into_iter().any(|pick| has(layout, cells, pick, account))
        }
        Pick::Result | Pick::EarlierResults => false,
    }
}

/// Whether an account is one, or stands under it in the chart.
fn is_under(cells: &Cells, account: &Account, code: &SmolStr) -> bool {
    let mut at = Some(&account.code);
    // No chart is deeper than it has accounts.
    for _ in 0..=cells.accounts.len() {
        let Some(here) = at else { return false };
        if here == code {
            return true;
        }
        at = cells
            .account(here)
            .and_then(|at| cells.accounts.get(at))
            .and_then(|account| account.parent.as_ref());
    }
    false
}

/// Refuses an account that two takes would count, unless no posting can be in both.
fn none_twice(layout: &Layout, cells: &Cells, all: &[Taken<'_>]) -> Result<(), LayoutError> {
    let mut of_account: Vec<Vec<usize>> = vec![Vec::new(); cells.accounts.len()];
    for (at, taken) in all.iter().enumerate().filter(|(_, taken)| taken.counts) {
        for account in &taken.accounts {
            let Some(takes) = of_account.get_mut(*account) else { continue };
            let others = takes.iter().filter_map(|other| all.get(*other));
            let met = others
                .into_iter()
                .find(|other| !taken.take.is_apart_from(other.take, layout.measure));
            if let Some((other, account)) = met.zip(cells.accounts.get(*account)) {
                return Err(twice(layout, &account.code, other.row, taken.row));
            }
            takes.push(at);
        }
    }
    for of in [Of::Result, Of::EarlierResults] {
        let takers: Vec<_> =
            all.iter().filter(|taken| taken.counts && taken.results.contains(&of)).collect();
        for (at, taken) in takers.iter().enumerate() {
            let later = takers.iter().skip(at + 1);
            let met = later
                .into_iter()
                .find(|other| !taken.take.is_apart_from(other.take, layout.measure));
            if let Some(other) = met {
                let name = if of == Of::Result { "result" } else { "earlier results" };
                return Err(twice(layout, name, taken.row, other.row));
            }
        }
    }
    none_beside_its_result(layout, cells, all)
}

/// Refuses an account of income or expense beside the result that it is in.
fn none_beside_its_result(
    layout: &Layout,
    cells: &Cells,
    all: &[Taken<'_>],
) -> Result<(), LayoutError> {
    let counted = || all.iter().filter(|taken| taken.counts);
    // In what was posted on days there is nothing of earlier years.
    let earned = |taken: &Taken<'_>| match taken.measure {
        Measure::Closing | Measure::Opening => !taken.results.is_empty(),
        _ => taken.results.contains(&Of::Result),
    };
    for of_result in counted().filter(|taken| earned(taken)) {
        for taken in counted() {
            let accounts = taken.accounts.iter().filter_map(|at| cells.accounts.get(*at));
            let of_class = accounts.into_iter().find(|account| account.class.is_result());
            // A side is that of the account there, and of all of them together here: it keeps nothing apart.
            let (one, other) = (sideless(of_result.take), sideless(taken.take));
            let apart = one.is_apart_from(&other, layout.measure);
            if let Some(account) = of_class.filter(|_| !apart) {
                return Err(twice(layout, &account.code, taken.row, of_result.row));
            }
        }
    }
    Ok(())
}

fn sideless(take: &Take) -> Take {
    Take { side: None, ..take.clone() }
}

fn twice(layout: &Layout, account: &str, row: usize, other: usize) -> LayoutError {
    let row_of = |at: usize| -> Option<&LayoutRow> { layout.rows.get(at) };
    match row_of(row).zip(row_of(other)) {
        Some((row, other)) => layout.taken_twice(account, row, other),
        // Takes are of rows of this layout.
        None => LayoutError::UnknownRow { layout: layout.code.clone(), row: account.into() },
    }
}
