//! Plan to produce: what is made of what, by whom, and what it costs.
//!
//! A work order is planned by the bill of what is made, or carries out a firm order of a plan. Released, it is on order and its components
//! are promised to it. Material is issued to it and hours are booked on it: that is what it costs, and stands as work in progress. What is
//! made takes its part of that into stock, in parts as it comes; what is left when the order is closed becomes variances, where stock goes
//! by a standard cost, and otherwise a part of what was made (EVENTS rows 27 to 31; Tryton's `production`, SAP's settlement of orders).
//!
//! | state | what can be done |
//! |---|---|
//! | planned | released, cancelled |
//! | released | material issued, hours booked, something made; cancelled |
//! | in progress | the same; closed; it is released again when all of that was cancelled |
//! | finished | all of it is made: material that was used and hours may still come; closed |
//! | closed | nothing, until the [close](crate::company::DocumentKind::ProductionClose) is cancelled |
//!
//! # What goes along with what is made
//! Of each line as much as the part that is made was planned to take, at what the line cost so far; with the last piece all that is left.
//! So partial receipts are near to what they will have cost, and closing makes them so to the cent.

mod cancel;
mod centre;
mod close;
mod complete;
mod cost;
mod error;
mod explode;
mod issue;
mod lots;
mod order;
mod record;
mod release;
mod returned;
mod service;
mod time;
mod variances;
mod verify;
mod works;

use fondaco_core::Tx;
use fondaco_core::engine::Part;
use fondaco_core::policy::{Authority, Request};
use fondaco_core::store::Record;
use smol_str::SmolStr;

pub(crate) use cancel::cancel;
pub use centre::SetWorkCentres;
pub use close::{CloseWorkOrders, NewClose};
pub use complete::{CompleteWorkOrders, NewCompletion};
pub(crate) use cost::{in_progress, stand};
pub use error::WorkError;
pub use issue::{IssueLine, IssueMaterial, NewIssue};
pub use order::{
    Makes, NewWorkOrder, OutputValue, PlanWorkOrders, WorkMaterial, WorkOutput, WorkTime,
};
pub use record::{WorkCentre, WorkLine, WorkLineKind, WorkOrder};
pub use release::ReleaseWorkOrders;
pub use returned::ReturnMaterial;
pub(crate) use service::{Served, serve, unserve};
pub use time::{BookTime, NewTime, TimeLine};
pub(crate) use verify::{Production, verify};
pub(crate) use works::Works;

use super::rights;

/// What the engine has of it.
pub(crate) static PART: Part = Part::new(&[WorkOrder::TABLE, WorkLine::TABLE, WorkCentre::TABLE])
    .permissions(&[&rights::PLAN_WORK, &rights::WORK, &rights::CLOSE_WORK]);

/// Asks for the right to do something at a site.
pub(crate) fn allow(
    tx: &mut Tx<'_>,
    authority: &Authority,
    document: &SmolStr,
    site: fondaco_core::SiteId,
) -> Result<(), super::CompanyError> {
    if authority.is_full() {
        return Ok(());
    }
    let site = super::sales::site(tx, Some(site))?;
    let request = Request::new(authority.permission()).about(document.clone());
    tx.allow(authority, &request.at("site", site.code.clone()))?;
    Ok(())
}
