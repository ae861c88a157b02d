//! Bad input ends with an error that names file, line, column and value, and says what would be
//! right.

use std::fs;

use super::files::{Files, GOOD};

/// What is wrong is named with file, line, column and value, and followed by what would be right.
#[test]
fn bad_input_is_named_by_file_line_column_and_value() {
    let cases: &[(&str, &str, &str, &str)] = &[
        // numbers and dates
        (
            "SalesOrder.csv",
            "8.005",
            "8,005",
            "SalesOrder.csv, line 2, column 11, value \"100,2013-07-01,0,30,1,275,100.005,8,005,2.505,110.515\": the row has 11 columns, its header 10",
        ),
        (
            "SalesOrder.csv",
            "8.005",
            "abc",
            "SalesOrder.csv, line 2, column TaxAmt, value \"abc\": is not an amount; right is a number from 0 to 9999999999",
        ),
        (
            "SalesOrder.csv",
            "8.005",
            "-8.005",
            "SalesOrder.csv, line 2, column TaxAmt, value \"-8.005\": is not an amount",
        ),
        (
            "SalesOrder.csv",
            "8.005",
            "1e3",
            "SalesOrder.csv, line 2, column TaxAmt, value \"1e3\": is not an amount",
        ),
        (
            "SalesOrder.csv",
            "8.005",
            "8.00512",
            "SalesOrder.csv, line 2, column TaxAmt, value \"8.00512\": is not an amount",
        ),
        (
            "SalesOrder.csv",
            "8.005",
            "",
            "SalesOrder.csv, line 2, column TaxAmt, value \"\": is not an amount",
        ),
        (
            "SalesOrder.csv",
            "8.005",
            " 8.005",
            "SalesOrder.csv, line 2, column TaxAmt, value \" 8.005\": is not an amount",
        ),
        (
            "SalesOrder.csv",
            "8.005",
            "99999999999999999999999999999999",
            "SalesOrder.csv, line 2, column TaxAmt, value \"99999999999999999999999999999999\": is not an amount",
        ),
        (
            "SalesOrder.csv",
            "110.515",
            "110.514",
            "SalesOrder.csv, line 2, column TotalDue, value \"110.514\": is not SubTotal + TaxAmt + Freight; right is 110.515",
        ),
        (
            "SalesOrder.csv",
            "2013-07-02",
            "2013-02-30",
            "SalesOrder.csv, line 3, column OrderDate, value \"2013-02-30\": is not a date; right is a day of the calendar",
        ),
        (
            "SalesOrder.csv",
            "2013-07-02",
            "07/02/2013",
            "SalesOrder.csv, line 3, column OrderDate, value \"07/02/2013\": is not a date",
        ),
        (
            "SalesOrder.csv",
            "2013-07-02",
            "3013-07-02",
            "SalesOrder.csv, line 3, column OrderDate, value \"3013-07-02\": is not a date",
        ),
        (
            "SalesOrder.csv",
            "2013-07-02,1",
            "2013-07-02,yes",
            "SalesOrder.csv, line 3, column OnlineOrderFlag, value \"yes\": is not a flag; right is 0 (no) or 1 (yes)",
        ),
        (
            "SalesOrderLine.csv",
            "100,1,2,3",
            "100,1,2,3.5",
            "SalesOrderLine.csv, line 2, column Quantity, value \"3.5\": is not a quantity",
        ),
        // references and ids
        (
            "SalesOrder.csv",
            ",30,",
            ",32,",
            "SalesOrder.csv, line 2, column CustomerID, value \"32\": refers to nothing; right is one of the 2 ids from 30 to 31",
        ),
        (
            "PurchaseOrderHeader.csv",
            "200,7,",
            "200,6,",
            "PurchaseOrderHeader.csv, line 2, column VendorID, value \"6\": refers to nothing",
        ),
        (
            "PurchaseOrderDetail.csv",
            "200,2,1,",
            "200,2,9,",
            "PurchaseOrderDetail.csv, line 3, column ProductID, value \"9\": refers to nothing",
        ),
        (
            "PurchaseOrderDetail.csv",
            "200,2,",
            "201,2,",
            "PurchaseOrderDetail.csv, line 3, column PurchaseOrderID, value \"201\": refers to nothing",
        ),
        (
            "WorkOrder.csv",
            "301,3",
            "301,4",
            "WorkOrder.csv, line 3, column ProductID, value \"4\": refers to nothing",
        ),
        (
            "WorkOrder.csv",
            "301,3",
            "300,3",
            "WorkOrder.csv, line 3, column WorkOrderID, value \"300\": was there before, in line 2; each id may come once",
        ),
        (
            "SalesOrder.csv",
            "\n101",
            "\n100",
            "SalesOrder.csv, line 3, column SalesOrderID, value \"100\": was there before, in line 2",
        ),
        (
            "PurchaseOrderDetail.csv",
            "200,2",
            "200,1",
            "PurchaseOrderDetail.csv, line 3, column PurchaseOrderDetailID, value \"1\": was there before, in line 2",
        ),
        (
            "Product.csv",
            "\n2,",
            "\n0,",
            "Product.csv, line 3, column ProductID, value \"0\": is not an id; right is a whole number from 1",
        ),
        (
            "Product.csv",
            "BE-1",
            "",
            "Product.csv, line 2, column ProductNumber, value \"\": must not be empty",
        ),
        // rows that don't hold together
        (
            "PurchaseOrderDetail.csv",
            "10.00,6.00,4.00",
            "10.00,6.00,5.00",
            "PurchaseOrderDetail.csv, line 3, column ReceivedQty, value \"10.00\": is not RejectedQty + StockedQty; right is 11",
        ),
        (
            "PurchaseOrderDetail.csv",
            "2.1,21",
            "2.2,21",
            "PurchaseOrderDetail.csv, line 3, column LineTotal, value \"21\": is not OrderQty x UnitPrice; right is 22.0",
        ),
        (
            "PurchaseOrderDetail.csv",
            "200,2,1,10,2.1,21,10.00,6.00,4.00\n",
            "",
            "PurchaseOrderHeader.csv, line 2, column SubTotal, value \"163.4115\": is not the sum of purchase order 200's lines",
        ),
        (
            "PurchaseOrderHeader.csv",
            "2013-07-21",
            "2013-07-11",
            "PurchaseOrderHeader.csv, line 2, column ShipDate, value \"2013-07-11\": is before OrderDate; right is 2013-07-12 or later",
        ),
        (
            "WorkOrder.csv",
            "9,6,3",
            "9,6,2",
            "WorkOrder.csv, line 2, column OrderQty, value \"9\": is not StockedQty + ScrappedQty; right is 8",
        ),
        // broken rows and files
        (
            "WorkOrder.csv",
            ",2013-07-15,5\n301",
            "\n301",
            "WorkOrder.csv, line 2, column EndDate, value \"300,2,9,6,3,2013-07-01\": the row has 6 columns, its header 8: the row ends before this column",
        ),
        (
            "WorkOrder.csv",
            "ScrappedQty",
            "Scrapped",
            "WorkOrder.csv, line 1, column ScrappedQty, value \"WorkOrderID,ProductID,OrderQty,StockedQty,Scrapped,StartDate\"...: the column is missing from the header",
        ),
        (
            "Vendor.csv",
            "AccountNumber,Name",
            "Name,Name",
            "Vendor.csv, line 1, column AccountNumber, value \"BusinessEntityID,Name,Name\": the column is missing",
        ),
        (
            "Vendor.csv",
            "AccountNumber,Name",
            "AccountNumber,Name,Name",
            "Vendor.csv, line 1, column Name, value \"BusinessEntityID,AccountNumber,Name,Name\": the header names this column twice",
        ),
        (
            "Vendor.csv",
            "Seven Ltd",
            "\"Seven Ltd",
            "Vendor.csv, line 2, column Name, value \"Seven Ltd\\n8,EIGHT1,Eight Ltd\\n\": holds a line break; look for a quote",
        ),
        (
            "Store.csv",
            "Corner",
            "Cor\u{0}ner",
            "Store.csv, line 2, column Name, value \"Cor\\0ner Bikes\": holds a control character",
        ),
    ];
    for (file, good, bad, expected) in cases {
        let told = Files::with(file, good, bad.as_bytes()).complaint();
        assert!(told.starts_with(expected), "{bad:?} in {file}\n said {told}\n not  {expected}");
    }
}

