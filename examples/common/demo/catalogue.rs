//! The demo company's master data: products in families, vendors with what they sell, dealers and
//! private customers.
//!
//! Money here is in whole ten-thousandths of a euro (names end in `_e4`), quantities in whole
//! units.

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use super::super::company::{Party, Product};
use super::random::{Random, Weights};

/// Products alike in price and purpose.
struct Family {
    name: &'static str,
    code: &'static str,
    count: u32,
    made: bool,
    /// Sold to customers (true), or a part for making others.
    sold: bool,
    /// List price of the smallest, in ten-thousandths.
    price_e4: i64,
    /// How much dearer each next size is, in percent of the smallest.
    step_percent: i64,
    /// Cost in percent of the list price.
    cost_percent: i64,
}

const fn family(
    name: &'static str,
    code: &'static str,
    count: u32,
    made: bool,
    sold: bool,
    money: [i64; 3],
) -> Family {
    let [price_e4, step_percent, cost_percent] = money;
    Family { name, code, count, made, sold, price_e4, step_percent, cost_percent }
}

const FAMILIES: [Family; 13] = [
    family("Garden pump", "GP", 18, true, true, [1_490_000, 14, 52]),
    family("Hose", "HO", 16, false, true, [189_000, 11, 58]),
    family("Hose fitting", "FI", 36, false, true, [23_500, 6, 50]),
    family("Sprinkler", "SP", 20, false, true, [98_000, 9, 54]),
    family("Drip line set", "DL", 10, true, true, [245_000, 12, 45]),
    family("Filter cartridge", "FC", 12, false, true, [64_000, 10, 47]),
    family("Irrigation controller", "IC", 9, true, true, [890_000, 18, 48]),
    family("Well pump", "WP", 12, true, true, [3_290_000, 16, 55]),
    family("Electric motor", "EM", 10, false, false, [610_000, 15, 100]),
    family("Casting", "CA", 14, false, false, [172_000, 12, 100]),
    family("Seal", "SE", 20, false, false, [4_200, 8, 100]),
    family("Circuit board", "CB", 6, false, false, [134_000, 20, 100]),
    family("Pump housing", "PH", 8, true, false, [415_000, 13, 100]),
];

/// Sales territories: name, tax in ten-thousandths, and how many of a hundred customers live there.
const TERRITORIES: [(&str, i64, u64); 6] = [
    ("Italy", 2_200, 42),
    ("Germany", 1_900, 20),
    ("France", 2_000, 14),
    ("Austria", 2_000, 10),
    ("Spain", 2_100, 9),
    ("Switzerland", 0, 5),
];

const PLACES: [&str; 24] = [
    "Adige",
    "Arno",
    "Astico",
    "Bacchiglione",
    "Brenta",
    "Cismon",
    "Dora",
    "Entella",
    "Garda",
    "Isonzo",
    "Lambro",
    "Livenza",
    "Magra",
    "Mincio",
    "Natisone",
    "Oglio",
    "Piave",
    "Reno",
    "Secchia",
    "Sesia",
    "Tagliamento",
    "Ticino",
    "Trebbia",
    "Volturno",
];
const VENDOR_TRADES: [&str; 6] =
    ["Castings", "Electric", "Hydraulics", "Plastics", "Precision", "Rubber"];
const DEALER_TRADES: [&str; 6] =
    ["Garden Centre", "Hardware", "Irrigation", "Landscaping", "Nurseries", "Waterworks"];
const GIVEN_NAMES: [&str; 16] = [
    "Ada", "Bruno", "Carla", "Dario", "Elena", "Franz", "Greta", "Hugo", "Ines", "Jonas", "Klara",
    "Luca", "Marie", "Nino", "Olga", "Paul",
];
const FAMILY_NAMES: [&str; 20] = [
    "Bauer", "Bianchi", "Costa", "Dupont", "Egger", "Ferrari", "Garcia", "Huber", "Keller",
    "Lopez", "Martin", "Moser", "Neri", "Petit", "Ricci", "Roth", "Schmid", "Serra", "Vidal",
    "Weber",
];

