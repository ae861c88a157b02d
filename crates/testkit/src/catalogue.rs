//! All commands of an engine, each once, with what is proven of every command in the same way.
//!
//! An engine's tests make one [`Catalogue`]: a [`Case`] per command says its JSON, its digest, the permissions it needs, and what
//! must be there before it. The catalogue checks all of them, and finds the command of the sources that has none.

use std::collections::BTreeSet;
use std::fmt::{self, Debug};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use fondaco_core::policy::Permission;
use fondaco_core::policy::stored::NewGrant;
use fondaco_core::{Act, ActError, CompanyId, Driver, Engine, Envelope, Halt, digest};
use serde::de::DeserializeOwned;

use crate::host::Stores;
use crate::{BroughtUp, Host, Model, Older, brought_up, not_brought_up, sweep};

/// Does what must be done before a command, and gives it.
type Make<C> = Box<dyn Fn(&Host) -> C>;

/// One command of an engine, with all that its tests need of it.
///
/// ```
/// use fondaco_core::calendar::{self, SetZone, Zone};
/// use fondaco_testkit::Case;
///
/// // With `.digest(east(60), "...")`, which the first run of the tests says.
/// let east = |minutes| SetZone::new(Zone::minutes_east(minutes).unwrap_or(Zone::UTC));
/// let case = Case::new(move |_host| east(60))
///     .json(r#"{"zone":{"minutes_east":60}}"#, east(60))
///     .needs(&[&calendar::MANAGE]);
/// assert_eq!(case.name(), "SetZone");
/// ```
pub struct Case<C> {
    make: Make<C>,
    json: Vec<(&'static str, C)>,
    digests: Vec<(C, &'static str)>,
    needs: &'static [&'static Permission],
}

impl<C> Case<C> {
    /// A command. `make` does what must be done before it, by the host's actor, who may do everything, and gives it.
    pub fn new(make: impl Fn(&Host) -> C + 'static) -> Case<C> {
        Case { make: Box::new(make), json: Vec::new(), digests: Vec::new(), needs: &[] }
    }

    /// Its JSON with all left out that may be, and the command that it is. At least one.
    #[must_use]
    pub fn json(mut self, shortest: &'static str, command: C) -> Case<C> {
        self.json.push((shortest, command));
        self
    }

    /// A command with every field set, and its digest, which never changes. At least one.
    #[must_use]
    pub fn digest(mut self, full: C, hex: &'static str) -> Case<C> {
        self.digests.push((full, hex));
        self
    }

    /// The permissions it needs: with these alone it is carried out, and without any of them it is not.
    #[must_use]
    pub fn needs(mut self, permissions: &'static [&'static Permission]) -> Case<C> {
        self.needs = permissions;
        self
    }

    /// The command's name in the sources.
    pub fn name(&self) -> &'static str {
        let path = std::any::type_name::<C>();
        let path = path.split('<').next().unwrap_or(path);
        path.rsplit("::").next().unwrap_or(path)
    }
}

impl<C> fmt::Debug for Case<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Case of {}", self.name())
    }
}

/// Why a command was refused.
struct Refused {
    code: &'static str,
    said: String,
}

impl Refused {
    fn of(error: &impl ActError) -> Refused {
        Refused { code: error.code(), said: error.to_string() }
    }
}

/// A command of any type, to be carried out.
trait Command {
    fn send(&self, host: &Host, name: &str) -> Result<(), Refused>;
    fn carry_out(&self, driver: &Driver<'_>, envelope: Envelope) -> Result<(), Refused>;
}

impl<C: Act> Command for C {
    fn send(&self, host: &Host, name: &str) -> Result<(), Refused> {
        Host::send(host, name, self).map(drop).map_err(|error| Refused::of(&error))
    }

    fn carry_out(&self, driver: &Driver<'_>, envelope: Envelope) -> Result<(), Refused> {
        driver.carry_out(envelope, self).map(drop).map_err(|error| Refused::of(&error))
    }
}

/// A case of which the type of the command is forgotten.
struct Any {
    name: &'static str,
    make: Make<Box<dyn Command>>,
    /// What is wrong with its JSON, and with its digests.
    forms: Box<dyn Fn() -> Vec<String>>,
    needs: &'static [&'static Permission],
}

/// All commands of an engine.
pub struct Catalogue {
    engine: &'static Engine,
    stores: Box<dyn Fn() -> Stores>,
    set_up: Box<dyn Fn(&Host)>,
    cases: Vec<Any>,
}

impl Catalogue {
    /// An empty catalogue. `stores` gives new stores each time it is called; `set_up` sets a company up, by somebody who may do
    /// everything.
    pub fn new(
        engine: &'static Engine,
        stores: impl Fn() -> Stores + 'static,
        set_up: impl Fn(&Host) + 'static,
    ) -> Catalogue {
        let (stores, set_up) = (Box::new(stores), Box::new(set_up));
        Catalogue { engine, stores, set_up, cases: Vec::new() }
    }

