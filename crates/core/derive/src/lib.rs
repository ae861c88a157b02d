//! The derive macro of stored records.
