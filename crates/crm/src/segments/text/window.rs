//! Windows, sequences, interests and the questions to an attribute.

use super::lexer::Token;
use super::parse::{Parser, Part, Read};
use super::words::Want;
use crate::segments::predicate::{
    AttributeTest, Compare, Interest, Sequence, Step, Test, Weight, Window,
};

impl Parser {
    /// The window that stands here; ever, where none does.
    pub(super) fn window(&mut self) -> Read<Window> {
        if self.word("in") {
            return self.window_in();
        }
        if self.word("between") {
            let from = self.span()?;
            self.need_word("and")?;
            let to = self.span()?;
            self.need_word("ago")?;
            return Ok(Window::Between { from, to });
        }
        if self.word("today") {
            return Ok(Window::Day { ago: 0 });
        }
        if self.word("yesterday") {
            return Ok(Window::Day { ago: 1 });
        }
        if self.word("on") {
            self.need_word("day")?;
            let ago = self.count()?;
            self.need_word("ago")?;
            return Ok(Window::Day { ago });
        }
        if self.word("since") {
            return self.since();
        }
        if self.word("from") {
            let from = self.day()?;
            self.need_word("to")?;
            return Ok(Window::Days { from, to: self.day()? });
        }
        // A window may be said or left out.
        self.word("ever");
        Ok(Window::Ever)
    }

    fn window_in(&mut self) -> Read<Window> {
        let spot = self.spot();
        let count = self.count()?;
        if self.word("local") {
            self.need_word("days")?;
            return Ok(Window::LocalDays(count));
        }
        if self.word("business") {
            self.need_word("days")?;
            return Ok(Window::BusinessDays(count));
        }
        Ok(Window::Last(self.unit(spot, count)?))
    }

    fn since(&mut self) -> Read<Window> {
        let window = match self.peek() {
            Token::Day(day) => Window::SinceDay(*day),
            Token::Instant(at) => Window::Since(*at),
            _ => {
                self.wants.push(Want::Day);
                return Err(self.refused());
            }
        };
        self.step_on();
        Ok(window)
    }

    fn day(&mut self) -> Read<chrono::NaiveDate> {
        let Token::Day(day) = *self.peek() else {
            self.wants.push(Want::Day);
            return Err(self.refused());
        };
        self.step_on();
        Ok(day)
    }

    pub(super) fn sequence(&mut self) -> Read<Sequence> {
        let mut steps = Vec::new();
        loop {
            self.step = steps.len();
            steps.push(self.sequence_step()?);
            if !self.sign(",") {
                break;
            }
        }
        self.need(")")?;
        self.step = 0;
        let spot = self.spot();
        self.mark(None, Part::Within, spot);
        let within = if self.word("within") { Some(self.span()?) } else { None };
        let spot = self.spot();
        self.mark(None, Part::Window, spot);
        Ok(Sequence { steps, within, window: self.window()? })
    }

    fn sequence_step(&mut self) -> Read<Step> {
        self.wants.push(Want::Event);
        let event = self.name(Part::Event, None)?;
        let filter = self.filtered(&event)?;
        let spot = self.spot();
        self.mark(None, Part::Within, spot);
        let within = if self.word("within") { Some(self.span()?) } else { None };
        Ok(Step { event, filter, within })
    }

    pub(super) fn interest(&mut self) -> Read<Interest> {
        let mut weights = Vec::new();
        loop {
            self.step = weights.len();
            self.wants.push(Want::Event);
            let event = self.name(Part::Event, None)?;
            let weight = if self.sign("*") { self.number()? } else { 1.into() };
            let filter = self.filtered(&event)?;
            weights.push(Weight { event, filter, weight });
            if !self.sign(",") {
                break;
            }
        }
        self.step = 0;
        self.need(";")?;
        self.need_word("half")?;
        self.need("-")?;
        self.need_word("life")?;
        let half_life = self.span()?;
        self.need(")")?;
        let compare = self.compare()?;
        Ok(Interest { weights, half_life, compare, value: self.number()? })
    }

    /// What is asked of an attribute whose name has been read.
    pub(super) fn test_of(&mut self, name: String, inner: Option<usize>) -> Read<AttributeTest> {
        let test = self.test(inner)?;
        Ok(AttributeTest { name, test })
    }

    fn test(&mut self, inner: Option<usize>) -> Read<Test> {
        if self.word("in") {
            self.need("(")?;
            return Ok(Test::In(self.values(inner)?));
        }
        if self.word("is") {
            self.need_word("null")?;
            return Ok(Test::IsNull);
        }
        if self.word("has") {
            return self.has();
        }
        if self.word("contains") {
            return Ok(Test::Contains(self.text()?));
        }
        if self.word("starts") {
            self.need_word("with")?;
            return Ok(Test::StartsWith(self.text()?));
        }
        if self.word("ends") {
            self.need_word("with")?;
            return Ok(Test::EndsWith(self.text()?));
        }
        if self.word("ago") {
            return Ok(Test::Ago(self.compare()?, self.span()?));
        }
        if self.word("days") {
            self.need_word("ahead")?;
            return self.days_ahead();
        }
        Ok(Test::Compare(self.compare()?, self.value(0, inner)?))
    }

    fn days_ahead(&mut self) -> Read<Test> {
        let compare: Compare = self.compare()?;
        let past = self.sign("-");
        let days = self.count()?;
        // Further than any day: as good as the furthest.
        let days = i32::try_from(days).unwrap_or(i32::MAX);
        Ok(Test::DaysAhead(compare, if past { -days } else { days }))
    }

    fn values(&mut self, inner: Option<usize>) -> Read<Vec<crate::segments::predicate::Literal>> {
        let mut values = vec![self.value(0, inner)?];
        while self.sign(",") {
            values.push(self.value(values.len(), inner)?);
        }
        self.need(")")?;
        Ok(values)
    }

    fn has(&mut self) -> Read<Test> {
        let all = self.word("all");
        if !all && !self.word("any") {
            return Ok(Test::HasAny(vec![self.text()?]));
        }
        self.need("(")?;
        let mut texts = vec![self.text()?];
        while self.sign(",") {
            texts.push(self.text()?);
        }
        self.need(")")?;
        Ok(if all { Test::HasAll(texts) } else { Test::HasAny(texts) })
    }
}
