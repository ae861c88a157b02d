//! A file of rules, checked: its names, its versions, and by compiling it for every day on which something changes.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::NaiveDate;
use fondaco_core::Timestamp;
use smol_str::SmolStr;

use super::blocks::Claim;
use super::file::{Accumulator, Key, Kind, RuleFile, TableVersion};
use super::names::symbols;
use super::versions::{Version, Versions};
use super::{Figure, names_like, places, problems};
use crate::RuleError;
use crate::compile::{self, Fault, Symbol};
use crate::expr::Expr;
use crate::function::Function;
use crate::power::Power;
use crate::program::Program;
use crate::units::Type;

/// The sums that every set of rules has, beside its own: what is earned, what is paid, and what it costs the employer.
pub const TOTALS: [&str; 3] = ["gross", "net", "employer_cost"];

/// Rules that were found good: from them come [`Program`]s, each for a day and as known at a time.
///
/// ```
/// use fondaco_payroll::RuleSet;
/// let rules = RuleSet::from_toml(r#"
/// name = "demo"
/// currency = "EUR"
///
/// [[input]]
/// name = "salary"
/// type = "money"
/// min = 0
/// kind = "earning"
///
/// [[parameter]]
/// name = "pension_rate"
/// type = "rate"
/// source = "Pensions Act § 4"
/// values = [{ from = "2025-01-01", value = "9.3%" }, { from = "2026-01-01", value = "9.5%" }]
///
/// [[rule]]
/// name = "pension"
/// kind = "tax"
/// formula = "round(salary * pension_rate, 2, half_up)"
/// "#)?;
///
/// let program = rules.on("2025-06-30".parse()?)?;
/// let slip = program.run(&program.case("Ada").with("salary", "1000.00"))?;
/// assert_eq!(slip.amount("pension")?.to_string(), "93");
/// assert_eq!(slip.net()?.to_string(), "907");
/// println!("{}", slip.explain("pension")?);
///
/// let before = rules.on("2024-06-30".parse()?).unwrap_err();
/// assert_eq!(before.code(), "payroll.no_version");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct RuleSet {
    pub(crate) file: RuleFile,
    pub(crate) symbols: BTreeMap<SmolStr, Symbol>,
    pub(crate) choices: BTreeMap<SmolStr, Vec<SmolStr>>,
    pub(crate) parameters: Vec<Versions<(Figure, String)>>,
    pub(crate) tables: Vec<Versions<TableVersion>>,
    /// Of the rules.
    pub(crate) formulas: Vec<Versions<(Expr, String)>>,
    /// Of the formulas with arguments.
    pub(crate) callables: Vec<Versions<(Expr, String)>>,
    /// The bases of the file, then [`TOTALS`]: each with its members and their signs.
    pub(crate) bases: Vec<Sum>,
    pub(crate) functions: Vec<Arc<dyn Function>>,
    /// Those of the file, then what is left owing of claims.
    pub(crate) accumulators: Vec<Accumulator>,
    /// Every claim: of which of the file's claims it is, and which of them.
    pub(crate) claims: Vec<(usize, usize)>,
}

/// A base with what adds to it.
pub(crate) struct Sum {
    pub(crate) name: SmolStr,
    pub(crate) about: String,
    pub(crate) members: Vec<(Symbol, i8)>,
}

impl RuleSet {
    /// Reads and checks a file of TOML.
    ///
    /// ```
    /// use fondaco_payroll::RuleSet;
    /// let rules = RuleSet::from_toml(r#"
    /// name = "flat"
    /// currency = "EUR"
    ///
    /// [[input]]
    /// name = "salary"
    /// type = "money"
    /// kind = "earning"
    ///
    /// [[rule]]
    /// name = "tax"
    /// kind = "tax"
    /// formula = "round(salary * 20%, 2, half_up)"
    /// "#)?;
    /// let program = rules.on("2026-01-31".parse()?)?;
    /// assert_eq!(program.run(&program.case("Ada").with("salary", "1000"))?.net()?, 800.into());
    /// let Err(wrong) = RuleSet::from_toml("name = 3") else { panic!("it is no text") };
    /// assert!(wrong.to_string().contains("line 1"), "{wrong}");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`RuleError::BadFile`], and those of [`RuleSet::new`], each with its line and column; of several the first in the file.
    pub fn from_toml(text: &str) -> Result<RuleSet, RuleError> {
        RuleSet::new(places::read(text)?)
            .map_err(|error| RuleSet::problems(text).into_iter().next().unwrap_or(error))
    }

