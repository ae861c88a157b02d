//! Rule books: files of rules that a company stores, each version kept for ever, beside those that are shipped.
//!
//! A slip says which book and version it was computed by, so that an old period computed again gives the old answer. What is shipped is
//! known by its name and needs no storing; a stored book of the same code stands in its place from then on.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use chrono::NaiveDate;
use fondaco_core::policy::Request;
use fondaco_core::store::{Event, Record};
use fondaco_core::{Act, ActorId, Range, Reading, Timestamp, Tx};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::{RunError, rights};
use crate::program::{Input, Output};
use crate::rules::Kind;
use crate::{PayrollError, Program, RuleError, RuleSet, jurisdictions};

/// One version of a rule book.
#[derive(Record, Debug, Clone, PartialEq, Eq)]
#[record(table = "payroll_rule_book", kind = fact, key(code, version), guard(all()))]
pub struct RuleBook {
    /// The book's code.
    pub code: SmolStr,
    /// Which version, counted from 1.
    pub version: u32,
    /// The file.
    pub text: String,
    /// Who stored it.
    pub actor: ActorId,
    /// When: a period that is computed as it was known before has the version before.
    pub recorded_at: Timestamp,
}

/// Stores a rule book, or another version of it, after checking it as [`RuleSet::from_toml`] does. Gives the version.
///
/// ```
/// use fondaco_core::CompanyId;
/// use fondaco_payroll::runs::StoreRules;
/// use fondaco_payroll::{Payroll, jurisdictions};
/// use fondaco_store::Memory;
///
/// let payroll = Payroll::open(Memory::new(), CompanyId::named("acme"))?;
/// let file = jurisdictions::estonia::FILE; // or one of yours
/// assert_eq!(payroll.send("ours", &StoreRules::new("acme_ee", file))?.answer, 1);
/// let wrong = payroll.send("wrong", &StoreRules::new("acme_ee", "name = 7")).unwrap_err();
/// assert_eq!(wrong.code(), "payroll.bad_file");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StoreRules {
    /// The book's code.
    pub code: SmolStr,
    /// The file.
    pub text: String,
}

impl StoreRules {
    /// This file under this code.
    pub fn new(code: impl Into<SmolStr>, text: impl Into<String>) -> StoreRules {
        StoreRules { code: code.into(), text: text.into() }
    }
}

impl Act for StoreRules {
    type Answer = u32;
    type Error = PayrollError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<u32, PayrollError> {
        tx.authorize(&Request::new(&rights::KEEP_RULES).about(self.code.clone()))?;
        fondaco_core::input::check_code("code", &self.code)?;
        let set = RuleSet::from_toml(&self.text)?;
        let before = tx.scan(&Range::<RuleBook>::by_key(&self.code))?;
        if let Some(last) = before.last() {
            let currency = RuleSet::from_toml(&last.text)?.file().currency;
            if currency != set.file().currency {
                let (field, value) = ("currency", set.file().currency.to_string());
                let way_out = "a book keeps its currency: store this one under another code";
                return Err(RunError::BadRun { field, value, way_out }.into());
            }
        }
        let version = u32::try_from(before.len()).unwrap_or(u32::MAX).saturating_add(1);
        let (actor, recorded_at) = (tx.actor().clone(), tx.now());
        let (code, text) = (self.code.clone(), self.text.clone());
        tx.insert(RuleBook { code: code.clone(), version, text, actor, recorded_at })?;
        let event = Event::new("payroll.rules_stored").with("code", code.as_str());
        tx.emit(event.with("version", i64::from(version)));
        Ok(version)
    }
}

/// What a book's rules hold on a day, with the places of all that slips need.
pub(crate) struct Rules {
    pub(crate) code: SmolStr,
    pub(crate) version: u32,
    pub(crate) program: Arc<Program>,
    pub(crate) inputs: BTreeMap<SmolStr, Input>,
    pub(crate) sums: Vec<SumSlot>,
    pub(crate) lines: Vec<LineSlot>,
    pub(crate) gross: Output,
    pub(crate) net: Output,
    pub(crate) employer_cost: Output,
}

/// An accumulator of a program.
pub(crate) struct SumSlot {
    pub(crate) name: SmolStr,
    pub(crate) over: SmolStr,
    pub(crate) input: Input,
    pub(crate) output: Output,
}

