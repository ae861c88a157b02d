//! Books from files: a chart of accounts and entries from CSV, by a mapping of columns, with a report line by line.
//!
//! An import is a [job](fondaco_core::job): it goes on where it was killed, books nothing twice, can be watched and
//! stopped, and its report is kept with it. A file is read as a stream: what is in memory does not grow with it.
//!
//! # What always holds
//! - **Never half an entry.** Of an entry, all lines are booked, or none.
//! - **Checked first**, unless [`Mode::GoodOnes`] is chosen: the whole file is checked, by the rules that posting goes by
//!   ([`check_each`](crate::ledger::check_each)), and booked only when no line is refused.
//! - **In parts.** A chart, and a file of entries of up to some 16,000 lines, is booked in one commit: all or nothing. What is longer is
//!   booked in parts of that size, each of which stands by itself: stopped or killed in between, the books have the file's beginning, and
//!   the rest when the import is run again. Where the *books* change meanwhile, so that a line is refused now that passed, booking ends
//!   there ([`ImportError::Changed`]) and goes on when it is run again: mend the books, and leave the file. A mended file is another
//!   one; only entries with a key and an [`origin`](EntryMapping::origin) are known again in it. (Entries whose journal numbers, balances
//!   and limits counted only once the last part is there would have to be told from all others by whatever reads the books; who needs a
//!   long file whole or not at all imports it into a copy of the company, and keeps that.)
//! - **One file.** What is booked is what was digested and checked: a file that changes meanwhile ends the import
//!   ([`FileError::FileChanged`]).
//! - **Once.** A job's name stands for one file read in one way ([`ImportEntries::file_digest`] helps to name it); under another name, entries that came from the same file,
//!   or with the same key from the same [`origin`](EntryMapping::origin), are skipped.
//! - **Nothing is guessed.** A date, an amount, a side, a currency that is not written as the mapping says is refused.
//!
//! # The report
//! Each thing that is wrong becomes a [`Refusal`]: line, column, value, a stable code, what is wrong, the way out. They are kept in the
//! store, and [`Books::write_refusals`](crate::Books::write_refusals) writes them as CSV. What they quote may be about persons:
//! [`EraseRefusals`] takes it away once it is of no more use.
//! Codes that begin with `accounting.` are the ledger's; the others:
//!
//! | code | of |
//! |---|---|
//! | `import.missing`, `import.not_utf8`, `import.field_count` | any line |
//! | `import.bad_date`, `import.bad_amount`, `import.bad_rate`, `import.bad_currency`, `import.bad_side` | a field |
//! | `import.other_sign` | a worth below zero beside an amount above zero |
//! | `import.two_amounts`, `import.no_amount` | a debit and a credit column |
//! | `import.other_date`, `import.other_journal`, `import.scattered_key`, `import.too_many_lines` | the lines of an entry |
//! | `import.bad_class`, `import.bad_flag`, `import.other_account`, `import.repeated_code` | an account |
//!
//! # Examples
//! [`ImportEntries`] and [`ImportAccounts`] have one each; `examples/import.rs` is a program.
// Without the feature there is only what is stored, and how it is erased: what is missing then is named, and no link.
#![cfg_attr(not(feature = "import"), allow(rustdoc::broken_intra_doc_links))]

mod declared;
mod erase;
mod records;

#[cfg(feature = "import")]
mod accounts;
#[cfg(feature = "import")]
mod amounts;
#[cfg(feature = "import")]
mod entries;
#[cfg(feature = "import")]
mod error;
#[cfg(feature = "import")]
mod group;
#[cfg(feature = "import")]
mod mapping;
#[cfg(feature = "import")]
mod refusal;
#[cfg(feature = "import")]
mod run;
#[cfg(all(test, feature = "import"))]
mod tests;

pub(crate) use declared::PART;
pub use erase::{EraseRefusals, ErasedRefusals};
pub use records::{ImportKey, ImportedEntry, RefusedLine};

#[cfg(feature = "import")]
pub use {
    accounts::ImportAccounts,
    entries::{ImportCursor, ImportEntries},
    error::ImportError,
    fondaco_core::import::{CsvFormat, Encoding, FileError, NumberFormat, Refusal, Source},
    mapping::{AccountMapping, AmountColumns, EntryMapping, Grouping},
    refusal::refusals,
    run::{ImportReport, Mode},
};

#[cfg(feature = "import")]
mod books {
    use std::cell::RefCell;
    use std::io::Write;

    use fondaco_core::import::RefusalWriter;
    use fondaco_core::job::JobId;

    use super::{ImportError, Refusal, refusals};
    use crate::Books;
    use crate::ledger::LedgerError;

    /// So many refusals are held in memory at most, when they are asked for as a list.
    const MOST_LISTED: usize = 100_000;

    impl Books<'_> {
        /// What the import under this name refused, in order of the file: the first 100,000 of it.
        ///
        /// ```
        /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
        /// # use firm::*;
        /// # let books = books();
        /// use fondaco_accounting::import::*;
        ///
        /// let file = "Date,Account,Amount\n2026-03-01,5100,10.00\n2026-03-01,1000,-10,00\n";
        /// let mapping = EntryMapping::new("Date", "Account", AmountColumns::signed("Amount"));
        /// let mut import = ImportEntries::new(std::io::Cursor::new(file), mapping)?;
        /// let error = books.run_job("import/1", &mut import, &mut ()).unwrap_err();
        /// assert_eq!(error.code(), "accounting.import_refused"); // nothing was booked
        /// let refusals = books.refusals("import/1")?;
        /// assert_eq!(
        ///     refusals[0].to_string(),
        ///     "line 3: the line has 4 fields, 3 were expected (import.field_count); \
        ///      check for a delimiter or a quote too many or too few",
        /// );
        /// # Ok::<(), Box<dyn std::error::Error>>(())
        /// ```
        ///
        /// # Errors
        /// A [`Halt`](fondaco_core::Halt).
        pub fn refusals(&self, name: &str) -> Result<Vec<Refusal>, LedgerError> {
            self.view(|view| {
                let mut all = Vec::new();
                refusals(view, JobId::named(name), |refusal| {
                    if all.len() < MOST_LISTED {
                        all.push(refusal);
                    }
                    Ok::<(), LedgerError>(())
                })?;
                Ok(all)
            })
        }

        /// Writes what the import under this name refused as CSV: line, last line of the entry, column, value, code, what is
        /// wrong, the way out. As many as there are, without holding them in memory. What a spreadsheet would take for a formula has an
        /// apostrophe before it.
        ///
        /// # Errors
        /// [`FileError::Unwritable`](super::FileError::Unwritable), or a [`Halt`](fondaco_core::Halt).
        pub fn write_refusals(&self, name: &str, out: &mut dyn Write) -> Result<(), ImportError> {
            let out = RefCell::new((RefusalWriter::new(out)?, 0));
            self.driver().view(|view| {
                let (mut out, mut read) = (out.borrow_mut(), 0);
                let (writer, written) = &mut *out;
                refusals(view, JobId::named(name), |refusal| {
                    read += 1;
                    // A view may begin again when its snapshot is gone: what is written is written.
                    if read <= *written {
                        return Ok::<(), ImportError>(());
                    }
                    *written += 1;
                    Ok(writer.write(&refusal)?)
                })
            })?;
            Ok(out.into_inner().0.finish()?)
        }
    }
}
