//! What a layout must be before it is filled.

use std::collections::BTreeMap;

use fondaco_core::is_code;
use smol_str::SmolStr;

use super::formula::is_row_code;
use super::{Layout, LayoutError, LayoutRow, Pick, Take};

/// The most rows of a layout.
const MAX_ROWS: usize = 2_000;
/// The most accounts, ranges and other picks of a layout, with those that are excepted: each may have to be held against each.
const MAX_PICKS: usize = 10_000;
/// How long a chain of rows that are made of one another may be.
const MAX_CHAIN: usize = 100;
/// Of how many rows one may be made, with those that they are made of, each as often as it is named.
const MAX_PARTS: usize = 10_000;

/// How a row is made: the longest chain of rows under it, and how many there are in all.
#[derive(Debug, Clone, Copy)]
struct Made {
    chain: usize,
    parts: usize,
}

impl Layout {
    /// Checks what can be told without a chart of accounts: codes, titles, formulas, and that no account is counted twice, as far
    /// as codes, ranges and beginnings of codes tell. [`parse`](Layout::parse) and [`from_json`](Layout::from_json) do so, and
    /// every statement does before it is made.
    ///
    /// A layout may come from anywhere, so it is bounded: 2,000 rows, 10,000 picks of accounts, chains of 100 rows made of one
    /// another, and 10,000 rows behind one, each as often as it is named.
    ///
    /// ```
    /// use fondaco_accounting::reports::Layout;
    /// let mut layout = Layout::shipped("plain-income-statement")?;
    /// let last = layout.rows.len() - 1;
    /// layout.rows[last].formula = Some("turnover * 2".parse()?);
    /// assert_eq!(layout.check().unwrap_err().code(), "accounting.layout_no_row");
    /// # Ok::<(), fondaco_accounting::reports::LayoutError>(())
    /// ```
    ///
    /// # Errors
    /// [`LayoutError::Row`], [`LayoutError::RowTwice`], [`LayoutError::NoRow`], [`LayoutError::Circle`],
    /// [`LayoutError::TakenTwice`].
    pub fn check(&self) -> Result<(), LayoutError> {
        self.check_head()?;
        let mut places = BTreeMap::new();
        for (at, row) in self.rows.iter().enumerate() {
            self.check_row(at, row)?;
            if places.insert(row.code.as_str(), at).is_some() {
                return Err(LayoutError::RowTwice {
                    layout: self.code.clone(),
                    row: row.code.clone(),
                });
            }
        }
        if let Some(base) = self.base.as_ref().filter(|base| !places.contains_key(base.as_str())) {
            return Err(
                self.wrong("", format!("its base {base} is none of its rows: name one that is"))
            );
        }
        for row in &self.rows {
            let named = row.formula.iter().flat_map(|formula| formula.rows());
            if let Some(named) = named.into_iter().find(|named| !places.contains_key(named)) {
                let (layout, row) = (self.code.clone(), row.code.clone());
                return Err(LayoutError::NoRow { layout, row, named: named.into() });
            }
        }
        self.check_headings()?;
        self.check_circles(&places)?;
        self.check_twice()
    }

    fn wrong(&self, row: &str, why: impl Into<String>) -> LayoutError {
        LayoutError::Row { layout: self.code.clone(), row: row.into(), why: why.into() }
    }

    fn check_head(&self) -> Result<(), LayoutError> {
        if !is_code(&self.code) {
            return Err(self.wrong("", "a layout has a code of 1 to 64 bytes: give it one"));
        }
        if self.rows.is_empty() {
            return Err(self.wrong("", "it has no rows: give it one"));
        }
        if self.rows.len() > MAX_ROWS {
            let why =
                format!("it has {} rows, more than {MAX_ROWS}: make two of it", self.rows.len());
            return Err(self.wrong("", why));
        }
        let takes = self.rows.iter().flat_map(|row| &row.takes);
        let picks: usize = takes.map(|take| take.picks.len() + take.except.len()).sum();
        if picks > MAX_PICKS {
            let why = format!(
                "it names accounts {picks} times, more than {MAX_PICKS}: take ranges or tags"
            );
            return Err(self.wrong("", why));
        }
        let languages = self.languages.len().max(1);
        if self.titles.len() > languages {
            let why =
                format!("it has {} titles and {languages} languages: name each", self.titles.len());
            return Err(self.wrong("", why));
        }
        Ok(())
    }

