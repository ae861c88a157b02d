//! What becomes of proposals: they are firmed, changed, dropped and released, each step with its history.

mod decide;
mod read;
mod record;
mod release;
mod wanted;

pub use decide::{ChangeFirmOrder, DropFirmOrder, FirmProposals};
pub use read::{firm_order_history, firm_orders};
pub use record::{FirmOrder, FirmOrderStep, FirmStatus, FirmStep, ReleasedPromise, WantedDay};
pub use release::{ReleaseFirmOrder, Released};
pub use wanted::SetWantedDay;
