//! Why a move is refused.

use chrono::NaiveDate;
use fondaco_core::{ErrorCode, Id, InputError, ItemId, Quantity, QuantityError, SiteId};
use smol_str::SmolStr;

use super::{Move, MoveKind};
use crate::items::Lot;

/// What is wrong with a move, or forbids it: which, what was given, and the way out.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, ErrorCode)]
#[error_code(engine = "inventory")]
#[non_exhaustive]
pub enum MoveError {
    /// No such item.
    #[error("there is no item {item}: add it first, or correct the id")]
    #[kind(NotFound)]
    #[code("move_of_unknown_item")]
    UnknownItem {
        /// The id as given.
        item: ItemId,
    },
    /// It is not dealt in any more, or only stands for its variants.
    #[error(
        "item {item} takes no moves: it is closed, or a template; move one of its variants, or open it again"
    )]
    #[kind(Refused)]
    #[code("move_of_closed_item")]
    ItemClosed {
        /// The item's code.
        item: SmolStr,
    },
    /// No such location.
    #[error("there is no location {location:?}: open it first, or correct the code")]
    #[kind(NotFound)]
    #[code("move_at_unknown_location")]
    UnknownLocation {
        /// The code as given.
        location: SmolStr,
    },
    /// No such site.
    #[error("there is no site {site}: open it first, or correct the id")]
    #[kind(NotFound)]
    #[code("move_to_unknown_site")]
    UnknownSite {
        /// The id as given.
        site: SiteId,
    },
    /// The location, or its site, is closed on that day. What lies there can leave.
    #[error(
        "location {location} takes nothing on {date}, as it was closed with {last}: choose another, or open it again"
    )]
    #[kind(Refused)]
    #[code("location_closed")]
    LocationClosed {
        /// The location's code.
        location: SmolStr,
        /// The day of the move.
        date: NaiveDate,
        /// Its last day.
        last: NaiveDate,
    },
    /// The location is being counted.
    #[error(
        "location {location} is being counted: wait for the end of the count, or choose another"
    )]
    #[kind(Refused)]
    #[code("location_frozen")]
    LocationFrozen {
        /// The location's code.
        location: SmolStr,
    },
    /// What the place is for, or whose the goods are, is not what it was.
    #[error(
        "move {of} can't be taken back, as what lies in location {location} counts to something else now: make it again what it was, or move the goods by a move of their own"
    )]
    #[kind(Refused)]
    PlaceChanged {
        /// The move.
        of: Id<Move>,
        /// The location's code.
        location: SmolStr,
    },
    /// A site that is closed.
    #[error(transparent)]
    #[inner]
    Place(#[from] crate::places::PlaceError),
    /// It would leave the place that it comes to.
    #[error("it leaves {location} and comes to it: name two places")]
    #[kind(Invalid)]
    SamePlace {
        /// The location's code.
        location: SmolStr,
    },
    /// Goods in quarantine that are to be used or sold.
    #[error(
        "what lies in {location} is set aside: release it first, scrap it, or send it back, but don't use it"
    )]
    #[kind(Refused)]
    SetAside {
        /// The location.
        location: SmolStr,
    },
    /// What is set aside comes from or to a location for quarantine.
    #[error("location {location} is none for quarantine: name one that is")]
    #[kind(Invalid)]
    NotQuarantine {
        /// The location's code.
        location: SmolStr,
    },
    /// What was sent to one site can't arrive at another.
    #[error(
        "move {of} was sent to another site than that of location {location}: name a location there, or reverse the dispatch"
    )]
    #[kind(Refused)]
    OtherSite {
        /// The dispatch.
        of: Id<Move>,
        /// The location's code.
        location: SmolStr,
    },
    /// Nothing, or less.
    #[error(
        "a {kind} of {quantity} of item {item}: give a quantity above zero; what goes the other way is a move of another kind"
    )]
    #[kind(Invalid)]
    #[code("move_not_positive")]
    NotPositive {
        /// The item's code.
        item: SmolStr,
        /// The kind of move.
        kind: MoveKind,
        /// The quantity as given.
        quantity: Quantity,
    },
    /// A quantity that does not convert into the stock unit, has too many digits, or is too large.
    #[error("item {item}: {error}")]
    #[inner]
    Quantity {
        /// The item's code.
        item: SmolStr,
        /// What is wrong with it.
        error: Box<QuantityError>,
    },
    /// A weight of something that is not weighed.
    #[error(
        "item {item} is not weighed: leave the weight {weight} out, or say in which unit the item is weighed"
    )]
    #[kind(Invalid)]
    NotWeighed {
        /// The item's code.
        item: SmolStr,
        /// The weight as given.
        weight: Quantity,
    },
    /// No weight of something that is weighed and has no nominal weight.
    #[error("item {item} is weighed and has no nominal weight: say what the {quantity} weigh")]
    #[kind(Invalid)]
    WeightRequired {
        /// The item's code.
        item: SmolStr,
        /// The quantity as given.
        quantity: Quantity,
    },
    /// A part that weighs as much as all.
    #[error(
        "what is taken of item {item} can't weigh {weight}, as all that lies in {location} weighs {there}: weigh it again, or count and weigh what lies there"
    )]
    #[kind(Refused)]
    WeighsMore {
        /// The item's code.
        item: SmolStr,
        /// The location's code.
        location: SmolStr,
        /// The weight as given.
        weight: Quantity,
        /// What all that lies there weighs.
        there: Quantity,
    },
    /// An item that is tracked by lots or serial numbers.
    #[error("item {item} is tracked by lots or serial numbers: name the lot")]
    #[kind(Invalid)]
    LotRequired {
        /// The item's code.
        item: SmolStr,
    },
    /// An item that is not tracked.
    #[error("item {item} is not tracked by lots: leave lot {lot} out")]
    #[kind(Invalid)]
    NotTracked {
        /// The item's code.
        item: SmolStr,
        /// The lot as given.
        lot: Id<Lot>,
    },
    /// No such lot.
    #[error("there is no lot {lot}: add it first, or correct the id")]
    #[kind(NotFound)]
    #[code("move_of_unknown_lot")]
    UnknownLot {
        /// The id as given.
        lot: Id<Lot>,
    },
    /// A lot of something else.
    #[error("lot {lot} is not of item {item}: name one of its lots")]
    #[kind(Invalid)]
    LotOfOtherItem {
        /// The lot's code.
        lot: SmolStr,
        /// The item's code.
        item: SmolStr,
    },
    /// A lot past its last day.
    #[error(
        "lot {lot} was good until {last}, and the move is of {date}: take another lot, or scrap it, return it or set it aside"
    )]
    #[kind(Refused)]
    LotExpired {
        /// The lot's code.
        lot: SmolStr,
        /// Its last day.
        last: NaiveDate,
        /// The day of the move.
        date: NaiveDate,
    },
    /// A lot that nobody has released, or that is blocked.
    #[error(
        "lot {lot} is not released: release it first, take another, or scrap it, return it or set it aside"
    )]
    #[kind(Refused)]
    #[code("lot_not_usable")]
    LotNotReleased {
        /// The lot's code.
        lot: SmolStr,
    },
    /// More or less than one piece of a serial number.
    #[error(
        "serial number {serial} is one piece, not {quantity}: give each piece a move of its own"
    )]
    #[kind(Invalid)]
    SerialIsOne {
        /// The serial number.
        serial: SmolStr,
        /// The quantity as given.
        quantity: Quantity,
    },
    /// A serial number that is there already.
    #[error(
        "serial number {serial} of item {item} is there already: there can't be two; correct the number, or issue the piece first"
    )]
    #[kind(Conflict)]
    SerialTaken {
        /// The serial number.
        serial: SmolStr,
        /// The item's code.
        item: SmolStr,
    },
    /// A change of owner that changes none.
    #[error(
        "lot {lot} and lot {to_lot} belong to the same: register a lot of this number for the new owner, and name that"
    )]
    #[kind(Invalid)]
    SameOwner {
        /// The lot's number.
        lot: SmolStr,
        /// The number of the lot that it should become a part of.
        to_lot: SmolStr,
    },
    /// A piece that would have another serial number, as it has another owner.
    #[error(
        "serial number {serial} would become {to_lot}: a piece keeps its number, whoever owns it; register {serial} for the new owner, and name that"
    )]
    #[kind(Invalid)]
    SerialChanges {
        /// The serial number.
        serial: SmolStr,
        /// That of the lot that is named.
        to_lot: SmolStr,
    },
    /// What a return, an arrival or a reversal is of was never recorded.
    #[error("there is no move {of}: what was never moved can't come back; correct the id")]
    #[kind(NotFound)]
    UnknownMove {
        /// The id as given.
        of: Id<Move>,
    },
    /// The move that it is of is of a kind for which that can't be.
    #[error("move {of} is a {found}, and a {kind} is of a {wanted}: name such a move")]
    #[kind(Invalid)]
    WrongOrigin {
        /// The move that it is of.
        of: Id<Move>,
        /// Its kind.
        found: MoveKind,
        /// The kind of the move that was given.
        kind: MoveKind,
        /// What it may be of.
        wanted: MoveKind,
    },
    /// It says something else than the move that it is of.
    #[error("its {field} is not that of move {of}: make it the same")]
    #[kind(Invalid)]
    OriginDiffers {
        /// The move that it is of.
        of: Id<Move>,
        /// Which field.
        field: &'static str,
    },
    /// More than what is left of the move that it is of.
    #[error(
        "of move {of} only {left} are left, not {wanted}: the rest came back, arrived or was taken back before"
    )]
    #[kind(Refused)]
    OverUsed {
        /// The move that it is of.
        of: Id<Move>,
        /// What is left of it.
        left: Quantity,
        /// What was wanted.
        wanted: Quantity,
    },
    /// A move that others rest on.
    #[error(
        "move {of} can't be taken back, as {used} of it came back, arrived or was taken back before: reverse those moves first"
    )]
    #[kind(Refused)]
    InUse {
        /// The move.
        of: Id<Move>,
        /// How much.
        used: Quantity,
    },
    /// A day that has not come.
    #[error(
        "the move is of {date}, and today is {today}: moves are facts; record it on its day, or correct the date"
    )]
    #[kind(Invalid)]
    DateAhead {
        /// The day as given.
        date: NaiveDate,
        /// The company's day.
        today: NaiveDate,
    },
    /// It would take effect before the move that it is of.
    #[error(
        "the move is of {date}, and move {of}, which it is of, took effect on {since}: date it {since} or later"
    )]
    #[kind(Invalid)]
    BeforeOrigin {
        /// The move that it is of.
        of: Id<Move>,
        /// The day as given.
        date: NaiveDate,
        /// The day of that move.
        since: NaiveDate,
    },
    /// There would have been less than nothing on a day since.
    #[error(
        "dated {date}, the move would leave {below} less than none of item {item}{} in {location} at the end of {day}, by what was moved since: date it {from} or later, or record first what came before it",
        of_lot(lot.as_ref())
    )]
    #[kind(Refused)]
    ShortSince {
        /// The item's code.
        item: SmolStr,
        /// The lot's code, of an item that is tracked.
        lot: Option<SmolStr>,
        /// The location's code.
        location: SmolStr,
        /// The day of the move.
        date: NaiveDate,
        /// The first day at whose end there would be too little.
        day: NaiveDate,
        /// How much would be lacking then.
        below: Quantity,
        /// The first day from which on there is enough.
        from: NaiveDate,
    },
    /// A serial number would have been there twice on a day since.
    #[error(
        "dated {date}, serial number {serial} of item {item} would be there twice on {day}, by what was moved since: date it {from} or later, or record first how the piece left"
    )]
    #[kind(Refused)]
    SerialTakenSince {
        /// The serial number.
        serial: SmolStr,
        /// The item's code.
        item: SmolStr,
        /// The day of the move.
        date: NaiveDate,
        /// The first day on which it would be there twice.
        day: NaiveDate,
        /// The first day from which on it is there once.
        from: NaiveDate,
    },
    /// A day that is locked.
    #[error(
        "moves through {through} are locked, and this one is of {date}: date it later, or have the lock moved"
    )]
    #[kind(Refused)]
    #[code("moves_locked")]
    DateLocked {
        /// The day as given.
        date: NaiveDate,
        /// The last locked day.
        through: NaiveDate,
    },
    /// Less is available than wanted.
    #[error(
        "of item {item} only {available} are available at {site}, not {wanted}: take less, release what is reserved, receive more first, or allow stock below zero"
    )]
    #[kind(Refused)]
    Short {
        /// The item's code.
        item: SmolStr,
        /// The site's code.
        site: SmolStr,
        /// What was wanted.
        wanted: Quantity,
        /// What is available.
        available: Quantity,
    },
    /// What is promised to others, where there may be less than none of what is promised to nobody.
    #[error(
        "of item {item} only {free} are promised to nobody at {place}, not {wanted}: fulfil what was promised with it, release the promise, or record first what came"
    )]
    #[kind(Refused)]
    PromisedToOthers {
        /// The item's code.
        item: SmolStr,
        /// The site's code, or the location's.
        place: SmolStr,
        /// What was wanted.
        wanted: Quantity,
        /// What is there beyond what is promised.
        free: Quantity,
    },
    /// Less lies free in the location than wanted.
    #[error(
        "of item {item} only {there} lie free in {location}, not {wanted}: take it from another location, or count this one"
    )]
    #[kind(Refused)]
    BinShort {
        /// The item's code.
        item: SmolStr,
        /// The location's code.
        location: SmolStr,
        /// What was wanted.
        wanted: Quantity,
        /// What lies there and is not promised to others.
        there: Quantity,
    },
    /// Less lies free of the lot in the location than wanted.
    #[error(
        "of lot {lot} only {there} lie free in {location}, not {wanted}: take it from another location, or another lot"
    )]
    #[kind(Refused)]
    LotShort {
        /// The lot's code.
        lot: SmolStr,
        /// The location's code.
        location: SmolStr,
        /// What was wanted.
        wanted: Quantity,
        /// What lies there and is not promised to others.
        there: Quantity,
    },
    /// A sum that no column holds.
    #[error(
        "item {item} would come to more than 9,223,372,036,854 in one place: choose a larger stock unit"
    )]
    #[kind(Refused)]
    TooMuch {
        /// The item's code.
        item: SmolStr,
    },
    /// A reason or a text that can't be kept.
    #[error(transparent)]
    #[inner]
    Input(#[from] InputError),
    /// More moves than one command takes.
    #[error("one command takes up to 16,000,000 moves, not {count}: send several")]
    #[kind(Invalid)]
    TooMany {
        /// How many were given.
        count: usize,
    },
    /// What only certain kinds of moves can do.
    #[error("a {kind} can't {what}: leave that out")]
    #[kind(Invalid)]
    Unfit {
        /// The kind of move.
        kind: MoveKind,
        /// What it was to do.
        what: &'static str,
    },
}

/// Names a lot, if there is one.
fn of_lot(lot: Option<&SmolStr>) -> String {
    lot.map_or_else(String::new, |lot| format!(", lot {lot},"))
}

impl std::fmt::Display for MoveKind {
    /// As people say it.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            MoveKind::Receipt => "receipt",
            MoveKind::Issue => "issue",
            MoveKind::Transfer => "transfer",
            MoveKind::Dispatch => "dispatch",
            MoveKind::Arrival => "arrival",
            MoveKind::TransitLoss => "loss in transit",
            MoveKind::Gain => "gain",
            MoveKind::Loss => "loss",
            MoveKind::Scrap => "scrapping",
            MoveKind::CustomerReturn => "return by a customer",
            MoveKind::SupplierReturn => "return to a supplier",
            MoveKind::Count => "count",
            MoveKind::Quarantine => "quarantine",
            MoveKind::Release => "release from quarantine",
            MoveKind::OwnerChange => "change of owner",
            MoveKind::Reversal => "reversal",
        })
    }
}
