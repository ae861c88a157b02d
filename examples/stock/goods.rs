//! What stock needs to know besides the documents: where goods lie, when they are ordered today, who sells them, what is made of what.
//!
//! Of AdventureWorks it is read from the files beside the documents; of the demo company it is made up from them, the same on every run.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use fondaco::prelude::*;

use crate::common::{
    company::{Company, PurchaseDocument, PurchaseLine},
    references::{Unique, known},
    rounding::times,
    table::{DataError, Row, read_rows},
};

/// Which warehouse an article is kept in, all of it: by what becomes of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Warehouse {
    /// Bought, and made into something.
    Materials,
    /// Made, and made into something.
    Workshop,
    /// Sold.
    Goods,
}

impl Warehouse {
    pub const ALL: [Warehouse; 3] = [Warehouse::Materials, Warehouse::Workshop, Warehouse::Goods];

    pub fn code(self) -> &'static str {
        match self {
            Warehouse::Materials => "MATERIALS",
            Warehouse::Workshop => "WORKSHOP",
            Warehouse::Goods => "GOODS",
        }
    }

    pub fn name(self) -> &'static str {
        match self {
            Warehouse::Materials => "Materials",
            Warehouse::Workshop => "Workshop",
            Warehouse::Goods => "Goods for sale",
        }
    }

    pub fn site(self) -> SiteId {
        SiteId::named(self.code())
    }

    /// The code of a place in it.
    pub fn place(self, place: u32) -> String {
        format!("{}/{place}", self.code())
    }
}

/// An article, as far as its stock goes.
pub struct Good {
    pub warehouse: Warehouse,
    /// How much lay where when the half year opened, the fullest place first; never empty.
    pub lies: Vec<(String, Decimal)>,
    pub reorder_point: Decimal,
    pub safety_stock: Decimal,
    /// How much is ordered at a time, as it was in the half year.
    pub lot: Decimal,
    pub offers: Vec<Offer>,
}

/// What a vendor asks.
#[derive(Clone, Copy)]
pub struct Offer {
    pub vendor: u32,
    pub price: Decimal,
    pub lead_days: u32,
    pub minimum: Decimal,
}

/// So much of a part goes into one of something.
pub struct Part {
    pub product: u32,
    pub quantity: Decimal,
}

/// All of it.
pub struct Goods {
    /// By product: those that lie somewhere, come or go.
    pub by_product: BTreeMap<u32, Good>,
    /// What goes into one of a product.
    pub parts: BTreeMap<u32, Vec<Part>>,
    /// The places in each warehouse, with their names.
    pub places: BTreeMap<String, (Warehouse, String)>,
}

impl Goods {
    /// Reads or makes what the company's documents don't say.
    ///
    /// # Errors
    /// What is wrong with the files.
    pub fn of(company: &Company, data: Option<&Path>) -> Result<Goods, DataError> {
        let known = match data {
            Some(directory) => Known::read(company, directory)?,
            None => Known::made_up(company),
        };
        let mut goods =
            Goods { by_product: BTreeMap::new(), parts: known.parts, places: BTreeMap::new() };
        let sold: BTreeSet<u32> =
            company.sales.iter().flat_map(|sale| &sale.lines).map(|line| line.product).collect();
        let used: BTreeSet<u32> = goods.parts.values().flatten().map(|part| part.product).collect();
        let lots = lots(company);
        for product in company.products.values() {
            let id = product.id;
            let opens = !product.opening_quantity.is_zero();
            if !opens && !sold.contains(&id) && !used.contains(&id) && !lots.contains_key(&id) {
                continue;
            }
            let warehouse = match (sold.contains(&id), product.made) {
                (true, _) => Warehouse::Goods,
                (false, true) => Warehouse::Workshop,
                (false, false) => Warehouse::Materials,
            };
            let mut lies = Vec::new();
            for (place, quantity) in known.places_of.get(&id).into_iter().flatten() {
                let name = known.place_names.get(place).cloned().unwrap_or_default();
                goods.places.insert(warehouse.place(*place), (warehouse, name));
                lies.push((warehouse.place(*place), *quantity));
            }
            lies.sort_by_key(|(_, quantity)| std::cmp::Reverse(*quantity));
            if lies.is_empty() {
                lies.push((warehouse.code().to_owned(), product.opening_quantity));
            }
            let (safety_stock, reorder_point) =
                known.points.get(&id).copied().unwrap_or((Decimal::ZERO, Decimal::ZERO));
            let lot = lots.get(&id).copied().unwrap_or(safety_stock).max(Decimal::ONE);
            let offers = known.offers.get(&id).cloned().unwrap_or_default();
            let good = Good { warehouse, lies, reorder_point, safety_stock, lot, offers };
            goods.by_product.insert(id, good);
        }
        Ok(goods)
    }
}

