//! From the parts of a file to a program: declarations, statements, and how methods hang together.

use std::collections::BTreeMap;

use super::PapError;
use super::outline::Outline;
use super::program::{Memory, Op, Program, Register, Table, step};
use super::scope::{Binding, Scope, Type, find_name};
use super::syntax::{self, Assignment, Fault, Kind};
use super::xml::{Attribute, Element};

/// How many registers of each list an expression may take in between.
const BETWEEN: usize = 64;

/// The most steps that a run may take; a published program takes some two thousand.
const MOST_STEPS: u64 = 1_000_000;

/// A file's program, and the registers of its variables in the order of the outline.
pub(super) fn compile(outline: &Outline) -> Result<(Program, Vec<(Type, Register)>), PapError> {
    let mut compiler = Compiler::new(outline);
    let variables = compiler.declare(outline)?;
    compiler.methods(outline)?;
    let Compiler { program, .. } = compiler;
    Ok((program, variables))
}

pub(super) struct Compiler<'a> {
    pub(super) pap: &'a str,
    pub(super) scope: Scope,
    pub(super) program: Program,
    methods: BTreeMap<&'a str, usize>,
    /// Calls whose target is not known before all methods are compiled.
    calls: Vec<(usize, usize)>,
    /// Which methods each one executes, in order.
    executes: Vec<Vec<usize>>,
    /// How many registers in between are taken, by list.
    pub(super) taken: [usize; 3],
    /// Where those begin, by list: behind the variables.
    between: [usize; 3],
    pub(super) depth: usize,
    line: usize,
}

impl<'a> Compiler<'a> {
    fn new(outline: &'a Outline) -> Self {
        Self {
            pap: &outline.name,
            scope: Scope::default(),
            program: Program::default(),
            methods: BTreeMap::new(),
            calls: Vec::new(),
            executes: Vec::new(),
            taken: [0; 3],
            between: [0; 3],
            depth: 0,
            line: 0,
        }
    }

    // ---- Variables and constants

    /// Variables first, so that their registers come first; then the constants, which their values may name.
    fn declare(&mut self, outline: &Outline) -> Result<Vec<(Type, Register)>, PapError> {
        let mut variables = Vec::new();
        for (_, element) in &outline.variables {
            let (ty, table) = declared_type(element)?;
            if table {
                return Err(element.error("a variable can't be a table here: only constants are"));
            }
            let register = self.register(ty).map_err(|why| element.error(why))?;
            self.name(element, Binding::Variable(ty, register))?;
            variables.push((ty, register));
        }
        let start = &mut self.program.start;
        self.between = [start.ints.len(), start.doubles.len(), start.bigs.len()];
        start.ints.resize(start.ints.len() + BETWEEN, 0);
        start.doubles.resize(start.doubles.len() + BETWEEN, 0.0);
        start.bigs.resize(start.bigs.len() + BETWEEN, Default::default());
        for element in &outline.constants {
            self.constant(element)?;
        }
        for ((_, element), variable) in outline.variables.iter().zip(&variables) {
            if let Some(default) =
                element.attribute("default").filter(|default| !default.value.trim().is_empty())
            {
                self.initial(default, *variable)?;
            }
        }
        Ok(variables)
    }

    fn name(&mut self, element: &Element, binding: Binding) -> Result<(), PapError> {
        let name = element.needs("name")?.value.trim();
        match self.scope.add(name, binding) {
            true => Ok(()),
            false => Err(element.error("there is another of this name: rename one")),
        }
    }

    fn constant(&mut self, element: &Element) -> Result<(), PapError> {
        let (ty, table) = declared_type(element)?;
        let value = element.needs("value")?;
        let binding = if table {
            let entries = reading(value, |code| self.entries(ty, code))?;
            let number = u16::try_from(self.program.tables.len());
            let number = number
                .map_err(|_| element.error("there are more than 65 thousand tables: drop some"))?;
            self.program.tables.push(entries);
            Binding::Table(ty, number)
        } else {
            let register = reading(value, |code| self.fixed(ty, &syntax::expression(code)?))?;
            Binding::Constant(ty, register)
        };
        self.name(element, binding)
    }