    /// All that is wrong with a file of TOML, in the file's order; nothing when [`RuleSet::from_toml`] takes it. What can't be read or is
    /// wrong by itself is left out, and so are errors that would only say that it is missing; the rest is looked at without it.
    ///
    /// ```
    /// use fondaco_payroll::RuleSet;
    /// let problems = RuleSet::problems(r#"name = "demo"
    /// currency = "EUR"
    /// [[input]]
    /// name = "salary"
    /// type = "money"
    /// [[rule]]
    /// name = "tax"
    /// kind = "tax"
    /// formula = "round(salry * 10%, 2, half_up)"
    /// [[rule]]
    /// name = "fee"
    /// kind = "tax"
    /// formula = "salary / 3"
    /// "#);
    /// let said: Vec<String> = problems.iter().map(ToString::to_string).collect();
    /// assert_eq!(said[0], "line 9, column 18: rule tax: nothing is called salry: did you mean salary?");
    /// assert_eq!(said[1], "line 13, column 12: rule fee: salary / 3 has no last digit: write round(salary / 3, digits, mode)");
    /// ```
    #[must_use]
    pub fn problems(text: &str) -> Vec<RuleError> {
        problems::all(text)
    }

    /// The rules of a file and of parts that belong to it: what states add to the law of their federation. A part has no head of its own.
    ///
    /// ```
    /// use fondaco_payroll::RuleSet;
    /// use fondaco_payroll::jurisdictions::united_states;
    /// let rules = RuleSet::from_parts(&[united_states::FILE, united_states::TEXAS])?;
    /// let program = rules.on("2026-06-30".parse()?)?;
    /// assert!(program.inputs().any(|name| name == "tx_unemployment_rate"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// Those of [`RuleSet::from_toml`]; [`RuleSet::problems_of_parts`] says in which part, and in which line of it.
    pub fn from_parts(parts: &[&str]) -> Result<RuleSet, RuleError> {
        RuleSet::from_toml(&parts.join("\n"))
    }

