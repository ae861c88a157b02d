//! Items that stand alone, and chains of linked ones that stand or fall together.

use fondaco_core::tx::{self, LogMark};
use fondaco_core::{Halt, Tx};

use super::Recorded;
use super::imported::check_instant;
use super::keys::EntryKey;
use super::recorder::Recorder;
use crate::close::Judging;
use crate::ledger::LedgerError;

type Answer = Result<Recorded, LedgerError>;

impl Recorder<'_> {
    /// Takes every item, or every chain, by itself.
    pub(super) fn each(&mut self, tx: &mut Tx<'_>) -> Result<Vec<Answer>, LedgerError> {
        let mut answers = Vec::with_capacity(self.pieces.len());
        while answers.len() < self.pieces.len() {
            let from = answers.len();
            let through = self.end_of_chain(from);
            match from == through && !self.is_linked(from) {
                true => answers.push(self.judged(tx, from)?),
                false => answers.extend(self.chain(tx, from, through)?),
            }
            self.use_up(from, answers.get(from..).unwrap_or_default());
        }
        Ok(answers)
    }

    /// Takes all items or none: the first that is refused is named.
    pub(super) fn all(&mut self, tx: &mut Tx<'_>) -> Result<Vec<Recorded>, LedgerError> {
        let items = 0..self.pieces.len();
        if let Some(last) = items.end.checked_sub(1).filter(|last| self.is_linked(*last)) {
            return Err(LedgerError::LinkedOpen.at(last));
        }
        self.pages.judge(Judging::Whole);
        let all = items.map(|at| self.judged(tx, at)?.map_err(|error| error.at(at)));
        let all = all.collect::<Result<Vec<Recorded>, LedgerError>>()?;
        self.pages.check_whole(LogMark::default()).map_err(|broken| {
            let place = all.iter().position(|recorded| recorded.is_of(broken.0));
            broken.1.at(place.unwrap_or_default())
        })?;
        Ok(all)
    }

    /// Takes the only item.
    pub(super) fn alone(&mut self, tx: &mut Tx<'_>) -> Answer {
        if self.is_linked(0) {
            return Err(LedgerError::LinkedOpen);
        }
        self.judged(tx, 0)?
    }

    fn is_linked(&self, at: usize) -> bool {
        self.pieces.get(at).is_some_and(|piece| piece.given().linked)
    }

    /// The place of the last item of the chain that begins here.
    fn end_of_chain(&self, from: usize) -> usize {
        let last = self.pieces.len().saturating_sub(1);
        (from..last).find(|at| !self.is_linked(*at)).unwrap_or(last)
    }

    /// Takes an item; what is refused leaves nothing. A halt ends the batch.
    fn judged(&mut self, tx: &mut Tx<'_>, at: usize) -> Result<Answer, Halt> {
        tx::item(tx, self, |tx, recorder| recorder.take(tx, at))
    }

    fn take(&mut self, tx: &mut Tx<'_>, at: usize) -> Answer {
        let Some(piece) = self.pieces.get(at).copied() else {
            return Err(Halt::Bug("an item beyond the batch".into()).into());
        };
        check_instant(self.watch.is_some(), piece.given().imported_at, tx.now())?;
        self.step(tx, piece)
    }

    /// A chain: the first that is refused, or was there before, breaks it; then nothing of it stays.
    fn chain(
        &mut self,
        tx: &mut Tx<'_>,
        from: usize,
        through: usize,
    ) -> Result<Vec<Answer>, LedgerError> {
        let open = self.is_linked(through);
        let mut answers = Vec::new();
        let judging = self.pages.judge(Judging::Whole);
        let begin = self.pages.asserted_mark();
        let whole = tx::item(tx, self, |tx, recorder| {
            for at in from..=through {
                if open && at == through {
                    answers.push(Err(LedgerError::LinkedOpen));
                    return Err(LedgerError::LinkedOpen);
                }
                let answer = recorder.judged(tx, at)?;
                let broken = answer.as_ref().map_or(true, |recorded| recorded.existed);
                answers.push(answer);
                if broken {
                    return Err(LedgerError::LinkedFailed);
                }
            }
            let Err(broken) = recorder.pages.check_whole(begin) else { return Ok(()) };
            let of = |answer: &Answer| answer.as_ref().is_ok_and(|posted| posted.is_of(broken.0));
            answers.truncate(answers.iter().position(of).unwrap_or_default());
            answers.push(Err(broken.1));
            Err(LedgerError::LinkedFailed)
        })?;
        self.pages.judge(judging);
        if whole.is_ok() {
            return Ok(answers);
        }
        let cause = answers.pop();
        let mut all: Vec<Answer> = answers.iter().map(|_| Err(LedgerError::LinkedFailed)).collect();
        all.extend(cause);
        all.extend((from + all.len()..=through).map(|_| Err(LedgerError::LinkedFailed)));
        if let Some(last) = all.last_mut().filter(|_| open) {
            *last = Err(LedgerError::LinkedOpen);
        }
        Ok(all)
    }

    /// Uses up the keys of what failed because of how things stood.
    fn use_up(&mut self, from: usize, answers: &[Answer]) {
        for (piece, answer) in self.pieces.iter().skip(from).zip(answers) {
            let given = piece.given();
            if let (Some(key), Err(error)) = (given.key, answer)
                && error.is_passing()
            {
                self.keys.give(EntryKey::failed(key.clone(), given.linked, error.code()));
            }
        }
    }
}
