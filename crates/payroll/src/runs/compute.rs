//! From a case to a slip: the rules first, then what is taken from what they leave.

use std::collections::BTreeMap;
use std::sync::Arc;

use fondaco_core::{DocumentId, Id, PartyId, Timestamp};
use rust_decimal::Decimal;
use smol_str::SmolStr;

use super::books::{LineSlot, Rules};
use super::deductions::{self, Earlier, Owed};
use super::sums::{SumKey, Sums, stored};
use super::{
    Parts, PayComponent, PayInput, PayValue, Run, RunError, RunKind, Slip, SlipLine, SlipStatus,
    SlipSum, SlipTaking, Whole,
};
use crate::program::{Input, Runner};
use crate::rules::{Kind, PAY_PERIOD, names_like};
use crate::{PayError, PayrollError, Value};

/// What the rules make of a case.
#[derive(Debug, Clone, Default)]
pub(crate) struct Figures {
    pub(crate) lines: Vec<SlipLine>,
    pub(crate) sums: Vec<SlipSum>,
    pub(crate) gross: Decimal,
    pub(crate) net: Decimal,
    pub(crate) employer_cost: Decimal,
}

/// The sums that a case begins with.
pub(crate) fn sum_keys<'i>(
    rules: &'i Rules,
    input: &'i PayInput,
) -> impl Iterator<Item = Result<SumKey, RunError>> + use<'i> {
    rules.sums.iter().map(|sum| {
        let year = match sum.over.is_empty() {
            true => Some(0),
            false => input.year(&sum.over),
        };
        let year = year.ok_or_else(|| RunError::NoYear {
            number: input.number.clone(),
            sum: sum.name.clone(),
            over: sum.over.clone(),
        })?;
        Ok((input.employee, sum.name.clone(), year))
    })
}

/// Computes a case, whose sums stand as they are said.
pub(crate) fn figures(
    rules: &Rules,
    runner: &mut Runner<'_>,
    input: &PayInput,
    sums: &Sums,
) -> Result<Figures, PayrollError> {
    runner.employee(&input.number);
    runner.clear();
    tell(rules, runner, input)?;
    let keys = sum_keys(rules, input).collect::<Result<Vec<_>, _>>()?;
    let mut begun = Vec::with_capacity(keys.len());
    for (slot, key) in rules.sums.iter().zip(&keys) {
        let before = sums.get(key);
        say(rules, runner, (&slot.name, slot.input), &input.number, &before.into())?;
        begun.push(before);
    }
    runner.run()?;
    let mut figures = Figures {
        lines: Vec::with_capacity(rules.lines.len()),
        sums: Vec::with_capacity(keys.len()),
        gross: runner.amount(rules.gross)?,
        net: runner.amount(rules.net)?,
        employer_cost: runner.amount(rules.employer_cost)?,
    };
    for slot in &rules.lines {
        let amount = runner.amount(slot.output)?;
        if !amount.is_zero() {
            push_lines(&mut figures.lines, slot, amount, &input.components);
        }
    }
    for ((slot, (_, sum, year)), before) in rules.sums.iter().zip(keys).zip(begun) {
        let after = runner.amount(slot.output)?;
        stored(&input.number, &sum, after)?;
        // Of most periods there is one slip, which most of these sums are nothing of.
        if slot.over == PAY_PERIOD && before.is_zero() && after.is_zero() {
            continue;
        }
        figures.sums.push(SlipSum { sum, year, before, after });
    }
    Ok(figures)
}

/// What components feed each input of the rules.
fn fed(input: &PayInput) -> Result<BTreeMap<&SmolStr, Decimal>, RunError> {
    let mut fed: BTreeMap<&SmolStr, Decimal> = BTreeMap::new();
    for component in &input.components {
        let sum = fed.entry(&component.input).or_default();
        *sum = fondaco_core::decimal::add(*sum, component.amount).map_err(|_| {
            RunError::NoRoom { number: input.number.clone(), what: component.code.clone() }
        })?;
    }
    Ok(fed)
}

