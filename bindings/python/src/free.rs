//! Work without the interpreter's lock: other threads of Python go on, panics become errors, and Ctrl-C is heard.

use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use fondaco::core::ErrorKind;
use pyo3::exceptions::PyKeyboardInterrupt;
use pyo3::prelude::*;

use crate::trouble::Trouble;

/// How many rows are done first; from then on as many as take a tenth of a second, so that Ctrl-C is heard and progress told.
const ROWS: usize = 64;
/// How long a part shall take.
const PART: Duration = Duration::from_millis(100);
/// How often the keyboard is looked at while work goes on that has no parts.
const EVERY: Duration = Duration::from_millis(50);

/// Does a piece of work that is short, or that may not be left half done.
pub(crate) fn work<T: Send>(
    py: Python<'_>,
    work: impl FnOnce() -> Result<T, Trouble> + Send,
) -> PyResult<T> {
    py.detach(|| caught(work)).map_err(|trouble| trouble.into_error(py))
}

/// Does long work that reads alone and has no parts; Ctrl-C leaves it behind on its thread.
pub(crate) fn long<T: Send + 'static>(
    py: Python<'_>,
    work: impl FnOnce() -> Result<T, Trouble> + Send + 'static,
) -> PyResult<T> {
    let (done, waits) = channel();
    let started = std::thread::Builder::new().name("fondaco".to_owned()).spawn(move || {
        let _ = done.send(caught(work));
    });
    started.map_err(|error| unavailable(&error).into_error(py))?;
    // A receiver may not be looked at by two threads, and is not.
    let mut waits = Some(waits);
    loop {
        let heard = py.detach(|| {
            let waiting = waits.take()?;
            let heard = waiting.recv_timeout(EVERY);
            waits = Some(waiting);
            Some(heard)
        });
        match heard {
            Some(Ok(answer)) => return answer.map_err(|trouble| trouble.into_error(py)),
            Some(Err(RecvTimeoutError::Timeout)) => py.check_signals()?,
            _ => return Err(PyKeyboardInterrupt::new_err("the work has no answer")),
        }
    }
}

/// Does row-wise work part by part: after each part `progress` is told `(done, total)`, and Ctrl-C is heard.
pub(crate) fn parts<T: Send>(
    py: Python<'_>,
    rows: usize,
    progress: Option<&Bound<'_, PyAny>>,
    mut part: impl FnMut(Range<usize>) -> Result<Vec<T>, Trouble> + Send,
) -> PyResult<Vec<T>> {
    let mut all = Vec::with_capacity(rows);
    let (mut from, mut size) = (0, ROWS);
    while from < rows {
        let to = rows.min(from.saturating_add(size));
        let began = now();
        all.append(&mut work(py, || part(from..to))?);
        size = match began.elapsed() {
            short if short < PART / 2 => size.saturating_mul(2),
            long if long > PART * 2 => (size / 2).max(1),
            _ => size,
        };
        py.check_signals()?;
        if let Some(progress) = progress {
            progress.call1((to, rows))?;
        }
        from = to;
    }
    Ok(all)
}

#[allow(
    clippy::disallowed_methods,
    reason = "it measures how long a part takes, and decides nothing else"
)]
fn now() -> Instant {
    Instant::now()
}

fn caught<T>(work: impl FnOnce() -> Result<T, Trouble>) -> Result<T, Trouble> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|panic| {
        let said = panic.downcast_ref::<String>().map(String::as_str);
        let said = said.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("it panicked");
        Err(Trouble::new(
            "python.panic",
            ErrorKind::Bug,
            format!("a mistake in fondaco: {said}; please report it"),
        ))
    })
}

fn unavailable(error: &dyn std::error::Error) -> Trouble {
    Trouble::new(
        "python.no_thread",
        ErrorKind::Unavailable,
        format!("no thread can be started: {error}"),
    )
}
