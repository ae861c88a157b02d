//! Commands that know how they are carried out.

use std::any::type_name;

use serde::Serialize;

use crate::digest::{self, DigestError};
use crate::store::Hash;
use crate::{ActError, Done, Driver, Envelope, Outcome, Tx};

/// A command: a plain value that says what shall be done, and the function that does it in a unit of work.
///
/// Engines implement it for their commands, so that a host sends any of them the same way: [`Driver::carry_out`].
pub trait Act: Serialize {
    /// What it gives back.
    type Answer: Outcome;
    /// Why it may be refused.
    type Error: ActError;

    /// The digest of the command as it was given. Commands of many items may write their own, as long as every field
    /// of theirs is in it.
    ///
    /// # Errors
    /// As [`digest::of`].
    fn digest(&self) -> Result<Hash, DigestError> {
        digest::of(self)
    }

    /// Reads, decides and stages.
    ///
    /// ```
    /// # mod shop { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/shop.rs")); }
    /// # use shop::*;
    /// #[derive(serde::Serialize)]
    /// struct Rename { number: i64, label: SmolStr }
    ///
    /// impl Act for Rename {
    ///     type Answer = bool; // whether there is such a shelf
    ///     type Error = Halt;
    ///
    ///     fn act(&self, tx: &mut Tx<'_>) -> Result<bool, Halt> {
    ///         let Some(shelf) = tx.get::<Shelf>(&self.number)? else { return Ok(false) };
    ///         tx.put(Shelf { label: self.label.clone(), ..shelf.as_ref().clone() })?;
    ///         Ok(true)
    ///     }
    /// }
    /// let rename = Rename { number: 1, label: "front door".into() };
    /// assert!(shop().carry_out(envelope("rename"), &rename)?.answer);
    /// # Ok::<(), Halt>(())
    /// ```
    ///
    /// # Errors
    /// The engine's refusals, and [`Halt`](crate::Halt) passed on.
    fn act(&self, tx: &mut Tx<'_>) -> Result<Self::Answer, Self::Error>;
}

impl Driver<'_> {
    /// Carries out a command: [`Driver::run`] with the command's own act.
    ///
    /// ```
    /// # mod shop { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/shop.rs")); }
    /// # use shop::*;
    /// # #[derive(serde::Serialize)]
    /// # struct Receive { item: i64, pieces: i64 }
    /// # impl Act for Receive {
    /// #     type Answer = ();
    /// #     type Error = Halt;
    /// #     fn act(&self, tx: &mut Tx<'_>) -> Result<(), Halt> {
    /// #         tx.add_all(vec![Stock { item: self.item, pieces: self.pieces }])
    /// #     }
    /// # }
    /// # let shop = shop();
    /// let receive = Receive { item: 7, pieces: 5 }; // a command whose act adds to a counter
    /// let done = shop.carry_out(envelope("delivery/1"), &receive)?;
    /// assert!(!done.replayed);
    /// assert!(shop.carry_out(envelope("delivery/1"), &receive)?.replayed); // carried out once
    /// # Ok::<(), Halt>(())
    /// ```
    ///
    /// # Errors
    /// As [`Driver::run`].
    pub fn carry_out<C: Act>(
        &self,
        envelope: Envelope,
        command: &C,
    ) -> Result<Done<C::Answer>, C::Error> {
        self.run_digested(envelope, (type_name::<C>(), command.digest()), |tx| command.act(tx))
    }
}

impl crate::AsyncDriver<'_> {
    /// As [`Driver::carry_out`].
    ///
    /// ```
    /// # mod shop { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/shop.rs")); }
    /// # use shop::*;
    /// # use fondaco_testkit::{Model, Unloaded, block_on};
    /// # #[derive(serde::Serialize)]
    /// # struct Receive { item: i64, pieces: i64 }
    /// # impl Act for Receive {
    /// #     type Answer = ();
    /// #     type Error = Halt;
    /// #     fn act(&self, tx: &mut Tx<'_>) -> Result<(), Halt> {
    /// #         tx.add_all(vec![Stock { item: self.item, pieces: self.pieces }])
    /// #     }
    /// # }
    /// # let driver = AsyncDriver::new(Unloaded::new(Model::new(), 2), CompanyId::named("acme"));
    /// # block_on(async {
    /// # driver.prepare(&[Stock::TABLE]).await?;
    /// let receive = Receive { item: 7, pieces: 5 }; // the same command, the same act
    /// let done = driver.carry_out(envelope("delivery/1"), &receive).await?;
    /// assert_eq!(done.position, 1);
    /// # Ok::<(), Halt>(()) }).unwrap();
    /// ```
    ///
    /// # Errors
    /// As [`Driver::run`].
    pub async fn carry_out<C: Act>(
        &self,
        envelope: Envelope,
        command: &C,
    ) -> Result<Done<C::Answer>, C::Error> {
        self.run_digested(envelope, (type_name::<C>(), command.digest()), |tx| command.act(tx))
            .await
    }
}
