//! Entries that somebody else approves: prepared as drafts, posted when enough other persons have said yes.
//!
//! A draft may hold anything, also what does not balance yet. It goes from *open* by [`SubmitDraft`] to *submitted*, and by
//! [`ApproveDraft`] to *posted*: the approval that completes it posts its entry in the same commit, with its number drawn
//! then. [`RejectDraft`] sends it back with a reason, and so does [`ChangeDraft`]. A draft that can't be posted any more,
//! because its period was locked or an account closed since, is refused when it is approved, with that reason, and stays.
//!
//! # Four eyes
//! Who prepared, changed or submitted a draft does not approve it, and nobody approves it twice: nor does who acts by the
//! right of one of these, or had one of these act by his. A journal says how many approvals its drafts need
//! ([`Journal::approvals`](super::Journal::approvals)). An approval names the edition that was looked at, so that nobody
//! approves what was changed meanwhile.
//!
//! Every step is on record for ever, with who did it, by whose right and when: [`DraftStep`], [`DraftRight`].

mod decide;
mod declared;
mod lookup;
mod prepare;
mod records;
mod step;

pub(crate) use declared::PART;

pub use decide::{ApproveDraft, Approved, RejectDraft};
pub use lookup::{WholeDraft, draft, draft_of, drafts};
pub use prepare::{ChangeDraft, DeleteDraft, PrepareDraft, SubmitDraft};
pub use records::{Deed, Draft, DraftPosting, DraftRight, DraftStatus, DraftStep};
