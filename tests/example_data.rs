//! The input side of the examples: what they read and generate is whole, exact and the same every
//! time, and bad input says where and what.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    unreachable_pub,
    reason = "a test's helpers may fail the test"
)]

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};

use rust_decimal::Decimal;

#[path = "example_data/bad_input.rs"]
mod bad_input;
#[path = "../examples/common/mod.rs"]
mod common;
#[path = "example_data/files.rs"]
mod files;

use common::{
    adventureworks,
    args::{self, Args, Command, StoreChoice},
    company::{Company, CostSource, UNKNOWN_BUYER},
    demo::{self, Settings},
    progress::Progress,
    rounding::cents,
    totals::Totals,
};
use files::Files;

fn decimal(text: &str) -> Decimal {
    Decimal::from_str_exact(text).unwrap()
}

// ---- AdventureWorks ----

/// The saved half year, where this tree has it beside it.
fn saved_half_year() -> Option<Company> {
    let from = Path::new(env!("CARGO_MANIFEST_DIR"));
    let directory = from
        .ancestors()
        .map(|up| up.join("shared/data/adventureworks_mini"))
        .find(|path| path.is_dir());
    if directory.is_none() {
        eprintln!("skipped: there is no shared/data/adventureworks_mini above {}", from.display());
    }
    directory.map(|directory| adventureworks::read(&directory).unwrap())
}

#[test]
fn the_saved_half_year_comes_to_the_totals_its_readme_states() {
    let Some(company) = saved_half_year() else { return };
    assert_eq!(company.check().unwrap(), []);
    let totals = Totals::of(&company).unwrap();
    let stated = [
        (totals.sales_booked.net, "24947906.45"),
        (totals.sales_booked.tax, "2302803.63"),
        (totals.sales_booked.freight, "719613.95"),
        (totals.sales_booked.total, "27970324.03"),
        (totals.sales_read.total, "27970321.2957"),
        (totals.purchases_booked.net, "17613050.14"),
        (totals.ordered, "18263075.39"),
        (totals.received, "18110845.62"),
    ];
    for (total, text) in stated {
        assert_eq!(total, decimal(text));
    }
    let counts =
        [totals.sales_orders, totals.purchase_orders, totals.purchase_lines, totals.work_orders];
    assert_eq!(counts, [11_442, 1_183, 2_667, 17_471]);
    assert_eq!(
        (totals.unknown_buyers, totals.scrap_lines_without_cost, totals.scrap_lines),
        (427, 109, 184)
    );
    assert_eq!(
        (
            totals.made_products_without_cost,
            totals.bought_products_without_cost,
            totals.bought_products
        ),
        (18, 182, 265)
    );
}

#[test]
fn every_saved_product_that_is_bought_has_a_cost_and_every_sale_has_lines() {
    let Some(company) = saved_half_year() else { return };
    let costless = company
        .products
        .values()
        .filter(|product| company.unit_cost(product.id).1 == CostSource::Unknown);
    assert_eq!(costless.filter(|product| !product.made).count(), 0);
    assert!(company.sales.iter().all(|sale| !sale.lines.is_empty()));
    assert_eq!(
        company.days().map(|(from, to)| (from.to_string(), to.to_string())),
        Some(("2013-07-01".into(), "2014-01-09".into()))
    );
}

// ---- the demo company ----

#[test]
fn the_demo_company_comes_to_what_was_counted_while_it_was_made() {
    for settings in [
        Settings::default(),
        Settings { seed: 1, ..Settings::default() },
        Settings { seed: 7, sales_orders: 900, purchase_orders: 2_000, work_orders: 4_000 },
        Settings { seed: 8, sales_orders: 1, purchase_orders: 1, work_orders: 1 },
        Settings { seed: 9, sales_orders: 0, purchase_orders: 0, work_orders: 0 },
    ] {
        let company = demo::generate(&settings);
        assert_eq!(company.check().unwrap(), [], "{settings:?}");
        let sizes = [company.sales.len(), company.purchases.len(), company.work_orders.len()];
        let wanted = [settings.sales_orders, settings.purchase_orders, settings.work_orders];
        assert_eq!(sizes, wanted.map(|count| usize::try_from(count).unwrap()));
    }
}

