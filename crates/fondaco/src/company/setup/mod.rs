//! Setting a company up: its books, its stock, a chart of accounts, a profile, all in one commit.

mod act;
mod numbering;
mod records;
mod template;

use fondaco_core::engine::Part;
use fondaco_core::store::Record;

pub use act::{SetAccounts, SetProfile, SetTolerances, SetUpCompany};
pub(crate) use numbering::Numberings;
pub use numbering::{Numbering, SetNumbering};
pub use records::{AccountRow, Differences, ProfileRow, Settings};
pub(crate) use records::{Profile, Profiles, accounts, seen_accounts};
pub use template::Chart;

use super::rights;

/// What the engine has of it.
pub(crate) static PART: Part =
    Part::new(&[Settings::TABLE, ProfileRow::TABLE, AccountRow::TABLE, Numbering::TABLE])
        .permissions(&[&rights::SET_UP]);
