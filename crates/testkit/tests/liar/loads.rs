//! What may go wrong when a company is loaded.

use fondaco_core::store::{Commit, Kind, Piece, Pieces, Row, SeriesState, Store, StoreError};
use fondaco_core::{CompanyId, Timestamp};
use fondaco_testkit::Model;

/// What the store does wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lie {
    /// What came before a failure stays.
    Half,
    /// A piece that fails is the end.
    EndsAtFailures,
    /// What is there is there, and nothing is said.
    NothingOverOthers,
    /// Two rows with one unique entry are no reason to fail.
    NotUnique,
    AtLastVersion,
    WithoutAnswers,
    WithoutCounters,
    WithoutDates,
    WithoutEvents,
    WithoutSalts,
    WithoutSeries,
    WithoutStates,
    WithoutTime,
}

/// Loads as the model does, but for the lie.
pub(super) fn load(
    lie: Lie,
    model: &Model,
    company: CompanyId,
    pieces: &mut Pieces<'_>,
) -> Result<(), StoreError> {
    let mut came = Vec::new();
    let failure = loop {
        match pieces() {
            Ok(Some(piece)) => came.push(twist(lie, piece)),
            Ok(None) => break None,
            Err(failure) => break Some(failure),
        }
    };
    let load = || {
        let mut came = came.iter().cloned();
        model.load(company, &mut || Ok(came.next()))
    };
    match (failure, lie) {
        (None, _) => match (load(), lie) {
            (Err(StoreError::Occupied { .. }), Lie::NothingOverOthers) => Ok(()),
            (Err(StoreError::Misused(why)), Lie::NotUnique) if why.contains("unique") => Ok(()),
            (loaded, _) => loaded,
        },
        (Some(_), Lie::EndsAtFailures) => load(),
        (Some(failure), Lie::Half) => {
            let _ = load();
            Err(failure)
        }
        (Some(failure), _) => Err(failure),
    }
}

fn twist(lie: Lie, piece: Piece) -> Piece {
    match piece {
        Piece::Rows(rows) => Piece::Rows(rows.into_iter().filter_map(|it| row(lie, it)).collect()),
        Piece::Series(_) if lie == Lie::WithoutSeries => Piece::Series(Vec::new()),
        Piece::Series(series) if lie == Lie::WithoutDates => {
            let undated = |(name, state)| (name, SeriesState { date: None, ..state });
            Piece::Series(series.into_iter().map(undated).collect())
        }
        Piece::Commits(commits) => {
            Piece::Commits(commits.into_iter().map(|it| commit(lie, it)).collect())
        }
        other => other,
    }
}

fn row(lie: Lie, row: Row) -> Option<Row> {
    let table = row.stored().table();
    match lie {
        Lie::WithoutCounters if table.kind == Kind::Counter => None,
        Lie::AtLastVersion => Some(Row::values(6, table, row.stored().values())),
        _ => Some(row),
    }
}

fn commit(lie: Lie, mut commit: Commit) -> Commit {
    match lie {
        Lie::WithoutAnswers => commit.answer.clear(),
        Lie::WithoutEvents => commit.events.clear(),
        Lie::WithoutSalts => commit.salt = None,
        Lie::WithoutStates => commit.seal.iter_mut().for_each(|seal| seal.states.clear()),
        Lie::WithoutTime => commit.meta.time = Timestamp::EPOCH,
        _ => {}
    }
    commit
}
