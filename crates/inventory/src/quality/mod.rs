//! Quality: which lots to accept, whether a process is in control and able, and what a machine achieves.
//!
//! - [`aql`]: sampling plans for inspection by attributes (ISO 2859-1, ANSI/ASQ Z1.4), normal, tightened and reduced, and when to switch.
//! - [`acceptance`]: what a plan lets pass: its operating characteristic, outgoing quality and risks; plans designed from two points.
//! - [`spc`]: control charts with limits and the rules that their points break.
//! - [`mod@capability`]: whether a process keeps within its tolerance.
//! - [`mod@oee`]: overall equipment effectiveness and its losses.
//!
//! Everything here is statistics, in floats; shares are from 0 to 1, and only an AQL is in percent, as the standard has it.

pub mod acceptance;
pub mod aql;
pub mod capability;
pub mod oee;
pub mod spc;

pub use acceptance::{Model, OcPoint, Outgoing, Risks, SinglePlan, design};
pub use aql::{
    CodeLetter, InspectionLevel, SamplingPlan, Severity, Switching, Verdict, code_letter,
    single_plan,
};
pub use capability::{Capability, Interval, Tolerance, capability};
pub use oee::{Oee, OeeInput, oee};
pub use spc::{ChartConstants, ControlChart, Point, Rule, Signal};
