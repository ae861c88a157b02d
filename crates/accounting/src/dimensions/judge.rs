//! Judging the dimensions of a posting: what is missing is filled in, then all that holds is asked.

use std::sync::Arc;

use chrono::NaiveDate;
use fondaco_core::store::Tags;
use fondaco_core::{DateRange, Halt, Range, Tx};
use smol_str::{SmolStr, format_smolstr};

use super::known::{Guarded, Known};
use super::records::holds_on;
use super::{
    DemandKind, Dimension, DimensionCombination, DimensionError, DimensionProposal, DimensionRule,
    DimensionUse, DimensionValues, PostingLine,
};
use crate::ledger::{LedgerError, NewEntry, Rules, RulesMap};

/// All that postings are judged by, each part kept by the driver until it changes.
pub(crate) struct DimensionRules {
    uses: DimensionUse,
    dimensions: Arc<Dimensions>,
    rules: Arc<RuleBook>,
    combinations: Arc<Combinations>,
}

/// The dimensions, by code.
#[derive(Default)]
struct Dimensions(RulesMap<SmolStr, Arc<Dimension>>);

/// The rules by dimension, in order of these, and by account.
#[derive(Default)]
struct RuleBook(Vec<(SmolStr, ByAccount)>);

/// The rules of one dimension by account; `None` for all accounts.
type ByAccount = RulesMap<Option<SmolStr>, Vec<Arc<DimensionRule>>>;

/// The combinations, by code.
#[derive(Default)]
struct Combinations(Vec<Arc<DimensionCombination>>);

impl Dimensions {
    fn of(all: &[Arc<Dimension>]) -> Dimensions {
        Dimensions(all.iter().map(|of| (of.code.clone(), of.clone())).collect())
    }
}

impl RuleBook {
    fn of(all: &[Arc<DimensionRule>]) -> RuleBook {
        let mut book = RuleBook::default();
        for rule in all {
            let at = book.0.iter().position(|(dimension, _)| *dimension == rule.dimension);
            let at = at.unwrap_or_else(|| {
                book.0.push((rule.dimension.clone(), ByAccount::default()));
                book.0.len() - 1
            });
            if let Some((_, of)) = book.0.get_mut(at) {
                of.entry(rule.account.clone()).or_default().push(rule.clone());
            }
        }
        book.0.sort_by(|(a, _), (b, _)| a.cmp(b));
        book
    }
}

impl Combinations {
    fn of(all: &[Arc<DimensionCombination>]) -> Combinations {
        Combinations(all.to_vec())
    }
}

/// A posting that is judged.
pub(super) struct Line<'a> {
    /// Its place in the entry, from 1.
    pub(super) line: usize,
    pub(super) account: &'a SmolStr,
    pub(super) journal: &'a SmolStr,
    pub(super) date: NaiveDate,
}

impl Line<'_> {
    /// As a refusal names it.
    fn place(&self) -> Box<PostingLine> {
        Box::new(PostingLine { line: self.line, account: self.account.clone() })
    }
}

/// Fills in what the rules give, and refuses what they don't allow; `None` where the entry stays as it is.
///
/// What takes a posting back, settles what was held, or closes a year repeats what was judged before, and is not judged.
pub(crate) fn complete(
    tx: &mut Tx<'_>,
    rules: &Rules,
    entry: &NewEntry,
) -> Result<Option<NewEntry>, LedgerError> {
    let Some(judge) = rules.dimensions.as_ref() else { return Ok(None) };
    if rules.reverses || rules.closes.is_some() {
        return Ok(None);
    }
    let mut filled: Option<NewEntry> = None;
    for (at, posting) in entry.postings.iter().enumerate() {
        if rules.chart.account(&posting.account).is_err() {
            continue; // said when the entry is judged as a whole
        }
        let (line, account) = (at + 1, &posting.account);
        let line = Line { line, account, journal: &entry.journal, date: entry.date };
        let mut known = Guarded { tx, chart: &rules.chart };
        if let Some(dimensions) = judge.fill(&mut known, &line, &posting.dimensions)? {
            judge.check(&mut known, &line, &dimensions)?;
            let filled = filled.get_or_insert_with(|| entry.clone());
            if let Some(posting) = filled.postings.get_mut(at) {
                posting.dimensions = dimensions;
            }
        } else {
            judge.check(&mut known, &line, &posting.dimensions)?;
        }
    }
    Ok(filled)
}