    fn check_row(&self, at: usize, row: &LayoutRow) -> Result<(), LayoutError> {
        let wrong = |why: &str| Err(self.wrong(&row.code, why));
        if !is_row_code(&row.code) {
            return wrong(
                "a code has a letter first, then letters, digits, `.` and `_`, and is not rows, min or max",
            );
        }
        let languages = self.languages.len().max(1);
        if row.titles.len() > languages || row.note.len() > languages {
            return wrong(
                "it has more titles or notes than the layout has languages: name each under `language`",
            );
        }
        if row.titles.iter().all(SmolStr::is_empty) && !row.hidden {
            return wrong("it has no title: give it one, or mark it `hidden`");
        }
        if !row.takes.is_empty() && row.formula.is_some() {
            return wrong("it takes accounts and has a formula: make two rows of it");
        }
        if row.check && row.formula.is_none() {
            return wrong("it is a check without a formula: say what must come to nothing");
        }
        if row.formula.as_ref().is_some_and(|formula| formula.is_of_rows_below())
            && self.below(at).next().is_none()
        {
            return wrong(
                "its formula is made of `rows` and none stands under it: put some one level deeper",
            );
        }
        if row.takes.iter().any(|take| take.picks.is_empty()) {
            return wrong("it takes nothing: name accounts");
        }
        let above = at.checked_sub(1).and_then(|above| self.rows.get(above));
        if row.level > above.map_or(0, |above| above.level + 1) {
            return wrong(
                "it stands more than one level under the row before it: no sum of `rows` would have it",
            );
        }
        Ok(())
    }

    /// Refuses a heading without a figure under a row that adds up what stands under it: what stands under the heading would be
    /// in no sum.
    fn check_headings(&self) -> Result<(), LayoutError> {
        let sums = self.rows.iter().enumerate().filter(|(_, row)| {
            row.formula.as_ref().is_some_and(|formula| formula.is_of_rows_below())
        });
        for under in sums.flat_map(|(at, _)| self.below(at)) {
            let Some(row) = self.rows.get(under) else { continue };
            let has_rows = self.below(under).next().is_some();
            if row.takes.is_empty() && row.formula.is_none() && has_rows {
                let why = "it stands in a sum of `rows` and has no figure, so what stands under it would be lost: give it `= rows`";
                return Err(self.wrong(&row.code, why));
            }
        }
        Ok(())
    }

    /// Follows formulas from each row; one that is met again on its own way is a circle.
    fn check_circles(&self, places: &BTreeMap<&str, usize>) -> Result<(), LayoutError> {
        let mut done = vec![None; self.rows.len()];
        for at in 0..self.rows.len() {
            self.follow(at, places, &mut Vec::new(), &mut done)?;
        }
        Ok(())
    }

