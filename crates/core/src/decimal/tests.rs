//! What the arithmetic promises.