impl DimensionRules {
    /// Reads what is set; the decision rests on it.
    pub(crate) fn read(tx: &mut Tx<'_>, uses: DimensionUse) -> Result<DimensionRules, Halt> {
        let dimensions = match tx.compiled::<Dimension, Dimensions>(|_| true, Dimensions::of)? {
            Some(kept) => kept,
            None => Arc::new(Dimensions::of(&tx.scan(&Range::<Dimension>::all())?)),
        };
        let rules = match tx.compiled::<DimensionRule, RuleBook>(|_| true, RuleBook::of)? {
            Some(kept) => kept,
            None => Arc::new(RuleBook::of(&tx.scan(&Range::<DimensionRule>::all())?)),
        };
        let kept = tx.compiled::<DimensionCombination, _>(|_| true, Combinations::of)?;
        let combinations = match kept {
            Some(kept) => kept,
            None => Arc::new(Combinations::of(&tx.scan(&Range::<DimensionCombination>::all())?)),
        };
        Ok(DimensionRules { uses, dimensions, rules, combinations })
    }

    /// Of what is set.
    pub(super) fn of(
        uses: DimensionUse,
        dimensions: &[Arc<Dimension>],
        rules: &[Arc<DimensionRule>],
        combinations: &[Arc<DimensionCombination>],
    ) -> DimensionRules {
        DimensionRules {
            uses,
            dimensions: Arc::new(Dimensions::of(dimensions)),
            rules: Arc::new(RuleBook::of(rules)),
            combinations: Arc::new(Combinations::of(combinations)),
        }
    }

    /// The dimensions with what is filled in; `None` where nothing is.
    ///
    /// First what the account demands, then what follows from values, in order of the combinations' codes, until nothing more
    /// does. Each step adds a dimension, so it ends.
    fn fill(
        &self,
        known: &mut impl Known,
        line: &Line<'_>,
        given: &Tags,
    ) -> Result<Option<Tags>, LedgerError> {
        let mut filled = None;
        for (dimension, rule) in self.demands(known, line)? {
            if let Some(value) = rule.value.as_ref().filter(|_| given.get(dimension).is_none()) {
                filled.get_or_insert_with(|| given.clone()).set(dimension.clone(), value.clone());
            }
        }
        while let Some((dimension, value)) =
            self.derived(known, line, filled.as_ref().unwrap_or(given))?
        {
            filled.get_or_insert_with(|| given.clone()).set(dimension, value);
        }
        Ok(filled)
    }

    /// The first value that follows and is missing.
    fn derived(
        &self,
        known: &mut impl Known,
        line: &Line<'_>,
        dimensions: &Tags,
    ) -> Result<Option<(SmolStr, SmolStr)>, LedgerError> {
        for combination in &self.combinations.0 {
            let Some(value) = &combination.derives else { continue };
            if dimensions.get(&combination.dimension).is_some()
                || !applies(combination, known, line, dimensions)?
            {
                continue;
            }
            let demand = self.demand(known, line, &combination.dimension)?;
            if demand.is_none_or(|rule| rule.demand != DemandKind::Forbidden) {
                return Ok(Some((combination.dimension.clone(), value.clone())));
            }
        }
        Ok(None)
    }

    /// All that a posting's dimensions must satisfy; the first that they don't.
    pub(super) fn check(
        &self,
        known: &mut impl Known,
        line: &Line<'_>,
        dimensions: &Tags,
    ) -> Result<(), LedgerError> {
        for (dimension, value) in dimensions.iter() {
            self.check_value(known, line, (dimension, value))?;
        }
        for (dimension, rule) in self.demands(known, line)? {
            check_demand(line, rule, dimension, dimensions.get(dimension))?;
        }
        for combination in &self.combinations.0 {
            check_combination(combination, known, line, dimensions)?;
        }
        Ok(())
    }

