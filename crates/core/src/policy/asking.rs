//! Asking in a unit of work, and what becomes of an act that did not ask.

use super::{Authority, Inquiry, Permission, Reason, Request, Standing, Verdict};
use crate::{ActorId, Engine, Halt, Timestamp, Tx};

impl Tx<'_> {
    /// Asks whether who acts may do this; the decision rests on the answer.
    ///
    /// ```
    /// # mod desk { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/desk.rs")); }
    /// # use desk::*;
    /// let desk = desk();
    /// let count = |tx: &mut Tx<'_>, till: &str| {
    ///     tx.authorize(&Request::new(&COUNT).at("till", till))?; // else nothing is done
    ///     Ok::<(), Halt>(())
    /// };
    /// assert!(desk.run(envelope("anna", "count"), "front", count).is_ok());
    /// let denied = desk.run(envelope("anna", "count 2"), "vault", count).unwrap_err();
    /// assert_eq!(denied.code(), "policy.out_of_scope");
    /// // An act that asks for nothing is not committed.
    /// let silent = desk.run(envelope("carla", "silent"), "", |_, _| Ok::<(), Halt>(()));
    /// assert_eq!(silent.unwrap_err().code(), "core.bug");
    /// # Ok::<(), Halt>(())
    /// ```
    ///
    /// # Errors
    /// [`Halt::Denied`], or a [`Halt`] to be passed on.
    pub fn authorize(&mut self, request: &Request) -> Result<Reason, Halt> {
        let authority = self.authority(request.permission);
        let authority = authority.map_err(|halt| halt.about(request.about.as_ref()))?;
        self.allow(&authority, request)
    }

    /// How who acts stands with a permission, for the rest of the act: a batch asks once, and then
    /// [`allow`](Tx::allow)s each of its items, unless [`Authority::is_full`].
    ///
    /// ```
    /// # mod desk { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/desk.rs")); }
    /// # use desk::*;
    /// let desk = desk();
    /// desk.run(envelope("anna", "pay"), &[60, 40], |tx, euros| {
    ///     let authority = tx.authority(&PAY)?;
    ///     assert!(!authority.is_full()); // she has a limit
    ///     for euro in euros {
    ///         let amount = Money::new((*euro).into(), Currency::EUR);
    ///         tx.allow(&authority, &Request::new(&PAY).amount(amount).at("till", "front"))?;
    ///     }
    ///     Ok::<(), Halt>(())
    /// })?;
    /// # Ok::<(), Halt>(())
    /// ```
    ///
    /// # Errors
    /// [`Halt::Denied`] when no request could be allowed, or a [`Halt`] to be passed on.
    pub fn authority(&mut self, permission: &'static Permission) -> Result<Authority, Halt> {
        self.asked = true;
        let (actor, now) = (self.actor().clone(), self.now());
        let standing = self.standing(&actor, now, permission)?;
        match &standing {
            Standing::None(denial) => return Err(Box::new(denial.clone()).into()),
            Standing::Full(_) => self.grant(permission),
            Standing::Judged(_) => {}
        }
        Ok(Authority::new(permission, actor, standing, self.allowed.next()))
    }

    /// Asks whether one thing may be done under an authority that was asked for.
    ///
    /// # Errors
    /// [`Halt::Denied`].
    pub fn allow(&mut self, authority: &Authority, request: &Request) -> Result<Reason, Halt> {
        self.asked = true;
        if request.without_amount && (request.amount.is_some() || request.total.is_some()) {
            let name = authority.permission().name;
            return Err(Halt::Bug(format!("a request for {name} is about no amount and says one")));
        }
        let counted = self.allowed.with(authority, request);
        let reason = authority.judge(request, counted.map(|counted| counted.total()))?;
        if let Some(counted) = counted {
            self.allowed.count(authority, counted);
        }
        self.grant(authority.permission());
        Ok(reason)
    }

    /// Whether who acts might do this, and why, without being refused: for acts that choose otherwise.
    ///
    /// ```
    /// # mod desk { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/desk.rs")); }
    /// # use desk::*;
    /// desk().run(envelope("anna", "ask"), "vault", |tx, till| {
    ///     let vault = tx.may(&Request::new(&COUNT).at("till", till))?;
    ///     assert!(!vault.is_allowed());
    ///     tx.authorize(&Request::new(&COUNT).at("till", "front")) // she counts the other
    ///         .map(|_| ())
    /// })?;
    /// # Ok::<(), Halt>(())
    /// ```
    ///
    /// # Errors
    /// A [`Halt`], to be passed on.
    pub fn may(&mut self, request: &Request) -> Result<Verdict, Halt> {
        let (actor, now) = (self.actor().clone(), self.now());
        self.verdict(&actor, now, request)
    }

    /// Does a part of the act in the name of an engine: what only that engine may do, such as posting to the accounts it
    /// controls. When a permission of that engine was given in this unit of work, permissions of others that are
    /// [implied](Permission::implied) need not be held: the right to an act includes its consequences.
    ///
    /// ```
    /// # mod desk { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/desk.rs")); }
    /// # use desk::*;
    /// let desk = desk();
    /// desk.run(envelope("anna", "count"), "front", |tx, till| {
    ///     tx.authorize(&Request::new(&COUNT).at("till", till))?;
    ///     tx.as_engine(&DESK, |tx| assert_eq!(tx.engine(), Some("desk")));
    ///     assert_eq!(tx.engine(), None);
    ///     Ok::<(), Halt>(())
    /// })?;
    /// # Ok::<(), Halt>(())
    /// ```
    pub fn as_engine<T>(
        &mut self,
        engine: &'static Engine,
        part: impl FnOnce(&mut Self) -> T,
    ) -> T {
        let before = self.engine.replace(engine.name);
        let done = part(self);
        self.engine = before;
        done
    }

    /// The engine in whose name this part of the act is done, if any.
    pub fn engine(&self) -> Option<&'static str> {
        self.engine
    }

    /// The engines whose permissions can be given; empty without a policy that restricts.
    pub fn engines(&self) -> Vec<&'static Engine> {
        self.context.engines()
    }

    pub(crate) fn verdict(
        &mut self,
        actor: &ActorId,
        now: Timestamp,
        request: &Request,
    ) -> Result<Verdict, Halt> {
        let standing = self.standing(actor, now, request.permission)?;
        let authority = Authority::new(request.permission, actor.clone(), standing, u32::MAX);
        // What this act was allowed before counts for who acts, and for nobody else.
        let own = (self.actor() == actor).then(|| self.allowed.with(&authority, request));
        Ok(authority.judge(request, own.flatten().map(|counted| counted.total())).into())
    }

    fn standing(
        &mut self,
        actor: &ActorId,
        now: Timestamp,
        permission: &'static Permission,
    ) -> Result<Standing, Halt> {
        let context = self.context;
        let Some(rights) = &context.rights else {
            return Ok(Standing::Full(Reason::unrestricted()));
        };
        if let Some(engine) = self.implying(permission) {
            let ground = smol_str::format_smolstr!("a consequence of what {engine} was allowed");
            return Ok(Standing::Full(Reason::new(ground)));
        }
        rights.policy.standing(&mut Inquiry::new(self, actor, now), permission)
    }

    /// The engine of whose allowed act this permission is a consequence.
    fn implying(&self, permission: &Permission) -> Option<&'static str> {
        let other = |engine: &&str| *engine != permission.engine() && self.granted.contains(engine);
        self.engine.filter(other).filter(|_| permission.implied)
    }

    /// Who acts does with what is his own what needs no right.
    pub(crate) fn need_no_right(&mut self, permission: &Permission) {
        self.asked = true;
        self.grant(permission);
    }

    fn grant(&mut self, permission: &Permission) {
        if self.context.rights.is_some() && !self.granted.contains(&permission.engine()) {
            self.granted.push(permission.engine());
        }
    }

    /// Whether the act asked for what it changes: else it is not committed.
    pub(crate) fn has_asked(&self) -> Result<(), Halt> {
        if self.context.rights.is_none() {
            return Ok(());
        }
        if !self.asked {
            let bug = "the act asked for no permission: it has to call Tx::authorize";
            return Err(Halt::Bug(bug.into()));
        }
        let watched = self.context.engines();
        for table in self.stage.tables.iter().filter(|stage| stage.changes()) {
            let table = table.table;
            let mut keepers = watched.iter().filter(|engine| engine.keeps(table));
            if let Some(engine) = keepers.find(|engine| !self.granted.contains(&engine.name)) {
                let (engine, table) = (engine.name, table.name);
                return Err(Halt::Bug(format!(
                    "the act changes table {table} and was given no permission of {engine}: it has to call Tx::authorize"
                )));
            }
        }
        Ok(())
    }
}
