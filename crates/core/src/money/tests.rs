//! What money promises.
