//! What can be allowed of a company's documents.
//!
//! | permission | allows | limits | within |
//! |---|---|---|---|
//! | `company.set_up` | to set the company up, to change its accounts, tables and tolerances | | |
//! | `company.keep_partners` | to add and change customers and suppliers | | |
//! | `company.keep_prices` | to keep price lists and tax codes | | |
//! | `company.sell` | to place, confirm and cancel quotes and orders of customers | amount | party_group, site |
//! | `company.release` | to release what is held: orders above a credit limit; not by who placed them | amount | party_group |
//! | `company.ship` | to deliver, and to take goods back | | party_group, site |
//! | `company.invoice` | to invoice and to credit customers | amount | party_group, site |
//! | `company.buy` | to order from suppliers | amount | party_group, site |
//! | `company.receive` | to receive goods, and to send them back | | party_group, site |
//! | `company.bill` | to enter bills and credits of suppliers | amount | party_group, site |
//! | `company.release_bill` | to release bills that are blocked for payment; not by who entered them | amount | party_group |
//! | `company.pay` | to record payments of customers, and to pay suppliers | amount | party_group |
//! | `company.move_goods` | to move, count, scrap and use up goods, with what that posts | | site |
//! | `company.change_cost` | to change what goods cost: write-downs, freight beside bills, corrected receipts; and, who has `stock.set_costing` too, standards and methods | amount | |
//! | `company.plan_work` | to plan, release and cancel work orders, and to set work centres | | site |
//! | `company.work` | to issue material to work orders, to book hours and what was made | | site |
//! | `company.close_work` | to close work orders | | site |
//! | `company.pay_people` | to post payroll runs and leave, to remit what was withheld | amount | |
//! | `company.close_period` | to post what is accrued at the end of a period | | |
//!
//! Who may one of these needs no right of the books or of the stock for what follows from it.

use fondaco_core::policy::Permission;

const OF_DOCUMENTS: &[&str] = &["party_group", "site"];
const OF_PARTIES: &[&str] = &["party_group"];

/// Set the company up, and change what holds for all of it.
pub const SET_UP: Permission =
    Permission::new("company.set_up", "set the company up, with its accounts and tables");
/// Keep customers and suppliers.
pub const KEEP_PARTNERS: Permission =
    Permission::new("company.keep_partners", "add and change customers and suppliers");
/// Keep price lists and tax codes.
pub const KEEP_PRICES: Permission =
    Permission::new("company.keep_prices", "keep price lists and tax codes");
/// Place orders of customers.
pub const SELL: Permission =
    Permission::new("company.sell", "place, confirm and cancel quotes and orders of customers")
        .limited()
        .within(OF_DOCUMENTS);
/// Release what somebody else placed and what is held.
pub const RELEASE: Permission =
    Permission::new("company.release", "release orders that are held, of others")
        .limited()
        .within(OF_PARTIES);
/// Deliver, and take goods back.
pub const SHIP: Permission =
    Permission::new("company.ship", "deliver goods, and take them back").within(OF_DOCUMENTS);
/// Invoice and credit.
pub const INVOICE: Permission = Permission::new("company.invoice", "invoice and credit customers")
    .limited()
    .within(OF_DOCUMENTS);
/// Order from suppliers.
pub const BUY: Permission =
    Permission::new("company.buy", "order from suppliers").limited().within(OF_DOCUMENTS);
/// Receive goods, and send them back.
pub const RECEIVE: Permission =
    Permission::new("company.receive", "receive goods, and send them back").within(OF_DOCUMENTS);
/// Enter bills.
pub const BILL: Permission =
    Permission::new("company.bill", "enter bills and credits of suppliers")
        .limited()
        .within(OF_DOCUMENTS);
/// Release bills of others for payment.
pub const RELEASE_BILL: Permission =
    Permission::new("company.release_bill", "release blocked bills for payment, entered by others")
        .limited()
        .within(OF_PARTIES);
/// Record payments.
pub const PAY: Permission =
    Permission::new("company.pay", "record payments of customers, and pay suppliers")
        .limited()
        .within(OF_PARTIES);
/// Move goods otherwise than by documents of parties.
pub const MOVE_GOODS: Permission =
    Permission::new("company.move_goods", "move, count, scrap and use up goods").within(&["site"]);
/// Change what goods cost.
pub const CHANGE_COST: Permission = Permission::new(
    "company.change_cost",
    "write goods down, put freight upon them, correct what they cost and how they are costed",
)
.limited();
/// Plan what is made.
pub const PLAN_WORK: Permission = Permission::new(
    "company.plan_work",
    "plan, release and cancel work orders, and set work centres",
)
.within(&["site"]);
/// Make it.
pub const WORK: Permission = Permission::new(
    "company.work",
    "issue material to work orders, and book hours and what was made",
)
.within(&["site"]);
/// Close work orders.
pub const CLOSE_WORK: Permission =
    Permission::new("company.close_work", "close work orders, and reopen them").within(&["site"]);
/// Post accruals.
pub const CLOSE_PERIOD: Permission =
    Permission::new("company.close_period", "post what is accrued at the end of a period");
/// Post payroll runs, remit what was withheld.
pub const PAY_PEOPLE: Permission = Permission::new(
    "company.pay_people",
    "post payroll runs and leave, and remit what was withheld",
)
.limited();
