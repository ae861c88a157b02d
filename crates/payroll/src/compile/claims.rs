//! Claims: what several want of one amount. They are one step of a program, for what one gets depends on all the others.

use super::lower::{Lowering, Value, named};
use super::names::part;
use super::*;
use crate::expr::{Binary, Expr};
use crate::program::{ClaimSlot, ClaimsSlot, Op};
use crate::rules::{Claim, Claims};

/// A value that was lowered, with its tree.
type Part = (Value, Node);

/// What a claim came to: one for each row where it is over a list.
struct Said {
    wanted: Value,
    rank: Value,
    limit: Option<Value>,
    row: Option<u8>,
    parts: Vec<(&'static str, Node)>,
}

impl Lowering<'_> {
    /// All that want of one amount.
    pub(super) fn claims(&mut self, index: usize) -> Result<(), Box<Fault>> {
        let claims = &self.rules.file.claims[index];
        (self.failed, self.failed_inside) = (None, None);
        let (there, keep) =
            self.there(claims).map_err(|error| self.fault(error, "claims", &claims.name))?;
        let mut all = Vec::new();
        for (at, claim) in claims.each.iter().enumerate() {
            (self.failed, self.failed_inside) = (None, None);
            let said = self.said(claim).map_err(|error| self.fault(error, "claim", &claim.name))?;
            all.extend(said.into_iter().map(|said| (at, said)));
        }
        self.serve(index, there, keep, all)
            .map_err(|error| Box::new(error.of("claims", &claims.name).into()))
    }

    fn fault(&mut self, error: RuleError, what: &'static str, name: &str) -> Box<Fault> {
        Box::new(Fault { part: self.failed_inside.take(), error: error.of(what, name) })
    }

    /// What there is, and what of it is kept.
    fn there(&mut self, claims: &Claims) -> Result<(Part, Option<Part>), RuleError> {
        let there = self.coins(&claims.from)?;
        let keep = claims.keep.as_ref().map(|keep| self.coins(keep)).transpose()?;
        Ok((there, keep))
    }

    /// An amount in whole coins.
    fn coins(&mut self, formula: &Expr) -> Result<Part, RuleError> {
        let coins = |this: &mut Self| {
            let (value, node) = this.value_of_type(formula, &Type::money())?;
            let most = this.minor_units();
            if value.digits > most {
                return Err(RuleError::PayNotRounded { digits: value.digits, most });
            }
            Ok((this.raised(&value, most)?, node))
        };
        coins(self).inspect_err(|error| {
            if self.failed_inside.is_none() {
                self.failed_inside = Some(part(formula, self.failed, error));
            }
        })
    }

    /// What a claim wants, in each row where it is over a list.
    fn said(&mut self, claim: &Claim) -> Result<Vec<Said>, RuleError> {
        let Some(over) = &claim.over else {
            return Ok(vec![self.wants(claim, None)?]);
        };
        if claim.arrears.is_some() {
            let why = "is of a claim by itself: of one over a list give what is owing in a column, and keep NAME.1.short";
            return Err(RuleError::BadRule { field: "arrears", why: why.into() });
        }
        let (_, rows) = self.rows_of(&Expr::Name(over.clone()))?;
        let mut all = Vec::new();
        for (row, (present, columns)) in (1..).zip(&rows.each) {
            let outer = self.locals.clone();
            self.locals.extend(columns.iter().map(|(name, value)| (name.clone(), value.clone())));
            let said = self.wants(claim, Some((row, present)));
            self.locals = outer;
            all.push(said?);
        }
        Ok(all)
    }

