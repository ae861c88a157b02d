//! AdventureWorks (Microsoft, MIT): the half year of a bicycle maker, read from CSV files.
//!
//! Nothing is booked before all of it is read and holds together: references lead somewhere, ids
//! are there once, the parts of each header are its total, lines are their header, received =
//! rejected + stocked. What does not ends with file, line, column and value.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use rust_decimal::Decimal;

use super::{
    company::{
        Company, Party, Product, PurchaseDocument, PurchaseLine, SalesDocument, SalesLine,
        WorkOrder,
    },
    references::{Unique, date_from, known, must_be, optional_known},
    rounding::{sum, times},
    table::{DataError, Row, read_rows},
    totals::{Parts, Totals},
};

/// The tax on purchases: 8 % on every document of the data, taken as recoverable.
const PURCHASE_TAX_RATE: Decimal = Decimal::from_parts(8, 0, 0, false, 2);

/// The first and the last sales order of the published half year.
const PUBLISHED_ORDERS: [u32; 2] = [51_921, 63_362];

/// Reads a directory laid out like `adventureworks_mini`.
///
/// # Errors
/// The first thing that is wrong: a file that can't be read, a missing column, a broken row, a
/// value that is not what its column holds, a reference to nothing, an id used twice, parts that
/// are not their total.
pub fn read(directory: &Path) -> Result<Company, DataError> {
    let source = Source { directory: directory.to_owned() };
    let products = source.products()?;
    let customers = source.customers()?;
    let vendors = source.vendors()?;
    let territories = source.names("SalesTerritory.csv", "TerritoryID")?;
    let sales = source.sales(&products, &customers, &territories)?;
    let purchases = source.purchases(&products, &vendors)?;
    let work_orders = source.work_orders(&products)?;
    let published = sales.iter().any(|sale| PUBLISHED_ORDERS.contains(&sale.id));
    Ok(Company {
        name: "Adventure Works Cycles".to_owned(),
        currency: "USD".to_owned(),
        customers,
        vendors,
        products,
        territories,
        sales,
        purchases,
        work_orders,
        checks: published.then(published_totals),
    })
}

/// The totals published in the data's README, and beside them those that another program (Python's
/// decimals) made of the same files.
pub fn published_totals() -> Totals {
    let amount = |units: i64, decimals: u32| Decimal::new(units, decimals);
    let parts = |decimals: u32, [net, tax, freight, total]: [i64; 4]| Parts {
        net: amount(net, decimals),
        tax: amount(tax, decimals),
        freight: amount(freight, decimals),
        total: amount(total, decimals),
    };
    Totals {
        sales_orders: 11_442,
        sales_lines: 40_947,
        unknown_buyers: 427,
        purchase_orders: 1_183,
        purchase_lines: 2_667,
        rejected_lines: 168,
        work_orders: 17_471,
        scrap_lines: 184,
        scrap_lines_without_cost: 109,
        scrapped_products_without_cost: 15,
        made_products: 239,
        made_products_without_cost: 18,
        bought_products: 265,
        bought_products_without_cost: 182,
        sales_read: parts(4, [249_479_065_129, 23_027_920_210, 7_196_227_618, 279_703_212_957]),
        sales_booked: parts(2, [2_494_790_645, 230_280_363, 71_961_395, 2_797_032_403]),
        purchases_read: parts(4, [182_630_721_865, 14_610_457_713, 4_560_815_302, 201_801_994_880]),
        purchases_booked: parts(2, [1_761_305_014, 140_904_413, 45_608_179, 1_947_817_606]),
        ordered: amount(1_826_307_539, 2),
        received: amount(1_811_084_562, 2),
        rejected: amount(49_779_527, 2),
        scrapped_units: amount(3_979, 0),
        scrap_read: amount(865_339_294, 4),
        scrap_booked: amount(8_653_390, 2),
    }
}

/// The directory, and one function per kind of document.
struct Source {
    directory: PathBuf,
}

impl Source {
    fn rows<T>(
        &self,
        file: &str,
        columns: &[&str],
        each: impl FnMut(&Row) -> Result<T, DataError>,
    ) -> Result<Vec<T>, DataError> {
        read_rows(&self.directory, file, columns, each)
    }

