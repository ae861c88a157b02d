//! Random histories: every report of a company with parallel entries is that of one where they were never posted, and of a
//! parallel ledger that of one where they were posted like any others.

use chrono::NaiveDate;
use proptest::prelude::*;

use crate::common::*;
use crate::firm::*;
use crate::reports::{entries, figures, of_all, same};

#[derive(Debug, Clone)]
enum Deed {
    /// In a journal of all ledgers, of IFRS, or of US GAAP.
    Post {
        of: usize,
        year: i32,
        month: u32,
        cents: i64,
        kind: u8,
        site: u8,
    },
    Reverse {
        which: usize,
    },
    Close,
    Reopen,
}

const JOURNALS: [&str; 3] = ["GEN", "IFR", "GAP"];
/// Of which no account is kept by items or limited.
const PAIRS: [(&str, &str); 6] = [
    ("6200", "0400"),
    ("0400", "6200"),
    ("1000", "4000"),
    ("5100", "1100"),
    ("0400", "3000"),
    ("1000", "2000"),
];

fn deeds() -> impl Strategy<Value = Vec<Deed>> {
    let post = (0..3_usize, 2025..=2026, 1..=12_u32, 1..999_i64, 0..8_u8, 0..3_u8).prop_map(
        |(of, year, month, cents, kind, site)| Deed::Post { of, year, month, cents, kind, site },
    );
    let deed = prop_oneof![
        9 => post,
        1 => (0..20_usize).prop_map(|which| Deed::Reverse { which }),
        1 => Just(Deed::Close),
        1 => Just(Deed::Reopen),
    ];
    prop::collection::vec(deed, 4..24)
}

fn posted(deed: &Deed) -> Option<(usize, NewEntry)> {
    let Deed::Post { of, year, month, cents, kind, site } = deed else { return None };
    let journal = JOURNALS[*of];
    let date = NaiveDate::from_ymd_opt(*year, *month, 14).unwrap();
    let site = |posting: NewPosting| match site {
        0 => posting,
        1 => posting.dimension("site", "Mestre"),
        _ => posting.dimension("site", "Lido").dimension("!", "\"@ledger\":\"ifrs\""),
    };
    let money = |currency| fondaco_core::Money::minor(*cents, currency);
    let entry = NewEntry::new(journal, date);
    let entry = match PAIRS.get(usize::from(*kind)) {
        Some((debit, credit)) => entry
            .posting(site(NewPosting::debit(*debit, money(Currency::EUR))))
            .posting(site(NewPosting::credit(*credit, money(Currency::EUR)))),
        // Dollars, by the rate on record.
        None => entry
            .posting(site(NewPosting::debit("1010", money(Currency::USD))))
            .posting(site(NewPosting::credit("4000", money(Currency::USD)))),
    };
    let entry =
        entry.party(fondaco_core::PartyId::named(if cents % 2 == 0 { "ada" } else { "bob" }));
    Some((*of, if cents % 3 == 0 { entry.kind("k") } else { entry }))
}

/// Carries out what concerns the journals in `takes`: the same names give the same ids.
fn carry_out(firm: &Firm, deeds: &[Deed], takes: &[usize]) -> bool {
    let (mut closed, mut ever, mut done) = (false, false, Vec::new());
    for (n, deed) in deeds.iter().enumerate() {
        firm.at_minute(n as i64 * 3);
        let name = format!("{n}");
        match deed {
            Deed::Post { year, .. } => {
                let Some((of, entry)) = posted(deed) else { continue };
                if closed && *year == 2025 {
                    continue;
                }
                if takes.contains(&of) {
                    done.push((n, of, firm.post(&name, entry).id, *year));
                }
            }
            Deed::Reverse { which } => {
                // Which one is told by what all have in common: the deed's place.
                let Some(place) =
                    (0..n).cycle().skip(*which).take(n).find(|at| posted(&deeds[*at]).is_some())
                else {
                    continue;
                };
                let Some((_, _, id, year)) = done.iter().find(|(at, ..)| *at == place) else {
                    continue;
                };
                if !(closed && *year == 2025) {
                    let date = NaiveDate::from_ymd_opt(*year, 12, 31).unwrap();
                    let _ = firm.send(&name, &Reverse::new(*id, date)); // unless it was reversed before
                }
            }
            Deed::Close if !closed => {
                firm.must(&name, &CloseYear::new(2025).keep("site"));
                (closed, ever) = (true, true);
            }
            Deed::Reopen if closed => {
                firm.must(&name, &ReopenYear::new(2025, "late"));
                closed = false;
            }
            _ => {}
        }
    }
    ever
}

fn check(deeds: &[Deed], ledger: usize) {
    let company = |ordinary: bool, takes: &[usize]| {
        let firm = set_up(in_memory(), ordinary);
        let ever = carry_out(&firm, deeds, takes);
        firm.clean();
        (firm, ever)
    };
    let (firm, ever) = company(false, &[0, 1, 2]);
    let (never, _) = company(false, &[0]);
    same(&figures(&firm.books), &figures(&never.books));
    same(&of_all(&firm.books), &of_all(&never.books));
    same(&entries(&firm.books), &entries(&never.books));
    let (ordinary, _) = company(true, &[0, ledger]);
    let of_ledger = firm.books.of_ledger(["", "ifrs", "gaap"][ledger]);
    same(&figures(&of_ledger), &figures(&ordinary.books));
    if !ever {
        same(&entries(&of_ledger), &entries(&ordinary.books));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 5, ..ProptestConfig::default() })]

    #[test]
    fn every_report_is_that_of_its_ledger(deeds in deeds(), ledger in 1..=2_usize) {
        check(&deeds, ledger);
    }
}
