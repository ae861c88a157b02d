//! Certifies a store: the conformance suite of the store port, and what it needs.
