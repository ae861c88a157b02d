//! That books, stock and documents agree: recomputed from facts, day by day.

mod documents;

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use fondaco_accounting::ledger::{Account, Amount, Posting};
use fondaco_accounting::parallel::leading;
use fondaco_core::engine::Discrepancies;
use fondaco_core::{Halt, Range, Reading, View};
use fondaco_inventory::value::ValueDay;
use smol_str::SmolStr;

use super::document::DocumentKind;
use super::posting::{Accounts, BusinessEvent, Figure, PostingTable, Role, Roles};
use super::production::{self, Production};
use super::setup::{Profiles, Settings, seen_accounts};

/// Compares what accounts stand at with what they are about.
pub(crate) fn verify(view: &mut View<'_>, found: &mut Discrepancies) -> Result<(), Halt> {
    if view.peek::<Settings>(&Settings::key())?.is_none() {
        return Ok(());
    }
    let (profiles, accounts) = (Profiles::seen(view)?, seen_accounts(view)?);
    let Ok(leading) = profiles.leading() else { return Ok(()) };
    let production = production::verify(view, found)?;
    if leading.table.is_perpetual() {
        stock_by_day(view, found, &accounts, &leading.code)?;
        clearing(view, found, (&accounts, &leading.table), &leading.code)?;
        made(view, found, (&accounts, &leading.table, &leading.code), &production)?;
    }
    documents::verify(view, found)
}

/// What was posted to some accounts in the leading ledger, by day.
fn posted(view: &mut View<'_>, codes: &[SmolStr]) -> Result<BTreeMap<NaiveDate, i128>, Halt> {
    let mut days: BTreeMap<NaiveDate, i128> = BTreeMap::new();
    let mut leading = leading(view).map_err(|error| Halt::Bug(error.to_string()))?;
    for code in codes {
        leading.peek_each(
            &Range::<Posting>::by(Posting::BY_ACCOUNT, code),
            |posting: &Posting| {
                *days.entry(posting.date).or_default() += i128::from(posting.ledger_amount.units());
                Ok::<(), Halt>(())
            },
        )?;
    }
    Ok(days)
}

/// In the perpetual profiles stock stands in the books at what it is worth, at the end of each day.
fn stock_by_day(
    view: &mut View<'_>,
    found: &mut Discrepancies,
    accounts: &Accounts,
    profile: &str,
) -> Result<(), Halt> {
    let posted = posted(view, &accounts.of(Role::Stock, profile))?;
    let mut worth: BTreeMap<NaiveDate, i128> = BTreeMap::new();
    view.peek_each(&Range::<ValueDay>::all(), |day: &ValueDay| {
        *worth.entry(day.date).or_default() += i128::from(day.value.units());
        Ok::<(), Halt>(())
    })?;
    let days: BTreeSet<NaiveDate> = posted.keys().chain(worth.keys()).copied().collect();
    let (mut books, mut goods) = (0_i128, 0_i128);
    for day in days {
        let before = books == goods;
        books += posted.get(&day).copied().unwrap_or_default();
        goods += worth.get(&day).copied().unwrap_or_default();
        if books != goods && before {
            let (books, goods) = (shown(books), shown(goods));
            found.say(format_args!(
                "stock stands at {books} in the books on {day}, and is worth {goods}: it was moved or posted beside the company's documents"
            ));
        }
    }
    Ok(())
}

pub(crate) fn shown(units: i128) -> rust_decimal::Decimal {
    Amount::from_units(i64::try_from(units).unwrap_or(i64::MAX)).to_decimal().normalize()
}

/// The roles of what documents leave until others take it off.
const CLEARING: [Role; 4] =
    [Role::GoodsShipped, Role::GoodsReceived, Role::CustomerDeposit, Role::SupplierDeposit];

/// What open lines leave on the accounts of goods shipped and received, and of deposits, is what stands there, account by account.
fn clearing(
    view: &mut View<'_>,
    found: &mut Discrepancies,
    (accounts, table): (&Accounts, &PostingTable),
    profile: &str,
) -> Result<(), Halt> {
    let mut codes: BTreeSet<SmolStr> = BTreeSet::new();
    for role in CLEARING {
        if is_kept(view, (accounts, table, profile), role)? {
            codes.extend(accounts.of(role, profile));
        }
    }
    let mut stands: BTreeMap<SmolStr, i128> = BTreeMap::new();
    for (line, document) in documents::lines_that_stand(view)? {
        let units = i128::from(line.clearing.units());
        use DocumentKind as K;
        let (role, units) = match document.kind {
            K::Delivery | K::CustomerReturn => (Role::GoodsShipped, units),
            K::CustomerDeposit => (Role::CustomerDeposit, -units),
            K::SupplierDeposit => (Role::SupplierDeposit, units),
            _ => (Role::GoodsReceived, -units),
        };
        let place = documents::place(view, &document, &line)?;
        if let Some(code) = accounts.find(role, &place, profile) {
            *stands.entry(code.clone()).or_default() += units;
        }
    }
    for code in codes {
        let books: i128 = posted(view, std::slice::from_ref(&code))?.values().sum();
        let lines = stands.get(&code).copied().unwrap_or_default();
        if books != lines {
            let (books, lines) = (shown(books), shown(lines));
            found.say(format_args!(
                "account {code} stands at {books} in the books, and open lines leave {lines}"
            ));
        }
    }
    Ok(())
}

/// What stands as work in progress is what open work orders cost, and what was absorbed is the hours that were booked.
fn made(
    view: &mut View<'_>,
    found: &mut Discrepancies,
    books: (&Accounts, &PostingTable, &str),
    production: &Production,
) -> Result<(), Halt> {
    let (_, table, _) = books;
    // Where it is accrued alone, it stands there for a day.
    if table
        .lines(BusinessEvent::FinishedReceipt, Figure::Cost)
        .iter()
        .all(|roles| roles.credit != Role::WorkInProgress)
    {
        return Ok(());
    }
    let all = [
        (Role::WorkInProgress, production.in_progress, "open work orders cost"),
        (Role::LabourAbsorbed, -production.labour, "hours of labour that were booked come to"),
        (
            Role::OverheadAbsorbed,
            -production.overhead,
            "hours of machines that were booked come to",
        ),
    ];
    all.into_iter().try_for_each(|of| kept(view, found, books, of))
}

/// What stands on the accounts of a role is what it should be.
fn kept(
    view: &mut View<'_>,
    found: &mut Discrepancies,
    (accounts, table, profile): (&Accounts, &PostingTable, &str),
    (role, stands, what): (Role, i128, &str),
) -> Result<(), Halt> {
    let codes = accounts.of(role, profile);
    let is_kept = is_kept(view, (accounts, table, profile), role)?;
    let books: i128 = posted(view, &codes)?.values().sum();
    if is_kept && books != stands {
        let (books, stands) = (shown(books), shown(stands));
        let role = role.code();
        found.say(format_args!("{role} stands at {books} in the books, and {what} {stands}"));
    }
    Ok(())
}

/// Whether a profile keeps accounts of a role, to which nobody else posts.
fn is_kept(
    view: &mut View<'_>,
    (accounts, table, profile): (&Accounts, &PostingTable, &str),
    role: Role,
) -> Result<bool, Halt> {
    let named = |roles: Roles| roles.debit == role || roles.credit == role;
    let mut is_kept = table.all().any(|(_, _, roles)| named(roles));
    for code in accounts.of(role, profile) {
        let account = view.peek::<Account>(&code)?;
        is_kept &= account.is_some_and(|account| account.control.is_some());
    }
    Ok(is_kept)
}