#[test]
fn text_that_is_not_utf_8_is_named_too() {
    let told = Files::with("Store.csv", "Corner", b"Caf\xe9").complaint();
    assert_eq!(
        told,
        "Store.csv, line 2, column Name, value \"Caf\u{fffd} Bikes\": is not UTF-8 text; save the file as UTF-8"
    );
    let told = Files::with("Store.csv", "BusinessEntityID", b"\xff\xfeB").complaint();
    assert!(
        told.starts_with("Store.csv, line 1, column 1, value \"\u{fffd}\u{fffd}B\": is not UTF-8"),
        "{told}"
    );
}

#[test]
fn a_missing_or_empty_file_is_named_with_the_way_out() {
    for (file, text) in GOOD {
        let files = Files::good();
        fs::remove_file(files.0.join(file)).unwrap();
        let told = files.complaint();
        assert!(
            told.starts_with(&format!("{file}: can't be read (")) && told.contains("--data "),
            "{told}"
        );
        fs::write(files.0.join(file), "").unwrap();
        let told = files.complaint();
        let first = text.split(',').next().unwrap();
        assert!(told.starts_with(&format!("{file}, line 1, column {first}, value \"\": the file is empty; its first line must name")), "{told}");
    }
}

#[test]
fn lines_count_as_an_editor_shows_them() {
    let bad = ["\n\n\n101,x", "\r\n\r\n101,x", "\r\n101,x"];
    for (bad, line) in bad.into_iter().zip([5, 4, 3]) {
        let told = Files::with("SalesOrder.csv", "\n101,2013-07-02", bad.as_bytes()).complaint();
        assert!(
            told.starts_with(&format!(
                "SalesOrder.csv, line {line}, column OrderDate, value \"x\""
            )),
            "{told}"
        );
    }
    let told =
        Files::with("Vendor.csv", "BusinessEntityID", b"\xef\xbb\xbfBusinessEntityID").read();
    assert!(told.is_ok(), "a byte order mark is fine: {told:?}");
    let told = Files::with("Vendor.csv", "BusinessEntityID", b"\n\nBusinessEntity").complaint();
    assert!(told.starts_with("Vendor.csv, line 3, column BusinessEntityID"), "{told}");
}

