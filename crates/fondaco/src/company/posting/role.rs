//! Which part an account plays in what is posted: the table of a profile names roles, and rules say which account has which.

use fondaco_core::store::Field;
use serde::{Deserialize, Serialize};

/// The part that an account plays.
#[derive(
    Field, Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Role {
    /// What goods are worth.
    Stock,
    /// Between sites: what one sent and the other has. It never keeps anything.
    Transfer,
    /// Goods received and not billed (GR-IR).
    GoodsReceived,
    /// Goods shipped and not invoiced, at cost.
    GoodsShipped,
    /// Cost of goods sold.
    Cogs,
    /// Goods that are expensed when they are bought.
    ExpenseGoods,
    /// Whatever else is bought.
    Expense,
    /// What employees earn.
    Wages,
    /// What the employer pays on top.
    EmployerContributions,
    /// What employees spent and get back.
    Reimbursements,
    /// Loans and advances to employees.
    EmployeeLoans,
    /// What employees owe the company.
    EmployeeClaims,
    /// What was withheld, for authorities, insurers and plans.
    Withheld,
    /// What was withheld by orders of courts.
    Garnishments,
    /// What employees get.
    NetPay,
    /// What is left of rounding pay.
    PayRounding,
    /// Leave that employees earn.
    LeaveExpense,
    /// Leave that they have not taken yet.
    LeaveLiability,
    /// What was paid beside the cost that stock goes by.
    PriceVariance,
    /// Freight and duty until they come upon goods.
    LandedCost,
    /// Goods lost, found or thrown away.
    InventoryLoss,
    /// Goods used up by the company itself.
    Consumption,
    /// Goods worth less than they cost.
    WriteDown,
    /// Goods that are costed otherwise.
    Revaluation,
    /// What stood against the stock with which the company began.
    Opening,
    /// What came into stock, as a reduction of expense.
    VariationIn,
    /// What left stock, as an expense.
    VariationOut,
    /// The same in one account (US, posted at bill).
    StockVariation,
    /// The same in one account (continental, posted at bill or periodic).
    ChangeInStock,
    /// What is sold.
    Sales,
    /// What customers owe.
    Receivable,
    /// What is owed to suppliers.
    Payable,
    /// Tax owed on what is sold.
    TaxPayable,
    /// Tax on what is bought, to be had back.
    TaxRecoverable,
    /// Where money lies.
    Bank,
    /// What customers paid before they were billed.
    CustomerDeposit,
    /// What was paid to suppliers before they billed.
    SupplierDeposit,
    /// Let off to customers who paid early.
    DiscountGiven,
    /// Let off by suppliers who were paid early.
    DiscountTaken,
    /// What customers owe and don't pay, and the like.
    WriteOff,
    /// Shipped and not invoiced, at the price of sale.
    UninvoicedReceivable,
    /// Invoiced and not shipped.
    DeferredIncome,
    /// Billed and not received (continental).
    DeferredCharges,
    /// Billed and not received (US).
    Prepaid,
    /// Received and not billed, where receipts are not posted.
    InvoicesToReceive,
    /// What open work orders cost so far.
    WorkInProgress,
    /// Labour that went into work orders, as a reduction of expense.
    LabourAbsorbed,
    /// Machine time and overhead that went into work orders, likewise.
    OverheadAbsorbed,
    /// What goes in and what comes out, in one account (US, posted at bill).
    CostOfProduction,
    /// Output that was thrown away beyond what is usual.
    ProductionScrap,
    /// More material was used than the output allows.
    UsageVariance,
    /// Hours were dearer than planned.
    RateVariance,
    /// More hours were worked than the output allows.
    EfficiencyVariance,
    /// Less turned out good than was begun.
    YieldVariance,
    /// What else work orders cost beside what was made of them.
    ProductionVariance,
}

impl Role {
    /// Whether what stands there has to be paid, by open items.
    ///
    /// ```
    /// use fondaco::company::posting::Role;
    /// assert!(Role::Receivable.is_kept_by_items() && !Role::Sales.is_kept_by_items());
    /// ```
    pub fn is_kept_by_items(self) -> bool {
        matches!(self, Role::Receivable | Role::Payable | Role::NetPay)
    }
}