    fn follow(
        &self,
        at: usize,
        places: &BTreeMap<&str, usize>,
        way: &mut Vec<usize>,
        done: &mut [Option<Made>],
    ) -> Result<Made, LayoutError> {
        if let Some(made) = done.get(at).copied().flatten() {
            return Ok(made);
        }
        if let Some(first) = way.iter().position(|met| *met == at) {
            let circle = way.iter().skip(first).chain([&at]);
            let rows =
                circle.filter_map(|at| self.rows.get(*at)).map(|row| row.code.clone()).collect();
            return Err(LayoutError::Circle { layout: self.code.clone(), rows });
        }
        way.push(at);
        let code = self.rows.get(at).map_or("", |row| row.code.as_str());
        let long = || {
            self.wrong(code, format!("it is made of rows that are made of rows, more than {MAX_CHAIN} deep: name the last ones"))
        };
        if way.len() > MAX_CHAIN {
            return Err(long());
        }
        let mut made = Made { chain: 1, parts: 1 };
        if let Some(formula) = self.rows.get(at).and_then(|row| row.formula.as_ref()) {
            let named = formula.rows().filter_map(|code| places.get(code).copied());
            let below: Vec<usize> =
                if formula.is_of_rows_below() { self.below(at).collect() } else { Vec::new() };
            for next in named.chain(below).collect::<Vec<_>>() {
                let under = self.follow(next, places, way, done)?;
                made.chain = made.chain.max(under.chain + 1);
                made.parts = made.parts.saturating_add(under.parts);
            }
        }
        if made.chain > MAX_CHAIN {
            return Err(long());
        }
        if made.parts > MAX_PARTS {
            let why = format!(
                "it is made of more than {MAX_PARTS} rows, each as often as it is named: name fewer, or once with a factor"
            );
            return Err(self.wrong(code, why));
        }
        way.pop();
        if let Some(done) = done.get_mut(at) {
            *done = Some(made);
        }
        Ok(made)
    }

    /// Codes at which takes of two rows could meet, tried on both.
    fn check_twice(&self) -> Result<(), LayoutError> {
        let takes: Vec<(&LayoutRow, &Take)> = self.counting_takes().collect();
        let picks = takes.iter().flat_map(|(_, take)| take.picks.iter().chain(&take.except));
        let longest = picks.filter_map(|pick| match pick {
            Pick::Range(first, _) => Some(first.len()),
            _ => None,
        });
        let longest = longest.max().unwrap_or(0);
        let samples = takes.iter().map(|(_, take)| {
            let samples = take.picks.iter().flat_map(|pick| pick.samples(longest));
            samples.filter(|code| take.takes_code(code)).collect::<Vec<SmolStr>>()
        });
        let samples: Vec<Vec<SmolStr>> = samples.collect();
        let all = takes.iter().zip(&samples);
        for (at, ((row, take), codes)) in all.clone().enumerate() {
            for ((other_row, other), others) in all.clone().skip(at + 1) {
                if take.is_apart_from(other, self.measure) {
                    continue;
                }
                let met = codes.iter().find(|code| other.takes_code(code));
                let met = met.or_else(|| others.iter().find(|code| take.takes_code(code)));
                if let Some(account) = met {
                    return Err(self.taken_twice(account, row, other_row));
                }
            }
        }
        Ok(())
    }

    /// What is counted, with its row: all but memos.
    pub(crate) fn counting_takes(&self) -> impl Iterator<Item = (&LayoutRow, &Take)> {
        let rows = self.rows.iter().filter(|row| !row.memo);
        rows.flat_map(|row| row.takes.iter().map(move |take| (row, take)))
    }

