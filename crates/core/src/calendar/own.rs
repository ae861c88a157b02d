//! What a company says about its days: where they begin, and its own calendars, such as the holidays of its town or its
//! plant's week.

use std::sync::Arc;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::{Calendar, CalendarError, Zone};
use crate::engine::{Engine, Part};
use crate::news::News;
use crate::policy::{Permission, Request};
use crate::store::{Event, Json, Record, Value};
use crate::{Act, ActError, ErrorKind, Halt, Reading, Tx, is_code};

/// Set where the company's day begins, and define its calendars.
pub const MANAGE: Permission =
    Permission::new("calendar.manage", "set where the company's day begins, define its calendars");

/// What can be allowed about days. Every driver with a policy knows it, and every driver keeps its tables.
pub static ENGINE: Engine = Engine { name: "calendar", parts: &[&PART] };

static PART: Part = Part::new(&[ZoneSetting::TABLE, OwnCalendar::TABLE]).permissions(&[&MANAGE]);

/// The company's zone: one row.
#[derive(Record, Debug, Clone, PartialEq, Eq)]
#[record(table = "calendar_zone", kind = state, key(setting), guard(all()))]
pub struct ZoneSetting {
    /// Which setting: `main`.
    pub setting: SmolStr,
    /// The [`Zone`], as JSON.
    pub zone: Json,
}

impl ZoneSetting {
    fn main() -> SmolStr {
        SmolStr::new_static("main")
    }
}

/// Sets where the company's day begins. Until then it is the day of UTC. What is on the [due queue](crate::due) stays
/// where it is.
///
/// ```
/// # mod shop { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/shop.rs")); }
/// # use shop::*;
/// use fondaco_core::calendar::{CalendarRefusal, SetZone, Zone};
/// # let shop = shop();
/// shop.carry_out(envelope("zone"), &SetZone::new(Zone::minutes_east(60)?))?;
/// let late = Envelope { time: "2026-06-30T23:30:00Z".parse()?, ..envelope("late") };
/// shop.run(late, "late", |tx, _| {
///     assert_eq!(tx.today()?.to_string(), "2026-07-01");
///     Ok::<(), Halt>(())
/// })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SetZone {
    /// The zone.
    pub zone: Zone,
}

impl SetZone {
    /// `zone` is the company's.
    pub fn new(zone: Zone) -> SetZone {
        SetZone { zone }
    }
}

impl Act for SetZone {
    type Answer = ();
    type Error = CalendarRefusal;

    fn act(&self, tx: &mut Tx<'_>) -> Result<(), CalendarRefusal> {
        tx.authorize(&Request::new(&MANAGE))?;
        let zone =
            Json::of(&self.zone).ok_or_else(|| Halt::Bug("a zone that is no JSON".into()))?;
        let known = tx.get::<ZoneSetting>(&ZoneSetting::main())?.is_some();
        let minutes = Value::I64(i64::from(self.zone.offset_at(tx.now())));
        tx.emit(Event::new("calendar.zone_set").with("minutes_east_now", minutes));
        let set = ZoneSetting { setting: ZoneSetting::main(), zone };
        if known {
            tx.put(set)?;
        } else {
            tx.insert(set)?;
        }
        tx.tell(&News::ZoneSet)?;
        Ok(())
    }
}

/// A calendar of the company's own.
#[derive(Record, Debug, Clone, PartialEq, Eq)]
#[record(table = "calendar", kind = state, key(code))]
pub struct OwnCalendar {
    /// The calendar's name, by which it is looked up.
    pub code: SmolStr,
    /// The [`Calendar`], as JSON.
    pub calendar: Json,
}

/// Defines a calendar of the company's own under its name, or defines it anew. What was rolled by it before stays where
/// it is; what is to come goes by the new one. A calendar is never removed, since terms may name it.
///
/// ```
/// # mod shop { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/shop.rs")); }
/// # use shop::*;
/// use fondaco_core::calendar::{Calendar, DefineCalendar, Roll};
/// # let shop = shop();
/// let plant = Calendar::named("DE-BY")?.named_as("plant").day_off("2026-12-24".parse()?, "Plant holiday");
/// shop.carry_out(envelope("plant"), &DefineCalendar::new(plant))?;
/// # use fondaco_core::calendar::CalendarRefusal;
/// let eve: chrono::NaiveDate = "2026-12-24".parse()?;
/// shop.run(envelope("pay"), &eve, |tx, day| {
///     let payday = tx.calendar("plant")?.roll(*day, Roll::Following)?;
///     assert_eq!(payday.to_string(), "2026-12-28");
///     Ok::<(), CalendarRefusal>(())
/// })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DefineCalendar {
    /// The calendar; its name is the code by which it is looked up.
    pub calendar: Calendar,
}

impl DefineCalendar {
    /// `calendar` under its own name.
    pub fn new(calendar: Calendar) -> DefineCalendar {
        DefineCalendar { calendar }
    }
}

impl Act for DefineCalendar {
    type Answer = ();
    type Error = CalendarRefusal;

    fn act(&self, tx: &mut Tx<'_>) -> Result<(), CalendarRefusal> {
        tx.authorize(&Request::new(&MANAGE))?;
        let code = SmolStr::new(self.calendar.name());
        check_code(&code)?;
        self.calendar.check()?;
        let calendar = Json::of(&self.calendar);
        let calendar = calendar.ok_or_else(|| Halt::Bug("a calendar that is no JSON".into()))?;
        tx.emit(Event::new("calendar.defined").with("calendar", Value::Text(code.clone())));
        let known = tx.get::<OwnCalendar>(&code)?.is_some();
        let own = OwnCalendar { code, calendar };
        if known {
            tx.put(own)?;
        } else {
            tx.insert(own)?;
        }
        Ok(())
    }
}

