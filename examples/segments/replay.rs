//! The days of a shop, one after the other.

use std::collections::BTreeMap;
use std::error::Error;
use std::fmt;

use chrono::{Datelike, NaiveDate, NaiveTime};
use fondaco::core::Timestamp;
use fondaco::core::calendar::Zone;
use fondaco::crm::campaigns::{Audience, Campaign, Cap, Decision, Outreach, QuietHours, Rules};
use fondaco::crm::segments::{
    Columns, ColumnsBuilder, Definition, Happened, Kind, Live, Schema, SegmentSet, Span, Value,
};

use super::shop::{Purchase, Shop};

/// The segments, as somebody in marketing writes them.
pub const SEGMENTS: [(&str, &str); 6] = [
    ("new", "since_first(purchase) <= 30 days"),
    ("active", "done(purchase) in 90 days"),
    ("loyal", "count(purchase) in 180 days >= 3"),
    ("lapsed", "recency(purchase) > 90 days"),
    ("valuable", "sum(purchase.amount) in 365 days > 150"),
    ("worth winning back", "in segment \"valuable\" and in segment \"lapsed\""),
];

/// What changed in a month, and how large the segments were at its end.
pub struct Month {
    pub first: NaiveDate,
    pub entered: BTreeMap<&'static str, u64>,
    pub left: BTreeMap<&'static str, u64>,
    pub sizes: BTreeMap<&'static str, u64>,
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.first.format("%Y-%m"))?;
        for (name, size) in &self.sizes {
            let of = |counts: &BTreeMap<&str, u64>| counts.get(name).copied().unwrap_or(0);
            write!(f, "  {name} {size} (+{} -{})", of(&self.entered), of(&self.left))?;
        }
        Ok(())
    }
}

/// All days, and what is so at the end.
pub struct Replay {
    pub live: Live,
    pub months: Vec<Month>,
    pub decisions: Vec<Decision>,
    pub end: Timestamp,
}

impl Replay {
    /// Replays a shop's purchases, until so many days after the last.
    ///
    /// # Errors
    /// A segment that can't be, with its place.
    pub fn of(shop: &Shop, days_after: u64) -> Result<Replay, Box<dyn Error>> {
        let first = shop.purchases.first().ok_or("nobody bought anything")?.day;
        let set = segments()?;
        let mut live = Live::new(set, at(first, 0)?);
        for _ in &shop.customers {
            live.contact(None, None, &[])?;
        }
        live.take_changes();
        let last = shop.purchases.last().map_or(first, |bought| bought.day);
        let end = last.checked_add_days(chrono::Days::new(days_after)).unwrap_or(last);
        let mut replay =
            Replay { end: at(end, 0)?, live, months: Vec::new(), decisions: Vec::new() };
        let mut outreach = Outreach::new(rules())?;
        let mut bought = (0_u64..).zip(&shop.purchases).peekable();
        for day in first.iter_days().take_while(|day| *day < end) {
            while let Some((id, purchase)) = bought.next_if(|(_, purchase)| purchase.day == day) {
                replay.live.event(&happened(id, purchase)?)?;
            }
            let tomorrow = day.succ_opt().unwrap_or(day);
            replay.live.advance(at(tomorrow, 0)?)?;
            replay.day(day, &mut outreach);
        }
        Ok(replay)
    }

    /// The segments.
    pub fn set(&self) -> &SegmentSet {
        self.live.set()
    }

