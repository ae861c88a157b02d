//! `#[derive(Record)]`, `#[derive(Field)]`, `#[derive(Outcome)]`, `#[derive(Pending)]` and `#[derive(ErrorCode)]`: the declarations that a storable
//! struct or enum, an act's answer, what a batch keeps in memory, or an error would otherwise repeat by hand. `fondaco_core` documents the
//! traits and re-exports the macros.

use proc_macro::TokenStream;

mod error_code;
mod field;
mod outcome;
mod pending;
mod record;

/// Makes a struct a stored record.
///
/// ```text
/// #[derive(Record, Clone)]
/// #[record(
///     table = "stock_move",               // name in the store
///     kind = fact,                        // fact, state or counter
///     key(item, number),                  // the struct's first fields, in this order
///     index(by_day(item, day)),           // any number; `index(by_mail(mail), unique)`
///     guard(by_item(item)),               // any number
///     measure(left = came - went),        // of a counter, any number: what is judged of it
///     layout = 2,                         // 1 when left out
/// )]
/// struct Move { item: Id<Item>, number: i64, day: NaiveDate, #[record(since = 2)] note: Option<SmolStr> }
/// ```
///
/// Each index and each measure becomes a constant of the struct: `Move::BY_DAY`, `Stock::LEFT`. What is made names `fondaco_core`, so that crate must be among
/// the dependencies, also of a program that has all else through `fondaco`.
#[proc_macro_derive(Record, attributes(record))]
pub fn derive_record(input: TokenStream) -> TokenStream {
    let input = syn::parse_macro_input!(input as syn::DeriveInput);
    record::expand(&input).unwrap_or_else(|error| error.to_compile_error()).into()
}

/// Makes an enum of unit variants a text column, each variant under its name in lower snake case.
#[proc_macro_derive(Field)]
pub fn derive_field(input: TokenStream) -> TokenStream {
    let input = syn::parse_macro_input!(input as syn::DeriveInput);
    field::expand(&input).unwrap_or_else(|error| error.to_compile_error()).into()
}

/// Makes a struct an act's answer: its fields' values, one after another in the order in which they are declared. So a field that
/// moves or goes changes what is stored, and one that is added makes older answers unreadable.
#[proc_macro_derive(Outcome)]
pub fn derive_outcome(input: TokenStream) -> TokenStream {
    let input = syn::parse_macro_input!(input as syn::DeriveInput);
    outcome::expand(&input).unwrap_or_else(|error| error.to_compile_error()).into()
}

/// Makes a struct of what a batch keeps in memory one `Pending` whole: its fields, in the order in which they are declared.
/// What is read and not taken back says so: `#[pending(skip)]`.
#[proc_macro_derive(Pending, attributes(pending))]
pub fn derive_pending(input: TokenStream) -> TokenStream {
    let input = syn::parse_macro_input!(input as syn::DeriveInput);
    pending::expand(&input).unwrap_or_else(|error| error.to_compile_error()).into()
}

/// Gives an error enum its stable codes and kinds: `code()` and `kind()`, and, where a variant is a halt, `ActError`.
///
/// ```text
/// #[derive(Debug, thiserror::Error, ErrorCode)]
/// #[error_code(engine = "inventory")]
/// enum StockError {
///     #[error("there is no item {item}: add it first")]
///     #[kind(NotFound)]                       // code: inventory.unknown_item
///     UnknownItem { item: ItemId },
///     #[error("...")]
///     #[kind(Refused)] #[code("short")]       // code: inventory.short
///     NotEnough { .. },
///     #[error(transparent)] #[inner]          // the code and kind of what is in it
///     Lot(#[from] LotError),
///     #[error("item {index}: {error}")] #[inner]   // of its field `error`
///     At { index: usize, error: Box<StockError> },
///     #[error(transparent)] #[halt]
///     Halt(#[from] Halt),
/// }
/// ```
///
/// Each variant says which it is, so none gets a kind that nobody chose. A variant's name in lower snake case is its code.
#[proc_macro_derive(ErrorCode, attributes(error_code, kind, code, inner, halt))]
pub fn derive_error_code(input: TokenStream) -> TokenStream {
    let input = syn::parse_macro_input!(input as syn::DeriveInput);
    error_code::expand(&input).unwrap_or_else(|error| error.to_compile_error()).into()
}
