//! Adapters of `inventory/`.

pub(crate) mod aql_sampling;
pub(crate) mod bom_explosion;
pub(crate) mod eoq_family;
pub(crate) mod forecast;
pub(crate) mod frepple_cases;
pub(crate) mod gsm_multi_echelon;
pub(crate) mod lot_sizing;
pub(crate) mod misc_inventory;
pub(crate) mod mrp_tables;
pub(crate) mod newsvendor;
pub(crate) mod r_q_policy;
pub(crate) mod s_s_policy;
pub(crate) mod safety_stock_service;
pub(crate) mod spc_oee;
pub(crate) mod ssm_serial;
pub(crate) mod valuation;
pub(crate) mod working_calendar;

use serde_json::Value;

use crate::case::Case;
use crate::json;

/// What a case is called: its function, where it is from, and what it is asked with.
pub(crate) fn id(case: &Value) -> Result<String, String> {
    let source = case.get("source").and_then(Value::as_str).unwrap_or_default();
    let input = case.get("input").ok_or("a case has an input")?;
    Ok(format!("{} {source} {input}", json::text(case, "function")?))
}

/// A case and our answer, near enough by what the case itself says.
pub(crate) fn near<E: ToString>(case: &Value, actual: Result<Value, E>) -> Result<Case, String> {
    let expected = case.get("expected").ok_or("a case has what is expected")?;
    Ok(Case::fields_near(id(case)?, expected, actual, json::number(case, "rel_tol")?))
}