/// A code is written like other codes, and names nothing that is shipped.
fn check_code(code: &SmolStr) -> Result<(), CalendarError> {
    if !is_code(code) {
        return Err(CalendarError::Code { code: code.clone() });
    }
    match Calendar::named(code) {
        Ok(_) => Err(CalendarError::Shipped { code: code.clone() }),
        Err(_) => Ok(()),
    }
}

impl Tx<'_> {
    /// The company's zone: as it was set, else UTC. The decision rests on it.
    ///
    /// # Errors
    /// A [`Halt`], to be passed on.
    pub fn zone(&mut self) -> Result<Arc<Zone>, Halt> {
        self.compiled_from::<ZoneSetting, Zone>(&[ZoneSetting::TABLE], |tx| {
            let set = tx.get::<ZoneSetting>(&ZoneSetting::main())?;
            Ok(zone_of(set.as_deref())?)
        })
    }

    /// The company's day at the time of this act: what [`SetZone`] says of [`Tx::now`]. The decision rests on it.
    ///
    /// # Errors
    /// A [`Halt`], to be passed on.
    pub fn today(&mut self) -> Result<NaiveDate, Halt> {
        Ok(self.zone()?.date_of(self.now()))
    }

    /// The calendar of this code: the company's own, else the one that is shipped. The decision rests on it; the example
    /// is at [`DefineCalendar`].
    ///
    /// # Errors
    /// [`CalendarError::Undefined`], and a [`Halt`].
    pub fn calendar(&mut self, code: &str) -> Result<Calendar, CalendarRefusal> {
        let own = self.get::<OwnCalendar>(&code.into())?;
        found(own.as_deref(), code)
    }
}

/// As [`Tx::zone`], for people: nothing rests on it.
///
/// ```
/// # mod shop { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/shop.rs")); }
/// # use shop::*;
/// use fondaco_core::calendar::{Zone, zone};
/// assert_eq!(shop().view(|view| zone(view))?, Zone::UTC); // nobody set one
/// # Ok::<(), Halt>(())
/// ```
///
/// # Errors
/// A [`Halt`].
pub fn zone(read: &mut impl Reading) -> Result<Zone, Halt> {
    let set = read.peek::<ZoneSetting>(&ZoneSetting::main())?;
    Ok(zone_of(set.as_deref())?)
}

fn zone_of(set: Option<&ZoneSetting>) -> Result<Zone, crate::store::DecodeError> {
    let zone = set.map_or(Ok(Zone::UTC), |set| set.zone.to::<Zone>());
    zone.map_err(|error| error.in_column("calendar_zone", "zone"))
}

/// As [`Tx::calendar`], for people: nothing rests on it.
///
/// ```
/// # mod shop { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/shop.rs")); }
/// # use shop::*;
/// use fondaco_core::calendar::find;
/// # let shop = shop();
/// let target = shop.view(|view| find(view, "TARGET"))?;
/// assert!(!target.is_working("2026-05-01".parse()?));
/// let none = shop.view(|view| find(view, "plant")).unwrap_err();
/// assert_eq!(none.code(), "calendar.undefined");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// As [`Tx::calendar`].
pub fn find(read: &mut impl Reading, code: &str) -> Result<Calendar, CalendarRefusal> {
    let own = read.peek::<OwnCalendar>(&code.into())?;
    found(own.as_deref(), code)
}

fn found(own: Option<&OwnCalendar>, code: &str) -> Result<Calendar, CalendarRefusal> {
    match own {
        Some(own) => {
            let calendar = own.calendar.to::<Calendar>();
            let damaged =
                |error: crate::store::DecodeError| error.in_column("calendar", "calendar");
            Ok(calendar.map_err(|error| Halt::from(damaged(error)))?)
        }
        None => {
            Calendar::named(code).map_err(|_| CalendarError::Undefined { code: code.into() }.into())
        }
    }
}

/// Why a command about calendars refuses.
#[derive(Debug, Clone, thiserror::Error)]
pub enum CalendarRefusal {
    /// What it asks can't be.
    #[error(transparent)]
    Calendar(#[from] CalendarError),
    /// Passed on.
    #[error(transparent)]
    Halt(#[from] Halt),
}

impl CalendarRefusal {
    /// The stable name of the error.
    pub fn code(&self) -> &'static str {
        match self {
            CalendarRefusal::Calendar(error) => error.code(),
            CalendarRefusal::Halt(halt) => halt.code(),
        }
    }

    /// What the caller can do.
    pub fn kind(&self) -> ErrorKind {
        match self {
            CalendarRefusal::Calendar(error) => error.kind(),
            CalendarRefusal::Halt(halt) => halt.kind(),
        }
    }
}

impl ActError for CalendarRefusal {
    fn halt(&self) -> Option<&Halt> {
        if let CalendarRefusal::Halt(halt) = self { Some(halt) } else { None }
    }
    fn code(&self) -> &'static str {
        CalendarRefusal::code(self)
    }
    fn kind(&self) -> ErrorKind {
        CalendarRefusal::kind(self)
    }
}
