//! From the text of a predicate to the predicate, and to the place of each of its parts.

use fondaco_core::map::HashMap;

use super::lexer::{Spot, Token, tokens};
use super::words::{OF_EVENTS, OF_FIELDS, Want};
use crate::segments::predicate::{
    Behaviour, Filter, Formula, Leaf, Literal, Measure, Node, Predicate, Quantifier,
};
use crate::segments::{DEEPEST, MOST_NODES, Place, SegmentError};

/// A part of a condition that something can be wrong with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Part {
    Whole,
    Name,
    Event,
    Field,
    Value(usize),
    Window,
    Within,
    HalfLife,
}

/// Which part of which condition. `step` counts steps of sequences and weights of interests; `inner` is a node of the filter there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Mark {
    pub(crate) node: usize,
    pub(crate) step: usize,
    pub(crate) inner: Option<usize>,
    pub(crate) part: Part,
}

/// A predicate, and where each of its parts stands in its text, if it was one.
#[derive(Clone, Debug)]
pub struct Definition {
    pub(crate) predicate: Predicate,
    spots: Option<HashMap<Mark, Spot>>,
}

impl Definition {
    /// Reads a text.
    ///
    /// ```
    /// use fondaco_crm::segments::Definition;
    ///
    /// let refused = Definition::parse("count(open) in 30 days =>\n3").unwrap_err();
    /// assert!(refused.to_string().starts_with("line 1, column 25: \">\" stands where a number"));
    /// ```
    ///
    /// # Errors
    /// [`SegmentError::Syntax`] and [`SegmentError::TooLarge`], with line and column.
    pub fn parse(text: &str) -> Result<Definition, SegmentError> {
        let mut parser = Parser::new(text)?;
        parser.either()?;
        parser.end()?;
        Ok(Definition { predicate: Formula::of_nodes(parser.nodes), spots: Some(parser.spots) })
    }

    /// What it says.
    #[must_use]
    pub fn predicate(&self) -> &Predicate {
        &self.predicate
    }

    /// What it says, taken out.
    #[must_use]
    pub fn into_predicate(self) -> Predicate {
        self.predicate
    }

    /// Where a part stands in the text, or where the condition begins; `None` for what was no text.
    pub(crate) fn place(&self, mark: Mark) -> Option<Place> {
        let spots = self.spots.as_ref()?;
        let whole = Mark { part: Part::Whole, inner: None, ..mark };
        let first = Mark { step: 0, ..whole };
        let found = [mark, whole, first].iter().find_map(|mark| spots.get(mark));
        Some(found.map_or(Place::Text { line: 1, column: 1 }, |spot| (*spot).into()))
    }
}

impl From<Predicate> for Definition {
    fn from(predicate: Predicate) -> Definition {
        Definition { predicate, spots: None }
    }
}

/// Reads a filter of events by itself.
pub(super) fn filter(text: &str) -> Result<Filter, SegmentError> {
    let mut parser = Parser::new(text)?;
    let filter = parser.filter("the event")?;
    parser.end()?;
    Ok(filter)
}

pub(super) struct Parser {
    pub(super) tokens: Vec<(Spot, Token)>,
    pub(super) at: usize,
    depth: usize,
    pub(super) nodes: Vec<Node<Leaf>>,
    pub(super) spots: HashMap<Mark, Spot>,
    pub(super) step: usize,
    /// What could have stood where the next token stands.
    pub(super) wants: Vec<Want>,
}

pub(super) type Read<T> = Result<T, SegmentError>;

impl Parser {
    pub(super) fn new(text: &str) -> Read<Parser> {
        let tokens = tokens(text)?;
        Ok(Parser {
            tokens,
            at: 0,
            depth: 0,
            nodes: Vec::new(),
            spots: HashMap::default(),
            step: 0,
            wants: Vec::new(),
        })
    }

    // ---- Tokens

    pub(super) fn peek(&self) -> &Token {
        self.tokens.get(self.at).map_or(&Token::End, |(_, token)| token)
    }

    fn is_call(&self) -> bool {
        self.tokens.get(self.at + 1).is_some_and(|(_, token)| *token == Token::Sign("("))
    }