    /// Ids and names of a small table.
    fn names(&self, file: &str, id: &str) -> Result<BTreeMap<u32, String>, DataError> {
        let mut names = Unique::new(id);
        self.rows(file, &[id, "Name"], |row| {
            names.insert(row, row.id(id)?, row.name("Name")?.to_owned())
        })?;
        Ok(names.into_map())
    }

    fn products(&self) -> Result<BTreeMap<u32, Product>, DataError> {
        let mut products = Unique::new("ProductID");
        self.rows(
            "Product.csv",
            &["ProductID", "Name", "ProductNumber", "MakeFlag", "StandardCost"],
            |row| {
                let product = Product {
                    id: row.id("ProductID")?,
                    number: row.name("ProductNumber")?.to_owned(),
                    name: row.name("Name")?.to_owned(),
                    made: row.flag("MakeFlag")?,
                    standard_cost: row.amount("StandardCost")?,
                    last_receipt_cost: None,
                    opening_quantity: Decimal::ZERO,
                };
                products.insert(row, product.id, product)
            },
        )?;
        let mut products = products.into_map();
        self.add_receipt_costs(&mut products)?;
        self.add_opening_quantities(&mut products)?;
        Ok(products)
    }

    /// The cost of each product's latest receipt; of two on one day the vendor with the lower id.
    fn add_receipt_costs(&self, products: &mut BTreeMap<u32, Product>) -> Result<(), DataError> {
        let columns = ["ProductID", "BusinessEntityID", "LastReceiptCost", "LastReceiptDate"];
        let mut pairs = Unique::new("BusinessEntityID");
        let mut latest = BTreeMap::new();
        self.rows("ProductVendor.csv", &columns, |row| {
            let product = known(row, "ProductID", products)?;
            let vendor = row.id("BusinessEntityID")?;
            pairs.insert(row, (product, vendor), ())?;
            if row.text("LastReceiptCost")?.is_empty() {
                return Ok(());
            }
            let rank = (row.date("LastReceiptDate")?, std::cmp::Reverse(vendor));
            let receipt = (rank, row.amount("LastReceiptCost")?);
            latest.entry(product).and_modify(|best| *best = receipt.max(*best)).or_insert(receipt);
            Ok(())
        })?;
        for (product, (_, cost)) in latest {
            products.entry(product).and_modify(|product| product.last_receipt_cost = Some(cost));
        }
        Ok(())
    }

    fn add_opening_quantities(
        &self,
        products: &mut BTreeMap<u32, Product>,
    ) -> Result<(), DataError> {
        let mut places = Unique::new("LocationID");
        self.rows("ProductInventory.csv", &["ProductID", "LocationID", "Quantity"], |row| {
            let id = known(row, "ProductID", products)?;
            places.insert(row, (id, row.id("LocationID")?), ())?;
            let quantity = row.quantity("Quantity")?;
            let Some(product) = products.get_mut(&id) else { return Ok(()) };
            product.opening_quantity = sum([product.opening_quantity, quantity])
                .map_err(|error| row.error("Quantity", error.to_string()))?;
            Ok(())
        })?;
        Ok(())
    }

    /// Stores have a name, persons don't (their table is not in the data): those go by their
    /// account number.
    fn customers(&self) -> Result<BTreeMap<u32, Party>, DataError> {
        let stores = self.names("Store.csv", "BusinessEntityID")?;
        let mut customers = Unique::new("CustomerID");
        self.rows("Customer.csv", &["CustomerID", "StoreID", "AccountNumber"], |row| {
            let number = row.name("AccountNumber")?.to_owned();
            let name = match optional_known(row, "StoreID", &stores)? {
                Some(store) => stores.get(&store).cloned().unwrap_or_default(),
                None => number.clone(),
            };
            let id = row.id("CustomerID")?;
            customers.insert(row, id, Party { id, number, name, terms_days: None })
        })?;
        Ok(customers.into_map())
    }

