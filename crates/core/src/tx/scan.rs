//! Ranges of rows.
use std::marker::PhantomData;
/// A declared index of `R`.
#[derive(Debug)]
pub struct IndexOf<R> {
    position: usize,
    of: PhantomData<fn() -> R>,
}
impl<R> IndexOf<R> {
    /// The index at `position`.
    pub const fn new(position: usize) -> Self {
        IndexOf { position, of: PhantomData }
    }
    /// Where it stands.
    pub const fn position(&self) -> usize {
        self.position
    }
}