#[test]
fn something_wrong_with_a_document_later_still_names_its_line() {
    let files = Files::good();
    let told = files.read().unwrap().purchases[0].lines[1]
        .origin
        .error("ProductID", "1", "has no stock account")
        .to_string();
    assert_eq!(
        told,
        format!(
            "{}/PurchaseOrderDetail.csv, line 3, column ProductID, value \"1\": has no stock account",
            files.0.display()
        )
    );
}

/// A byte changed anywhere is read or named, and never more than that.
#[test]
fn no_byte_out_of_place_breaks_the_reader() {
    let files = Files::good();
    let (mut read, mut refused) = (0, 0);
    for (file, text) in GOOD {
        let path = files.0.join(file);
        for (at, bad) in (0..text.len()).step_by(3).zip(b"\",\n\xff9-\0.x\r".iter().cycle()) {
            let mut bytes = text.as_bytes().to_vec();
            bytes[at] = *bad;
            fs::write(&path, bytes).unwrap();
            match files.read().map(|company| company.check()) {
                Ok(totals) => read += usize::from(totals.is_ok()),
                Err(error) => {
                    refused += 1;
                    assert!(!error.problem.is_empty() && error.to_string().lines().count() == 1);
                }
            }
        }
        fs::write(&path, text).unwrap();
    }
    assert!(refused > read && read > 0, "{refused} refused, {read} read");
}
