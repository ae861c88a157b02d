//! What people are written to for.

use fondaco_core::enter::{Entered, Taking, take};
use fondaco_core::input::{check_code, check_line};
use fondaco_core::policy::Request;
use fondaco_core::store::{Event, Record};
use fondaco_core::{Act, Tx};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use crate::contacts::rights::SET_UP;
use crate::{CrmError, check_count};

/// A purpose: a newsletter, offers, service messages.
#[derive(Record, Debug, Clone, PartialEq)]
#[record(table = "crm_purpose", kind = state, key(code))]
pub struct Purpose {
    /// What names it: `newsletter`.
    pub code: SmolStr,
    /// What people read.
    pub title: SmolStr,
    /// Whether consent by e-mail counts only once it is confirmed.
    pub double_opt_in: bool,
}

/// A purpose to be defined.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewPurpose {
    /// See [`Purpose::code`].
    pub code: SmolStr,
    /// See [`Purpose::title`].
    pub title: SmolStr,
    /// See [`Purpose::double_opt_in`].
    #[serde(default)]
    pub double_opt_in: bool,
}

/// Defines purposes, or changes them; what was consented to stays as it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DefinePurposes {
    /// The purposes.
    pub purposes: Vec<NewPurpose>,
    /// What is done where some are refused.
    #[serde(default)]
    pub taking: Taking,
}

impl DefinePurposes {
    /// Defines all of these, or none.
    pub fn new(purposes: Vec<NewPurpose>) -> DefinePurposes {
        DefinePurposes { purposes, taking: Taking::AllOrNothing }
    }

    /// Defines one.
    ///
    /// ```
    /// # mod people { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/people.rs")); }
    /// # use people::*;
    /// # let crm = crm();
    /// use fondaco_crm::consent::DefinePurposes;
    /// crm.send("news", &DefinePurposes::one("newsletter", "Our newsletter", true))?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn one(
        code: impl Into<SmolStr>,
        title: impl Into<SmolStr>,
        double_opt_in: bool,
    ) -> DefinePurposes {
        let (code, title) = (code.into(), title.into());
        DefinePurposes::new(vec![NewPurpose { code, title, double_opt_in }])
    }
}

impl Act for DefinePurposes {
    type Answer = Entered;
    type Error = CrmError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<Entered, CrmError> {
        tx.authorize(&Request::new(&SET_UP))?;
        check_count(self.purposes.len())?;
        take(tx, self.taking, |tx| {
            let mut entered = Entered::default();
            for (at, new) in self.purposes.iter().enumerate() {
                let done = tx.attempt(|tx| define(tx, new))?;
                entered.note(at, done);
            }
            Ok(entered)
        })
    }
}

fn define(tx: &mut Tx<'_>, new: &NewPurpose) -> Result<bool, CrmError> {
    check_code("purpose", &new.code)?;
    check_line("title", &new.title)?;
    let NewPurpose { code, title, double_opt_in } = new.clone();
    let row = Purpose { code, title, double_opt_in };
    if tx.get::<Purpose>(&new.code)?.is_some_and(|there| *there == row) {
        return Ok(false);
    }
    tx.emit(Event::new("crm.purpose_defined").with("purpose", new.code.clone()));
    tx.upsert(row)?;
    Ok(true)
}
