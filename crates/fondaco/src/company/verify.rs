//! That books, stock and documents agree: recomputed from facts, day by day.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use fondaco_accounting::ledger::{Account, Amount, Posting};
use fondaco_core::engine::Discrepancies;
use fondaco_core::{Halt, Range, Reading, View};
use fondaco_inventory::value::ValueDay;
use smol_str::SmolStr;

use super::document::{Document, DocumentKind, Line, Status};
use super::masters::Exposure;
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
    owed(view, found, &accounts, &leading.code)
}

/// What was posted to some accounts, by day.
fn posted(view: &mut View<'_>, codes: &[SmolStr]) -> Result<BTreeMap<NaiveDate, i128>, Halt> {
    let mut days: BTreeMap<NaiveDate, i128> = BTreeMap::new();
    for code in codes {
        view.peek_each(&Range::<Posting>::by(Posting::BY_ACCOUNT, code), |posting: &Posting| {
            *days.entry(posting.date).or_default() += i128::from(posting.ledger_amount.units());
            Ok::<(), Halt>(())
        })?;
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

/// What open lines leave on the accounts of goods shipped and of goods received is what stands there.
fn clearing(
    view: &mut View<'_>,
    found: &mut Discrepancies,
    (accounts, table): (&Accounts, &PostingTable),
    profile: &str,
) -> Result<(), Halt> {
    let mut kinds: BTreeMap<fondaco_core::DocumentId, DocumentKind> = BTreeMap::new();
    view.peek_each(&Range::<Document>::all(), |document: &Document| {
        kinds.insert(document.id, document.kind);
        Ok::<(), Halt>(())
    })?;
    let (mut shipped, mut received) = (0_i128, 0_i128);
    let (mut ahead_in, mut ahead_out) = (0_i128, 0_i128);
    view.peek_each(&Range::<Line>::all(), |line: &Line| {
        let stands = i128::from(line.clearing.units());
        match kinds.get(&line.document) {
            Some(DocumentKind::Delivery | DocumentKind::CustomerReturn) => shipped += stands,
            Some(DocumentKind::Receipt | DocumentKind::SupplierReturn | DocumentKind::Bill) => {
                received -= stands;
            }
            Some(DocumentKind::CustomerDeposit) => ahead_in -= stands,
            Some(DocumentKind::SupplierDeposit) => ahead_out += stands,
            _ => {}
        }
        Ok::<(), Halt>(())
    })?;
    let all = [
        (Role::GoodsShipped, shipped),
        (Role::GoodsReceived, received),
        (Role::CustomerDeposit, ahead_in),
        (Role::SupplierDeposit, ahead_out),
    ];
    all.into_iter().try_for_each(|(role, stands)| {
        let what = "open lines leave";
        kept(view, found, (accounts, table, profile), (role, stands, what))
    })
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
    // Profiles that keep no such account, and accounts that others post to, are not compared.
    let named = |roles: Roles| roles.debit == role || roles.credit == role;
    let mut is_kept = table.all().any(|(_, _, roles)| named(roles));
    for code in &codes {
        let account = view.peek::<Account>(code)?;
        is_kept &= account.is_some_and(|account| account.control.is_some());
    }
    let books: i128 = posted(view, &codes)?.values().sum();
    if is_kept && books != stands {
        let (books, stands) = (shown(books), shown(stands));
        let role = role.code();
        found.say(format_args!("{role} stands at {books} in the books, and {what} {stands}"));
    }
    Ok(())
}

/// What customers and suppliers owe and are owed by their documents is what stands on their accounts, party by party.
fn owed(
    view: &mut View<'_>,
    found: &mut Discrepancies,
    accounts: &Accounts,
    profile: &str,
) -> Result<(), Halt> {
    let (mut owed, mut ahead): (BTreeMap<bool, i128>, i128) = (BTreeMap::new(), 0);
    view.peek_each(&Range::<Document>::all(), |document: &Document| {
        if document.status == Status::Cancelled {
            return Ok::<(), Halt>(());
        }
        let open = i128::from(document.open().units());
        use DocumentKind as K;
        let (sales, sign) = match document.kind {
            K::Invoice => (true, 1),
            K::CreditNote | K::CustomerPayment => (true, -1),
            K::Bill => (false, -1),
            K::SupplierCredit | K::SupplierPayment => (false, 1),
            K::CustomerDeposit => {
                ahead += open;
                return Ok(());
            }
            _ => return Ok(()),
        };
        *owed.entry(sales).or_default() += sign * open;
        Ok(())
    })?;
    for (role, sales) in [(Role::Receivable, true), (Role::Payable, false)] {
        let books: i128 = posted(view, &accounts.of(role, profile))?.values().sum();
        let documents = owed.get(&sales).copied().unwrap_or_default();
        if books != documents {
            let (books, documents) = (shown(books), shown(documents));
            found.say(format_args!(
                "{} stands at {books} in the books, and documents have {documents} open",
                role.code()
            ));
        }
    }
    let mut exposed = 0_i128;
    view.peek_each(&Range::<Exposure>::all(), |row: &Exposure| {
        exposed += i128::from(row.owed.units());
        Ok::<(), Halt>(())
    })?;
    // What was paid ahead stands elsewhere, and makes as much room.
    let documents = owed.get(&true).copied().unwrap_or_default() - ahead;
    if exposed != documents {
        let (exposed, documents) = (shown(exposed), shown(documents));
        found.say(format_args!(
            "customers' limits are held against {exposed}, and their documents have {documents} open"
        ));
    }
    Ok(())
}
