//! The files that come along, as the ministry published them (official works, § 5 UrhG).

/// The wage tax of 2025, as of 17 September 2025: from ITZBund, Berlin, `Lohnsteuer2025.xml`.
pub const LOHNSTEUER_2025: &str = include_str!("../../pap/Lohnsteuer2025.xml");

/// The wage tax of 2026, as of 23 October 2025: from ITZBund, Berlin, `Lohnsteuer2026.xml`.
pub const LOHNSTEUER_2026: &str = include_str!("../../pap/Lohnsteuer2026.xml");
