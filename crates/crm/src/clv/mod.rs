//! What customers will buy, who is still one, and what they are worth.
//!
//! For customers who may leave without a word. All that is known of one is a [`History`]: how often he came again, when last, and for how long he
//! has been known.
//!
//! - [`BgNbd`]: buys at his own rate, and may leave after each purchase (Fader, Hardie and Lee, 2005); with [`Variant::Modified`] also after the first (MBG/NBD; Batislam,
//!   Denizel and Filiztekin, 2007).
//! - [`ParetoNbd`]: buys at his own rate, and may leave at any time (Schmittlein, Morrison and Colombo, 1987).
//! - [`BgBb`]: buys or doesn't at each of a row of occasions (Fader, Hardie and Shang, 2010).
//! - [`GammaGamma`]: how much he spends each time (Fader and Hardie, 2013), and [`lifetime_value`] of both together.
//!
//! Units of time are the host's: weeks, say, all over. Worth is a statistic here, not an amount to post.
//!
//! ```
//! use fondaco_crm::clv::{BgNbd, History, Variant};
//!
//! let model = BgNbd::new(Variant::Plain, 0.243, 4.414, 0.793, 2.426)?;
//! let came_twice = History::new(2.0, 30.43, 38.86)?;
//! assert!((model.alive(came_twice) - 0.7266).abs() < 1e-3);
//! assert!((model.expected(came_twice, 39.0)? - 1.226).abs() < 1e-2);
//! # Ok::<(), fondaco_crm::KernelError>(())
//! ```

mod bg_bb;
mod bg_nbd;
mod gamma_gamma;
mod history;
mod pareto_nbd;
mod search;
mod special;
mod value;

pub use bg_bb::{BgBb, Occasions};
pub use bg_nbd::{BgNbd, Variant};
pub use gamma_gamma::{GammaGamma, Spending};
pub use history::History;
pub use pareto_nbd::ParetoNbd;
pub use value::{Horizon, lifetime_value};

#[cfg(test)]
mod tests;