    fn wants(&mut self, claim: &Claim, row: Option<(u8, &Value)>) -> Result<Said, RuleError> {
        let none = BTreeMap::new();
        let guarded = |this: &mut Self, formula: &Expr| match row {
            Some((_, present)) => this.in_row(present, &none, |this| this.coins(formula)),
            None => this.coins(formula),
        };
        let (mut wanted, node) = guarded(self, &claim.wanted)?;
        let mut parts = vec![("wanted", node)];
        let limit = match &claim.limit {
            Some(limit) => {
                let (value, node) = guarded(self, limit)?;
                parts.push(("at most", node));
                Some(value)
            }
            None => None,
        };
        let rank = |this: &mut Self| {
            this.value_of_type(&claim.rank, &Type::number()).inspect_err(|error| {
                if this.failed_inside.is_none() {
                    this.failed_inside = Some(part(&claim.rank, this.failed, error));
                }
            })
        };
        let (rank, node) = match row {
            Some((_, present)) => self.in_row(present, &none, rank)?,
            None => rank(self)?,
        };
        parts.push(("rank", node));
        if rank.digits > 0 {
            let why = "has digits behind the point: ranks are whole numbers".to_owned();
            return Err(RuleError::BadRule { field: "rank", why });
        }
        if let Some(arrears) = &claim.arrears {
            let Some(symbol) = self.rules.symbols.get(&arrears.name).copied() else {
                return Err(self.unknown(&arrears.name));
            };
            let owing = self.value_of(symbol, &arrears.name)?;
            parts.insert(1, ("owing from before", named(What::Name(symbol), &owing)));
            wanted = self.added(Binary::Plus, &wanted, &owing, Type::money(), &claim.wanted)?;
        }
        Ok(Said { wanted, rank, limit, row: row.map(|(row, _)| row), parts })
    }

    fn serve(
        &mut self,
        index: usize,
        (there, from): Part,
        keep: Option<Part>,
        all: Vec<(usize, Said)>,
    ) -> Result<(), RuleError> {
        let claims = &self.rules.file.claims[index];
        let slot = u16::try_from(self.claims.len()).unwrap_or(u16::MAX);
        let (mut each, mut lines) = (Vec::new(), Vec::new());
        for (at, said) in all {
            let (taken, short) = (self.coin()?, self.coin()?);
            let name = match said.row {
                Some(row) => format!("{}.{row}", claims.each[at].name).into(),
                None => claims.each[at].name.clone(),
            };
            lines.push((at, said.row, taken.clone(), short.clone(), said.parts));
            each.push(ClaimSlot {
                name,
                wanted: said.wanted.reg,
                rank: said.rank.reg,
                limit: said.limit.map(|limit| limit.reg),
                taken: taken.reg,
                short: short.reg,
            });
        }
        let keep_reg = keep.as_ref().map(|(keep, _)| keep.reg);
        self.claims.push(ClaimsSlot { there: there.reg, keep: keep_reg, each });
        self.ops.push(Op::Serve { claims: slot });
        let mut ground = vec![("there is", from)];
        ground.extend(keep.map(|(_, node)| ("kept", node)));
        for (order, (at, row, taken, short, parts)) in lines.into_iter().enumerate() {
            let parts: Vec<_> = ground.iter().cloned().chain(parts).collect();
            let what = What::Claim { claims: slot, at: order, parts };
            self.line_of_claim(&claims.each[at], row, (&taken, named(what, &taken)), &short);
        }
        self.totals_of_claims(index, slot)
    }

    fn coin(&mut self) -> Result<Value, RuleError> {
        self.fresh(self.minor_units(), Type::money(), String::new)
    }

    /// The results of a claim: what it gets, and what it wanted besides.
    fn line_of_claim(
        &mut self,
        claim: &Claim,
        row: Option<u8>,
        (taken, node): (&Value, Node),
        short: &Value,
    ) {
        let formula = match &claim.limit {
            Some(limit) => {
                format!("wants {}, at most {limit}, by rank {}", claim.wanted, claim.rank)
            }
            None => format!("wants {}, by rank {}", claim.wanted, claim.rank),
        };
        let (name, kind): (SmolStr, _) = match row {
            Some(row) => (format!("{}.{row}", claim.name).into(), None),
            None => (claim.name.clone(), Some(claim.kind)),
        };
        let source = Some(claim.source.clone()).filter(|source| !source.is_empty());
        self.output(&name, &claim.about, kind, taken);
        let mut line = Lines::of(&name, &claim.about);
        (line.formula, line.source, line.node) = (Some(formula), source, Some(node));
        self.lines.push(line);
        let what = format!("{name}.short").into();
        self.output(&what, "", None, short);
        let mut line = Lines::of(&what, "");
        line.node = Some(named(What::Local(name), taken));
        self.lines.push(line);
    }