    pub(super) fn spot(&self) -> Spot {
        let last = self.tokens.len().saturating_sub(1);
        let start = Spot { line: 1, column: 1, byte: 0 };
        self.tokens.get(self.at.min(last)).map_or(start, |(spot, _)| *spot)
    }

    pub(super) fn step_on(&mut self) {
        self.at += 1;
        self.wants.clear();
    }

    pub(super) fn word(&mut self, word: &'static str) -> bool {
        let is = matches!(self.peek(), Token::Word(found) if found == word);
        match is {
            true => self.step_on(),
            false => self.wants.push(Want::Word(word)),
        }
        is
    }

    fn call(&mut self, word: &'static str) -> bool {
        let is = self.is_call() && matches!(self.peek(), Token::Word(found) if found == word);
        match is {
            true => {
                self.step_on();
                self.step_on();
            }
            false => self.wants.push(Want::Call(word)),
        }
        is
    }

    pub(super) fn sign(&mut self, sign: &'static str) -> bool {
        let is = matches!(self.peek(), Token::Sign(found) if *found == sign);
        match is {
            true => self.step_on(),
            false => self.wants.push(Want::Sign(sign)),
        }
        is
    }

    pub(super) fn need_word(&mut self, word: &'static str) -> Read<()> {
        if self.word(word) { Ok(()) } else { Err(self.refused()) }
    }

    pub(super) fn need(&mut self, sign: &'static str) -> Read<()> {
        if self.sign(sign) { Ok(()) } else { Err(self.refused()) }
    }

    pub(super) fn refused(&self) -> SegmentError {
        let mut wanted: Vec<String> = Vec::new();
        for want in self.wants.iter().map(Want::shown) {
            if !wanted.contains(&want) {
                wanted.push(want);
            }
        }
        self.syntax(wanted.join(", or "))
    }

    pub(super) fn syntax(&self, wanted: String) -> SegmentError {
        SegmentError::Syntax { place: self.spot().into(), found: self.peek().shown(), wanted }
    }

    pub(super) fn end(&mut self) -> Read<()> {
        match self.peek() {
            Token::End => Ok(()),
            _ => {
                self.wants.push(Want::Word("the end"));
                Err(self.refused())
            }
        }
    }

    pub(super) fn mark(&mut self, inner: Option<usize>, part: Part, spot: Spot) {
        let mark = Mark { node: self.nodes.len(), step: self.step, inner, part };
        self.spots.entry(mark).or_insert(spot);
    }

    pub(super) fn deeper<T>(&mut self, read: impl FnOnce(&mut Self) -> Read<T>) -> Read<T> {
        self.depth += 1;
        if self.depth > DEEPEST {
            let place = self.spot().into();
            return Err(SegmentError::TooLarge { place, what: "levels", most: DEEPEST });
        }
        let done = read(self);
        self.depth -= 1;
        done
    }

    // ---- Joins

    pub(super) fn either(&mut self) -> Read<()> {
        self.joined("or", Node::Any, Self::both)
    }

    fn both(&mut self) -> Read<()> {
        self.joined("and", Node::All, Self::single)
    }

    fn joined(
        &mut self,
        word: &'static str,
        join: fn(usize) -> Node<Leaf>,
        part: fn(&mut Self) -> Read<()>,
    ) -> Read<()> {
        part(self)?;
        let mut count = 1;
        while self.word(word) {
            part(self)?;
            count += 1;
        }
        if count > 1 { self.push(join(count)) } else { Ok(()) }
    }

    fn push(&mut self, node: Node<Leaf>) -> Read<()> {
        if self.nodes.len() >= MOST_NODES {
            return Err(self.too_many());
        }
        self.nodes.push(node);
        Ok(())
    }

    pub(super) fn too_many(&self) -> SegmentError {
        SegmentError::TooLarge { place: self.spot().into(), what: "parts", most: MOST_NODES }
    }

    fn single(&mut self) -> Read<()> {
        self.step = 0;
        if self.nodes.len() >= MOST_NODES {
            return Err(self.too_many());
        }
        if self.word("not") {
            self.deeper(Self::single)?;
            return self.push(Node::Not);
        }
        if self.sign("(") {
            self.deeper(Self::either)?;
            return self.need(")");
        }
        if self.word("everybody") {
            return self.push(Node::All(0));
        }
        if self.word("nobody") {
            return self.push(Node::Any(0));
        }
        if self.word("people") {
            return self.people();
        }
        let spot = self.spot();
        self.mark(None, Part::Whole, spot);
        let leaf = self.leaf()?;
        self.push(Node::Leaf(leaf))
    }

