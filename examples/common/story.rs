//! What the examples share that tell a story of their own: where they keep their books, and which page they write.
#![allow(dead_code, unreachable_pub, reason = "each example uses its own part")]

use std::error::Error;
use std::path::PathBuf;

use fondaco::core::store::Store;

#[path = "args.rs"]
mod args;
#[path = "store.rs"]
mod store;

pub use args::Offer;
use args::{Args, Command, StoreChoice};

/// What the command line of a story asks for.
pub struct Story {
    /// Where its books are kept: in memory unless a file was named.
    pub store: Box<dyn Store>,
    /// The folder to read instead of the example's own.
    pub data: Option<PathBuf>,
    /// Where to write what there is to look at.
    pub page: Option<PathBuf>,
    /// The switches that were given.
    pub switches: Vec<String>,
}

/// Reads the process's command line and opens the store; `None` when somebody asked for help, which then is printed.
///
/// # Errors
/// What is wrong with the command line, or with the store.
pub fn begin(about: &str, offers: &[Offer]) -> Result<Option<Story>, Box<dyn Error>> {
    match args::offered(about, StoreChoice::Memory, offers)? {
        Command::Help(text) => {
            print!("{text}");
            Ok(None)
        }
        Command::Run(Args { data, store, page, switches, .. }) => {
            Ok(Some(Story { store: store::opened(&store)?, data, page, switches }))
        }
    }
}