    /// Their names, in the order in which they are told.
    pub fn names(&self) -> Vec<&'static str> {
        SEGMENTS.iter().map(|(name, _)| *name).collect()
    }

    /// What changed on a day.
    fn day(&mut self, day: NaiveDate, outreach: &mut Outreach) {
        let first = day.with_day(1).unwrap_or(day);
        if self.months.last().is_none_or(|month| month.first != first) {
            let empty = BTreeMap::new;
            self.months.push(Month { first, entered: empty(), left: empty(), sizes: empty() });
        }
        let changes = self.live.take_changes();
        let live = &self.live;
        let Some(month) = self.months.last_mut() else { return };
        for change in &changes {
            let named = SEGMENTS.iter().find(|(name, _)| live.name(change.segment) == Some(*name));
            let Some((name, _)) = named else { continue };
            let counts = if change.entered { &mut month.entered } else { &mut month.left };
            *counts.entry(name).or_default() += 1;
            outreach.note(name, change);
        }
        for (name, _) in SEGMENTS {
            month.sizes.insert(name, live.members(name).map_or(0, |members| members.len()));
        }
        self.decisions.extend(outreach.replay(live.now(), &Everybody { live }));
    }

    /// The same purchases in columns, to be asked at once.
    ///
    /// # Errors
    /// None of a shop that was replayed.
    pub fn columns(&self, shop: &Shop) -> Result<Columns, Box<dyn Error>> {
        let mut builder = ColumnsBuilder::new(self.set().schema());
        for _ in &shop.customers {
            builder.contact(None, None, &[])?;
        }
        for (id, purchase) in (0_u64..).zip(&shop.purchases) {
            let happened = happened(id, purchase)?;
            builder.event(happened.contact, happened.event, happened.at, &happened.values)?;
        }
        Ok(builder.finish())
    }
}

fn segments() -> Result<SegmentSet, Box<dyn Error>> {
    let schema = Schema::new().event(
        "purchase",
        [("amount", Kind::Number { decimals: 2 }), ("units", Kind::Number { decimals: 0 })],
    );
    let read = |(name, text): (&'static str, &str)| {
        Ok((name, Definition::parse(text).map_err(|error| format!("{name}: {error}"))?))
    };
    let definitions = SEGMENTS.into_iter().map(read).collect::<Result<Vec<_>, String>>()?;
    Ok(SegmentSet::compile(&schema, definitions)?)
}

/// What is written: thanks to who becomes loyal, and two days later, and not at night, a word to who is worth winning back.
fn rules() -> Rules {
    let time = |hour: u32| NaiveTime::from_hms_opt(hour, 0, 0).unwrap_or_default();
    let month = Span::days(30);
    Rules {
        campaigns: vec![
            Campaign::on_entry("thanks", "loyal").again_after(Span::days(365)),
            Campaign::on_entry("come back", "worth winning back")
                .after(Span::days(2))
                .priority(1)
                .again_after(Span::days(180)),
        ],
        caps: vec![Cap { channel: None, most: 1, within: month }],
        quiet: Some(QuietHours { from: time(20), to: time(8) }),
    }
}

/// Where all of them live, for all that is known.
static UTC: Zone = Zone::UTC;

/// The customers, as far as anything is known of them: one in ten did not agree to be written to.
struct Everybody<'l> {
    live: &'l Live,
}

impl Audience for Everybody<'_> {
    fn zone(&self, _: u32) -> &Zone {
        &UTC
    }

    fn consents(&self, contact: u32, _: &str, _: &str, _: Timestamp) -> bool {
        contact % 10 != 3
    }

    fn is_suppressed(&self, contact: u32, _: Timestamp) -> bool {
        contact % 100 == 7
    }

    /// Decided day by day: as of the end of that day.
    fn is_member(&self, segment: &str, contact: u32, _: Timestamp) -> bool {
        self.live.is_member(segment, contact).unwrap_or(false)
    }
}

fn at(day: NaiveDate, hour: u32) -> Result<Timestamp, Box<dyn Error>> {
    let instant = day.and_hms_opt(hour, 0, 0).ok_or("no such hour")?.and_utc();
    Ok(instant.try_into()?)
}

/// The shop knows days alone: all was bought at noon.
fn happened(id: u64, bought: &Purchase) -> Result<Happened<'static>, Box<dyn Error>> {
    let values = [Value::Number(bought.amount), Value::Number(bought.units.into())];
    Ok(Happened::new(bought.customer, "purchase", id, at(bought.day, 12)?).with(values))
}