    /// All that is wrong with a file and its parts: in which of them, with the line in that.
    ///
    /// ```
    /// use fondaco_payroll::RuleSet;
    /// use fondaco_payroll::jurisdictions::united_states;
    /// let utah = "[[rule]]\nname = \"ut_levy\"\nkind = \"employer\"\nformula = \"futa_wages * 1%\"";
    /// let problems = RuleSet::problems_of_parts(&[united_states::FILE, utah]);
    /// let (part, error) = &problems[0];
    /// assert_eq!((*part, error.place()), (1, Some((4, 12))));
    /// assert!(RuleSet::problems_of_parts(&[united_states::FILE, united_states::TEXAS]).is_empty());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn problems_of_parts(parts: &[&str]) -> Vec<(usize, RuleError)> {
        let found = RuleSet::problems(&parts.join("\n"));
        found.into_iter().map(|error| problems::of_part(parts, error)).collect()
    }

    /// Checks what a file says, however it was read: by serde from JSON, or written in Rust.
    ///
    /// # Errors
    /// Whatever is wrong, with the name of the rule, parameter or table it is wrong in.
    pub fn new(file: RuleFile) -> Result<RuleSet, RuleError> {
        RuleSet::with_functions(file, Vec::new())
    }

    /// The same with functions in Rust, for what a formula can't say.
    ///
    /// # Errors
    /// Those of [`RuleSet::new`].
    pub fn with_functions(
        file: RuleFile,
        functions: Vec<Arc<dyn Function>>,
    ) -> Result<RuleSet, RuleError> {
        let set = RuleSet::unchecked(file, functions)?;
        set.faults().into_iter().next().map_or(Ok(set), |fault| Err(fault.error))
    }

    /// Names, versions and sums, and no formula yet.
    pub(super) fn unchecked(
        mut file: RuleFile,
        mut functions: Vec<Arc<dyn Function>>,
    ) -> Result<RuleSet, RuleError> {
        // Taxes come first on a payslip.
        for (at, withholding) in std::mem::take(&mut file.withholdings).into_iter().enumerate() {
            file.rules.insert(at, withholding.rule()?);
        }
        if !names(&file)
            .chain(functions.iter().map(|function| function.name()))
            .any(|name| name == Power.name())
        {
            functions.push(Arc::new(Power));
        }
        let choices =
            file.choices.iter().map(|choice| (choice.name.clone(), choice.values.clone()));
        let set = RuleSet {
            symbols: symbols(&file, &functions)?,
            choices: choices.collect(),
            parameters: file.parameters.iter().map(parameter).collect::<Result<_, _>>()?,
            tables: file.tables.iter().map(table).collect::<Result<_, _>>()?,
            formulas: file.rules.iter().map(of_rule).collect::<Result<_, _>>()?,
            callables: file.formulas.iter().map(of_callable).collect::<Result<_, _>>()?,
            bases: Vec::new(),
            functions,
            accumulators: file.accumulators.iter().cloned().chain(arrears(&file)).collect(),
            claims: claims(&file),
            file,
        };
        Ok(RuleSet { bases: set.sums()?, ..set })
    }

    /// The file.
    ///
    /// ```
    /// use fondaco_payroll::jurisdictions::estonia;
    /// let rules = estonia()?;
    /// assert!(rules.file().parameters.iter().any(|of| of.name == "tax_rate"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn file(&self) -> &RuleFile {
        &self.file
    }

    /// The program of the rules that hold on a day, as they are known now.
    ///
    /// ```
    /// use fondaco_payroll::jurisdictions::estonia;
    /// let rules = estonia()?;
    /// let net = |day: &str| -> Result<String, Box<dyn std::error::Error>> {
    ///     let program = rules.on(day.parse()?)?;
    ///     Ok(program.run(&program.case("Ada").with("salary", "2000.00"))?.net()?.to_string())
    /// };
    /// assert_ne!(net("2025-06-30")?, net("2026-06-30")?); // each by the law of its day
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`RuleError::NoVersion`], within the parameter, table or rule that says nothing for the day.
    pub fn on(&self, day: NaiveDate) -> Result<Program, RuleError> {
        self.known_at(day, Timestamp::MAX)
    }

    /// The program of the rules that hold on a day, as they were known at a time: what recomputes an old period to its old answer.
    ///
    /// # Errors
    /// Those of [`RuleSet::on`].
    pub fn known_at(&self, day: NaiveDate, known: Timestamp) -> Result<Program, RuleError> {
        compile::compile(self, day, known)
    }

    /// The days on which something begins, in order.
    ///
    /// ```
    /// use fondaco_payroll::jurisdictions::estonia;
    /// // Each day on which a figure of the law or a rule begins to be another.
    /// assert!(estonia()?.changes().contains(&"2026-01-01".parse()?));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn changes(&self) -> Vec<NaiveDate> {
        let parameters = self.parameters.iter().flat_map(Versions::starts);
        let tables = self.tables.iter().flat_map(Versions::starts);
        let formulas = self.formulas.iter().flat_map(Versions::starts);
        let callables = self.callables.iter().flat_map(Versions::starts);
        let days: BTreeSet<NaiveDate> =
            parameters.chain(tables).chain(formulas).chain(callables).collect();
        days.into_iter().filter(|day| *day != NaiveDate::MIN).collect()
    }

    /// Compiles every version: what is wrong in one that holds next year is found today. A day on which only a part of the rules holds
    /// is none that anybody is paid on; that no day has all of them is an error.
    pub(super) fn faults(&self) -> Vec<Fault> {
        let mut days = self.changes();
        if days.is_empty() {
            days.push(NaiveDate::default());
        }
        let of_cases = self.check_cases();
        let mut wrong = of_cases.clone();
        let mut found: Vec<Fault> = of_cases.into_iter().map(Fault::from).collect();
        let (mut missing, mut whole) = (None, false);
        for day in days {
            let mut faults = Vec::new();
            for error in compile::check_figures(self, day) {
                if !wrong.iter().any(|known| is_of_same(known, &error)) {
                    faults.push(Fault::from(error.clone()));
                    wrong.push(error);
                }
            }
            // A rule that uses a wrong table is wrong for that alone.
            let more = compile::faults(self, day).into_iter();
            faults.extend(
                more.filter(|fault| !wrong.iter().any(|known| is_of_same(known, &fault.error))),
            );
            whole |= faults.is_empty();
            let held = faults.iter().take_while(|fault| !is_missing(&fault.error)).count();
            missing = faults.get(held).cloned().or(missing);
            for fault in faults.into_iter().take(held) {
                if !found.contains(&fault) {
                    found.push(fault);
                }
            }
        }
        if found.is_empty() && !whole {
            found.extend(missing);
        }
        found
    }

    /// What is said for a case that there is none of, such as a choice's value with a slip of the pen, would hold for nobody.
    fn check_cases(&self) -> Vec<RuleError> {
        let parameters = self.file.parameters.iter().zip(&self.parameters).map(|(of, versions)| {
            let checked = self.check_by(&of.by, versions.cases());
            checked.map_err(|error| error.of("parameter", &of.name))
        });
        let tables = self.file.tables.iter().zip(&self.tables).map(|(of, versions)| {
            let checked = self.check_by(&of.by, versions.cases());
            checked.map_err(|error| error.of("table", &of.name))
        });
        parameters.chain(tables).filter_map(Result::err).collect()
    }

    fn check_by<'v>(
        &self,
        by: &[SmolStr],
        cases: impl Iterator<Item = &'v [SmolStr]>,
    ) -> Result<(), RuleError> {
        let known = self.cells(by)?;
        for case in cases {
            if !known.iter().any(|cell| cell == case) {
                let why = format!(
                    "is [{}], which is no case of by = [{}]",
                    case.join(", "),
                    by.join(", ")
                );
                return Err(RuleError::BadRule { field: "when", why });
            }
        }
        Ok(())
    }

    pub(crate) fn type_of(&self, text: &str) -> Result<Type, RuleError> {
        let choices: Vec<SmolStr> = self.choices.keys().cloned().collect();
        Type::parse(text, &choices, &self.file.units)
    }

    /// The values of a choice, or of `bool`; none of any other type.
    pub(crate) fn values(&self, of: &Type) -> Vec<SmolStr> {
        match of {
            Type::Choice(name) => self.choices.get(name).cloned().unwrap_or_default(),
            Type::Bool => vec!["false".into(), "true".into()],
            _ => Vec::new(),
        }
    }

    /// Everything of what is `by`, in the order in which its cells are counted.
    pub(crate) fn cells(&self, by: &[SmolStr]) -> Result<Vec<Vec<SmolStr>>, RuleError> {
        let mut cells = vec![Vec::new()];
        for name in by {
            let values = self.values(&self.type_of(name)?);
            if values.is_empty() {
                return Err(RuleError::BadRule {
                    field: "by",
                    why: format!("names {name}, which is no choice and not bool"),
                });
            }
            cells = cells
                .into_iter()
                .flat_map(|cell: Vec<SmolStr>| {
                    values
                        .iter()
                        .map(move |value| [cell.as_slice(), std::slice::from_ref(value)].concat())
                })
                .collect();
        }
        Ok(cells)
    }

    /// Every claim, in the order of their symbols.
    fn each_claim(&self) -> impl Iterator<Item = &Claim> {
        self.file.claims.iter().flat_map(|claims| &claims.each)
    }

    fn sums(&self) -> Result<Vec<Sum>, RuleError> {
        let declared = self.file.bases.iter().map(|base| (base.name.clone(), base.about.clone()));
        let mut sums: Vec<Sum> =
            declared.map(|(name, about)| Sum { name, about, members: Vec::new() }).collect();
        for (index, input) in self.file.inputs.iter().enumerate() {
            let component = Component {
                symbol: Symbol::Input(index),
                adds: &input.adds_to,
                takes: &input.takes_from,
            };
            component.join(&mut sums).map_err(|error| error.of("input", &input.name))?;
        }
        for (index, rule) in self.file.rules.iter().enumerate() {
            let component = Component {
                symbol: Symbol::Rule(index),
                adds: &rule.adds_to,
                takes: &rule.takes_from,
            };
            component.join(&mut sums).map_err(|error| error.of("rule", &rule.name))?;
        }
        for (index, claim) in self.each_claim().enumerate() {
            let component = Component {
                symbol: Symbol::Claim(index),
                adds: &claim.adds_to,
                takes: &claim.takes_from,
            };
            component.join(&mut sums).map_err(|error| error.of("claim", &claim.name))?;
        }
        let inputs = self.file.inputs.iter().enumerate();
        let inputs = inputs.filter_map(|(index, input)| Some((Symbol::Input(index), input.kind?)));
        let rules = self
            .file
            .rules
            .iter()
            .enumerate()
            .map(|(index, rule)| (Symbol::Rule(index), rule.kind));
        let claims = self.each_claim().enumerate();
        let claims = claims.map(|(index, claim)| (Symbol::Claim(index), claim.kind));
        let kinds: Vec<(Symbol, Kind)> = inputs.chain(rules).chain(claims).collect();
        for (name, on) in
            TOTALS.into_iter().zip([on_gross as fn(Kind) -> i8, Kind::on_net, on_cost])
        {
            let members = kinds.iter().map(|(symbol, kind)| (*symbol, on(*kind)));
            let members = members.filter(|(_, sign)| *sign != 0).collect();
            sums.push(Sum { name: name.into(), about: about_total(name).into(), members });
        }
        Ok(sums)
    }
}