    pub(crate) fn taken_twice(
        &self,
        account: &str,
        row: &LayoutRow,
        other: &LayoutRow,
    ) -> LayoutError {
        let (layout, account) = (self.code.clone(), SmolStr::new(account));
        LayoutError::TakenTwice {
            layout,
            account,
            row: row.code.clone(),
            other: other.code.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::*;

    fn refusal(rows: &str) -> LayoutError {
        Layout::parse(&format!("layout x\ntitle X\nmeasure closing\n{rows}")).unwrap_err()
    }

    #[test]
    fn rows_of_one_another_are_refused_with_the_circle() {
        let error = refusal("a: A\n  = b + 1\nb: B\n  = c\nc: C\n  = a\n");
        assert_eq!(
            error.to_string(),
            "layout x: rows are made of one another: a of b of c of a; take one of them out"
        );
        let error = refusal("a: A\n  = rows\n  b: B\n    = a\n");
        assert_eq!(error.code(), "accounting.layout_circle", "through the rows below");
    }

    #[test]
    fn what_would_take_all_stack_or_time_is_refused() {
        let chain = |rows: usize, forwards: bool| {
            let mut rows: Vec<String> = (0..rows)
                .map(|n| match n {
                    0 => "r0: R\n  = 1\n".to_owned(),
                    n => format!("r{n}: R\n  = r{}\n", n - 1),
                })
                .collect();
            if !forwards {
                rows.reverse();
            }
            format!("layout x\ntitle X\nmeasure closing\n{}", rows.concat())
        };
        for forwards in [true, false] {
            assert!(Layout::parse(&chain(100, forwards)).is_ok());
            let error = Layout::parse(&chain(1_900, forwards)).unwrap_err().to_string();
            assert!(error.contains("more than 100 deep"), "{error}");
        }
        let error = Layout::parse(&chain(2_001, true)).unwrap_err().to_string();
        assert!(error.contains("2001 rows, more than 2000"), "{error}");
        let doubled: String =
            (1..40).map(|n| format!("r{n}: R\n  = r{0} + r{0}\n", n - 1)).collect();
        let error = refusal(&format!("r0: R\n  = 1\n{doubled}")).to_string();
        assert!(error.contains("row r13: it is made of more than 10000 rows"), "{error}");
        let codes = vec!["1"; 10_001].join(", ");
        let error = refusal(&format!("a: A\n  takes {codes}\n")).to_string();
        assert!(error.contains("names accounts 10001 times"), "{error}");
    }

    #[test]
    fn a_formula_that_names_no_row_is_refused() {
        let error = refusal("a: A\n  = b\n");
        assert_eq!(
            error.to_string(),
            "layout x: row a is made of row b, which is not there: name one that is"
        );
    }

    #[test]
    fn an_account_of_two_rows_is_refused_whatever_names_it() {
        for (one, other) in [
            ("1000", "1000"),
            ("1000..1999", "1500"),
            ("15*", "1000..1999"),
            ("1000..1999 except 1600..1999", "1550..1700"),
            ("debit 1000", "1000"),
            ("1000 where site=A", "1000 where project=B"),
        ] {
            let error = refusal(&format!("a: A\n  takes {one}\nb: B\n  takes {other}\n"));
            assert_eq!(error.code(), "accounting.layout_taken_twice", "{one} and {other}");
            let text = error.to_string();
            assert!(text.contains("by row a and by row b"), "{text}");
        }
        let error = refusal("a: A\n  takes 10*\n  takes 1000\n");
        assert!(error.to_string().contains("by row a and by row a"), "{error}");
    }

    #[test]
    fn what_can_t_meet_is_no_twice() {
        for (one, other) in [
            ("1000..1999 except 1500", "1500"),
            ("debit 1000", "credit 1000"),
            ("opening 1000", "closing 1000"),
            ("1000 where site=A", "1000 where site=B"),
            ("1000..1099", "1100..1199"),
        ] {
            let text = format!(
                "layout x\ntitle X\nmeasure closing\na: A\n  takes {one}\nb: B\n  takes {other}\n"
            );
            Layout::parse(&text).unwrap();
        }
    }

    #[test]
    fn rows_that_are_none_are_refused() {
        for (rows, says) in [
            ("", "it has no rows"),
            ("1a: A\n  = 1\n", "letter first"),
            ("rows: A\n  = 1\n", "is not rows"),
            ("a:\n  = 1\n", "no title"),
            ("check a:\n  = 1\n", "no title"),
            ("a: A | B\n  = 1\n", "more titles or notes"),
            ("a: A\n  takes 1\n  = 1\n", "make two rows"),
            ("check a: A\n", "without a formula"),
            ("a: A\n  = rows\nb: B\n  = 1\n", "none stands under it"),
            ("base z\na: A\n  = 1\n", "its base z"),
            (
                "a: A\n  = rows\n    x: X\n      takes 1\n  y: Y\n    takes 2\n",
                "row x: it stands more than one",
            ),
            (
                "a: A\n  = rows\n  heading h: H\n    x: X\n      takes 1\n",
                "row h: it stands in a sum",
            ),
        ] {
            let error = refusal(rows).to_string();
            assert!(error.contains(says), "{rows:?}: {error}");
        }
        assert_eq!(refusal("a: A\n  = 1\na: B\n  = 1\n").code(), "accounting.layout_row_twice");
    }
}