/// What is ordered of each product at a time: the middle of all orders, of vendors or of production.
fn lots(company: &Company) -> BTreeMap<u32, Decimal> {
    let mut orders: BTreeMap<u32, Vec<Decimal>> = BTreeMap::new();
    for line in company.purchases.iter().flat_map(|purchase| &purchase.lines) {
        orders.entry(line.product).or_default().push(line.ordered);
    }
    for work in &company.work_orders {
        orders.entry(work.product).or_default().push(work.ordered);
    }
    let middle = |mut sizes: Vec<Decimal>| {
        sizes.sort_unstable();
        sizes.get(sizes.len() / 2).copied().unwrap_or_default()
    };
    orders.into_iter().map(|(product, sizes)| (product, middle(sizes))).collect()
}

/// What is known besides the documents.
#[derive(Default)]
struct Known {
    place_names: BTreeMap<u32, String>,
    places_of: BTreeMap<u32, Vec<(u32, Decimal)>>,
    /// Safety stock and reorder point.
    points: BTreeMap<u32, (Decimal, Decimal)>,
    offers: BTreeMap<u32, Vec<Offer>>,
    parts: BTreeMap<u32, Vec<Part>>,
}

impl Known {
    fn read(company: &Company, directory: &Path) -> Result<Known, DataError> {
        let mut known = Known::default();
        known.read_places(company, directory)?;
        known.read_points(company, directory)?;
        known.read_offers(company, directory)?;
        known.read_parts(company, directory)?;
        Ok(known)
    }

    fn read_places(&mut self, company: &Company, directory: &Path) -> Result<(), DataError> {
        let mut names = Unique::new("LocationID");
        read_rows(directory, "Location.csv", &["LocationID", "Name"], |row| {
            names.insert(row, row.id("LocationID")?, row.name("Name")?.to_owned())
        })?;
        self.place_names = names.into_map();
        let columns = ["ProductID", "LocationID", "Quantity"];
        read_rows(directory, "ProductInventory.csv", &columns, |row| {
            let product = known(row, "ProductID", &company.products)?;
            let place = known(row, "LocationID", &self.place_names)?;
            self.places_of.entry(product).or_default().push((place, row.quantity("Quantity")?));
            Ok(())
        })?;
        Ok(())
    }

    fn read_points(&mut self, company: &Company, directory: &Path) -> Result<(), DataError> {
        let columns = ["ProductID", "SafetyStockLevel", "ReorderPoint"];
        read_rows(directory, "Product.csv", &columns, |row| {
            let product = known(row, "ProductID", &company.products)?;
            let points = (row.quantity("SafetyStockLevel")?, row.quantity("ReorderPoint")?);
            self.points.insert(product, points);
            Ok(())
        })?;
        Ok(())
    }

    /// In pieces, whatever the column of the unit says: nobody published how many are in a carton.
    fn read_offers(&mut self, company: &Company, directory: &Path) -> Result<(), DataError> {
        let columns =
            ["ProductID", "BusinessEntityID", "AverageLeadTime", "StandardPrice", "MinOrderQty"];
        read_rows(directory, "ProductVendor.csv", &columns, |row| {
            let product = known(row, "ProductID", &company.products)?;
            let offer = Offer {
                vendor: known(row, "BusinessEntityID", &company.vendors)?,
                price: row.amount("StandardPrice")?,
                lead_days: row.id("AverageLeadTime")?,
                minimum: row.quantity("MinOrderQty")?.max(Decimal::ONE),
            };
            self.offers.entry(product).or_default().push(offer);
            Ok(())
        })?;
        Ok(())
    }