fn on_gross(kind: Kind) -> i8 {
    i8::from(kind == Kind::Earning)
}

fn on_cost(kind: Kind) -> i8 {
    i8::from(kind.is_cost())
}

fn about_total(name: &str) -> &'static str {
    match name {
        "gross" => "Gross pay",
        "net" => "Net pay",
        _ => "Cost of the employer",
    }
}

/// Whether two errors lie in the same figure or table, however far in they are told.
fn is_of_same(one: &RuleError, other: &RuleError) -> bool {
    let (one, other) = (innermost(one), innermost(other));
    one.is_some_and(|(what, _)| matches!(what, "parameter" | "table")) && one == other
}

/// What an error lies in: the innermost thing that has a name.
fn innermost(error: &RuleError) -> Option<(&'static str, &str)> {
    match error {
        RuleError::In { what, name, error } => innermost(error).or(Some((*what, name.as_str()))),
        _ => None,
    }
}

/// Whether an error says that nothing holds on a day.
pub(crate) fn is_missing(error: &RuleError) -> bool {
    error.code() == "payroll.no_version"
}

/// What adds to sums and is taken from others.
struct Component<'f> {
    symbol: Symbol,
    adds: &'f [SmolStr],
    takes: &'f [SmolStr],
}

impl Component<'_> {
    fn join(&self, sums: &mut [Sum]) -> Result<(), RuleError> {
        let adds = self.adds.iter().map(|name| (name, 1));
        for (name, sign) in adds.chain(self.takes.iter().map(|name| (name, -1))) {
            match sums.iter().position(|sum| sum.name == *name) {
                Some(at) => sums[at].members.push((self.symbol, sign)),
                None => {
                    let like = names_like(name, sums.iter().map(|sum| sum.name.as_str()));
                    return Err(RuleError::UnknownName { name: name.clone(), like });
                }
            }
        }
        Ok(())
    }
}

