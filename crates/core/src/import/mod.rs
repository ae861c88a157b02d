//! Tables from files: CSV as programs and people write it, read line by line by a mapping of columns, with a report of what was refused.
//!
//! What all imports share: how a file is written ([`CsvFormat`], [`Encoding`], [`NumberFormat`]), its [`Lines`] - a stream, which ends the
//! import where the file changes meanwhile -, where a mapping finds its values ([`Source`], [`Finder`]), values with what is wrong with them
//! ([`Cells`], [`Fault`]) and the report ([`Refusal`], [`RefusalWriter`]). What the lines mean is an engine's.
//!
//! **Nothing is guessed.** A date, a number, a currency that is not written as the format says is refused, with its line, column and value.
//!
//! | code | of |
//! |---|---|
//! | `import.missing`, `import.not_utf8`, `import.field_count` | any line |
//! | `import.bad_date`, `import.bad_amount`, `import.bad_currency`, `import.bad_flag` | a field |
//! | `import.repeated_code` | a code that was met further up |

mod cells;
mod encoding;
mod entered;
mod error;
mod flaw;
mod format;
mod lines;
mod refusal;
mod source;
mod steady;

pub use cells::{Cells, Finder, Reader, Slot, same_word};
pub use encoding::Encoding;
pub use entered::{EnterReport, GoodLines};
pub use error::FileError;
pub use format::{CsvFormat, NumberFormat};
pub use lines::{Line, Lines, Place};
pub use refusal::{Fault, Refusal, RefusalWriter};
pub use source::Source;
