//! Customers: who they are, how likely they buy, what they are worth.
//!
//! The engine keeps [`contacts`], what is known of them ([`attributes`]), what they do ([`events`]) and the [`leads`] that come of it over any
//! store. [`Crm`] is its handle; `docs/crm.md` walks through it.
//! What else takes part in its commits, such as scores and segments, does so through one seam: the crate's `along` module says how (a trait
//! with one function, and a tuple of those that implement it).
//!
//! The mathematics are plain functions on plain data, without a store, a clock or randomness, so that they can be called on a data
//! frame as well as by an engine. Floats are used for statistics alone. [`KernelError`] says what they refuse.
//!
//! | I want | module |
//! |---|---|
//! | to keep contacts, and what is known of them | [`contacts`], [`attributes`], [`documents`] |
//! | to record what they do | [`events`] |
//! | to work on leads, and know their organisations | [`leads`], [`matching`] |
//! | to know who may be written to, and erase who asks for it | [`consent`] |
//! | to find who is in twice, merge, and take it back | [`merge`] |
//! | to bring contacts in from files, cleaned | [`import`], [`clean`] |
//! | to know whether two names are one | [`strings`] |
//! | to find records of one person among many | [`linkage`] |
//! | to count what somebody did, old acts for less | [`decay`] |
//! | to know how likely somebody buys, and why | [`scoring`], kept up to date by [`scores`] |
//! | to know whom to speak to next, and when | [`queue`] |
//! | to give leads to sellers | [`routing`] |
//! | to know what deals bring, and when | [`pipeline`], of stored [`opportunities`] |
//! | to keep promises on time | [`sla`] |
//! | to say who is meant, and know who is in at every instant | [`segments`], kept in the store by [`membership`] |
//! | to write to whoever comes into a segment, and not too often | [`campaigns`] |
//! | to tell customers apart by when, how often and for how much they bought | [`rfm`] |
//! | to find customers that are alike | [`clusters`] |
//! | to know which channel brought a conversion | [`attribution`] |
//! | to know what customers will buy, and what they are worth | [`clv`] |
//! | to know whether a difference is more than chance, who is in which group of a test | [`stats`] |

pub mod attributes;
pub mod attribution;
pub mod campaigns;
pub mod clean;
pub mod clusters;
pub mod clv;
pub mod consent;
pub mod contacts;
pub mod decay;
pub mod documents;
pub mod events;
pub mod import;
pub mod leads;
pub mod linkage;
pub mod matching;
pub mod membership;
pub mod merge;
pub mod opportunities;
pub mod pipeline;
pub mod queue;
pub mod rfm;
pub mod routing;
pub mod scores;
pub mod scoring;
pub mod segments;
pub mod sla;
pub mod stats;
pub mod strings;

mod along;
mod crm_error;
mod engine;
mod error;
mod handle;
mod limits;
mod numeric;
#[cfg(test)]
mod tests;

pub use attributes::AttributeError;
pub use consent::ConsentError;
pub use contacts::ContactError;
pub use crm_error::CrmError;
pub use engine::ENGINE;
pub use error::KernelError;
pub use events::EventError;
pub use handle::{AsyncCrm, Crm};
pub use leads::LeadError;
pub(crate) use limits::{
    check_code, check_count, check_line_length, check_source_id, check_text, is_ahead, next_number,
};
pub use membership::MembershipError;
pub use merge::MergeError;
pub use opportunities::OpportunityError;
pub use scores::ScoreError;

/// The page's code is compiled and run as a test.
#[cfg(doctest)]
#[doc = include_str!("../../../docs/crm.md")]
struct CrmPage;

/// The page's code is compiled and run as a test.
#[cfg(doctest)]
#[doc = include_str!("../../../docs/segments.md")]
struct SegmentsPage;
