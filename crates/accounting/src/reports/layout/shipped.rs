//! The layouts that come with the library: plain ones, and public schemes.

use super::{Layout, LayoutError};

/// Codes and texts, in the order in which they are listed.
const SHIPPED: [(&str, &str); 9] = [
    ("plain-balance-sheet", include_str!("../../../layouts/plain-balance-sheet.layout")),
    ("plain-income-statement", include_str!("../../../layouts/plain-income-statement.layout")),
    ("plain-income-by-function", include_str!("../../../layouts/plain-income-by-function.layout")),
    ("plain-cash-flow-direct", include_str!("../../../layouts/plain-cash-flow-direct.layout")),
    ("plain-cash-flow-indirect", include_str!("../../../layouts/plain-cash-flow-indirect.layout")),
    ("hgb-266-skr04", include_str!("../../../layouts/hgb-266-skr04.layout")),
    ("hgb-275-skr04", include_str!("../../../layouts/hgb-275-skr04.layout")),
    ("pcg-balance-sheet", include_str!("../../../layouts/pcg-balance-sheet.layout")),
    ("pcg-income-statement", include_str!("../../../layouts/pcg-income-statement.layout")),
];

impl Layout {
    /// A layout that comes with the library, by its code. They are files, to be copied and changed: the folder `layouts` of this
    /// crate, or [`to_text`](Layout::to_text).
    ///
    /// | code | what |
    /// |---|---|
    /// | `plain-balance-sheet`, `plain-income-statement` | by classes and headings of any chart of accounts |
    /// | `plain-income-by-function` | cost of sales, by the dimension `function` of the postings |
    /// | `plain-cash-flow-direct`, `plain-cash-flow-indirect` | by classes, and the tag `flow` of accounts: `cash`, `investing`, `financing`, `non_cash` |
    /// | `hgb-266-skr04`, `hgb-275-skr04` | German commercial code, sections 266 and 275 (2), by the accounts of DATEV's SKR04 |
    /// | `pcg-balance-sheet`, `pcg-income-statement` | French plan comptable général (ANC regulation 2014-03), by its classes |
    ///
    /// ```
    /// use fondaco_accounting::reports::Layout;
    /// let hgb = Layout::shipped("hgb-266-skr04")?;
    /// assert_eq!(hgb.titles[0], "Bilanz");
    /// assert!(hgb.source.is_some());
    /// # Ok::<(), fondaco_accounting::reports::LayoutError>(())
    /// ```
    ///
    /// # Errors
    /// [`LayoutError::NotShipped`] with those that there are.
    pub fn shipped(code: &str) -> Result<Layout, LayoutError> {
        match SHIPPED.iter().find(|(known, _)| *known == code) {
            Some((_, text)) => Layout::parse(text),
            None => Err(LayoutError::NotShipped {
                code: code.into(),
                shipped: Layout::all_shipped().collect(),
            }),
        }
    }

    /// The codes of the layouts that come with the library.
    ///
    /// ```
    /// use fondaco_accounting::reports::Layout;
    /// for code in Layout::all_shipped() {
    ///     assert_eq!(Layout::shipped(code)?.code, code);
    /// }
    /// # Ok::<(), fondaco_accounting::reports::LayoutError>(())
    /// ```
    pub fn all_shipped() -> impl Iterator<Item = &'static str> {
        SHIPPED.iter().map(|(code, _)| *code)
    }
}
