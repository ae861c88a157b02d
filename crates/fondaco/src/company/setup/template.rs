//! A chart of accounts that a new company can begin with: numbers in the usual blocks, English names, a rule for each role.

use fondaco_accounting::ledger::{AccountClass, NewAccount};
use smol_str::SmolStr;

use crate::company::posting::{AccountRule, Role};

/// Who keeps an account.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kept {
    /// Anybody posts there.
    Open,
    /// Only documents do, so that it always agrees with them.
    Control,
    /// Likewise, by open items.
    Items,
}

type Line = (&'static str, &'static str, AccountClass, Kept, &'static [Role]);

use AccountClass::{Asset, Equity, Expense, Income, Liability};
use Kept::{Control, Items, Open};

const PLAIN: &[Line] = &[
    ("1000", "Bank", Asset, Open, &[Role::Bank]),
    ("1200", "Customers", Asset, Items, &[Role::Receivable]),
    ("1290", "Shipped, not invoiced", Asset, Open, &[Role::UninvoicedReceivable]),
    ("1300", "Loans to employees", Asset, Open, &[Role::EmployeeLoans]),
    ("1310", "Claims on employees", Asset, Open, &[Role::EmployeeClaims]),
    ("1400", "Inventory", Asset, Control, &[Role::Stock]),
    ("1410", "Inventory between sites", Asset, Control, &[Role::Transfer]),
    ("1420", "Goods shipped, not invoiced", Asset, Control, &[Role::GoodsShipped]),
    ("1430", "Freight and duty to be spread", Asset, Open, &[Role::LandedCost]),
    ("1440", "Work in progress", Asset, Control, &[Role::WorkInProgress]),
    ("1450", "Paid to suppliers ahead", Asset, Control, &[Role::SupplierDeposit]),
    ("1490", "Prepaid goods", Asset, Open, &[Role::Prepaid, Role::DeferredCharges]),
    ("1600", "Tax recoverable", Asset, Open, &[Role::TaxRecoverable]),
    ("2000", "Suppliers", Liability, Items, &[Role::Payable]),
    ("2050", "Goods received, not billed", Liability, Control, &[Role::GoodsReceived]),
    ("2060", "Bills to receive", Liability, Open, &[Role::InvoicesToReceive]),
    ("2100", "Paid by customers ahead", Liability, Control, &[Role::CustomerDeposit]),
    ("2200", "Tax payable", Liability, Open, &[Role::TaxPayable]),
    ("2300", "Deferred income", Liability, Open, &[Role::DeferredIncome]),
    ("2400", "Net pay payable", Liability, Items, &[Role::NetPay]),
    ("2410", "Withheld from pay", Liability, Control, &[Role::Withheld]),
    ("2420", "Garnishments payable", Liability, Control, &[Role::Garnishments]),
    ("2450", "Leave not taken", Liability, Control, &[Role::LeaveLiability]),
    ("3000", "Capital", Equity, Open, &[Role::Opening]),
    ("3900", "Retained earnings", Equity, Open, &[]),
    ("4000", "Sales", Income, Open, &[Role::Sales]),
    ("4100", "Discounts given", Income, Open, &[Role::DiscountGiven]),
    ("5000", "Cost of goods sold", Expense, Open, &[Role::Cogs]),
    ("5010", "Goods bought", Expense, Open, &[Role::ExpenseGoods]),
    ("5020", "Variation of stock, in", Expense, Open, &[Role::VariationIn]),
    ("5030", "Variation of stock, out", Expense, Open, &[Role::VariationOut]),
    ("5040", "Change in stock", Expense, Open, &[Role::ChangeInStock, Role::StockVariation]),
    ("5100", "Price differences", Expense, Open, &[Role::PriceVariance]),
    ("5200", "Goods lost and found", Expense, Open, &[Role::InventoryLoss]),
    ("5210", "Goods written down", Expense, Open, &[Role::WriteDown]),
    ("5220", "Goods revalued", Expense, Open, &[Role::Revaluation]),
    ("5300", "Goods used up", Expense, Open, &[Role::Consumption]),
    ("5400", "Labour absorbed", Expense, Control, &[Role::LabourAbsorbed]),
    ("5410", "Overhead absorbed", Expense, Control, &[Role::OverheadAbsorbed]),
    ("5420", "Cost of production", Expense, Open, &[Role::CostOfProduction]),
    ("5430", "Variances of usage", Expense, Open, &[Role::UsageVariance]),
    ("5440", "Variances of rates", Expense, Open, &[Role::RateVariance]),
    ("5450", "Variances of efficiency", Expense, Open, &[Role::EfficiencyVariance]),
    ("5460", "Variances of yield", Expense, Open, &[Role::YieldVariance]),
    ("5470", "Other variances of production", Expense, Open, &[Role::ProductionVariance]),
    ("5480", "Scrap of production", Expense, Open, &[Role::ProductionScrap]),
    ("6000", "Other expenses", Expense, Open, &[Role::Expense]),
    ("6010", "Wages and salaries", Expense, Open, &[Role::Wages]),
    ("6020", "Employer's contributions", Expense, Open, &[Role::EmployerContributions]),
    ("6030", "Reimbursements to employees", Expense, Open, &[Role::Reimbursements]),
    ("6040", "Leave earned", Expense, Open, &[Role::LeaveExpense]),
    ("6090", "Rounding of pay", Expense, Open, &[Role::PayRounding]),
    ("6100", "Discounts taken", Expense, Open, &[Role::DiscountTaken]),
    ("6900", "Claims written off", Expense, Open, &[Role::WriteOff]),
];

/// A chart of accounts, and which account plays which role.
///
/// ```
/// use fondaco::company::Chart;
/// let chart = Chart::plain();
/// assert!(chart.accounts.iter().any(|account| account.name == "Inventory"));
/// ```
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Chart {
    /// The accounts.
    pub accounts: Vec<NewAccount>,
    /// Which account plays which role.
    pub rules: Vec<AccountRule>,
}

impl Chart {
    /// The plain one: four digits, one account for each role.
    pub fn plain() -> Chart {
        let mut chart = Chart { accounts: Vec::new(), rules: Vec::new() };
        for (code, name, class, kept, roles) in PLAIN {
            let account = NewAccount::new(*code, *name, *class);
            chart.accounts.push(match kept {
                Kept::Open => account,
                Kept::Control => account.control("company"),
                Kept::Items => account.control("company").open_items(),
            });
            let rules = roles.iter().map(|role| AccountRule::new(*role, SmolStr::new_static(code)));
            chart.rules.extend(rules);
        }
        chart
    }
}