/// A result that stands on slips.
pub(crate) struct LineSlot {
    pub(crate) name: SmolStr,
    pub(crate) kind: Kind,
    pub(crate) output: Output,
}

impl Rules {
    fn of(
        code: &SmolStr,
        version: u32,
        set: &RuleSet,
        program: Program,
    ) -> Result<Rules, PayrollError> {
        let inputs = program.inputs().map(|name| Ok((name.into(), program.input(name)?)));
        let inputs = inputs.collect::<Result<BTreeMap<SmolStr, Input>, PayrollError>>()?;
        let mut sums = Vec::new();
        for sum in &set.file().accumulators {
            sums.push(SumSlot {
                name: sum.name.clone(),
                over: sum.over.clone(),
                input: program.input(&sum.name)?,
                output: program.output(&sum.name)?,
            });
        }
        let shown = program.outputs.iter().enumerate().filter(|(_, output)| output.of.is_money());
        let lines = shown.filter_map(|(at, output)| {
            let kind = output.kind.filter(|kind| *kind != Kind::Value)?;
            Some(LineSlot { name: output.name.clone(), kind, output: Output(at) })
        });
        let lines = lines.collect();
        let [gross, net, employer_cost] =
            [program.output("gross")?, program.output("net")?, program.output("employer_cost")?];
        let (code, program) = (code.clone(), Arc::new(program));
        Ok(Rules { code, version, program, inputs, sums, lines, gross, net, employer_cost })
    }
}

/// All rule books of a company, compiled when they are asked for. What is compiled follows from the books alone, so that it may be kept.
pub(crate) struct Books {
    stored: BTreeMap<SmolStr, Vec<Arc<RuleBook>>>,
    made: Mutex<Made>,
}

#[derive(Default)]
struct Made {
    sets: BTreeMap<(SmolStr, u32), Arc<Set>>,
    rules: BTreeMap<(SmolStr, u32, NaiveDate, Option<Timestamp>), Arc<Rules>>,
}

/// A file with the times at which something of it was recorded: between two of them the same is known.
struct Set {
    set: Arc<RuleSet>,
    recorded: Vec<Timestamp>,
}

impl Set {
    fn of(set: Arc<RuleSet>) -> Set {
        let file = set.file();
        let parameters =
            file.parameters.iter().flat_map(|one| &one.values).map(|value| value.recorded);
        let tables =
            file.tables.iter().flat_map(|one| &one.versions).map(|version| version.recorded);
        let formulas =
            file.rules.iter().flat_map(|one| &one.formulas).map(|formula| formula.recorded);
        let mut recorded: Vec<Timestamp> =
            parameters.chain(tables).chain(formulas).flatten().collect();
        recorded.sort_unstable();
        Set { set, recorded }
    }

    /// The last time at or before one at which something was recorded.
    fn as_known(&self, known: Timestamp) -> Timestamp {
        let at = self.recorded.partition_point(|recorded| *recorded <= known);
        at.checked_sub(1).and_then(|at| self.recorded.get(at)).copied().unwrap_or(Timestamp::MIN)
    }
}

impl Books {
    fn of(rows: &[Arc<RuleBook>]) -> Books {
        let mut stored: BTreeMap<SmolStr, Vec<Arc<RuleBook>>> = BTreeMap::new();
        for row in rows {
            stored.entry(row.code.clone()).or_default().push(row.clone());
        }
        Books { stored, made: Mutex::default() }
    }

    /// The books, for an act.
    pub(crate) fn in_act(tx: &mut Tx<'_>) -> Result<Arc<Books>, PayrollError> {
        if let Some(books) = tx.compiled::<RuleBook, Books>(|_| true, Books::of)? {
            return Ok(books);
        }
        Ok(Arc::new(Books::of(&tx.scan(&Range::<RuleBook>::all())?)))
    }

    /// The books, for a report.
    pub(crate) fn read(read: &mut impl Reading) -> Result<Books, PayrollError> {
        Ok(Books::of(&read.peek_scan(&Range::<RuleBook>::all())?))
    }

    /// What a book says on a day: as everything is known now, or as it was known at a time.
    pub(crate) fn rules(
        &self,
        number: &SmolStr,
        code: &SmolStr,
        on: NaiveDate,
        known: Option<Timestamp>,
    ) -> Result<Arc<Rules>, PayrollError> {
        let version = self.version(code, known);
        let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        let set = self.kept(&mut made, number, code, version)?;
        let known = known.map(|known| set.as_known(known));
        let key = (code.clone(), version, on, known);
        if let Some(rules) = made.rules.get(&key) {
            return Ok(rules.clone());
        }
        let program = match known {
            Some(known) => set.set.known_at(on, known)?,
            None => set.set.on(on)?,
        };
        let rules = Arc::new(Rules::of(code, version, &set.set, program)?);
        made.rules.insert(key, rules.clone());
        Ok(rules)
    }