    /// With one more command.
    #[must_use]
    pub fn case<C>(mut self, case: Case<C>) -> Catalogue
    where
        C: Act + DeserializeOwned + PartialEq + Debug + 'static,
    {
        let (name, needs) = (case.name(), case.needs);
        let Case { make, json, digests, .. } = case;
        let make = Box::new(move |host: &Host| Box::new(make(host)) as Box<dyn Command>);
        let forms = Box::new(move || forms(&json, &digests));
        self.cases.push(Any { name, make, forms, needs });
        self
    }

    /// Every command has its JSON and its digest: the shortest form is the command, the long form comes back as it was, and the digest
    /// is the one that was always said.
    ///
    /// # Panics
    /// With all that is otherwise.
    pub fn check_forms(&self) {
        let wrong = |case: &Any| {
            let name = case.name;
            (case.forms)()
                .into_iter()
                .map(move |what| format!("{name}: {what}"))
                .collect::<Vec<_>>()
        };
        nothing(self.cases.iter().flat_map(wrong).collect());
    }

    /// For every `impl Act for X` in the Rust files below these folders there is a case.
    ///
    /// # Panics
    /// With the commands that have none, or when no command is found at all.
    pub fn check_complete(&self, sources: &[&Path]) {
        let mut declared = BTreeSet::new();
        sources.iter().for_each(|folder| commands_below(folder, &mut declared));
        assert!(!declared.is_empty(), "no command was found below {sources:?}");
        let known: BTreeSet<&str> = self.cases.iter().map(|case| case.name).collect();
        let missing = declared.iter().filter(|name| !known.contains(name.as_str()));
        nothing(missing.map(|name| format!("{name} has no case")).collect());
    }

    /// Every permission of the engine is needed by some command, unless it is one of these, which other tests prove.
    ///
    /// # Panics
    /// With the permissions that no command needs.
    pub fn check_permissions(&self, proven_elsewhere: &[&Permission]) {
        let needed: BTreeSet<&str> = self
            .cases
            .iter()
            .flat_map(|case| case.needs)
            .map(|permission| permission.name)
            .collect();
        let proven = |name: &str| proven_elsewhere.iter().any(|known| known.name == name);
        let missing = self.engine.permissions().map(|permission| permission.name);
        let missing = missing.filter(|name| !needed.contains(name) && !proven(name));
        nothing(missing.map(|name| format!("no case needs {name}")).collect());
    }

    /// On every store, blocking and not: without any of its permissions a command is denied and leaves nothing, and with these alone
    /// it is carried out.
    ///
    /// # Panics
    /// At the first command that is not.
    pub fn check_rights(&self) {
        Host::everywhere_staffed((self.stores)(), self.engine, |chief| {
            (self.set_up)(&chief);
            ["with", "without"].into_iter().for_each(|name| {
                chief.role(name, []);
                chief.hire(name, name);
            });
            self.cases.iter().for_each(|case| self.rights_of(case, &chief));
            chief.clean();
        });
    }

    fn rights_of(&self, case: &Any, chief: &Host) {
        let command = (case.make)(chief);
        let name = format!("{}, after {} commits", case.name, chief.position());
        for missing in case.needs {
            let others = self.engine.permissions().filter(|other| other.name != missing.name);
            chief.role("without", others.map(|other| NewGrant::new(other.name)));
            let before = chief.position();
            let what = format!("{} without {}", case.name, missing.name);
            match command.send(&chief.acting_as("without"), &name) {
                Ok(()) => chief.fails(&what, &"it was carried out"),
                Err(refused) if !refused.code.starts_with("policy.") => {
                    chief.fails(&what, &refused.said)
                }
                Err(_) if chief.position() != before => chief.fails(&what, &"it left something"),
                Err(_) => {}
            }
        }
        chief.role("with", case.needs.iter().map(|needed| NewGrant::new(needed.name)));
        if let Err(refused) = command.send(&chief.acting_as("with"), &name) {
            chief.fails(&format!("{} with its permissions", case.name), &refused.said);
        }
    }

    /// Every command is carried out on stores of earlier versions, and what it left is brought up to today's tables
    /// and verifies. So rows of each earlier layout of each table of the engine are read, unless other tests do so for these tables.
    ///
    /// # Panics
    /// When what was left can't be brought up, or no row of some layout was.
    pub fn check_older(&self, proven_elsewhere: &[&str]) {
        let mut found = BroughtUp::new();
        let newest = self.engine.tables().iter().map(|table| table.layout).max().unwrap_or(1);
        (1..newest).for_each(|layout| found.extend(self.older_at(layout)));
        let missing = not_brought_up(&self.engine.tables(), &found).into_iter();
        let missing = missing.filter(|(name, _)| !proven_elsewhere.contains(name));
        nothing(missing.map(|(name, from)| format!("no row of {name} at layout {from}")).collect());
    }