/// Tells the rules what the case says.
fn tell(rules: &Rules, runner: &mut Runner<'_>, input: &PayInput) -> Result<(), PayrollError> {
    let fed = fed(input)?;
    for (name, value) in &input.values {
        if fed.contains_key(name) {
            let (number, field) = (input.number.clone(), name.clone());
            return Err(RunError::GivenTwice { number, field }.into());
        }
        let value = match value {
            PayValue::Bool(is) => Value::Bool(*is),
            PayValue::Text(text) => Value::Text(text.clone()),
        };
        say(rules, runner, (name, slot(rules, input, name)?), &input.number, &value)?;
    }
    for (name, amount) in fed {
        say(rules, runner, (name, slot(rules, input, name)?), &input.number, &amount.into())?;
    }
    Ok(())
}

fn slot(rules: &Rules, input: &PayInput, name: &SmolStr) -> Result<Input, PayrollError> {
    if rules.sums.iter().any(|sum| sum.name == *name) {
        let (number, field) = (input.number.clone(), name.clone());
        return Err(RunError::KeptSum { number, field }.into());
    }
    let unknown = || PayError::UnknownInput {
        employee: input.number.clone(),
        field: name.clone(),
        like: names_like(name, rules.program.inputs()),
    };
    Ok(rules.inputs.get(name).copied().ok_or_else(unknown)?)
}

fn say(
    rules: &Rules,
    runner: &mut Runner<'_>,
    (name, input): (&SmolStr, Input),
    number: &SmolStr,
    value: &Value,
) -> Result<(), PayrollError> {
    let unknown = || PayError::UnknownInput {
        employee: number.clone(),
        field: name.clone(),
        like: String::new(),
    };
    let slot = rules.program.inputs.get(input.0).ok_or_else(unknown)?;
    // A number of an input whose values are written with a unit or a sign is read as such.
    let units = slot.take(number, value, &rules.program)?;
    Ok(runner.set(input, units)?)
}

/// The line of a result; of an input that components feed, one for each of them.
fn push_lines(
    lines: &mut Vec<SlipLine>,
    slot: &LineSlot,
    amount: Decimal,
    components: &[PayComponent],
) {
    let fed = || components.iter().filter(|component| component.input == slot.name);
    let sum: Decimal = fed().map(|component| component.amount).sum();
    if fed().next().is_none() || sum != amount {
        return lines.push(SlipLine::new(slot.name.clone(), slot.kind, amount));
    }
    for component in fed().filter(|component| !component.amount.is_zero()) {
        lines.push(SlipLine {
            rule: (component.code != slot.name).then(|| slot.name.clone()),
            quantity: component.quantity,
            unit: component.unit.clone(),
            rate: component.rate,
            original: component.original,
            shares: component.shares.clone(),
            ..SlipLine::new(
                component.code.clone(),
                slot.kind,
                fondaco_core::decimal::normalize(component.amount),
            )
        });
    }
}

/// Where a slip belongs.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place {
    pub(crate) run: Id<Run>,
    pub(crate) kind: RunKind,
    pub(crate) calculation: u32,
    pub(crate) edition: u32,
    pub(crate) known_at: Timestamp,
    /// The run of the slip that it stands in place of.
    pub(crate) replaces: Option<Id<Run>>,
}

impl Place {
    pub(crate) fn of(run: &Run, edition: u32, known_at: Timestamp) -> Place {
        let Run { id, kind, calculation, .. } = *run;
        Place { run: id, kind, calculation, edition, known_at, replaces: None }
    }
}

