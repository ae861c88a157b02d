//! Purchases: orders to a vendor for what it sells, delivered after its lead time, sometimes short,
//! sometimes rejected.

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::{
    super::company::{PurchaseDocument, PurchaseLine},
    calendar::{Rhythm, days, later, working_day},
    catalogue::{Catalogue, Item, Partner},
    origin,
    random::{Random, Weights},
    tally::{Tally, share},
};

/// What vendors take for freight, of all that was ordered: 2.5 %.
const FREIGHT_RATE_E4: i64 = 250;

/// `count` purchase orders in order of their dates, with ids from 5,001.
pub(super) fn purchases(
    random: &mut Random,
    count: u32,
    catalogue: &Catalogue,
    tally: &mut Tally,
) -> Vec<PurchaseDocument> {
    let weights = Weights::zipf(catalogue.vendors.len(), 5);
    let mut list = Vec::new();
    for (number, day) in (1..).zip(days(random, count, Rhythm::Businesses)) {
        let place = weights.draw(random);
        let (Some(vendor), Some(offer)) =
            (catalogue.vendors.get(place), catalogue.vendor_items.get(place))
        else {
            continue;
        };
        let items =
            offer.iter().filter_map(|index| catalogue.items.get(*index)).collect::<Vec<_>>();
        let items = chosen(random, items);
        list.push(purchase(random, (number, day), vendor, &items, tally));
    }
    list
}

/// One to five of a vendor's items, each once.
fn chosen<'c>(random: &mut Random, mut items: Vec<&'c Item>) -> Vec<&'c Item> {
    let wanted = usize::try_from(random.between(1, 5)).unwrap_or(1);
    while items.len() > wanted {
        let length = u64::try_from(items.len()).unwrap_or(0);
        items.remove(usize::try_from(random.below(length)).unwrap_or(0));
    }
    items
}

fn purchase(
    random: &mut Random,
    (number, ordered_on): (u32, NaiveDate),
    vendor: &Partner,
    items: &[&Item],
    tally: &mut Tally,
) -> PurchaseDocument {
    let refused = random.chance(12);
    let (mut net_e4, mut billed_cents, mut lines) = (0, 0, Vec::new());
    for (id, item) in (number * 10..).zip(items) {
        let price_e4 = item.cost_e4 * random.between(9_700, 10_300) / 10_000;
        let quantities = quantities(random, price_e4, refused);
        let [ordered, ..] = quantities;
        net_e4 += ordered * price_e4;
        billed_cents += tally.purchase_line(price_e4, quantities);
        lines.push(line(id, item, price_e4, quantities));
    }
    let (tax_e4, freight_e4) = (share(net_e4, vendor.tax_e4), share(net_e4, FREIGHT_RATE_E4));
    tally.purchase([net_e4, tax_e4, freight_e4], billed_cents, vendor.tax_e4);
    let days = u64::try_from(vendor.lead_days + random.between(-2, 6)).unwrap_or(1);
    PurchaseDocument {
        id: 5_000 + number,
        ordered_on,
        received_on: working_day(later(ordered_on, days)),
        vendor: vendor.id,
        tax_rate: Decimal::new(vendor.tax_e4, 4),
        net: Decimal::new(net_e4, 4),
        tax: Decimal::new(tax_e4, 4),
        freight: Decimal::new(freight_e4, 4),
        lines,
        origin: origin(number),
    }
}

/// How many are ordered, received, rejected: money for 400 to 7,000 euros, one line in eight short,
/// one in sixteen partly bad.
fn quantities(random: &mut Random, price_e4: i64, refused: bool) -> [i64; 3] {
    let ordered = (random.between(400, 7_000) * 10_000 / price_e4.max(1)).clamp(1, 25_000);
    let received =
        if random.chance(125) { ordered * random.between(70, 99) / 100 } else { ordered };
    let bad =
        if random.chance(62) && received > 0 { random.between(1, 1 + received / 6) } else { 0 };
    [ordered, received, if refused { received } else { bad.min(received) }]
}

fn line(
    id: u32,
    item: &Item,
    price_e4: i64,
    [ordered, received, rejected]: [i64; 3],
) -> PurchaseLine {
    PurchaseLine {
        id,
        product: item.id,
        unit_price: Decimal::new(price_e4, 4),
        ordered: Decimal::from(ordered),
        received: Decimal::from(received),
        rejected: Decimal::from(rejected),
        stocked: Decimal::from(received - rejected),
        origin: origin(id),
    }
}
