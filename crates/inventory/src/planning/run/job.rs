//! The job: rows in chunks, and one last commit.

use fondaco_core::digest::{self, DigestError};
use fondaco_core::job::{Job, JobDone, JobError, JobId, JobStatus, Step};
use fondaco_core::policy::Request;
use fondaco_core::store::{Event, Hash};
use fondaco_core::{Progress, Progressed, Tx};
use serde::{Deserialize, Serialize};

use super::record::{CurrentPlan, PlanRun};
use super::results::{self, ResultRow, Results};
use super::{Ground, PlanSettings, expiring};
use crate::planning::{PlanningError, rights};
use crate::{AsyncStock, Stock, StockError, mrp};

/// So many rows are written in one commit.
const CHUNK: usize = if cfg!(test) { 2 } else { 1_000 };

/// A planning run over what was read.
#[derive(Debug)]
pub struct PlanningRun {
    settings: PlanSettings,
    as_of: u64,
    firmings: i64,
    results: Results,
    digest: String,
}

impl PlanningRun {
    /// Plans. Nothing is stored before the job is [run](fondaco_core::Office::run_job).
    ///
    /// # Errors
    /// What the [kernel](mrp::MrpError) refuses: a lead time beyond the horizon, a quantity without room, that it was stopped.
    pub fn of(
        settings: PlanSettings,
        ground: &Ground,
        progress: &mut (impl Progress + ?Sized),
    ) -> Result<PlanningRun, StockError> {
        let plan = planned(&settings, ground, progress).map_err(PlanningError::Mrp)?;
        let results = results::results(ground, &plan)?;
        let digest = results::digest(&results.rows).map_err(|error| broken(&error))?;
        let Ground { as_of, firmings, .. } = *ground;
        Ok(PlanningRun { settings, as_of, firmings, results, digest })
    }

    /// A run that is done already: its report is asked for once more.
    fn done(settings: PlanSettings) -> PlanningRun {
        let results = Results::default();
        PlanningRun { settings, as_of: 0, firmings: 0, results, digest: String::new() }
    }
}

/// The plan, in which what expires before it is wanted serves nobody.
fn planned(
    settings: &PlanSettings,
    ground: &Ground,
    progress: &mut (impl Progress + ?Sized),
) -> Result<mrp::Plan, mrp::MrpError> {
    let mut told = |at: &Progressed| progress.tell(at);
    let (horizon, options) = (settings.horizon(), settings.options());
    let mut of =
        |state: &mrp::State| mrp::run_watched(&ground.network, state, horizon, &options, &mut told);
    let mut plan = of(&ground.state)?;
    let mut lost = Vec::new();
    for _ in 0..expiring::PASSES {
        let found = expiring::lost(&plan, &ground.expiring, &lost)?;
        if found == lost {
            break;
        }
        plan = of(&expiring::without(&ground.state, &found)?)?;
        lost = found;
    }
    Ok(plan)
}

fn broken(error: &DigestError) -> StockError {
    fondaco_core::Halt::Bug(format!("a plan has no digest: {error}")).into()
}

/// How far a run is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlanCursor {
    /// Which attempt it is.
    pub attempt: u32,
    /// The digest of what it writes.
    pub digest: String,
    /// How many rows are written.
    pub rows: u64,
    /// How many commits the stock had when it was looked at.
    pub as_of: u64,
    /// How often proposals had been firmed by then.
    #[serde(default)]
    pub firmings: i64,
    /// See [`PlanReport::items`].
    pub items: u32,
    /// See [`PlanReport::orders`].
    pub orders: u32,
    /// See [`PlanReport::messages`].
    pub messages: u32,
}

/// What a run has done.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlanReport {
    /// How many items at sites were planned.
    pub items: u32,
    /// How many orders it proposes, firm ones among them.
    pub orders: u32,
    /// How many messages it has.
    pub messages: u32,
    /// Whether it became the current one.
    pub is_current: bool,
}

impl PlanningRun {
    fn ask(&self, tx: &mut Tx<'_>) -> Result<(), StockError> {
        tx.authorize(&Request::new(&rights::PLAN))?;
        if self.settings.date > tx.today()? {
            let (field, value) = ("date", self.settings.date.to_string());
            let why = "is still to come: plan as of today, or of a day before";
            return Err(PlanningError::BadPlan { field, value, why }.into());
        }
        Ok(())
    }

    /// Where to go on: where it was, or at the beginning of another attempt.
    fn begin(&self, cursor: &PlanCursor) -> PlanCursor {
        let (attempt, rows) = match &cursor.digest {
            same if *same == self.digest => (cursor.attempt, cursor.rows),
            none if none.is_empty() => (0, 0),
            _ => (cursor.attempt.saturating_add(1), 0),
        };
        let (digest, as_of, firmings) = (self.digest.clone(), self.as_of, self.firmings);
        let Results { items, orders, messages, .. } = self.results;
        PlanCursor { attempt, digest, rows, as_of, firmings, items, orders, messages }
    }
}

impl Job for PlanningRun {
    type Cursor = PlanCursor;
    type Report = PlanReport;
    type Error = StockError;