const VENDORS: u32 = 36;

/// A product, with what only the generator knows.
pub(super) struct Item {
    pub(super) id: u32,
    pub(super) made: bool,
    pub(super) sold: bool,
    pub(super) price_e4: i64,
    /// Zero where nobody set one.
    pub(super) standard_e4: i64,
    /// What it really costs: the last receipt's price of bought products.
    pub(super) cost_e4: i64,
    number: String,
    name: String,
    opening: i64,
}

impl Item {
    /// What the books take as cost of a unit.
    pub(super) fn booked_cost_e4(&self) -> i64 {
        if self.made || self.standard_e4 > 0 { self.standard_e4 } else { self.cost_e4 }
    }
}

/// A vendor or a customer.
pub(super) struct Partner {
    pub(super) id: u32,
    /// Index into the territories.
    pub(super) territory: u32,
    /// Tax of documents with it, in ten-thousandths.
    pub(super) tax_e4: i64,
    /// Discount on list prices in percent; nothing for private customers and vendors.
    pub(super) discount_percent: i64,
    /// Days a vendor takes to deliver.
    pub(super) lead_days: i64,
    number: String,
    name: String,
    terms_days: u16,
}

/// All master data.
pub(super) struct Catalogue {
    pub(super) items: Vec<Item>,
    pub(super) vendors: Vec<Partner>,
    /// The indexes of each vendor's items.
    pub(super) vendor_items: Vec<Vec<usize>>,
    pub(super) dealers: Vec<Partner>,
    pub(super) homes: Vec<Partner>,
}

impl Catalogue {
    /// Master data for a company that sells `sales_orders` in a half year.
    pub(super) fn new(random: &mut Random, sales_orders: u32) -> Self {
        let items = items(random);
        let vendors = (1..=VENDORS).map(|id| vendor(random, id)).collect();
        let vendor_items = vendor_items(random, &items);
        let dealers = (1..=(sales_orders / 40).max(10))
            .map(|number| dealer(random, 1_000 + number))
            .collect();
        let homes = (1..=(sales_orders * 6 / 10).max(10))
            .map(|number| home(random, 100_000 + number))
            .collect();
        Self { items, vendors, vendor_items, dealers, homes }
    }

    pub(super) fn customers(&self) -> BTreeMap<u32, Party> {
        self.dealers
            .iter()
            .chain(&self.homes)
            .map(|partner| (partner.id, partner.party()))
            .collect()
    }

    pub(super) fn vendors(&self) -> BTreeMap<u32, Party> {
        self.vendors.iter().map(|partner| (partner.id, partner.party())).collect()
    }

    pub(super) fn products(&self) -> BTreeMap<u32, Product> {
        self.items.iter().map(|item| (item.id, item.product())).collect()
    }
}

impl Item {
    fn product(&self) -> Product {
        Product {
            id: self.id,
            number: self.number.clone(),
            name: self.name.clone(),
            made: self.made,
            standard_cost: Decimal::new(self.standard_e4, 4),
            last_receipt_cost: (!self.made).then(|| Decimal::new(self.cost_e4, 4)),
            opening_quantity: Decimal::from(self.opening),
        }
    }
}

impl Partner {
    fn party(&self) -> Party {
        Party {
            id: self.id,
            number: self.number.clone(),
            name: self.name.clone(),
            terms_days: Some(self.terms_days),
        }
    }
}

/// Names of the territories by id, from 1.
pub(super) fn territories() -> BTreeMap<u32, String> {
    (1..).zip(TERRITORIES.map(|(name, ..)| name.to_owned())).collect()
}

/// A territory's id and tax, by where people live.
pub(super) fn territory(random: &mut Random) -> (u32, i64) {
    let place = Weights::new(TERRITORIES.map(|(.., share)| share)).draw(random);
    let tax_e4 = TERRITORIES.get(place).map_or(0, |(_, tax_e4, _)| *tax_e4);
    (u32::try_from(place).unwrap_or(0) + 1, tax_e4)
}

