//! Names, e-mail addresses and telephone numbers as people write them, brought into one form.
//!
//! Nothing is guessed that a letter could be sent wrong by: what can't be read is refused, what was changed is said. The keys ([`email_key`],
//! [`phone_key`]) are what addresses are compared by: two ways to write one mailbox have one key.

mod email;
mod name;
mod phone;

pub use email::{email, email_key, is_role_address};
pub use name::name;
pub use phone::{phone, phone_key};

use smol_str::SmolStr;

/// A text after cleaning.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cleaned {
    /// What is kept.
    pub text: SmolStr,
    /// What was done to it, if anything was.
    pub done: Option<&'static str>,
}

impl Cleaned {
    fn of(text: String, before: &str, done: &'static str) -> Cleaned {
        let done = (text != before).then_some(done);
        Cleaned { text: text.into(), done }
    }
}

/// Why a text can't be cleaned, and the way out. It never repeats the text.
pub type Unclean = &'static str;

/// Whether a character is one that nobody sees: byte order marks, zero widths, soft hyphens.
fn is_unseen(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2064}' | '\u{feff}')
}
