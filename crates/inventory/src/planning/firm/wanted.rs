//! Saying when something promised is wanted.

use chrono::NaiveDate;
use fondaco_core::policy::Request;
use fondaco_core::store::Event;
use fondaco_core::{Act, DocumentId, Tx};
use serde::{Deserialize, Serialize};

use super::WantedDay;
use crate::StockError;
use crate::planning::rights;

/// Says on which day what is promised to a document is wanted: planning takes it for wanted then, and without a word for wanted today.
///
/// ```
/// # mod goods { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/goods.rs")); }
/// # use goods::*;
/// use fondaco_inventory::planning::SetWantedDay;
/// # let stock = stock();
/// let order = DocumentId::named("order/51921");
/// stock.send("when", &SetWantedDay::new(order, day("2026-07-15")))?;
/// # Ok::<(), StockError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SetWantedDay {
    /// The document.
    pub document: DocumentId,
    /// The day; `None` for today, whenever that is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wanted_on: Option<NaiveDate>,
}

impl SetWantedDay {
    /// Wanted on this day.
    pub fn new(document: DocumentId, wanted_on: NaiveDate) -> SetWantedDay {
        SetWantedDay { document, wanted_on: Some(wanted_on) }
    }
}

impl Act for SetWantedDay {
    type Answer = ();
    type Error = StockError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<(), StockError> {
        let request = Request::new(&rights::SET_WANTED).about(self.document.to_string());
        tx.authorize(&request)?;
        set(tx, self.document, self.wanted_on)
    }
}

/// Notes the day on which something is wanted.
fn set(
    tx: &mut Tx<'_>,
    document: DocumentId,
    wanted_on: Option<NaiveDate>,
) -> Result<(), StockError> {
    let event = Event::new("stock.wanted_day_set").with("document", document);
    match wanted_on {
        Some(wanted_on) => {
            tx.upsert(WantedDay { document, wanted_on })?;
            tx.emit(event.with("wanted_on", wanted_on));
        }
        None => {
            if tx.get::<WantedDay>(&document)?.is_some() {
                tx.delete::<WantedDay>(&document)?;
            }
            tx.emit(event);
        }
    }
    Ok(())
}