/// Of the default demo company. Who changes it changes every example's data and every published
/// figure.
const DIGEST: u64 = 14_779_933_185_353_936_685;

#[test]
fn the_same_seed_gives_the_same_demo_company_for_ever() {
    assert_eq!(digest(&demo::generate(&Settings::default())), DIGEST);
    assert_ne!(digest(&demo::generate(&Settings { seed: 1, ..Settings::default() })), DIGEST);
}

#[test]
fn more_purchases_do_not_change_the_sales_of_the_demo_company() {
    let more = demo::generate(&Settings { purchase_orders: 301, ..Settings::default() });
    assert_eq!(more.sales, demo::generate(&Settings::default()).sales);
}

#[test]
fn the_demo_company_has_what_makes_booking_hard() {
    let company = demo::generate(&Settings::default());
    let totals = Totals::of(&company).unwrap();
    assert_ne!(
        cents(totals.sales_read.total),
        totals.sales_booked.total,
        "amounts that don't add up in whole cents"
    );
    for (what, count) in [
        ("unknown buyers", totals.unknown_buyers),
        ("rejects", totals.rejected_lines),
        ("scrap without a cost", totals.scrap_lines_without_cost),
        ("bought without standard cost", totals.bought_products_without_cost),
        (
            "receipts after the half year",
            company
                .purchases
                .iter()
                .filter(|one| one.received_on.to_string().starts_with("2026-01"))
                .count(),
        ),
        (
            "bills of nothing",
            company.purchases.iter().filter(|one| one.booked().unwrap().net.is_zero()).count(),
        ),
    ] {
        assert!(count > 0, "no {what}");
    }
    let rates: BTreeSet<_> = company.purchases.iter().map(|one| one.tax_rate).collect();
    assert_eq!(rates.len(), 3);
}

#[test]
fn demo_documents_refer_to_master_data_and_are_in_order() {
    let company = demo::generate(&Settings::default());
    assert!(
        company
            .sales
            .iter()
            .all(|sale| sale.customer.is_none_or(|id| company.customers.contains_key(&id)))
    );
    assert!(
        company
            .sales
            .iter()
            .flat_map(|sale| &sale.lines)
            .all(|line| company.products.contains_key(&line.product))
    );
    assert!(
        company
            .sales
            .iter()
            .all(|sale| sale.territory.is_some_and(|id| company.territories.contains_key(&id)))
    );
    assert!(
        company.purchases.iter().all(
            |one| company.vendors.contains_key(&one.vendor) && one.received_on > one.ordered_on
        )
    );
    assert!(
        company
            .purchases
            .iter()
            .flat_map(|one| &one.lines)
            .all(|line| line.received == line.rejected + line.stocked)
    );
    assert!(
        company.work_orders.iter().all(|order| order.ordered == order.stocked + order.scrapped)
    );
    assert!(company.sales.is_sorted_by(|a, b| a.id < b.id && a.date <= b.date));
    assert!(
        company
            .purchases
            .is_sorted_by(|a, b| a.id < b.id && a.lines.last().unwrap().id < b.lines[0].id)
    );
}