/// What a file calls things, apart from inputs' choices: what is shipped gives way to it.
fn names(file: &RuleFile) -> impl Iterator<Item = &str> {
    let inputs = file.inputs.iter().map(|input| &input.name);
    let figures = file.parameters.iter().map(|parameter| &parameter.name);
    let tables = file.tables.iter().map(|table| &table.name);
    let sums = file.bases.iter().map(|base| &base.name);
    let sums = sums.chain(file.accumulators.iter().map(|accumulator| &accumulator.name));
    let rules = file.rules.iter().map(|rule| &rule.name);
    let rules = rules.chain(file.formulas.iter().map(|formula| &formula.name));
    let lists = file.lists.iter().map(|list| &list.name);
    let claims = file.claims.iter().flat_map(|claims| &claims.each).map(|claim| &claim.name);
    inputs
        .chain(lists)
        .chain(claims)
        .chain(figures)
        .chain(tables)
        .chain(sums)
        .chain(rules)
        .chain(&file.units)
        .map(SmolStr::as_str)
}

/// What is left owing of claims, kept as accumulators are.
fn arrears(file: &RuleFile) -> impl Iterator<Item = Accumulator> {
    file.claims.iter().flat_map(|claims| &claims.each).filter_map(|claim| {
        claim.arrears.as_ref().map(|arrears| Accumulator {
            name: arrears.name.clone(),
            of: claim.name.clone(),
            over: SmolStr::default(),
            by: vec![Key::Employee],
            default: arrears.default.clone(),
            about: String::new(),
        })
    })
}

