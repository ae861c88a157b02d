//! Work orders: lots of what is made here, a few of which end as scrap.

use rust_decimal::Decimal;

use super::{
    super::company::WorkOrder,
    calendar::{Rhythm, days, later, working_day},
    catalogue::{Catalogue, Item},
    origin,
    random::{Random, Weights},
    tally::Tally,
};

const SCRAP_REASONS: [&str; 6] = [
    "Casting cracked",
    "Drilled off centre",
    "Dropped",
    "Leak in pressure test",
    "Solder joint open",
    "Wound short",
];

/// `count` finished work orders in order of their first days, with ids from 30,001.
pub(super) fn work_orders(
    random: &mut Random,
    count: u32,
    catalogue: &Catalogue,
    tally: &mut Tally,
) -> Vec<WorkOrder> {
    let made: Vec<_> = catalogue.items.iter().filter(|item| item.made).collect();
    let weights = Weights::zipf(made.len(), 8);
    let days = days(random, count, Rhythm::Businesses);
    let numbered = (1..).zip(days);
    numbered
        .filter_map(|(number, started_on)| {
            let item = random.weighted(&made, &weights)?;
            let (ordered, scrapped) = lot(random, item);
            tally.work_order(item, scrapped);
            let days = u64::try_from(random.between(1, 15)).unwrap_or(1);
            let reason = random.pick(&SCRAP_REASONS).filter(|_| scrapped > 0);
            Some(WorkOrder {
                id: 30_000 + number,
                product: item.id,
                ordered: Decimal::from(ordered),
                stocked: Decimal::from(ordered - scrapped),
                scrapped: Decimal::from(scrapped),
                scrap_reason: reason.map(|reason| (*reason).to_owned()),
                started_on,
                ended_on: working_day(later(started_on, days)),
                origin: origin(number),
            })
        })
        .collect()
}

/// Units of a lot, in fives, more of parts than of wares; and how many of them are scrap, in one
/// lot of thirty.
fn lot(random: &mut Random, item: &Item) -> (i64, i64) {
    let ordered = 5 * if item.sold { random.between(1, 16) } else { random.between(4, 60) };
    let scrapped = if random.chance(33) { random.between(1, 1 + ordered / 8) } else { 0 };
    (ordered, scrapped)
}
