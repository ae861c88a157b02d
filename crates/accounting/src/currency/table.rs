//! All rates at hand, and the way from one currency to another.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::sync::Arc;

use chrono::NaiveDate;
use fondaco_core::timeline::{Recording, Timeline, TimelineRules};
use fondaco_core::{Currency, Halt, Timestamp, Tx};
use rust_decimal::Decimal;
use smol_str::SmolStr;

use super::rate::{self, Pair};
use super::{ExchangeRate, FoundRate, POSTING_SOURCE, RateLeg, RateSource};

/// What is known of the pairs of a source.
pub(crate) type Known = BTreeMap<Pair, Timeline<Decimal>>;

/// The pairs through which one currency may be worth some of another.
pub(crate) fn pairs(from: Currency, to: Currency, pivot: Option<Currency>) -> Vec<Pair> {
    let mut pairs = vec![(from, to), (to, from)];
    if let Some(pivot) = pivot.filter(|pivot| *pivot != from && *pivot != to) {
        pairs.extend([(from, pivot), (pivot, from), (pivot, to), (to, pivot)]);
    }
    pairs
}

/// The rates of a source at a day, as known at a time.
pub(crate) struct Finder<'k> {
    pub(crate) source: &'k RateSource,
    pub(crate) known: &'k Known,
    pub(crate) date: NaiveDate,
    pub(crate) known_at: Option<Timestamp>,
}

impl Finder<'_> {
    /// Direct, else inverse, else through the pivot.
    pub(crate) fn find(&self, from: Currency, to: Currency) -> Option<FoundRate> {
        // How old a rate may be is a rule of now: what was known at a time is not refused since.
        let max_age_days = self.source.max_age_days.filter(|_| self.known_at.is_none());
        let date = self.date;
        let found = |legs| FoundRate { from, to, date, legs, max_age_days };
        if from == to {
            return Some(found(Vec::new()));
        }
        if let Some(leg) = self.leg(from, to) {
            return Some(found(vec![leg]));
        }
        let pivot = self.source.pivot.filter(|pivot| *pivot != from && *pivot != to)?;
        Some(found(vec![self.leg(from, pivot)?, self.leg(pivot, to)?]))
    }

    fn leg(&self, from: Currency, to: Currency) -> Option<RateLeg> {
        let leg = |(base, quote): Pair, inverted: bool| {
            let recording = self.recording((base, quote))?;
            let source = self.source.code.clone();
            let Recording { span, recorded_at, .. } = *recording;
            let rate = *recording.value()?;
            Some(RateLeg { source, base, quote, rate, inverted, span, recorded_at })
        };
        leg((from, to), false).or_else(|| leg((to, from), true))
    }

    fn recording(&self, pair: Pair) -> Option<&Recording<Decimal>> {
        let timeline = self.known.get(&pair)?;
        let known = self.known_at.map_or(timeline.known_now(), |time| timeline.known_at(time));
        known.recording_of(self.date)
    }
}

/// The rates of the source that postings take, kept between acts while no rate is recorded.
struct Kept(Result<Known, Halt>);

/// What postings without a worth are worth.
pub(crate) struct PostingRates {
    source: Arc<RateSource>,
    known: Rates,
}

enum Rates {
    Kept(Arc<Kept>),
    Read(Known),
}

impl PostingRates {
    /// Reads the rates of these currencies in the ledger's; the decision rests on them, and on there
    /// being no source, if there is none.
    pub(crate) fn read(
        tx: &mut Tx<'_>,
        currencies: &[Currency],
        ledger: Currency,
    ) -> Result<Option<PostingRates>, Halt> {
        PostingRates::of(tx, &SmolStr::new_static(POSTING_SOURCE), currencies, ledger)
    }

    /// The same of any source.
    pub(crate) fn of(
        tx: &mut Tx<'_>,
        code: &SmolStr,
        currencies: &[Currency],
        ledger: Currency,
    ) -> Result<Option<PostingRates>, Halt> {
        let Some(source) = tx.get::<RateSource>(code)? else { return Ok(None) };
        // Only those that postings take are kept: others are asked for seldom.
        let kept = match code == POSTING_SOURCE {
            true => tx.compiled::<ExchangeRate, Kept>(|_| true, |rows| Kept(all_of(code, rows)))?,
            false => None,
        };
        let known = match kept {
            Some(kept) => Rates::Kept(kept),
            None => Rates::Read(read_some(tx, &source, currencies, ledger)?),
        };
        Ok(Some(PostingRates { source, known }))
    }

    /// The rate of a currency in the ledger's on a day.
    pub(crate) fn find(
        &self,
        from: Currency,
        to: Currency,
        date: NaiveDate,
    ) -> Result<Option<FoundRate>, Halt> {
        let known = match &self.known {
            Rates::Kept(kept) => kept.0.as_ref().map_err(Halt::clone)?,
            Rates::Read(known) => known,
        };
        Ok(Finder { source: &self.source, known, date, known_at: None }.find(from, to))
    }
}

fn all_of(source: &SmolStr, rows: &[Arc<ExchangeRate>]) -> Result<Known, Halt> {
    let mine: Vec<_> = rows.iter().filter(|row| row.source == *source).cloned().collect();
    let of_pair =
        |a: &Arc<ExchangeRate>, b: &Arc<ExchangeRate>| (a.base, a.quote) == (b.base, b.quote);
    let timeline = |rows: &[Arc<ExchangeRate>]| {
        let pair = rows.first().map(|row| (row.base, row.quote))?;
        Some(Timeline::of_rows(TimelineRules::default(), rows).map(|timeline| (pair, timeline)))
    };
    mine.chunk_by(of_pair).filter_map(timeline).collect()
}

fn read_some(
    tx: &mut Tx<'_>,
    source: &RateSource,
    currencies: &[Currency],
    ledger: Currency,
) -> Result<Known, Halt> {
    let mut known = Known::new();
    for pair in currencies.iter().flat_map(|currency| pairs(*currency, ledger, source.pivot)) {
        if let Entry::Vacant(place) = known.entry(pair) {
            place.insert(rate::series(tx, &source.code, pair)?);
        }
    }
    Ok(known)
}