    /// The file of a book as it is known now.
    pub(crate) fn file(
        &self,
        number: &SmolStr,
        code: &SmolStr,
    ) -> Result<Arc<RuleSet>, PayrollError> {
        let version = self.version(code, None);
        let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(self.kept(&mut made, number, code, version)?.set.clone())
    }

    /// A version of a book, read once.
    fn kept(
        &self,
        made: &mut Made,
        number: &SmolStr,
        code: &SmolStr,
        version: u32,
    ) -> Result<Arc<Set>, PayrollError> {
        let key = (code.clone(), version);
        if let Some(set) = made.sets.get(&key) {
            return Ok(set.clone());
        }
        let set = Arc::new(Set::of(self.set(number, code, version)?));
        made.sets.insert(key, set.clone());
        Ok(set)
    }

    /// The version that was the last at a time; 0 where it is none of the company's.
    fn version(&self, code: &SmolStr, known: Option<Timestamp>) -> u32 {
        let versions = self.stored.get(code).map(Vec::as_slice).unwrap_or_default();
        let known =
            versions.iter().rev().find(|book| known.is_none_or(|known| book.recorded_at <= known));
        known.map_or(0, |book| book.version)
    }

    fn set(
        &self,
        number: &SmolStr,
        code: &SmolStr,
        version: u32,
    ) -> Result<Arc<RuleSet>, PayrollError> {
        let versions = self.stored.get(code).map(Vec::as_slice).unwrap_or_default();
        if let Some(book) = versions.iter().find(|book| book.version == version) {
            return Ok(Arc::new(RuleSet::from_toml(&book.text)?));
        }
        if let Some(set) = with_states(code)? {
            return Ok(Arc::new(set));
        }
        let found = SHIPPED.iter().find(|(name, _, _)| name == code);
        let (_, make, kept) = found.ok_or_else(|| {
            let shipped = SHIPPED.iter().map(|(name, _, _)| *name);
            let known: Vec<&str> = self.stored.keys().map(SmolStr::as_str).chain(shipped).collect();
            let (number, rules) = (number.clone(), code.clone());
            RunError::UnknownRules { number, rules, known: known.join(", ") }
        })?;
        if let Some(set) = kept.get() {
            return Ok(set.clone());
        }
        let set = Arc::new(make()?);
        Ok(kept.get_or_init(|| set).clone())
    }
}

/// The shipped rules that others are made of: `united_states+texas` are the federal ones with those of a state, and a stored book that is
/// called `united_states+acme` says that it has all rules of these.
#[must_use]
pub(crate) fn base(code: &str) -> &str {
    code.split('+').next().unwrap_or(code)
}

/// The federal rules with those of shipped states, by a code that names all of them.
fn with_states(code: &str) -> Result<Option<RuleSet>, RuleError> {
    use jurisdictions::united_states::{CALIFORNIA, PENNSYLVANIA, TEXAS, with_states};
    let Some(states) = code.strip_prefix("united_states+") else { return Ok(None) };
    let file = |state: &str| match state {
        "california" => Some(CALIFORNIA),
        "pennsylvania" => Some(PENNSYLVANIA),
        "texas" => Some(TEXAS),
        _ => None,
    };
    let files = states.split('+').map(file).collect::<Option<Vec<_>>>();
    files.map(|files| with_states(&files)).transpose()
}

type Shipped = (&'static str, fn() -> Result<RuleSet, RuleError>, OnceLock<Arc<RuleSet>>);

/// What is shipped, read once: constants of the library.
static SHIPPED: [Shipped; 6] = [
    ("canada", jurisdictions::canada, OnceLock::new()),
    ("estonia", jurisdictions::estonia, OnceLock::new()),
    ("france", jurisdictions::france, OnceLock::new()),
    ("germany", jurisdictions::germany, OnceLock::new()),
    ("united_kingdom", jurisdictions::united_kingdom, OnceLock::new()),
    ("united_states", jurisdictions::united_states, OnceLock::new()),
];
