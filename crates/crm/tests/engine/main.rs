//! Contacts, what is known of them and what they do: on every store, blocking and not.
#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests are tests
#![allow(unreachable_pub)] // modules of one program

mod catalogue;
mod consent;
mod contacts;
mod events;
mod firm;
#[cfg(feature = "import")]
mod import;
mod leads;
mod membership;
mod merge;
mod opportunities;
mod outbox;
mod scores;
