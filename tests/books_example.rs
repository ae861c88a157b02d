//! Books example.
