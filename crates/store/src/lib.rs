//! Stores that come with Fondaco: memory always, SQLite behind the feature `sqlite`.

mod memory;

pub use memory::Memory;