    /// What each claim comes to: of one over a list, the sum of its rows.
    fn totals_of_claims(&mut self, index: usize, slot: u16) -> Result<(), RuleError> {
        let claims = &self.rules.file.claims[index];
        for (at, claim) in claims.each.iter().enumerate() {
            let slots = self.claims[usize::from(slot)].each.clone();
            let own = |slot: &&ClaimSlot| match &claim.over {
                Some(_) => slot.name.strip_prefix(claim.name.as_str()).is_some_and(is_row),
                None => slot.name == claim.name,
            };
            let own: Vec<ClaimSlot> = slots.iter().filter(own).cloned().collect();
            let Some(symbol) = self.symbol_of_claim(index, at) else { continue };
            let (taken, short) = match (&claim.over, own.first()) {
                (None, Some(slot)) => (self.at(slot.taken), self.at(slot.short)),
                _ => (
                    self.sum_of(own.iter().map(|slot| slot.taken).collect())?,
                    self.sum_of(own.iter().map(|slot| slot.short).collect())?,
                ),
            };
            if claim.over.is_some() {
                self.output(&claim.name, &claim.about, Some(claim.kind), &taken);
                let rows = own
                    .iter()
                    .map(|slot| (1, named(What::Local(slot.name.clone()), &self.at(slot.taken))));
                let mut line = Lines::of(&claim.name, &claim.about);
                line.node = Some(named(What::Sum(rows.collect()), &taken));
                self.lines.push(line);
                let what: SmolStr = format!("{}.short", claim.name).into();
                self.output(&what, "", None, &short);
            }
            self.check_paid(claim.kind, &taken)?;
            self.shorts.insert(claim.name.clone(), short);
            self.done.insert(symbol, taken);
        }
        self.spans.push((self.ops.len(), claims.name.clone()));
        Ok(())
    }

    fn symbol_of_claim(&self, index: usize, at: usize) -> Option<Symbol> {
        let place = self.rules.claims.iter().position(|claim| *claim == (index, at));
        place.map(Symbol::Claim)
    }

    fn at(&self, reg: crate::program::Reg) -> Value {
        let digits = self.minor_units();
        Value { reg, digits, of: Type::money(), constant: None, any_unit: false }
    }

    fn sum_of(&mut self, regs: Vec<crate::program::Reg>) -> Result<Value, RuleError> {
        let mut total = self.constant(0, self.minor_units(), Type::money())?;
        for reg in regs {
            let sum = self.coin()?;
            self.ops.push(Op::Add { to: sum.reg, a: total.reg, b: reg });
            total = sum;
        }
        Ok(total)
    }

    /// Values instead of claims that are wrong, for the rules that need them.
    pub(super) fn instead_of_claims(&mut self, index: usize) -> Result<(), RuleError> {
        for (at, claim) in self.rules.file.claims[index].each.iter().enumerate() {
            let (taken, short) = (self.coin()?, self.coin()?);
            self.shorts.insert(claim.name.clone(), short);
            if let Some(symbol) = self.symbol_of_claim(index, at) {
                self.done.insert(symbol, taken);
            }
        }
        Ok(())
    }
}

/// `.1`, `.2`: what a row's name ends with.
fn is_row(text: &str) -> bool {
    text.strip_prefix('.').is_some_and(|row| row.parse::<u8>().is_ok())
}
