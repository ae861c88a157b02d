//! Contacts from files: CSV as programs and people write it, and vCards, cleaned, with a report line by line.
//!
//! A CSV file is a [job](fondaco_core::job), `ImportContacts`: chunks of lines, each of which stands, so that a million lines take as much
//! memory as a few thousand, and an import that was stopped goes on. Each line is cleaned ([`clean`](crate::clean)), and each contact has an
//! id that comes from the file, so that importing twice adds nobody twice. What was changed and what was refused is kept as
//! [`ImportNote`]s: line, column, what, and the way out; never what stood there.
//!
//! With the feature `import`.

#[cfg(feature = "import")]
mod error;
#[cfg(feature = "import")]
mod job;
#[cfg(feature = "import")]
mod known;
#[cfg(feature = "import")]
mod mapping;
mod note;
#[cfg(feature = "import")]
mod read;
#[cfg(feature = "import")]
mod vcard;

#[cfg(feature = "import")]
pub use error::ImportError;
#[cfg(feature = "import")]
pub use job::{ImportContacts, ImportCursor, ImportReport};
#[cfg(feature = "import")]
pub use mapping::ContactMapping;
pub use note::{ImportNote, import_notes};
#[cfg(feature = "import")]
pub use vcard::{CardNote, CardWhy, VcardFile};

use fondaco_core::engine::Part;
use fondaco_core::store::Record;

/// What the engine has of imports.
pub(crate) static PART: Part = Part::new(&[ImportNote::TABLE]).jobs(&["crm.import_contacts"]);
