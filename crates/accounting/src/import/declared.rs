//! What imports declare.

use fondaco_core::engine::Part;
use fondaco_core::party::Holding;
use fondaco_core::store::Record;

use super::{ImportKey, ImportedEntry, RefusedLine};
use crate::rights;

const NOTED: &str = "what an import notes goes by the right to run jobs";

pub(super) const ACCOUNTS: &str = "accounting.import_accounts";
pub(super) const ENTRIES: &str = "accounting.import_entries";

pub(crate) static PART: Part = Part::new(&[])
    .otherwise(&[
        (ImportedEntry::TABLE, NOTED),
        (ImportKey::TABLE, NOTED),
        (RefusedLine::TABLE, NOTED),
    ])
    .permissions(&[&rights::ERASE])
    .holdings(&[Holding::untied::<RefusedLine>()])
    .jobs(if cfg!(feature = "import") { &[ACCOUNTS, ENTRIES] } else { &[] });