fn items(random: &mut Random) -> Vec<Item> {
    let sizes =
        FAMILIES.iter().flat_map(|family| (0..family.count).map(move |size| (family, size)));
    (1..).zip(sizes).map(|(id, (family, size))| item(random, id, family, size)).collect()
}

fn item(random: &mut Random, id: u32, family: &Family, size: u32) -> Item {
    let Family { name, code, made, sold, step_percent, cost_percent, .. } = *family;
    let price_e4 = family.price_e4 * (100 + step_percent * i64::from(size)) / 100 / 100 * 100;
    let cost_e4 = price_e4 * cost_percent * random.between(940, 1_060) / 100_000;
    let unset = random.chance(if made { 80 } else { 330 });
    let standard_e4 = if unset { 0 } else { cost_e4 * random.between(970, 1_030) / 1_000 };
    let opening = (random.between(8_000, 24_000) * 10_000 / cost_e4.max(1)).clamp(20, 20_000);
    let (number, name) =
        (format!("{code}-{:03}", 100 + size * 5), format!("{name} {}", 100 + size * 5));
    Item { id, made, sold, price_e4, standard_e4, cost_e4, number, name, opening }
}

/// Every bought item has a vendor, and every other one a second.
fn vendor_items(random: &mut Random, items: &[Item]) -> Vec<Vec<usize>> {
    let mut lists: Vec<Vec<usize>> = (0..VENDORS).map(|_| Vec::new()).collect();
    let bought = items.iter().enumerate().filter(|(_, item)| !item.made);
    for (place, (index, _)) in bought.enumerate() {
        let first = place % lists.len();
        let second = usize::try_from(random.below(VENDORS.into())).unwrap_or(0);
        let vendors =
            if place % 2 == 0 && second != first { vec![first, second] } else { vec![first] };
        for vendor in vendors {
            lists.get_mut(vendor).into_iter().for_each(|list| list.push(index));
        }
    }
    lists
}

fn vendor(random: &mut Random, id: u32) -> Partner {
    // Domestic tax, reverse charge from abroad, and a reduced rate.
    let tax_e4 =
        random.weighted(&[2_200, 0, 1_000], &Weights::new([70, 22, 8])).copied().unwrap_or(0);
    let name = composed(random, &PLACES, &VENDOR_TRADES);
    let terms_days = random.pick(&[14, 30, 30, 60]).copied().unwrap_or(30);
    let lead_days = random.between(4, 24);
    Partner {
        id,
        territory: 1,
        tax_e4,
        discount_percent: 0,
        lead_days,
        number: format!("V{id:04}"),
        name,
        terms_days,
    }
}

fn dealer(random: &mut Random, id: u32) -> Partner {
    let (territory, tax_e4) = territory(random);
    let name = composed(random, &PLACES, &DEALER_TRADES);
    let terms_days = random.pick(&[14, 30, 30, 45, 60]).copied().unwrap_or(30);
    let discount_percent = random.between(8, 25);
    Partner {
        id,
        territory,
        tax_e4,
        discount_percent,
        lead_days: 0,
        number: format!("D{id:05}"),
        name,
        terms_days,
    }
}

fn home(random: &mut Random, id: u32) -> Partner {
    let (territory, tax_e4) = territory(random);
    let name = composed(random, &GIVEN_NAMES, &FAMILY_NAMES);
    Partner {
        id,
        territory,
        tax_e4,
        discount_percent: 0,
        lead_days: 0,
        number: format!("C{id:06}"),
        name,
        terms_days: 0,
    }
}

fn composed(random: &mut Random, first: &[&str], second: &[&str]) -> String {
    let mut word =
        |list: &[&str]| random.pick(list).map_or_else(String::new, |word| (*word).to_owned());
    format!("{} {}", word(first), word(second))
}