    /// As [`check`](DimensionRules::check), of nothing but what is proposed.
    pub(super) fn check_by(
        &self,
        known: &mut impl Known,
        line: &Line<'_>,
        dimensions: &Tags,
        proposal: &DimensionProposal,
    ) -> Result<(), LedgerError> {
        match proposal {
            DimensionProposal::Standing => self.check(known, line, dimensions),
            DimensionProposal::Rule(of) => {
                let rule = self.demand(known, line, &of.dimension)?;
                let rule = rule.filter(|rule| rule.code == of.code);
                rule.map_or(Ok(()), |rule| {
                    let value = dimensions.get(&rule.dimension);
                    Ok(check_demand(line, rule, &rule.dimension, value)?)
                })
            }
            DimensionProposal::Combination(of) => {
                let mut all = self.combinations.0.iter();
                let combination = all.find(|combination| combination.code == of.code);
                combination.map_or(Ok(()), |combination| {
                    check_combination(combination, known, line, dimensions)
                })
            }
        }
    }

    /// Whether a dimension may be carried on the day, with this value.
    fn check_value(
        &self,
        known: &mut impl Known,
        line: &Line<'_>,
        (dimension, code): (&str, &str),
    ) -> Result<(), LedgerError> {
        let at = || line.place();
        let name = SmolStr::new(dimension);
        let Some(of) = self.dimensions.0.get(&name) else {
            return match self.uses {
                DimensionUse::Any => Ok(()),
                DimensionUse::Defined => {
                    Err(DimensionError::NotDefined { at: at(), dimension: name }.into())
                }
            };
        };
        open(line, (of.start, of.end), || format_smolstr!("dimension {dimension}"))?;
        let (dimension, value) = (name, SmolStr::new(code));
        match known.value(&dimension, &value)? {
            None if of.takes == DimensionValues::Known => {
                Err(DimensionError::ValueNotKnown { at: at(), dimension, value }.into())
            }
            None => Ok(()),
            Some(found) if found.heading => {
                Err(DimensionError::ValueIsHeading { at: at(), dimension, value }.into())
            }
            Some(found) => {
                open(line, (found.start, found.end), || format_smolstr!("{dimension} {value}"))
            }
        }
    }

    /// The rule that counts for each dimension that has one here.
    fn demands(
        &self,
        known: &mut impl Known,
        line: &Line<'_>,
    ) -> Result<Vec<(&SmolStr, &DimensionRule)>, LedgerError> {
        if self.rules.0.is_empty() {
            return Ok(Vec::new());
        }
        let above = known.accounts_above(line.account)?;
        let mut found = Vec::new();
        for (dimension, rules) in &self.rules.0 {
            found.extend(nearest(rules, line, &above).map(|rule| (dimension, rule)));
        }
        Ok(found)
    }

    /// The rule that counts for one dimension.
    fn demand(
        &self,
        known: &mut impl Known,
        line: &Line<'_>,
        dimension: &SmolStr,
    ) -> Result<Option<&DimensionRule>, LedgerError> {
        let Some((_, rules)) = self.rules.0.iter().find(|(of, _)| of == dimension) else {
            return Ok(None);
        };
        let above = known.accounts_above(line.account)?;
        Ok(nearest(rules, line, &above))
    }
}

/// The rule that is nearest to the account: its own, that of the heading next above it, and so on, that for all accounts
/// last; on each of these one for the journal before one for all.
fn nearest<'r>(
    rules: &'r ByAccount,
    line: &Line<'_>,
    above: &[SmolStr],
) -> Option<&'r DimensionRule> {
    let accounts = std::iter::once(line.account).chain(above).map(|code| Some(code.clone()));
    accounts.chain([None]).find_map(|account| {
        let there = rules.get(&account)?.iter().filter(|rule| rule.holds_on(line.date));
        let there = there.filter(|rule| rule.journal.as_ref().is_none_or(|of| of == line.journal));
        there.max_by_key(|rule| rule.journal.is_some()).map(Arc::as_ref)
    })
}