    /// A table's entries: `{a, b, c}`, each a constant.
    fn entries(&mut self, ty: Type, code: &str) -> Result<Table, Fault> {
        let read = syntax::expression(code)?;
        let Kind::List(entries) = &read.kind else {
            return Err((read.at, "a table is written {a, b, c}".to_owned()));
        };
        let registers: Vec<Register> =
            entries.iter().map(|entry| self.fixed(ty, entry)).collect::<Result<_, _>>()?;
        let start = &self.program.start;
        Ok(match ty {
            Type::Decimal => Table::Bigs(registers.iter().map(|&at| start.big(at)).collect()),
            Type::Double => Table::Doubles(registers.iter().map(|&at| start.double(at)).collect()),
            Type::Whole | Type::Truth => {
                Table::Ints(registers.iter().map(|&at| start.int(at)).collect())
            }
        })
    }

    /// The value that a variable has at the start.
    fn initial(
        &mut self,
        default: &Attribute,
        (ty, register): (Type, Register),
    ) -> Result<(), PapError> {
        let from = reading(default, |code| self.fixed(ty, &syntax::expression(code)?))?;
        let Memory { bigs, ints, doubles } = &mut self.program.start;
        match ty {
            Type::Decimal => bigs[register as usize] = bigs[from as usize],
            Type::Double => doubles[register as usize] = doubles[from as usize],
            Type::Whole | Type::Truth => ints[register as usize] = ints[from as usize],
        }
        Ok(())
    }

    // ---- Registers

    /// A new register of a type, with nothing in it.
    pub(super) fn register(&mut self, ty: Type) -> Result<Register, String> {
        let Memory { bigs, ints, doubles } = &mut self.program.start;
        let at = match ty {
            Type::Decimal => {
                bigs.push(Default::default());
                bigs.len()
            }
            Type::Double => {
                doubles.push(0.0);
                doubles.len()
            }
            Type::Whole | Type::Truth => {
                ints.push(0);
                ints.len()
            }
        };
        Register::try_from(at - 1)
            .map_err(|_| "the file has more than 65 thousand values of one type".to_owned())
    }

    /// A register for what an expression has in between; free again after the statement.
    pub(super) fn in_between(&mut self, ty: Type) -> Result<Register, String> {
        let list = list(ty);
        let taken = self.taken[list];
        if taken == BETWEEN {
            return Err("the expression has too many parts: part it".to_owned());
        }
        self.taken[list] += 1;
        Register::try_from(self.between[list] + taken)
            .map_err(|_| "the file has too many variables".to_owned())
    }

    /// Appends an operation, and says where.
    pub(super) fn push(&mut self, op: Op) -> usize {
        self.program.ops.push(op);
        self.program.lines.push(u32::try_from(self.line).unwrap_or(u32::MAX));
        self.program.ops.len() - 1
    }

    /// Does an operation on constants now.
    pub(super) fn fold(&mut self, op: &Op) -> Result<(), String> {
        let Program { start, tables, .. } = &mut self.program;
        step(op, start, tables).map_err(|fault| fault.why().to_owned())
    }

    /// Where the next operation will stand.
    pub(super) fn here(&self) -> u32 {
        u32::try_from(self.program.ops.len()).unwrap_or(u32::MAX)
    }

    /// Lets these jumps go on at the next operation.
    pub(super) fn land(&mut self, jumps: &[usize]) {
        let here = self.here();
        for &jump in jumps {
            match &mut self.program.ops[jump] {
                Op::JumpBig { target, .. }
                | Op::JumpInt { target, .. }
                | Op::JumpDouble { target, .. }
                | Op::Jump { target }
                | Op::Call { target } => *target = here,
                _ => {}
            }
        }
    }

    // ---- Methods and statements

