//! A small directory of CSV files laid out like AdventureWorks, good or with one thing wrong.

use std::{
    fs,
    path::PathBuf,
    sync::atomic::{AtomicU32, Ordering},
};

use super::common::{adventureworks, company::Company, table::DataError};

/// A small directory like AdventureWorks, in the temporary folder until dropped.
pub struct Files(pub PathBuf);

/// The good files: names and contents.
pub const GOOD: [(&str, &str); 13] = [
    (
        "Product.csv",
        "ProductID,Name,ProductNumber,MakeFlag,StandardCost\n1,Bearing,BE-1,0,0\n2,\"Frame, red\",FR-2,1,33.3345\n3,Fork,FO-3,1,.00\n",
    ),
    (
        "ProductVendor.csv",
        "ProductID,BusinessEntityID,LastReceiptCost,LastReceiptDate\n1,8,2.1,2013-02-01\n1,7,1.9,2013-01-01\n1,9,2.2,2013-02-01\n",
    ),
    ("ProductInventory.csv", "ProductID,LocationID,Quantity\n1,1,4\n1,2,6\n3,1,5\n"),
    ("Store.csv", "BusinessEntityID,Name\n20,Corner Bikes\n"),
    ("Customer.csv", "CustomerID,StoreID,AccountNumber\n30,20,AW30\n31,,AW31\n"),
    ("Vendor.csv", "BusinessEntityID,AccountNumber,Name\n7,SEVEN1,Seven Ltd\n8,EIGHT1,Eight Ltd\n"),
    ("SalesTerritory.csv", "TerritoryID,Name\n1,Northwest\n"),
    (
        "SalesOrder.csv",
        "SalesOrderID,OrderDate,OnlineOrderFlag,CustomerID,TerritoryID,SalesPersonID,SubTotal,TaxAmt,Freight,TotalDue\n\
         100,2013-07-01,0,30,1,275,100.005,8.005,2.505,110.515\n101,2013-07-02,1,,1,,1,0,0,1\n",
    ),
    ("SalesOrderLine.csv", "SalesOrderID,LineID,ProductID,Quantity\n100,1,2,3\n101,1,1,1\n"),
    (
        "PurchaseOrderHeader.csv",
        "PurchaseOrderID,VendorID,OrderDate,ShipDate,SubTotal,TaxAmt,Freight,TotalDue\n\
         200,7,2013-07-12,2013-07-21,163.4115,13.0729,4.5678,181.0522\n",
    ),
    (
        "PurchaseOrderDetail.csv",
        "PurchaseOrderID,PurchaseOrderDetailID,ProductID,OrderQty,UnitPrice,LineTotal,ReceivedQty,RejectedQty,StockedQty\n\
         200,1,1,3,47.4705,142.4115,3.00,.00,3.00\n200,2,1,10,2.1,21,10.00,6.00,4.00\n",
    ),
    ("ScrapReason.csv", "ScrapReasonID,Name\n5,Gouge in metal\n"),
    (
        "WorkOrder.csv",
        "WorkOrderID,ProductID,OrderQty,StockedQty,ScrappedQty,StartDate,EndDate,ScrapReasonID\n\
         300,2,9,6,3,2013-07-01,2013-07-15,5\n301,3,4,3,1,2013-07-01,2013-07-15,5\n302,2,1,1,0,2013-07-01,2013-07-15,\n",
    ),
];

impl Files {
    /// Good files.
    pub fn good() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let name = format!(
            "fondaco-example-data-{}-{}",
            std::process::id(),
            NEXT.fetch_add(1, Ordering::Relaxed)
        );
        let directory = std::env::temp_dir().join(name);
        fs::create_dir_all(&directory).unwrap();
        for (file, text) in GOOD {
            fs::write(directory.join(file), text).unwrap();
        }
        Self(directory)
    }

    /// Good files but for one place in one of them.
    pub fn with(file: &str, good: &str, bad: &[u8]) -> Self {
        let files = Self::good();
        let text = fs::read_to_string(files.0.join(file)).unwrap();
        let at = text.find(good).unwrap_or_else(|| panic!("{good:?} is not in {file}"));
        let bytes = [&text.as_bytes()[..at], bad, &text.as_bytes()[at + good.len()..]].concat();
        fs::write(files.0.join(file), bytes).unwrap();
        files
    }

    /// Reads them.
    pub fn read(&self) -> Result<Company, DataError> {
        adventureworks::read(&self.0)
    }

    /// What reading says, without the directory's name.
    pub fn complaint(&self) -> String {
        let told = self.read().expect_err("bad input was read").to_string();
        told.replace(&format!("{}/", self.0.display()), "")
    }
}

impl Drop for Files {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}