    fn vendors(&self) -> Result<BTreeMap<u32, Party>, DataError> {
        let mut vendors = Unique::new("BusinessEntityID");
        self.rows("Vendor.csv", &["BusinessEntityID", "AccountNumber", "Name"], |row| {
            let id = row.id("BusinessEntityID")?;
            let (number, name) =
                (row.name("AccountNumber")?.to_owned(), row.name("Name")?.to_owned());
            vendors.insert(row, id, Party { id, number, name, terms_days: None })
        })?;
        Ok(vendors.into_map())
    }

    fn sales(
        &self,
        products: &BTreeMap<u32, Product>,
        customers: &BTreeMap<u32, Party>,
        territories: &BTreeMap<u32, String>,
    ) -> Result<Vec<SalesDocument>, DataError> {
        let columns = [
            "SalesOrderID",
            "OrderDate",
            "OnlineOrderFlag",
            "CustomerID",
            "TerritoryID",
            "SalesPersonID",
            "SubTotal",
            "TaxAmt",
            "Freight",
            "TotalDue",
        ];
        let mut sales = Unique::new("SalesOrderID");
        self.rows("SalesOrder.csv", &columns, |row| {
            let [net, tax, freight] = header_parts(row)?;
            let sale = SalesDocument {
                id: row.id("SalesOrderID")?,
                date: row.date("OrderDate")?,
                customer: optional_known(row, "CustomerID", customers)?,
                territory: optional_known(row, "TerritoryID", territories)?,
                sales_person: row.optional_id("SalesPersonID")?,
                online: row.flag("OnlineOrderFlag")?,
                net,
                tax,
                freight,
                lines: Vec::new(),
                origin: row.origin(),
            };
            sales.insert(row, sale.id, sale)
        })?;
        let mut sales = sales.into_map();
        self.add_sales_lines(&mut sales, products)?;
        Ok(sales.into_values().collect())
    }

    fn add_sales_lines(
        &self,
        sales: &mut BTreeMap<u32, SalesDocument>,
        products: &BTreeMap<u32, Product>,
    ) -> Result<(), DataError> {
        let mut ids = Unique::new("LineID");
        self.rows(
            "SalesOrderLine.csv",
            &["SalesOrderID", "LineID", "ProductID", "Quantity"],
            |row| {
                let order = known(row, "SalesOrderID", sales)?;
                ids.insert(row, (order, row.id("LineID")?), ())?;
                let line = SalesLine {
                    product: known(row, "ProductID", products)?,
                    quantity: row.quantity("Quantity")?,
                };
                sales.entry(order).and_modify(|sale| sale.lines.push(line));
                Ok(())
            },
        )?;
        Ok(())
    }

    fn purchases(
        &self,
        products: &BTreeMap<u32, Product>,
        vendors: &BTreeMap<u32, Party>,
    ) -> Result<Vec<PurchaseDocument>, DataError> {
        let columns = [
            "PurchaseOrderID",
            "VendorID",
            "OrderDate",
            "ShipDate",
            "SubTotal",
            "TaxAmt",
            "Freight",
            "TotalDue",
        ];
        let mut purchases = Unique::new("PurchaseOrderID");
        self.rows("PurchaseOrderHeader.csv", &columns, |row| {
            let [net, tax, freight] = header_parts(row)?;
            let purchase = PurchaseDocument {
                id: row.id("PurchaseOrderID")?,
                ordered_on: row.date("OrderDate")?,
                received_on: date_from(row, "ShipDate", "OrderDate")?,
                vendor: known(row, "VendorID", vendors)?,
                tax_rate: PURCHASE_TAX_RATE,
                net,
                tax,
                freight,
                lines: Vec::new(),
                origin: row.origin(),
            };
            purchases.insert(row, purchase.id, purchase)
        })?;
        let mut purchases = purchases.into_map();
        self.add_purchase_lines(&mut purchases, products)?;
        purchases.values().try_for_each(lines_are_header)?;
        Ok(purchases.into_values().collect())
    }