    fn methods(&mut self, outline: &'a Outline) -> Result<(), PapError> {
        for (number, method) in outline.methods.iter().enumerate().skip(1) {
            let name = method.needs("name")?.value.trim();
            if self.methods.insert(name, number).is_some() {
                return Err(method.error("there is another method of this name: rename one"));
            }
        }
        let mut entries = Vec::new();
        let mut lengths = Vec::new();
        for method in &outline.methods {
            entries.push(self.here());
            self.executes.push(Vec::new());
            self.block(&method.children)?;
            self.line = method.line;
            self.push(Op::Return);
            lengths.push(u64::from(self.here() - entries[entries.len() - 1]));
        }
        for (at, method) in std::mem::take(&mut self.calls) {
            self.program.ops[at] = Op::Call { target: entries[method] };
        }
        self.program.depth =
            Chain { outline, executes: &self.executes, lengths: &lengths }.measure()?;
        Ok(())
    }

    fn block(&mut self, children: &[Element]) -> Result<(), PapError> {
        let mut rest = children;
        while let [element, after @ ..] = rest {
            // The file of 2010 has an <ELSE> behind its <IF> as well as in it.
            let behind = after.first().filter(|next| element.name == "IF" && next.name == "ELSE");
            self.statement(element, behind)?;
            rest = &after[usize::from(behind.is_some())..];
        }
        Ok(())
    }

    fn statement(&mut self, element: &Element, behind: Option<&Element>) -> Result<(), PapError> {
        self.line = element.line;
        match element.name.as_str() {
            "EVAL" => self.eval(element),
            "EXECUTE" => self.execute(element),
            "IF" => self.condition(element, behind),
            _ => Err(element.error("a method has <EVAL>, <IF> and <EXECUTE>, and nothing else")),
        }
    }

    fn eval(&mut self, element: &Element) -> Result<(), PapError> {
        empty(element)?;
        let code = element.needs("exec")?;
        self.line = code.line;
        reading(code, |code| {
            syntax::assignments(code)?.iter().try_for_each(|assignment| self.assign(assignment))
        })
    }

    fn assign(&mut self, assignment: &Assignment) -> Result<(), Fault> {
        self.taken = [0; 3];
        let at = |why: String| (assignment.at, why);
        match self.scope.find(&assignment.name) {
            Some(Binding::Variable(ty, register)) => {
                self.value_into(ty, register, &assignment.value)
            }
            Some(_) => {
                Err(at(format!("{} is a constant: nothing can be assigned to it", assignment.name)))
            }
            None => Err(at(format!("there is no variable {}", assignment.name))),
        }
    }

    fn execute(&mut self, element: &Element) -> Result<(), PapError> {
        empty(element)?;
        let name = element.needs("method")?.value.trim();
        let found = find_name(self.methods.iter().map(|(&known, &number)| (known, number)), name);
        let number = found.ok_or_else(|| element.error(format!("there is no method {name:?}")))?;
        let at = self.push(Op::Call { target: 0 });
        self.calls.push((at, number));
        if let Some(executes) = self.executes.last_mut() {
            executes.push(number);
        }
        Ok(())
    }

    fn condition(&mut self, element: &Element, behind: Option<&Element>) -> Result<(), PapError> {
        let (then, otherwise) = branches(element, behind)?;
        let code = element.needs("expr")?;
        self.line = code.line;
        self.taken = [0; 3];
        let past = reading(code, |code| self.branch(&syntax::expression(code)?, false))?;
        self.block(&then.children)?;
        let Some(otherwise) = otherwise.filter(|otherwise| !otherwise.children.is_empty()) else {
            self.land(&past);
            return Ok(());
        };
        self.line = otherwise.line;
        let end = self.push(Op::Jump { target: 0 });
        self.land(&past);
        self.block(&otherwise.children)?;
        self.land(&[end]);
        Ok(())
    }
}

/// Which register list a type lives in.
pub(super) fn list(ty: Type) -> usize {
    match ty {
        Type::Whole | Type::Truth => 0,
        Type::Double => 1,
        Type::Decimal => 2,
    }
}

