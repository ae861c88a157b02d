//! Whether the current plan is whole, and firm orders are what their history says.

use fondaco_core::engine::Discrepancies;
use fondaco_core::{Halt, Range, Reading, View};

use super::record::{CurrentPlan, PlanMessage, PlanRun, PlannedOrder};
use crate::planning::{FirmOrder, FirmOrderStep, FirmStatus};

/// Compares runs with their rows, and firm orders with their histories.
pub(in crate::planning) fn verify(
    view: &mut View<'_>,
    found: &mut Discrepancies,
) -> Result<(), Halt> {
    if let Some(current) = view.peek::<CurrentPlan>(&CurrentPlan::key())? {
        for run in [Some(current.run), current.previous].into_iter().flatten() {
            if view.peek::<PlanRun>(&run)?.is_none() {
                found.say(format_args!("planning run {run} is the current one, and is not done"));
            }
        }
    }
    for run in view.peek_scan(&Range::<PlanRun>::all())? {
        let key = (run.run, run.attempt);
        let orders = view.peek_scan(&Range::<PlannedOrder>::by_key(&key))?.len();
        let messages = view.peek_scan(&Range::<PlanMessage>::by_key(&key))?.len();
        if (orders, messages) != (run.orders as usize, run.messages as usize) {
            let (run, of, told) = (run.run, run.orders, run.messages);
            found.say(format_args!(
                "planning run {run} has {orders} orders and {messages} messages, and says {of} and {told}"
            ));
        }
    }
    for order in view.peek_scan(&Range::<FirmOrder>::all())? {
        let steps = view.peek_scan(&Range::<FirmOrderStep>::by_key(&order.id))?;
        let last = steps.last().map(|step| (step.quantity, step.due_on));
        let is_told = last == Some((order.quantity, order.due_on));
        let is_released = order.status == FirmStatus::Released;
        if !is_told
            || steps.len() != order.steps as usize
            || order.document.is_some() != is_released
            || order.expected.is_some() != (is_released && order.from_site.is_none())
        {
            let id = order.id;
            found.say(format_args!("firm order {id} is not what its history says"));
        }
    }
    Ok(())
}