    fn add_purchase_lines(
        &self,
        purchases: &mut BTreeMap<u32, PurchaseDocument>,
        products: &BTreeMap<u32, Product>,
    ) -> Result<(), DataError> {
        let columns = [
            "PurchaseOrderID",
            "PurchaseOrderDetailID",
            "ProductID",
            "OrderQty",
            "UnitPrice",
            "LineTotal",
            "ReceivedQty",
            "RejectedQty",
            "StockedQty",
        ];
        let mut ids = Unique::new("PurchaseOrderDetailID");
        self.rows("PurchaseOrderDetail.csv", &columns, |row| {
            let order = known(row, "PurchaseOrderID", purchases)?;
            let line = PurchaseLine {
                id: row.id("PurchaseOrderDetailID")?,
                product: known(row, "ProductID", products)?,
                unit_price: row.amount("UnitPrice")?,
                ordered: row.quantity("OrderQty")?,
                received: row.quantity("ReceivedQty")?,
                rejected: row.quantity("RejectedQty")?,
                stocked: row.quantity("StockedQty")?,
                origin: row.origin(),
            };
            ids.insert(row, line.id, ())?;
            must_be(
                row,
                "LineTotal",
                row.amount("LineTotal")?,
                times(line.ordered, line.unit_price),
                "OrderQty x UnitPrice",
            )?;
            must_be(
                row,
                "ReceivedQty",
                line.received,
                sum([line.rejected, line.stocked]),
                "RejectedQty + StockedQty",
            )?;
            purchases.entry(order).and_modify(|purchase| purchase.lines.push(line));
            Ok(())
        })?;
        Ok(())
    }

    fn work_orders(&self, products: &BTreeMap<u32, Product>) -> Result<Vec<WorkOrder>, DataError> {
        let reasons = self.names("ScrapReason.csv", "ScrapReasonID")?;
        let columns = [
            "WorkOrderID",
            "ProductID",
            "OrderQty",
            "StockedQty",
            "ScrappedQty",
            "StartDate",
            "EndDate",
            "ScrapReasonID",
        ];
        let mut orders = Unique::new("WorkOrderID");
        self.rows("WorkOrder.csv", &columns, |row| {
            let reason = optional_known(row, "ScrapReasonID", &reasons)?;
            let order = WorkOrder {
                id: row.id("WorkOrderID")?,
                product: known(row, "ProductID", products)?,
                ordered: row.quantity("OrderQty")?,
                stocked: row.quantity("StockedQty")?,
                scrapped: row.quantity("ScrappedQty")?,
                scrap_reason: reason.and_then(|id| reasons.get(&id)).cloned(),
                started_on: row.date("StartDate")?,
                ended_on: date_from(row, "EndDate", "StartDate")?,
                origin: row.origin(),
            };
            must_be(
                row,
                "OrderQty",
                order.ordered,
                sum([order.stocked, order.scrapped]),
                "StockedQty + ScrappedQty",
            )?;
            orders.insert(row, order.id, order)
        })?;
        Ok(orders.into_map().into_values().collect())
    }
}

/// Net, tax and freight of a header, whose sum must be its total.
fn header_parts(row: &Row) -> Result<[Decimal; 3], DataError> {
    let parts = [row.amount("SubTotal")?, row.amount("TaxAmt")?, row.amount("Freight")?];
    must_be(row, "TotalDue", row.amount("TotalDue")?, sum(parts), "SubTotal + TaxAmt + Freight")?;
    Ok(parts)
}

/// The lines of a purchase order must add up to its header's net amount.
fn lines_are_header(purchase: &PurchaseDocument) -> Result<(), DataError> {
    let error = |problem| purchase.origin.error("SubTotal", &purchase.net.to_string(), problem);
    let lines = purchase
        .lines
        .iter()
        .map(|line| times(line.ordered, line.unit_price))
        .collect::<Result<Vec<_>, _>>();
    let total = lines.and_then(sum).map_err(|too_large| error(too_large.to_string()))?;
    match total == purchase.net {
        true => Ok(()),
        false => Err(error(format!(
            "is not the sum of purchase order {}'s lines in PurchaseOrderDetail.csv; right is {total}",
            purchase.id
        ))),
    }
}