    fn kind(&self) -> &'static str {
        "stock.plan"
    }

    fn input(&self) -> Result<Hash, DigestError> {
        digest::of(&self.settings)
    }

    fn progress(&self, cursor: &PlanCursor) -> Progressed {
        let wide = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
        let done = i64::try_from(cursor.rows).unwrap_or(i64::MAX);
        Progressed::new("writing", done).of(wide(self.results.rows.len()))
    }

    fn chunk(
        &self,
        tx: &mut Tx<'_>,
        id: JobId,
        cursor: &PlanCursor,
    ) -> Result<Step<PlanCursor>, StockError> {
        self.ask(tx)?;
        let mut next = self.begin(cursor);
        let from = usize::try_from(next.rows).unwrap_or(usize::MAX);
        let rest = self.results.rows.get(from..).unwrap_or_default();
        let rows = &rest[..rest.len().min(CHUNK)];
        write(tx, rows, (id, next.attempt))?;
        next.rows += rows.len() as u64;
        Ok(if rows.len() == rest.len() { Step::Last(next) } else { Step::More(next) })
    }

    fn finish(
        &self,
        tx: &mut Tx<'_>,
        id: JobId,
        cursor: &PlanCursor,
    ) -> Result<PlanReport, StockError> {
        self.ask(tx)?;
        // What the chunks of this attempt wrote is whole, whatever has changed since.
        let PlanCursor { as_of, firmings, items, orders, messages, .. } = *cursor;
        let as_of = i64::try_from(as_of).unwrap_or(i64::MAX);
        let date = self.settings.date;
        let (attempt, planned_at) = (cursor.attempt, tx.now());
        let until = self.settings.horizon().end;
        tx.upsert(PlanRun {
            run: id,
            attempt,
            date,
            until,
            as_of,
            firmings,
            planned_at,
            items,
            orders,
            messages,
        })?;
        let is_current = make_current(tx, id, as_of)?;
        let event = Event::new("stock.planned").with("run", id).with("orders", i64::from(orders));
        tx.emit(event.with("messages", i64::from(messages)).with("is_current", is_current));
        Ok(PlanReport { items, orders, messages, is_current })
    }
}

/// Makes a run the current one, unless the current one looked at the stock later.
fn make_current(tx: &mut Tx<'_>, run: JobId, as_of: i64) -> Result<bool, StockError> {
    let plan = CurrentPlan::key();
    let Some(current) = tx.get::<CurrentPlan>(&plan)? else {
        tx.insert(CurrentPlan { plan, run, previous: None, firmings: 0 })?;
        return Ok(true);
    };
    let other = tx.get::<PlanRun>(&current.run)?;
    if other.is_some_and(|other| other.as_of > as_of) {
        return Ok(false);
    }
    let previous = Some(current.run);
    tx.put(CurrentPlan { run, previous, ..current.as_ref().clone() })?;
    Ok(true)
}

fn write(
    tx: &mut Tx<'_>,
    rows: &[ResultRow],
    (run, attempt): (JobId, u32),
) -> Result<(), StockError> {
    let (mut orders, mut pegs, mut messages) = (Vec::new(), Vec::new(), Vec::new());
    for row in rows.iter().cloned() {
        match row {
            ResultRow::Order(row) => orders.push(super::PlannedOrder { run, attempt, ..row }),
            ResultRow::Peg(row) => pegs.push(super::PlanPeg { run, attempt, ..row }),
            ResultRow::Message(row) => messages.push(super::PlanMessage { run, attempt, ..row }),
        }
    }
    tx.insert_all(orders)?;
    tx.insert_all(pegs)?;
    Ok(tx.insert_all(messages)?)
}

impl Stock<'_> {
    /// Plans what is to be ordered and made, as a job of this name: run it again, and it goes on where it was stopped, or says what it has
    /// done. The example is at [`Stock::proposals`].
    ///
    /// # Errors
    /// As [`Ground::read`], [`PlanningRun::of`] and [`Office::run_job`](fondaco_core::Office::run_job).
    pub fn plan(
        &self,
        name: &str,
        settings: &PlanSettings,
        progress: &mut (impl Progress + ?Sized),
    ) -> Result<JobDone<PlanReport>, JobError<StockError>> {
        let state = self.job(name).map_err(|halt| JobError::Act(StockError::from(halt)))?;
        let mut run = match state.is_some_and(|state| state.status == JobStatus::Done) {
            true => PlanningRun::done(settings.clone()),
            false => self
                .view(|view| Ground::read(view, settings))
                .and_then(|ground| PlanningRun::of(settings.clone(), &ground, progress))
                .map_err(JobError::Act)?,
        };
        self.run_job(name, &mut run, progress)
    }
}

impl AsyncStock<'_> {
    /// As [`Stock::plan`].
    ///
    /// # Errors
    /// As [`Stock::plan`].
    pub async fn plan(
        &self,
        name: &str,
        settings: &PlanSettings,
        progress: &mut (impl Progress + ?Sized),
    ) -> Result<JobDone<PlanReport>, JobError<StockError>> {
        let state = self.job(name).await.map_err(|halt| JobError::Act(StockError::from(halt)))?;
        let mut run = match state.is_some_and(|state| state.status == JobStatus::Done) {
            true => PlanningRun::done(settings.clone()),
            false => self
                .view(|view| Ground::read(view, settings))
                .await
                .and_then(|ground| PlanningRun::of(settings.clone(), &ground, progress))
                .map_err(JobError::Act)?,
        };
        self.run_job(name, &mut run, progress).await
    }
}