    fn people(&mut self) -> Read<()> {
        let quantifier = if self.word("all") {
            Quantifier::All
        } else if self.word("any") {
            Quantifier::AtLeast(1)
        } else {
            Quantifier::AtLeast(self.count()?)
        };
        self.need("(")?;
        self.deeper(Self::either)?;
        self.need(")")?;
        self.push(Node::People(quantifier))
    }

    // ---- Conditions

    fn leaf(&mut self) -> Read<Leaf> {
        if self.word("in") {
            return self.membership();
        }
        if self.call("score") {
            self.wants.push(Want::Score);
            let name = self.name(Part::Name, None)?;
            self.need(")")?;
            return Ok(Leaf::Score(self.test_of(name, None)?));
        }
        if self.call("sequence") {
            return Ok(Leaf::Sequence(self.sequence()?));
        }
        if self.call("interest") {
            return Ok(Leaf::Interest(self.interest()?));
        }
        if self.call("done") {
            let counted = self.measured(|_| Measure::Count, false)?;
            let once = Behaviour { value: Literal::from(1), ..counted };
            return Ok(Leaf::Behaviour(once));
        }
        if let Some(behaviour) = self.behaviour()? {
            return Ok(Leaf::Behaviour(behaviour));
        }
        self.wants.push(Want::Attribute);
        let name = self.name(Part::Name, None)?;
        Ok(Leaf::Attribute(self.test_of(name, None)?))
    }

    fn membership(&mut self) -> Read<Leaf> {
        if self.word("segment") {
            self.wants.push(Want::Segment);
            let spot = self.spot();
            self.mark(None, Part::Name, spot);
            return Ok(Leaf::Segment(self.text()?));
        }
        self.need_word("stage")?;
        let stage = self.text()?;
        let held = if self.word("for") { Some(self.span()?) } else { None };
        Ok(Leaf::Stage { stage, held })
    }

    fn behaviour(&mut self) -> Read<Option<Behaviour>> {
        for (word, measure) in OF_EVENTS {
            if self.call(word) {
                let found = self.measured(|_| measure.clone(), false)?;
                return self.compared(found).map(Some);
            }
        }
        for (word, measure) in OF_FIELDS {
            if self.call(word) {
                let found = self.measured(*measure, true)?;
                return self.compared(found).map(Some);
            }
        }
        Ok(None)
    }

    /// What is within the parentheses, and the window behind them.
    fn measured(
        &mut self,
        measure: impl FnOnce(String) -> Measure,
        of_field: bool,
    ) -> Read<Behaviour> {
        self.wants.push(if of_field { Want::Field } else { Want::Event });
        let (event, field) = self.event_and_field(of_field)?;
        let filter = self.filtered(&event)?;
        self.need(")")?;
        let spot = self.spot();
        self.mark(None, Part::Window, spot);
        let window = self.window()?;
        let measured = Behaviour::of(&event, measure(field)).filtered(filter);
        Ok(measured.within(window))
    }

    fn event_and_field(&mut self, of_field: bool) -> Read<(String, String)> {
        let spot = self.spot();
        let name = self.name(Part::Event, None)?;
        if !of_field {
            return Ok((name, String::new()));
        }
        self.mark(None, Part::Field, spot);
        if self.sign(".") {
            self.wants.push(Want::FieldOf(name.clone()));
            let field = self.name(Part::Field, None)?;
            return Ok((name, field));
        }
        match name.rsplit_once('.') {
            Some((event, field)) => Ok((event.to_owned(), field.to_owned())),
            None => Err(self.refused()),
        }
    }

    fn compared(&mut self, measured: Behaviour) -> Read<Behaviour> {
        let compare = self.compare()?;
        let value = self.value(0, None)?;
        Ok(Behaviour { compare, value, ..measured })
    }

    pub(super) fn filtered(&mut self, event: &str) -> Read<Filter> {
        if self.word("where") { self.filter(event) } else { Ok(Formula::everybody()) }
    }
}
