//! The service itself: what a request becomes, and what is answered.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::routing::{get, put};
use axum::{Json, Router};
use fondaco::accounting::{ledger, reports};
use fondaco::core::{Act, AsyncDriver, Envelope};
use fondaco::prelude::*;
use serde_json::{Value, json};

type Driver = Arc<AsyncDriver<'static>>;
type Answer = Result<Json<Value>, (StatusCode, Json<Value>)>;

pub(crate) fn routes(driver: AsyncDriver<'static>) -> Router {
    Router::new()
        .route("/entries/{name}", put(post_entry))
        .route("/trial-balance/{date}", get(trial_balance))
        .with_state(Arc::new(driver))
}

/// Who and when, under a name that makes sending twice the same as sending once.
#[allow(clippy::disallowed_methods)] // the edge, where time comes from
fn envelope(name: &str) -> Envelope {
    Envelope::new(CommandId::named(name), ActorId::new("web"), Timestamp::now())
}

/// Posts the entry of the body. A client that got no answer sends it again under the same name, and gets the first answer.
async fn post_entry(
    State(driver): State<Driver>,
    Path(name): Path<String>,
    Json(entry): Json<NewEntry>,
) -> Answer {
    let command = Post::new(entry);
    match driver.carry_out(envelope(&format!("entry {name}")), &command).await {
        Ok(done) => Ok(Json(json!({
            "id": done.answer.id.to_string(),
            "number": done.answer.number.number(),
            "position": done.position,
            "replayed": done.replayed,
        }))),
        Err(error) => Err(refused(&error)),
    }
}

async fn trial_balance(State(driver): State<Driver>, Path(date): Path<NaiveDate>) -> Answer {
    let trial = driver.view(|view| reports::trial_balance(view, date)).await;
    match trial {
        Ok(trial) => Ok(Json(json!({
            "date": date,
            "debit": trial.debit.to_string(),
            "credit": trial.credit.to_string(),
            "entries": trial.to_string(),
        }))),
        Err(error) => Err(refused(&error)),
    }
}

/// The kind of an error says what the caller can do about it, and so does a status of HTTP.
fn refused(error: &LedgerError) -> (StatusCode, Json<Value>) {
    let status = match error.kind() {
        ErrorKind::Invalid => StatusCode::UNPROCESSABLE_ENTITY,
        ErrorKind::NotFound => StatusCode::NOT_FOUND,
        ErrorKind::Conflict => StatusCode::CONFLICT,
        ErrorKind::Refused => StatusCode::FORBIDDEN,
        ErrorKind::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        _ => StatusCode::INTERNAL_SERVER_ERROR,
    };
    (status, Json(json!({ "code": error.code(), "message": error.to_string() })))
}

/// A small chart and a year, once, however many services start.
pub(crate) async fn set_up(driver: &AsyncDriver<'static>) -> Result<(), LedgerError> {
    driver.join(&ledger::ENGINE).await.map_err(fondaco::core::Halt::from)?;
    let accounts = OpenAccounts::new(vec![
        NewAccount::new("1000", "Bank", AccountClass::Asset),
        NewAccount::new("4000", "Sales", AccountClass::Income),
    ]);
    once(driver, "set up", &SetUp::new(Currency::EUR)).await?;
    once(driver, "chart", &accounts).await?;
    once(driver, "sales", &OpenJournal::new("SALES", "Sales")).await?;
    once(driver, "2026", &OpenFiscalYear::calendar_year(2026)).await
}

async fn once<C>(driver: &AsyncDriver<'static>, name: &str, command: &C) -> Result<(), LedgerError>
where
    C: Act<Error = LedgerError>,
{
    driver.carry_out(envelope(name), command).await.map(drop)
}
