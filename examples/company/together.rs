//! Commands of one kind in one commit: a command of our own that is made of the engines'.

use fondaco::core::{Act, Tx};
use serde::Serialize;

/// All of these, or none.
#[derive(Serialize)]
pub struct Together<C>(pub Vec<C>);

impl<C: Act> Act for Together<C> {
    type Answer = ();
    type Error = C::Error;

    fn act(&self, tx: &mut Tx<'_>) -> Result<(), C::Error> {
        self.0.iter().try_for_each(|command| command.act(tx).map(drop))
    }
}
