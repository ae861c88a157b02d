//! How far a long work is, and whether it shall go on: one small trait between engines and whoever watches.

use std::ops::ControlFlow;

use smol_str::SmolStr;

/// How far a work is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Progressed {
    /// What is being done: `checking`, `booking`; a word of the work's own, the same in every language of the host.
    pub phase: SmolStr,
    /// How many units are done, of the kind the work counts in: lines, payslips, items.
    pub done: i64,
    /// How many there are in all, where that is known.
    pub total: Option<i64>,
}

impl Progressed {
    /// `done` units of a phase, of an unknown number.
    ///
    /// ```
    /// use fondaco_core::Progressed;
    /// let at = Progressed::new("booking", 250).of(1000);
    /// assert_eq!(at.share(), Some(25));
    /// assert_eq!(at.to_string(), "booking: 250 of 1000");
    /// ```
    pub fn new(phase: impl Into<SmolStr>, done: i64) -> Progressed {
        Progressed { phase: phase.into(), done, total: None }
    }

    /// Of so many in all.
    #[must_use]
    pub fn of(mut self, total: i64) -> Progressed {
        self.total = Some(total);
        self
    }

    /// The part that is done, in whole percent; `None` while the total is unknown.
    ///
    /// ```
    /// use fondaco_core::Progressed;
    /// assert_eq!(Progressed::new("checking", 7).share(), None);
    /// assert_eq!(Progressed::new("checking", 0).of(0).share(), Some(100)); // nothing to do
    /// ```
    pub fn share(&self) -> Option<u8> {
        let total = self.total?;
        if total <= 0 {
            return Some(100);
        }
        let percent = i128::from(self.done.clamp(0, total)) * 100 / i128::from(total);
        Some(u8::try_from(percent).unwrap_or(100))
    }
}

impl std::fmt::Display for Progressed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.phase, self.done)?;
        self.total.map_or(Ok(()), |total| write!(f, " of {total}"))
    }
}

/// Watches a long work: is told how far it is, and answers whether it shall go on.
///
/// Between two commits it is asked; what is committed stays, and the work can go on later. `()` watches nothing, a
/// closure is a watcher, and a host's own window or request implements it:
///
/// ```
/// use std::ops::ControlFlow;
/// use std::sync::atomic::{AtomicBool, Ordering};
/// use fondaco_core::{Progress, Progressed};
///
/// struct Window { bar: u8, closed: AtomicBool }
///
/// impl Progress for Window {
///     fn tell(&mut self, at: &Progressed) -> ControlFlow<()> {
///         self.bar = at.share().unwrap_or(0);
///         if self.closed.load(Ordering::Relaxed) { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
///     }
/// }
///
/// let mut window = Window { bar: 0, closed: AtomicBool::new(false) };
/// let half = Progressed::new("booking", 500).of(1000);
/// assert_eq!(window.tell(&half), ControlFlow::Continue(()));
/// assert_eq!(window.bar, 50);
///
/// let mut lines = Vec::new();
/// let mut told = |at: &Progressed| { lines.push(at.to_string()); ControlFlow::Continue(()) };
/// assert!(told.tell(&half).is_continue() && ().tell(&half).is_continue());
/// assert_eq!(lines, ["booking: 500 of 1000"]);
/// ```
pub trait Progress {
    /// Takes how far it is; `Break` stops the work.
    fn tell(&mut self, at: &Progressed) -> ControlFlow<()>;
}

impl Progress for () {
    fn tell(&mut self, _: &Progressed) -> ControlFlow<()> {
        ControlFlow::Continue(())
    }
}

impl<F: FnMut(&Progressed) -> ControlFlow<()>> Progress for F {
    fn tell(&mut self, at: &Progressed) -> ControlFlow<()> {
        self(at)
    }
}
