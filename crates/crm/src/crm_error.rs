//! Why the CRM refuses something.

use fondaco_core::party::PartyError;
use fondaco_core::{ActError as _, ErrorCode, Halt, InputError};

use crate::KernelError;
use crate::attributes::AttributeError;
use crate::consent::ConsentError;
use crate::contacts::ContactError;
use crate::events::EventError;
use crate::leads::LeadError;
use crate::membership::MembershipError;
use crate::merge::MergeError;
use crate::opportunities::OpportunityError;
use crate::scores::ScoreError;
use crate::segments::SegmentError;

/// What the CRM refuses.
///
/// Each feature has an error of its own within; what all of them share is here. No message holds what may be personal.
#[derive(Clone, Debug, thiserror::Error, ErrorCode)]
#[error_code(engine = "crm")]
#[non_exhaustive]
pub enum CrmError {
    /// A contact.
    #[error(transparent)]
    #[inner]
    Contact(#[from] ContactError),
    /// Something that somebody did.
    #[error(transparent)]
    #[inner]
    Event(Box<EventError>),
    /// Something that is known of somebody.
    #[error(transparent)]
    #[inner]
    Attribute(#[from] AttributeError),
    /// A lead.
    #[error(transparent)]
    #[inner]
    Lead(#[from] LeadError),
    /// Consent, or the suppression list.
    #[error(transparent)]
    #[inner]
    Consent(#[from] ConsentError),
    /// A merge.
    #[error(transparent)]
    #[inner]
    Merge(#[from] MergeError),
    /// A stored scorecard.
    #[error(transparent)]
    #[inner]
    Score(#[from] ScoreError),
    /// A segment that is stored.
    #[error(transparent)]
    #[inner]
    Membership(Box<MembershipError>),
    /// What a segment says.
    #[error(transparent)]
    #[inner]
    Segment(Box<SegmentError>),
    /// Something on offer.
    #[error(transparent)]
    #[inner]
    Opportunity(Box<OpportunityError>),
    /// A figure that a plain function can't be asked with.
    #[error(transparent)]
    #[inner]
    Kernel(#[from] KernelError),
    /// Names, addresses and relations, which core keeps.
    #[error(transparent)]
    #[inner]
    Party(Box<PartyError>),
    /// A code or text that can't be kept.
    #[error(transparent)]
    #[inner]
    Input(#[from] InputError),
    /// One of a batch was refused.
    #[error("item {index} (counted from 0): {error}")]
    #[inner]
    At {
        /// Its place, counted from 0.
        index: usize,
        /// What is wrong with it.
        error: Box<CrmError>,
    },
    /// Nothing of the CRM's: the store, a right, an interruption.
    #[error(transparent)]
    #[halt]
    Halt(Halt),
}

impl CrmError {
    /// This error, said of one of a batch. What is no refusal of that one is passed on as it is.
    #[must_use]
    pub fn at(self, index: usize) -> CrmError {
        match self {
            CrmError::Halt(halt) if !halt.is_refusal() => CrmError::Halt(halt),
            error => CrmError::At { index, error: Box::new(error) },
        }
    }
}

impl From<EventError> for CrmError {
    fn from(error: EventError) -> CrmError {
        CrmError::Event(Box::new(error))
    }
}

impl From<MembershipError> for CrmError {
    fn from(error: MembershipError) -> CrmError {
        CrmError::Membership(Box::new(error))
    }
}

impl From<SegmentError> for CrmError {
    fn from(error: SegmentError) -> CrmError {
        CrmError::Segment(Box::new(error))
    }
}

impl From<OpportunityError> for CrmError {
    fn from(error: OpportunityError) -> CrmError {
        CrmError::Opportunity(Box::new(error))
    }
}

impl From<PartyError> for CrmError {
    fn from(error: PartyError) -> CrmError {
        match error {
            PartyError::Halt(halt) => CrmError::Halt(halt),
            error => CrmError::Party(Box::new(error)),
        }
    }
}

impl From<Halt> for CrmError {
    fn from(halt: Halt) -> CrmError {
        CrmError::Halt(halt)
    }
}