    /// The lists of parts that hold today, for all of the half year.
    fn read_parts(&mut self, company: &Company, directory: &Path) -> Result<(), DataError> {
        let columns = ["ProductAssemblyID", "ComponentID", "EndDate", "PerAssemblyQty"];
        read_rows(directory, "BillOfMaterials.csv", &columns, |row: &Row| {
            if row.text("ProductAssemblyID")?.is_empty() || !row.text("EndDate")?.is_empty() {
                return Ok(());
            }
            let made = known(row, "ProductAssemblyID", &company.products)?;
            let product = known(row, "ComponentID", &company.products)?;
            let part = Part { product, quantity: row.quantity("PerAssemblyQty")? };
            self.parts.entry(made).or_default().push(part);
            Ok(())
        })?;
        Ok(())
    }

    /// What the demo company's documents leave open: parts by the families of its pumps, prices and lead times as its orders had them, and
    /// the rule of thumb by which so many order: as soon as there is less than a month's use.
    fn made_up(company: &Company) -> Known {
        let mut known = Known { parts: made_up_parts(company), ..Known::default() };
        for purchase in &company.purchases {
            purchase.lines.iter().for_each(|line| known.offer_of(purchase, line));
        }
        for (product, used) in used(company, &known.parts) {
            let month = (used / Decimal::from(6)).ceil();
            known.points.insert(product, ((month / Decimal::TWO).ceil(), month));
        }
        known
    }

    /// The last order of each vendor stands.
    fn offer_of(&mut self, purchase: &PurchaseDocument, line: &PurchaseLine) {
        let days = (purchase.received_on - purchase.ordered_on).num_days();
        let lead_days = u32::try_from(days).unwrap_or_default();
        let (vendor, price, minimum) = (purchase.vendor, line.unit_price, Decimal::ONE);
        let offers = self.offers.entry(line.product).or_default();
        offers.retain(|offer| offer.vendor != vendor);
        offers.push(Offer { vendor, price, lead_days, minimum });
    }
}

/// What goes into the families of the demo company: code of the whole, codes of its parts, how many.
const RECIPES: [(&str, &[(&str, i64)]); 3] = [
    ("GP", &[("EM", 1), ("CA", 1), ("SE", 3), ("PH", 1)]),
    ("WP", &[("EM", 1), ("CA", 2), ("SE", 5), ("PH", 1)]),
    ("IC", &[("CB", 1), ("SE", 1)]),
];

/// The smallest of a family takes the smallest parts, and so on.
fn made_up_parts(company: &Company) -> BTreeMap<u32, Vec<Part>> {
    let family = |code: &str| -> Vec<u32> {
        let of = |number: &str| number.split_once('-').is_some_and(|(family, _)| family == code);
        company.products.values().filter(|it| of(&it.number)).map(|it| it.id).collect()
    };
    let mut parts: BTreeMap<u32, Vec<Part>> = BTreeMap::new();
    for (whole, recipe) in RECIPES {
        for (place, made) in family(whole).into_iter().enumerate() {
            for (code, count) in recipe {
                let family = family(code);
                let product = family.get(place % family.len().max(1)).copied();
                let part = product.map(|product| Part { product, quantity: (*count).into() });
                parts.entry(made).or_default().extend(part);
            }
        }
    }
    parts
}

/// How much of each product was sold and used.
fn used(company: &Company, parts: &BTreeMap<u32, Vec<Part>>) -> BTreeMap<u32, Decimal> {
    let mut used: BTreeMap<u32, Decimal> = BTreeMap::new();
    for line in company.sales.iter().flat_map(|sale| &sale.lines) {
        *used.entry(line.product).or_default() += line.quantity;
    }
    for work in &company.work_orders {
        for part in parts.get(&work.product).into_iter().flatten() {
            let more = times(part.quantity, work.ordered).unwrap_or_default();
            *used.entry(part.product).or_default() += more;
        }
    }
    used
}
