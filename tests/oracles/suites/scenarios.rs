//! Whole scenarios of Tryton 7.8's tests.

use std::error::Error;

use serde_json::Value;

use crate::case::Case;

pub(crate) fn cases(name: &str, _steps: &Value) -> Result<Vec<Case>, Box<dyn Error>> {
    let why = "the flows of a company that post it are not there yet";
    Ok(vec![Case::unsupported(format!("tryton_7_8_scenarios/{name}"), why)])
}
