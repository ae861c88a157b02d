//! One commit over several acts: the unit of work lives on a thread of its own, and does there what Python asks for, act by act.
//!
//! The driver may run the work again, when somebody else was first. A function of the host's is then called again; the body of a `with`
//! can't be, and is told.

use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Mutex, PoisonError};

use fondaco::core::store::Value;
use fondaco::core::{Done, ErrorKind, Halt, Office, Tx};
use pyo3::prelude::*;
use serde::Serialize;

use crate::act::{Any, Values};
use crate::commands;
use crate::free;
use crate::given::Given;
use crate::told::Told;
use crate::trouble::Trouble;

/// What Python asks of the thread.
enum Order {
    Act(String, Box<Any>),
    Finish,
    GiveUp(Trouble),
}

/// What the thread says.
enum Word {
    /// The work is run, for the first time or once more.
    Begins,
    Told(Result<Told, Trouble>),
    Ended(Result<Done<Values>, Trouble>),
}

/// What the commit's id stands for: a command of the host's, as text.
#[derive(Serialize)]
struct OfHost {
    host: String,
}

/// A commit that is being made. Used from one thread at a time.
#[pyclass(name = "Session", module = "fondaco._native", frozen)]
pub(crate) struct Session {
    orders: Mutex<Option<Sender<Order>>>,
    words: Mutex<Receiver<Word>>,
}

impl Session {
    /// Starts the thread, and waits until the work begins.
    pub(crate) fn start(
        office: Office<'static>,
        name: String,
        said: &Given,
    ) -> Result<Session, Trouble> {
        let (orders, received) = channel();
        let (words, heard) = channel();
        let command = OfHost { host: said.canonical() };
        let started =
            std::thread::Builder::new().name("fondaco commit".to_owned()).spawn(move || {
                let work = |tx: &mut Tx<'_>, _: &OfHost| work(tx, &received, &words);
                let done = office.driver().run(office.envelope(&name), &command, work);
                let _ = words.send(Word::Ended(done));
            });
        started.map_err(|error| Trouble::new("python.no_thread", ErrorKind::Unavailable, error))?;
        let session = Session { orders: Mutex::new(Some(orders)), words: Mutex::new(heard) };
        match session.hear() {
            Word::Ended(Err(trouble)) => Err(trouble),
            _ => Ok(session),
        }
    }

    fn hear(&self) -> Word {
        let words = self.words.lock().unwrap_or_else(PoisonError::into_inner);
        let gone = || {
            Word::Ended(Err(Trouble::new(
                "python.panic",
                ErrorKind::Bug,
                "the commit's thread is gone",
            )))
        };
        words.recv().unwrap_or_else(|_| gone())
    }

    fn ask(&self, order: Order) -> Result<Word, Trouble> {
        let orders = self.orders.lock().unwrap_or_else(PoisonError::into_inner);
        let sent = orders.as_ref().is_some_and(|orders| orders.send(order).is_ok());
        drop(orders);
        if sent {
            return Ok(self.hear());
        }
        let over = "the commit is over: make another";
        Err(Trouble::new("python.commit_over", ErrorKind::Invalid, over))
    }

    fn over(&self) {
        self.orders.lock().unwrap_or_else(PoisonError::into_inner).take();
    }
}

/// What was done, act by act: `(answers, position, replayed)`.
type Acts<'py> = (Bound<'py, PyAny>, u64, bool);