/// Of which of the file's claims each claim is.
fn claims(file: &RuleFile) -> Vec<(usize, usize)> {
    let all = file.claims.iter().enumerate();
    all.flat_map(|(at, claims)| (0..claims.each.len()).map(move |each| (at, each))).collect()
}

fn parameter(parameter: &super::Parameter) -> Result<Versions<(Figure, String)>, RuleError> {
    let version = |version: &super::ParameterVersion| Version {
        when: version.when.clone(),
        from: version.from,
        to: version.to,
        recorded: version.recorded,
        value: (
            version.value.clone(),
            known(either(&version.source, &parameter.source), version.recorded),
        ),
    };
    let versions = Versions::read(parameter.values.iter().map(version).collect());
    versions.map_err(|error| error.of("parameter", &parameter.name))
}

fn table(table: &super::Table) -> Result<Versions<TableVersion>, RuleError> {
    let version = |version: &TableVersion| Version {
        when: version.when.clone(),
        from: version.from,
        to: version.to,
        recorded: version.recorded,
        value: TableVersion {
            source: known(either(&version.source, &table.source), version.recorded),
            ..version.clone()
        },
    };
    let versions = Versions::read(table.versions.iter().map(version).collect());
    versions.map_err(|error| error.of("table", &table.name))
}

fn of_rule(rule: &super::Rule) -> Result<Versions<(Expr, String)>, RuleError> {
    formulas(rule.formula.as_ref(), &rule.formulas, &rule.source)
        .map_err(|error| error.of("rule", &rule.name))
}

fn of_callable(callable: &super::Callable) -> Result<Versions<(Expr, String)>, RuleError> {
    formulas(callable.formula.as_ref(), &callable.formulas, &callable.source)
        .map_err(|error| error.of("formula", &callable.name))
}

/// One formula for all days, or several over time; each with its law.
fn formulas(
    always: Option<&Expr>,
    dated: &[super::Formula],
    source: &str,
) -> Result<Versions<(Expr, String)>, RuleError> {
    if always.is_some() != dated.is_empty() {
        let why = "is given or formulas are, and one of them has to be".to_owned();
        return Err(RuleError::BadRule { field: "formula", why });
    }
    let always = always.into_iter().map(|formula| Version {
        when: Vec::new(),
        from: NaiveDate::MIN,
        to: None,
        recorded: None,
        value: (formula.clone(), source.to_owned()),
    });
    let dated = dated.iter().map(|version| Version {
        when: Vec::new(),
        from: version.from,
        to: version.to,
        recorded: version.recorded,
        value: (version.formula.clone(), known(either(&version.source, source), version.recorded)),
    });
    Versions::read(always.chain(dated).collect())
}

fn either(own: &str, other: &str) -> String {
    if own.is_empty() { other.to_owned() } else { own.to_owned() }
}

/// A law, with the day since which it is known where a file says so: of two figures of one day, which of them was taken.
fn known(source: String, recorded: Option<Timestamp>) -> String {
    match recorded {
        None => source,
        Some(time) if source.is_empty() => format!("known since {time}"),
        Some(time) => format!("{source}; known since {time}"),
    }
}