    fn older_at(&self, layout: u32) -> BroughtUp {
        let model = Arc::new(Model::new());
        let older = Arc::new(Older::over(model.clone(), layout));
        let host = Host::restricted("an earlier version", older.clone(), self.engine);
        let chief = host.staffed(&[self.engine]);
        (self.set_up)(&chief);
        chief.role("other", []);
        chief.hire("other", "other");
        for case in &self.cases {
            let command = (case.make)(&chief);
            let name = format!("{}, after {} commits", case.name, chief.position());
            chief.role("other", case.needs.iter().map(|needed| NewGrant::new(needed.name)));
            if let Err(refused) = command.send(&chief.acting_as("other"), &name) {
                chief.fails(case.name, &refused.said);
            }
        }
        let up = brought_up(&*model, CompanyId::named("acme"), &older.tables());
        let up = up.unwrap_or_else(|what| chief.fails("bringing it up", &what));
        let now = Host::restricted("what was brought up", model, self.engine);
        now.with(&fondaco_core::party::ENGINE).clean();
        up
    }

    /// Every command fails at its first step, its second, and so on: what is stored is whole or nothing, and asking again completes
    /// it ([`sweep`]).
    ///
    /// # Panics
    /// At the first command that does not.
    pub fn check_swept(&self) {
        for case in &self.cases {
            let model = Arc::new(Model::new());
            let host = Host::on("model", model.clone(), self.engine);
            (self.set_up)(&host);
            let command = (case.make)(&host);
            let envelope = || host.office().map(|office| office.envelope(case.name));
            let acme = CompanyId::named("acme");
            let swept = sweep(
                acme,
                || model.copy(),
                |store| {
                    let driver = Driver::new(store, acme);
                    let said = |halt: Halt| halt.to_string();
                    driver.join(self.engine).map_err(|error| said(error.into()))?;
                    let envelope = envelope().ok_or("the host has an office")?;
                    command.carry_out(&driver, envelope).map_err(|refused| refused.said)
                },
            );
            if let Err(error) = swept {
                host.fails(case.name, &error);
            }
        }
    }
}

impl fmt::Debug for Catalogue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.cases.iter().map(|case| case.name).collect();
        f.debug_struct("Catalogue").field("cases", &names).finish_non_exhaustive()
    }
}

/// What is wrong with the forms of a command.
fn forms<C>(json: &[(&str, C)], digests: &[(C, &str)]) -> Vec<String>
where
    C: Act + DeserializeOwned + PartialEq + Debug,
{
    let mut wrong = Vec::new();
    if json.is_empty() {
        wrong.push("it has no JSON".to_owned());
    }
    if digests.is_empty() {
        wrong.push("it has no digest".to_owned());
    }
    for (shortest, command) in json {
        wrong.extend(reads_as(shortest, command));
    }
    for command in json.iter().map(|(_, command)| command).chain(digests.iter().map(|(c, _)| c)) {
        match serde_json::to_string(command) {
            Ok(long) => wrong.extend(reads_as(&long, command)),
            Err(error) => wrong.push(format!("it is no JSON: {error}")),
        }
    }
    for (command, pinned) in digests {
        match command.digest().map(|hash| digest::hex(&hash)) {
            Ok(now) if now == *pinned => {}
            Ok(now) => wrong.push(format!("its digest is {now} now, and was {pinned}")),
            Err(error) => wrong.push(format!("it has no digest: {error}")),
        }
    }
    wrong
}

/// What is wrong when a text is not this command.
fn reads_as<C: DeserializeOwned + PartialEq + Debug>(json: &str, command: &C) -> Option<String> {
    match serde_json::from_str::<C>(json) {
        Ok(read) if read == *command => None,
        Ok(read) => Some(format!("{json} is {read:?}, not {command:?}")),
        Err(error) => Some(format!("{json} is not read: {error}")),
    }
}

/// The commands that the Rust files below a folder declare.
fn commands_below(folder: &Path, found: &mut BTreeSet<String>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for path in entries.flatten().map(|entry| entry.path()).collect::<Vec<PathBuf>>() {
        if path.is_dir() {
            commands_below(&path, found);
        } else if path.extension().is_some_and(|end| end == "rs") {
            let text = std::fs::read_to_string(&path).unwrap_or_default();
            let lines = text.lines().filter_map(|line| line.strip_prefix("impl Act for "));
            let names = lines.filter_map(|line| line.split([' ', '<', '{']).next());
            found.extend(names.map(str::to_owned));
        }
    }
}

#[track_caller]
#[allow(clippy::panic, reason = "it is how a test ends")]
fn nothing(wrong: Vec<String>) {
    if !wrong.is_empty() {
        panic!("{}", wrong.join("\n"));
    }
}