#[pymethods]
impl Session {
    /// Does an act; what it drew is known only when all is committed.
    fn act<'py>(
        &self,
        py: Python<'py>,
        name: String,
        given: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let given = Given::from_object(given)?;
        let told = free::work(py, || {
            let any = commands::command(&name, given)?;
            match self.ask(Order::Act(name, Box::new(any)))? {
                Word::Told(told) => told,
                Word::Ended(Err(trouble)) => Err(trouble),
                _ => Err(moved()),
            }
        })?;
        told.to_object(py)
    }

    /// Commits; `None` when the work has to be run again from its beginning.
    fn finish<'py>(&self, py: Python<'py>) -> PyResult<Option<Acts<'py>>> {
        let word = free::work(py, || self.ask(Order::Finish))?;
        self.ended(py, word)
    }

    /// After an act that said that all of it was done before: what came of it then.
    fn replayed<'py>(&self, py: Python<'py>) -> PyResult<Option<Acts<'py>>> {
        let word = free::work(py, || Ok(self.hear()))?;
        self.ended(py, word)
    }

    /// Nothing of it stays.
    fn give_up(&self, py: Python<'_>) {
        py.detach(|| {
            let why =
                || Trouble::new("python.given_up", ErrorKind::Refused, "the commit was given up");
            // A refusal is judged anew when something moved, so it may have to be said again.
            while matches!(self.ask(Order::GiveUp(why())), Ok(Word::Begins | Word::Told(_))) {}
            self.over();
        });
    }
}

impl Session {
    fn ended<'py>(&self, py: Python<'py>, word: Word) -> PyResult<Option<Acts<'py>>> {
        match word {
            Word::Ended(Ok(done)) => {
                self.over();
                let told = answers(done.answer).map_err(|trouble| trouble.into_error(py))?;
                Ok(Some((told.to_object(py)?, done.position, done.replayed)))
            }
            Word::Ended(Err(trouble)) => {
                self.over();
                Err(trouble.into_error(py))
            }
            Word::Begins | Word::Told(_) => Ok(None),
        }
    }
}

fn moved() -> Trouble {
    let what = "somebody else was first, and the body of a with can't run again: do it again, or use company.run()";
    Trouble::new("python.moved", ErrorKind::Conflict, what)
}

/// One run of the work: does what is asked until all is finished. The answer is the name and the values of each act.
fn work(
    tx: &mut Tx<'_>,
    orders: &Receiver<Order>,
    words: &Sender<Word>,
) -> Result<Values, Trouble> {
    let gone = || Trouble::new("python.given_up", ErrorKind::Refused, "the commit was left");
    words.send(Word::Begins).map_err(|_| gone())?;
    let mut done = Vec::new();
    loop {
        match orders.recv().map_err(|_| gone())? {
            Order::Finish => return Ok(Values(done)),
            Order::GiveUp(trouble) => return Err(trouble),
            Order::Act(name, any) => {
                let acted = tx.attempt(|tx| any.0.act(tx));
                let told = match acted {
                    Ok(Ok(values)) => {
                        done.push(Value::text(&name));
                        done.push(Value::I64(i64::try_from(values.0.len()).unwrap_or(i64::MAX)));
                        done.extend(values.0.iter().cloned());
                        Ok(any.0.answer(values).unwrap_or(Told::None))
                    }
                    Ok(Err(refused)) => Err(refused),
                    Err(halt) => {
                        let _ = words.send(Word::Told(Err(halt.clone().into())));
                        return Err(halt.into());
                    }
                };
                words.send(Word::Told(told)).map_err(|_| gone())?;
            }
        }
    }
}

/// The answers of the acts, by the names that are kept with them.
fn answers(values: Values) -> Result<Told, Trouble> {
    let damaged = || {
        Trouble::new(
            "python.bad_answer",
            ErrorKind::Corrupt,
            "the stored answer is none of a commit of Python's",
        )
    };
    let mut values = values.0.into_iter();
    let mut all = Vec::new();
    while let Some(name) = values.next() {
        let (Value::Text(name), Some(Value::I64(count))) = (name, values.next()) else {
            return Err(damaged());
        };
        let count = usize::try_from(count).map_err(|_| damaged())?;
        let own: Vec<Value> = values.by_ref().take(count).collect();
        all.push(commands::answer(&name, Values(own))?);
    }
    Ok(Told::List(all))
}

/// For the compiler: a halt is what work passes on.
const _: fn(Halt) -> Trouble = Trouble::from;
