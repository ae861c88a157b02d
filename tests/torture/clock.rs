//! A clock that goes backwards, stands still and leaps: what was recorded when is then what the clock said, and nothing else
//! of the books is another.

use fondaco::prelude::*;
use fondaco_testkit::Random;
use fondaco_testkit::faults::Trouble;

use crate::firm;
use crate::rounds::Round;
use crate::{ensure, needs};

pub(crate) fn backwards(round: &Round) -> Result<Option<String>, Trouble> {
    // Hours back and forth, from one command to the next.
    let wild = |number: i64| {
        let mut random = Random::new(round.seed.wrapping_mul(1_000_003) + number as u64);
        let hours = if random.once_in(4) { 0 } else { random.between(-50_000, 50_000) };
        let micros = firm::steady(number).micros() + hours * 3_600_000_000;
        Timestamp::from_micros(micros).unwrap_or(Timestamp::EPOCH)
    };
    let (steady, leaping) = (Memory::new(), Memory::new());
    needs("a firm by a steady clock", firm::year(&steady, &firm::steady))?;
    needs("a firm by a leaping clock", firm::year(&leaping, &wild))?;
    // Asked again at other times, everything was done.
    needs("again", firm::year(&leaping, &firm::steady))?;
    firm::told(&leaping)?;
    let (found, wanted) = (figures(&leaping)?, figures(&steady)?);
    ensure(found == wanted, || format!("{found}\nis not\n{wanted}"))?;
    Ok(Some("a firm's year by a clock that leaps by years, twice".into()))
}

/// The figures that do not depend on when something was recorded.
fn figures(store: &Memory) -> Result<String, Trouble> {
    let books = Books::open(store, firm::company())?;
    let end = firm::day(12, 31);
    let mut out = Vec::new();
    for month in 1..=12 {
        out.push(needs("figures", books.trial_balance(firm::day(month, 28)))?.to_string());
    }
    out.push(needs("figures", books.balance_sheet(end))?.to_string());
    for account in ["1000", "4000"] {
        let all = needs("figures", DateRange::new(firm::day(1, 1), end))?;
        let postings = needs("figures", books.postings(account, all))?;
        let mut lines: Vec<String> = postings
            .iter()
            .map(|posting| format!("{account} {} {}", posting.date, posting.money()))
            .collect();
        lines.sort();
        out.extend(lines);
    }
    Ok(out.join("\n"))
}
