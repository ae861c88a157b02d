//! Figures of quality, under the names of the file.

use fondaco_crm::KernelError;
use fondaco_crm::scoring::learned::metrics::Quality;
use serde_json::{Value, json};

pub(super) fn shown(probabilities: &[f64], outcomes: &[bool]) -> Result<Value, KernelError> {
    let quality = Quality::of(probabilities, outcomes)?;
    Ok(json!({
        "n": quality.rows,
        "positives": quality.positives,
        "auc": quality.auc,
        "average_precision": quality.average_precision,
        "brier": quality.brier,
        "log_loss": quality.log_loss,
        "ece10_equal_width": quality.calibration_error,
        "ks": quality.kolmogorov_smirnov,
        "lift_top10pct": quality.lift_of_first_tenth,
    }))
}
