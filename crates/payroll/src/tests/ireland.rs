//! A country written with the docs alone: Ireland's PAYE, USC and PRSI of 2025, by the blocks that files have.

use rust_decimal::Decimal;

use crate::rules::Key;
use crate::{Keys, RuleSet, SumsToDate};

const FILE: &str = include_str!("ireland.toml");

fn year(salaries: &[i64]) -> (Decimal, Decimal, Decimal) {
    let rules = RuleSet::from_toml(FILE).unwrap();
    let keys = Keys::new().with(Key::Employee, "Ada").year("tax_year", "2025");
    let mut sums = SumsToDate::default();
    let (mut paye, mut usc, mut prsi) = (Decimal::ZERO, Decimal::ZERO, Decimal::ZERO);
    for (month, salary) in (1_u32..).zip(salaries) {
        let program = rules.on(chrono::NaiveDate::from_ymd_opt(2025, month, 28).unwrap()).unwrap();
        let case =
            program.case("Ada").with("frequency", "monthly").with("period", Decimal::from(month));
        let case = sums.begin(case.with("salary", Decimal::from(*salary)), &keys);
        let slip = program.run(&case).unwrap();
        paye += slip.amount("income_tax").unwrap();
        usc += slip.amount("usc").unwrap();
        prsi += slip.amount("prsi").unwrap();
        sums.add(&slip, &keys).unwrap();
    }
    (paye, usc, prsi)
}

#[test]
fn twelve_months_come_to_the_tax_of_the_year_steady_or_not() {
    // 44,000 at 20 % and 16,000 at 40 %, less 4,000 of credits.
    let paye = Decimal::from(11_200);
    // 12,012 at 0.5 %, 15,370 at 2 %, 32,618 at 3 %.
    let usc: Decimal = "1346.00".parse().unwrap();
    let steady = year(&[5_000; 12]);
    assert_eq!((steady.0, steady.1), (paye, usc));
    // 4.1 % for nine months, 4.2 % from October on.
    assert_eq!(steady.2, Decimal::from(9 * 205 + 3 * 210));
    let uneven =
        year(&[9_000, 1_000, 5_000, 5_000, 5_000, 5_000, 5_000, 5_000, 5_000, 0, 10_000, 5_000]);
    assert_eq!((uneven.0, uneven.1), (paye, usc));
}