/// FNV-1a over every figure of every document and all master data, written as text with fixed
/// decimals.
fn digest(company: &Company) -> u64 {
    let fixed = |amount: Decimal| format!("{:.4}", amount);
    let mut text = String::new();
    for sale in &company.sales {
        let lines: Vec<_> =
            sale.lines.iter().map(|line| format!("{}x{}", line.quantity, line.product)).collect();
        let amounts = [sale.net, sale.tax, sale.freight].map(fixed);
        text += &format!(
            "{} {} {:?} {:?} {amounts:?} {lines:?}\n",
            sale.id, sale.date, sale.customer, sale.territory
        );
    }
    for purchase in &company.purchases {
        let line = |line: &common::company::PurchaseLine| {
            format!(
                "{} {} {} {} {}",
                line.product,
                fixed(line.unit_price),
                line.ordered,
                line.received,
                line.rejected
            )
        };
        let lines: Vec<_> = purchase.lines.iter().map(line).collect();
        let amounts = [purchase.net, purchase.tax, purchase.freight, purchase.tax_rate].map(fixed);
        text += &format!(
            "{} {} {} {} {amounts:?} {lines:?}\n",
            purchase.id, purchase.ordered_on, purchase.received_on, purchase.vendor
        );
    }
    for order in &company.work_orders {
        let dates = (order.started_on, order.ended_on);
        text += &format!(
            "{} {} {} {} {dates:?} {:?}\n",
            order.id, order.product, order.ordered, order.scrapped, order.scrap_reason
        );
    }
    for product in company.products.values() {
        let costs = (fixed(product.standard_cost), product.last_receipt_cost.map(fixed));
        text += &format!(
            "{} {} {} {} {costs:?} {}\n",
            product.id, product.number, product.name, product.made, product.opening_quantity
        );
    }
    for party in company.customers.values().chain(company.vendors.values()) {
        text += &format!("{} {} {} {:?}\n", party.id, party.number, party.name, party.terms_days);
    }
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

// ---- how documents are booked ----

#[test]
fn a_sale_is_booked_part_by_part_and_its_total_is_their_sum() {
    let company = Files::good().read().unwrap();
    let sale = &company.sales[0];
    let booked = sale.booked().unwrap();
    assert_eq!(
        [booked.net, booked.tax, booked.freight].map(|part| part.to_string()),
        ["100.01", "8.01", "2.51"]
    );
    assert_eq!(
        (booked.total.to_string(), sale.total().unwrap()),
        ("110.53".to_owned(), decimal("110.515"))
    );
    assert_eq!(
        (company.buyer(sale), company.buyer(&company.sales[1])),
        ("Corner Bikes", UNKNOWN_BUYER)
    );
}

#[test]
fn a_purchase_is_booked_by_what_was_stocked_with_tax_on_that_and_the_whole_freight() {
    let company = Files::good().read().unwrap();
    let booked = company.purchases[0].booked().unwrap();
    assert_eq!(booked.lines, ["142.41", "8.40"].map(decimal));
    assert_eq!(
        [booked.net, booked.tax, booked.freight, booked.total],
        ["150.81", "12.06", "4.57", "167.44"].map(decimal)
    );
}

#[test]
fn costs_are_standard_then_last_receipt_then_nothing() {
    let company = Files::good().read().unwrap();
    assert_eq!(company.unit_cost(1), (decimal("2.1"), CostSource::LastReceipt));
    assert_eq!(company.unit_cost(2), (decimal("33.3345"), CostSource::Standard));
    assert_eq!(company.unit_cost(3), (Decimal::ZERO, CostSource::Unknown));
    assert_eq!(
        company
            .scraps()
            .map(|order| company.cost_of(order.product, order.scrapped).unwrap())
            .collect::<Vec<_>>(),
        ["100.00", "0.00"].map(decimal)
    );
    assert_eq!(company.opening_stock().unwrap(), decimal("21.00"));
}

#[test]
fn rounding_to_the_cent_is_half_up_with_two_decimals() {
    for (amount, rounded) in [
        ("0.005", "0.01"),
        ("0.0049", "0.00"),
        ("2.675", "2.68"),
        ("1", "1.00"),
        ("0.015", "0.02"),
        ("0.025", "0.03"),
    ] {
        assert_eq!(cents(decimal(amount)).to_string(), rounded);
    }
}

#[test]
fn a_total_that_comes_out_otherwise_is_reported_with_both_figures() {
    let mut company = demo::generate(&Settings::default());
    company.work_orders.pop();
    company.sales[0].freight += decimal("0.01");
    let told: Vec<_> = company.check().unwrap().iter().map(ToString::to_string).collect();
    assert_eq!(told[0], "work orders: 1500 must come out, 1499 did (difference -1)");
    assert!(
        told.iter().any(|line| line.starts_with("sales booked, freight: ")
            && line.ends_with("(difference 0.01)")),
        "{told:?}"
    );
}

#[test]
fn totals_published_for_other_files_are_not_asked_of_these() {
    assert_eq!(Files::good().read().unwrap().checks, None);
}

// ---- the command line ----

fn parsed(line: &str) -> Result<Command, String> {
    let words = line.split_whitespace().map(str::to_owned);
    args::from_args(words, "books a half year", StoreChoice::Memory)
        .map_err(|error| error.to_string())
}

#[test]
fn the_command_line_chooses_data_and_store() {
    let run = |data: Option<&str>, store| {
        Ok(Command::Run(Args {
            data: data.map(PathBuf::from),
            store,
            orders: None,
            page: None,
            switches: Vec::new(),
        }))
    };
    assert_eq!(parsed(""), run(None, StoreChoice::Memory));
    assert_eq!(
        parsed("--data some/where --store sqlite:a.db"),
        run(Some("some/where"), StoreChoice::Sqlite("a.db".into()))
    );
    assert_eq!(parsed("--store=memory --data=x"), run(Some("x"), StoreChoice::Memory));
    let server = "postgres://me@localhost/books";
    assert_eq!(
        parsed(&format!("--store {server}")),
        run(None, StoreChoice::Postgres(server.into()))
    );
    assert!(
        matches!(parsed("--data x --help"), Ok(Command::Help(text)) if text.starts_with("books a half year\n") && text.contains("; default: memory"))
    );
}

#[test]
fn a_wrong_command_line_says_the_way_out() {
    for (line, told) in [
        (
            "--store",
            "--store needs memory, sqlite:PATH or postgres://... after it; --help lists what there is",
        ),
        (
            "--data --store memory",
            "--data needs a directory of CSV files after it; --help lists what there is",
        ),
        (
            "--store postgres",
            "--store postgres is no store: right is memory, or sqlite:PATH, say sqlite:target/books.db, or postgres://USER@HOST/DATABASE; --help lists what there is",
        ),
        (
            "--store sqlite:",
            "--store sqlite: is no store: right is memory, or sqlite:PATH, say sqlite:target/books.db, or postgres://USER@HOST/DATABASE; --help lists what there is",
        ),
        ("--data a --data b", "--data is there twice: give it once; --help lists what there is"),
        (
            "shop",
            "\"shop\" stands alone: values follow --data, --store, --orders or --page; --help lists what there is",
        ),
        (
            "--orders many",
            "--orders many is no number from 1 to 1000000; --help lists what there is",
        ),
        (
            "--orders 5 --data a",
            "--orders sizes the demo company, --data reads another; --help lists what there is",
        ),
        ("--speed 3", "invalid option '--speed'; --help lists what there is"),
    ] {
        assert_eq!(parsed(line), Err(told.to_owned()));
    }
}

#[test]
fn progress_is_told_in_quarters_where_nobody_watches() {
    let mut progress = Progress::plain("orders", 200);
    let told: Vec<_> = (0..200).filter_map(|_| progress.step(1)).collect();
    assert_eq!(
        told,
        [
            "orders: 50 of 200\n",
            "orders: 100 of 200\n",
            "orders: 150 of 200\n",
            "orders: 200 of 200\n"
        ]
    );
    assert_eq!(Progress::plain("orders", 0).step(0), Some("orders: 0 of 0\n".to_owned()));
}

#[test]
fn progress_counts_up_in_one_line_of_a_terminal() {
    let mut progress = Progress::terminal("orders", 3);
    let told: Vec<_> = (0..4).filter_map(|_| progress.step(1)).collect();
    assert_eq!(
        told,
        ["\rorders: 1 of 3 (33 %)", "\rorders: 2 of 3 (66 %)", "\rorders: 3 of 3 (100 %)\n"]
    );
}
