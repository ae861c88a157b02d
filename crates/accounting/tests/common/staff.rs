//! A firm whose people have rights: books on any store under the stored policy, behind a blocking or an asynchronous driver.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use fondaco_accounting::ledger::*;
use fondaco_core::due::Ticked;
use fondaco_core::policy::stored::{AppointFirst, AssignRole, DefineRole, NewGrant, RegisterActor};
use fondaco_core::policy::{Request, Verdict};
use fondaco_core::store::Store;
use fondaco_core::{Act, ActError, ActorId, Currency, Done, Halt, Id, Timestamp, View};
use fondaco_testkit::{Host, Model};

use super::{chart, minute, stores};

pub struct Staff {
    pub name: &'static str,
    pub store: Arc<dyn Store>,
    host: Host,
    commands: AtomicU32,
}

pub fn id(actor: &str) -> ActorId {
    ActorId::new(actor)
}

impl Staff {
    pub fn sync(name: &'static str, store: Arc<dyn Store>) -> Staff {
        Staff::over(Host::restricted(name, store, &ENGINE))
    }

    pub fn asynchronous(name: &'static str, store: Arc<dyn Store>) -> Staff {
        Staff::over(Host::restricted_unloaded(name, store, &ENGINE))
    }

    fn over(host: Host) -> Staff {
        let (name, store) = (host.name(), host.store().clone());
        Staff { name, store, host, commands: AtomicU32::new(0) }
    }

    /// `root` administers; `chief` may do everything in the ledger, and sets the firm up.
    pub fn set_up(self) -> Staff {
        self.must("root", &AppointFirst::new(id("root")));
        self.role("chief", ENGINE.permissions().map(|all| NewGrant::new(all.name)));
        self.hire("chief", "chief");
        self.must("chief", &SetUp::new(Currency::EUR));
        self.must("chief", &OpenAccounts::new(chart()));
        self.must("chief", &OpenJournal::new("GEN", "General journal"));
        self.must("chief", &OpenJournal::new("INV", "Invoices").by_date());
        self.must("chief", &OpenJournal::new("TRE", "Treasury").approvals(2));
        self.must("chief", &OpenJournal::new("OWN", "Own").approvals(0));
        self.must("chief", &OpenFiscalYear::calendar_year(2026));
        self
    }

    /// Defines a role.
    pub fn role(&self, role: &str, grants: impl IntoIterator<Item = NewGrant>) {
        let role = grants.into_iter().fold(DefineRole::new(role, role), DefineRole::may);
        self.must("root", &role);
    }

    /// A person with a role.
    pub fn hire(&self, actor: &str, role: &str) {
        self.must("root", &RegisterActor::person(id(actor)));
        self.must("root", &AssignRole::new(id(actor), role));
    }

    pub fn send_at<C: Act>(
        &self,
        at: Timestamp,
        (actor, name): (&str, &str),
        command: &C,
    ) -> Result<Done<C::Answer>, C::Error> {
        self.host.at_time(at);
        self.host.acting_as(actor).send(name, command)
    }

    /// Two items on the bank's account that clear one another, by an entry and its mirror image: two commits by the chief.
    pub fn items(&self, entry: NewEntry) -> [ItemKey; 2] {
        self.must("chief", &ChangeAccount::open_items("1000", true));
        let mut back = entry.clone();
        back.postings.iter_mut().for_each(|posting| posting.side = posting.side.opposite());
        let posted = self.must("chief", &PostMany::new(vec![entry, back]));
        let keys: Vec<ItemKey> =
            posted.entries.iter().map(|posted| ItemKey::new(posted.id, 1)).collect();
        [keys[0], keys[1]]
    }

    /// Carries out a command under a new name.
    pub fn send<C: Act>(&self, actor: &str, command: &C) -> Result<C::Answer, C::Error> {
        let n = self.commands.fetch_add(1, Ordering::SeqCst);
        let name = format!("command {n}");
        self.send_at(minute(0), (actor, &name), command).map(|done| done.answer)
    }

    /// Has `actor` tell the clock.
    pub fn tick(&self, actor: &str, at: Timestamp) -> Ticked {
        self.host.acting_as(actor).tick_at(at)
    }

    pub fn must<C: Act>(&self, actor: &str, command: &C) -> C::Answer {
        self.send(actor, command).unwrap_or_else(|error| panic!("on {}: {error}", self.name))
    }

    /// The refusal of a command, which left nothing.
    pub fn refused<C: Act>(&self, actor: &str, command: &C) -> C::Error {
        let before = self.commits();
        let Err(error) = self.send(actor, command) else {
            panic!("{actor} was not refused on {}", self.name)
        };
        assert!(error.halt().is_none_or(Halt::is_refusal), "{error} on {}", self.name);
        assert_eq!(self.commits(), before, "a refusal leaves nothing on {}", self.name);
        error
    }

    pub fn may(&self, actor: &str, request: &Request) -> Verdict {
        self.may_at(actor, minute(0), request)
    }

    pub fn may_at(&self, actor: &str, at: Timestamp, request: &Request) -> Verdict {
        self.host.at_time(at);
        self.host.acting_as(actor).may(request)
    }

    pub fn view<T>(&self, read: impl Fn(&mut View<'_>) -> Result<T, LedgerError>) -> T {
        self.host.view(read)
    }

    pub fn draft(&self, draft: Id<Draft>) -> WholeDraft {
        self.view(|view| draft_at(view, draft)).unwrap()
    }

    /// A draft of this entry that waits for approval.
    pub fn submitted(&self, actor: &str, entry: NewEntry) -> Id<Draft> {
        let draft = self.must(actor, &PrepareDraft::new(entry));
        self.must(actor, &SubmitDraft::new(draft));
        draft
    }

    pub fn commits(&self) -> usize {
        self.host.commits()
    }

    pub fn clean(&self) {
        assert_eq!(self.view(|view| verify(view)), [], "on {}", self.name);
    }
}

fn draft_at(view: &mut View<'_>, id: Id<Draft>) -> Result<Option<WholeDraft>, LedgerError> {
    draft(view, id)
}

/// Runs a test on every store, through the blocking and through the asynchronous driver.
pub fn with_staff_everywhere(test: impl Fn(Staff)) {
    stores().into_iter().for_each(|(name, store)| test(Staff::sync(name, store).set_up()));
    test(Staff::asynchronous("model, not loaded", Arc::new(Model::new())).set_up());
}