/// Reads an attribute's code, with where a fault of it lies in the file.
fn reading<T>(
    code: &Attribute,
    read: impl FnOnce(&str) -> Result<T, Fault>,
) -> Result<T, PapError> {
    read(&code.value).map_err(|(at, why)| {
        let before = code.value.get(..at).unwrap_or_default();
        let shown = code.value.split_whitespace().collect::<Vec<_>>().join(" ");
        let shown = if shown.chars().count() > 120 {
            shown.chars().take(120).chain("...".chars()).collect()
        } else {
            shown
        };
        PapError::Expression { line: code.line + before.matches('\n').count(), code: shown, why }
    })
}

pub(super) fn declared_type(element: &Element) -> Result<(Type, bool), PapError> {
    let text = &element.needs("type")?.value;
    Type::parse(text).ok_or_else(|| {
        element.error(format!(
            "the type {text:?} is not known: it may be int, long, double, BigDecimal or boolean"
        ))
    })
}

fn empty(element: &Element) -> Result<(), PapError> {
    match element.children.first() {
        None => Ok(()),
        Some(child) => {
            Err(child.error(format!("nothing stands inside <{}>: put it after it", element.name)))
        }
    }
}

/// `<THEN>`, and `<ELSE>` if there is one, in the element or behind it.
fn branches<'e>(
    element: &'e Element,
    behind: Option<&'e Element>,
) -> Result<(&'e Element, Option<&'e Element>), PapError> {
    match element.children.as_slice() {
        [then] if then.name == "THEN" => Ok((then, behind)),
        [then, otherwise]
            if then.name == "THEN" && otherwise.name == "ELSE" && behind.is_none() =>
        {
            Ok((then, Some(otherwise)))
        }
        _ => Err(element
            .error("an <IF> has one <THEN> and may have one <ELSE> after it, and nothing else")),
    }
}

/// How methods execute one another.
struct Chain<'a> {
    outline: &'a Outline,
    executes: &'a [Vec<usize>],
    lengths: &'a [u64],
}

/// What is known of a method on the way.
#[derive(Clone, Copy)]
enum Walked {
    Not,
    UnderWay,
    Done { steps: u64, depth: usize },
}

impl Chain<'_> {
    /// How deep methods execute one another at most; a circle, or a program that is too long, is an error.
    fn measure(&self) -> Result<usize, PapError> {
        let mut walked = vec![Walked::Not; self.executes.len()];
        // By hand instead of by recursion, so that no file overflows the stack: each method with how many of its own are done.
        let mut deepest = 0;
        for from in 0..self.executes.len() {
            let mut way = vec![(from, 0)];
            while let Some((method, next)) = way.pop() {
                match (walked[method], self.executes[method].get(next)) {
                    (Walked::Done { .. }, _) => {}
                    (_, Some(&callee)) => {
                        walked[method] = Walked::UnderWay;
                        way.push((method, next + 1));
                        match walked[callee] {
                            Walked::UnderWay => return Err(self.circle(&way, callee)),
                            Walked::Not => way.push((callee, 0)),
                            Walked::Done { .. } => {}
                        }
                    }
                    (_, None) => {
                        let (steps, depth) = self.sum(method, &walked);
                        walked[method] = Walked::Done { steps, depth };
                    }
                }
            }
            if let Walked::Done { steps, depth } = walked[from] {
                if steps > MOST_STEPS {
                    return Err(PapError::TooLong { most: MOST_STEPS });
                }
                deepest = deepest.max(depth);
            }
        }
        Ok(deepest)
    }

    fn sum(&self, method: usize, walked: &[Walked]) -> (u64, usize) {
        let mut total = (self.lengths[method], 0);
        for &callee in &self.executes[method] {
            if let Walked::Done { steps, depth } = walked[callee] {
                total = (total.0.saturating_add(steps), total.1.max(depth));
            }
        }
        (total.0, total.1 + 1)
    }

    fn circle(&self, way: &[(usize, usize)], back: usize) -> PapError {
        let name = |method: usize| match self.outline.methods[method].attribute("name") {
            Some(name) => name.value.clone(),
            None => "MAIN".to_owned(),
        };
        let from = way.iter().position(|(method, _)| *method == back).unwrap_or_default();
        let mut path: Vec<String> = way[from..].iter().map(|(method, _)| name(*method)).collect();
        path.push(name(back));
        PapError::Cycle { path: path.join(" -> ") }
    }
}
