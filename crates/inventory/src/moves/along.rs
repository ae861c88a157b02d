//! What goes along with moves in the same batch: what they fulfil, what they are worth, what they make short.

use fondaco_core::Tx;
use fondaco_core::tx::Pending;

use super::Move;
use super::book::Book;
use super::judge::Judged;
use crate::StockError;
use crate::levels::{Levels, Stock};

/// A feature that takes part in every batch of moves. The crate's [posting](crate::posting) says which there are; this module knows none
/// of them.
///
/// It is [`Pending`]: what it did for a move that is refused is taken back with the move, and it stages its rows when all moves are
/// taken.
pub(crate) trait Along: Pending + Sized {
    /// Reads what it needs for these moves, all of it in as few trips as it can.
    fn prepare(tx: &mut Tx<'_>, book: &Book, judged: &[&Judged<'_>]) -> Result<Self, StockError>;

    /// Before a move is judged by what there is: it may refuse it, or add to what the move does to the level of its item where it leaves
    /// (a promise that is fulfilled) or comes to (an order that is received).
    fn before(
        &mut self,
        _tx: &mut Tx<'_>,
        _judged: &Judged<'_>,
        _change: &mut Stock,
        _levels: &mut Levels,
    ) -> Result<(), StockError> {
        Ok(())
    }

    /// After a move was taken: its legs as they will be stored, and the levels after it.
    fn after(
        &mut self,
        _tx: &mut Tx<'_>,
        _judged: &Judged<'_>,
        _legs: &[Option<&Move>; 2],
        _levels: &mut Levels,
    ) -> Result<(), StockError> {
        Ok(())
    }

    /// When all moves of the batch are taken, before the levels are staged.
    fn close(&mut self, _tx: &mut Tx<'_>, _levels: &mut Levels) -> Result<(), StockError> {
        Ok(())
    }
}

/// Several that go along, in this order.
macro_rules! along_tuple {
    ($($name:ident $at:tt),*) => {
        impl<$($name: Along),*> Along for ($($name,)*) {
            fn prepare(tx: &mut Tx<'_>, book: &Book, judged: &[&Judged<'_>]) -> Result<Self, StockError> {
                Ok(($( $name::prepare(tx, book, judged)?, )*))
            }
            fn before(
                &mut self,
                tx: &mut Tx<'_>,
                judged: &Judged<'_>,
                change: &mut Stock,
                levels: &mut Levels,
            ) -> Result<(), StockError> {
                $( self.$at.before(tx, judged, change, levels)?; )*
                Ok(())
            }
            fn after(
                &mut self,
                tx: &mut Tx<'_>,
                judged: &Judged<'_>,
                legs: &[Option<&Move>; 2],
                levels: &mut Levels,
            ) -> Result<(), StockError> {
                $( self.$at.after(tx, judged, legs, levels)?; )*
                Ok(())
            }
            fn close(&mut self, tx: &mut Tx<'_>, levels: &mut Levels) -> Result<(), StockError> {
                $( self.$at.close(tx, levels)?; )*
                Ok(())
            }
        }
    };
}

along_tuple!(A 0);
along_tuple!(A 0, B 1);
along_tuple!(A 0, B 1, C 2);
