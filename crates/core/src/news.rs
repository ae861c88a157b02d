//! What core's own acts change under the feet of engines: they hear of it in the same commit.
//!
//! An engine's own acts tell its features what they change. Parties are also merged and erased, and the company's zone set, by acts of core
//! that know no engine; a [`Part`](crate::engine::Part) that keeps something by these says so with
//! [`hears`](crate::engine::Part::hears).

use crate::{Halt, PartyId, Tx};

/// Something that an act of core does.
///
/// ```
/// # mod people { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/people.rs")); }
/// # use people::*;
/// use fondaco_core::Reading;
/// use fondaco_core::engine::{Engine, Part};
/// use fondaco_core::due::{Due, DueItem};
/// use fondaco_core::news::News;
///
/// static MAIL: Part = Part::new(&[]).hears(|tx, news| {
///     if let News::Merged { gone, .. } = news {
///         let now = tx.now();
///         tx.due(Due::new("mail.join_letters", gone.to_string(), now))?;
///     }
///     Ok(())
/// });
/// static POST: Engine = Engine { name: "mail", parts: &[&MAIL] };
/// # let people = people();
/// people.join(&POST)?;
/// let twice = PartyId::named("web/4711");
/// send(&people, "web", &RegisterParty::person(twice, "Ada King"))?;
/// send(&people, "one", &MergeParties::new(ada(), twice))?;
/// let key = ("mail.join_letters".into(), twice.to_string().into());
/// assert!(people.view(|view| view.peek::<DueItem>(&key))?.is_some());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum News {
    /// [`MergeParties`](crate::party::MergeParties) made one of two; told when the alias is staged.
    Merged {
        /// Who stays.
        keep: PartyId,
        /// Who is an alias from now on.
        gone: PartyId,
    },
    /// [`EraseParty`](crate::party::EraseParty) is about to erase what is personal; told before any of it goes.
    Erased {
        /// Who, and all that were merged into it.
        parties: Vec<PartyId>,
    },
    /// [`SetZone`](crate::calendar::SetZone) moved where the company's day begins; told when that is staged.
    ZoneSet,
}

/// What a part of an engine does about news, in the commit of the act that is told of.
pub type Hears = fn(&mut Tx<'_>, &News) -> Result<(), Halt>;

impl Tx<'_> {
    /// Tells the engines that joined the driver.
    pub(crate) fn tell(&mut self, news: &News) -> Result<(), Halt> {
        for engine in self.context.known.engines() {
            for hears in engine.parts.iter().filter_map(|part| part.hears) {
                hears(self, news)?;
            }
        }
        Ok(())
    }
}