/// A slip of figures, with what is taken from them.
pub(crate) fn slip(
    place: Place,
    rules: &Rules,
    input: Arc<PayInput>,
    figures: Figures,
    (owed, earlier): (&[Owed], Option<Earlier>),
) -> Result<Slip, PayrollError> {
    let number = input.number.clone();
    let mut lines = figures.lines;
    let taxes = lines.iter().filter(|line| line.kind == Kind::Tax);
    let disposable = figures.gross - taxes.map(|line| line.amount).sum::<Decimal>();
    let left = deductions::Left {
        disposable,
        net: figures.net,
        floor: input.net_floor,
        earlier: earlier.unwrap_or_default(),
        digits: rules.program.currency().minor_units().unwrap_or(2),
        is_extra: deductions::is_extra(place.kind),
    };
    let mut takings = deductions::take(left, owed, input.pay_date)?;
    let taken = takings.iter().map(|taking| taking.taken).sum::<Decimal>();
    let mut net = figures.net - taken;
    if net.is_sign_negative() && !net.is_zero() {
        // What is missing is owed from the next slip on.
        takings.push(SlipTaking {
            deduction: claim_id(place.run, input.employee, Claimed::Short),
            before: Decimal::ZERO,
            due: Decimal::ZERO,
            taken: net,
        });
        net = Decimal::ZERO;
    }
    for taking in takings.iter().filter(|taking| !taking.taken.is_zero()) {
        let known = owed.iter().find(|owed| owed.deduction.id == taking.deduction);
        let component = known.map_or(SmolStr::new_static("carried_forward"), |owed| {
            owed.deduction.component.clone()
        });
        let deduction = Some(taking.deduction);
        lines.push(SlipLine { deduction, ..SlipLine::new(component, Kind::PostTax, taking.taken) });
    }
    Ok(Slip {
        run: place.run,
        employee: input.employee,
        kind: match place.kind {
            RunKind::OffCycle if input.pays_period => RunKind::Regular,
            kind => kind,
        },
        status: SlipStatus::Calculated,
        calculation: place.calculation,
        edition: place.edition,
        period_start: input.from,
        period_end: input.to,
        pay_date: input.pay_date,
        rules: rules.code.clone(),
        rules_version: rules.version,
        rules_on: input.rules_on,
        known_at: place.known_at,
        currency: rules.program.currency(),
        gross: stored(&number, "gross", figures.gross)?,
        net: stored(&number, "net", net)?,
        employer_cost: stored(&number, "employer_cost", figures.employer_cost)?,
        paid: crate::Amt::ZERO,
        paid_to: Parts::default(),
        input: Whole::from(input),
        told: None,
        lines: lines.into(),
        sums: figures.sums.into(),
        takings: Parts::from(takings),
        replaces: place.replaces,
        rests_on: None,
        earlier: earlier.map(Whole::new),
        number,
    })
}

/// Why an employee comes to owe something because of a slip.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Claimed {
    /// Pay was below zero.
    Short,
    /// It was voided after its money had left.
    Voided,
}

/// The id of what is owed because of a slip: the same whenever it is computed.
pub(crate) fn claim_id<T>(run: Id<Run>, employee: PartyId, why: Claimed) -> Id<T> {
    let why = match why {
        Claimed::Short => "short",
        Claimed::Voided => "voided",
    };
    Id::from_u128(DocumentId::named(&format!("payroll claim/{run}/{employee}/{why}")).to_u128())
}

/// A slip's case as the rules were told it, for an explanation.
pub(crate) fn case<'r>(rules: &'r Rules, slip: &Slip) -> Result<crate::Case<'r>, PayrollError> {
    let mut case = rules.program.case(&slip.number);
    for (name, value) in &slip.case().values {
        match value {
            PayValue::Bool(is) => case.set(name, *is),
            PayValue::Text(text) => case.set(name, text.clone()),
        }
    }
    for (name, amount) in fed(&slip.input)? {
        case.set(name, amount);
    }
    for sum in &slip.sums {
        case.set(&sum.sum, sum.before);
    }
    Ok(case)
}