/// Whether a posting says what a rule demands. What would have been filled in is demanded like what is required.
fn check_demand(
    line: &Line<'_>,
    rule: &DimensionRule,
    dimension: &SmolStr,
    value: Option<&str>,
) -> Result<(), DimensionError> {
    let at = line.place();
    let (dimension, code) = (dimension.clone(), rule.code.clone());
    let value = value.map(SmolStr::new);
    match (rule.demand, value) {
        (DemandKind::Required | DemandKind::Default | DemandKind::Fixed, None) => {
            Err(DimensionError::Missing { at, dimension, rule: code })
        }
        (DemandKind::Forbidden, Some(value)) => {
            Err(DimensionError::Forbidden { at, dimension, value, rule: code })
        }
        (DemandKind::Fixed, Some(value)) if rule.value.as_ref() != Some(&value) => {
            let fixed = rule.value.clone().unwrap_or_default();
            Err(DimensionError::NotFixed { at, dimension, value, fixed, rule: code })
        }
        _ => Ok(()),
    }
}

/// Whether a posting has one of the values that a combination allows it.
fn check_combination(
    combination: &DimensionCombination,
    known: &mut impl Known,
    line: &Line<'_>,
    dimensions: &Tags,
) -> Result<(), LedgerError> {
    let value = dimensions.get(&combination.dimension);
    // Cheap first: most postings have what is allowed.
    if combination.allows.takes(value, &[]) || !applies(combination, known, line, dimensions)? {
        return Ok(());
    }
    if let Some(value) = value.filter(|_| combination.allows.asks_above()) {
        let above = known.above(&combination.dimension, value, line.date)?;
        if combination.allows.takes(Some(value), &above) {
            return Ok(());
        }
    }
    let when =
        combination.conditions.iter().map(|(dimension, value)| format!("{dimension} {value}"));
    let account = combination.account.iter().map(|code| format!("account {code}"));
    let journal = combination.journal.iter().map(|code| format!("journal {code}"));
    let with: Vec<String> = when.chain(account).chain(journal).collect();
    Err(DimensionError::Combination {
        at: line.place(),
        dimension: combination.dimension.clone(),
        value: value.map(SmolStr::new),
        with: if with.is_empty() { "anything".into() } else { with.join(" and ").into() },
        rule: combination.code.clone(),
        allows: Box::new(combination.allows.clone()),
    }
    .into())
}

/// Whether a combination is about a posting.
fn applies(
    combination: &DimensionCombination,
    known: &mut impl Known,
    line: &Line<'_>,
    dimensions: &Tags,
) -> Result<bool, LedgerError> {
    let journal = combination.journal.as_ref().is_none_or(|of| of == line.journal);
    if !journal || !combination.holds_on(line.date) {
        return Ok(false);
    }
    for (dimension, wanted) in combination.conditions.iter() {
        let Some(value) = dimensions.get(dimension) else { return Ok(false) };
        if value != wanted
            && !known.above(dimension, value, line.date)?.iter().any(|above| above == wanted)
        {
            return Ok(false);
        }
    }
    match &combination.account {
        Some(code) if code != line.account => {
            Ok(known.accounts_above(line.account)?.contains(code))
        }
        _ => Ok(true),
    }
}

/// Whether something is open on the date of the entry.
fn open(
    line: &Line<'_>,
    (start, end): (Option<NaiveDate>, Option<NaiveDate>),
    what: impl FnOnce() -> SmolStr,
) -> Result<(), LedgerError> {
    if holds_on(start, end, line.date) {
        return Ok(());
    }
    let open = DateRange::between(start, end).unwrap_or_else(|_| DateRange::always());
    let (at, date) = (line.place(), line.date);
    Err(DimensionError::NotOpen { at, what: what(), date, open }.into())
}
