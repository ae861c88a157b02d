//! Whether what people cost comes back in what is made: hours that were booked on work orders at their rates, against the pay of the same
//! days (EVENTS row 28). What is not booked is idle, or work that no order has; what is more than pay is a rate that is set too high.

use chrono::NaiveDate;
use fondaco_core::Reading;
use fondaco_core::report::{Cell, Explain, Phrase, word};
use rust_decimal::Decimal;

use super::measure::{Measure, over};
use super::service::{documents, lines};
use super::standing::{At, Standing};
use crate::company::CompanyError;
use crate::company::document::DocumentKind;
use crate::company::posting::{Figure, Role};

/// Labour booked ÷ pay, as [`Company::labour_absorption`](crate::company::Company::labour_absorption).
///
/// # Errors
/// [`CompanyError::NotSetUp`]; what the books say.
pub fn labour_absorption(
    read: &mut impl Reading,
    days: (NaiveDate, NaiveDate),
) -> Result<Measure, CompanyError> {
    let mut standing = Standing::read(read, days)?;
    standing.read_documents(read)?;
    let (mut absorbed, mut bookings) = (Decimal::ZERO, Vec::new());
    let found = documents(read, DocumentKind::TimeBooking, days)?;
    for (booking, lines) in found.iter().zip(lines(read, &found)?) {
        let of_people = lines.iter().filter(|one| one.charge.copied() == Some(Figure::Labour));
        let cost: Decimal = of_people.map(|line| line.net.to_decimal()).sum();
        absorbed += cost;
        if !cost.is_zero() {
            let leaf = Explain::new(Phrase::from(booking.date), standing.money(cost));
            bookings.push(leaf.source(booking.name()));
        }
    }
    let pay = standing.of_roles(&[Role::Wages, Role::EmployerContributions]);
    let pay = standing.sum(word("Pay"), &pay, At::Moved, false);
    let value = over(absorbed, pay.value, "pay").map(Cell::Percent);
    let booked = Explain::new(word("Labour absorbed"), standing.money(absorbed));
    let booked = booked.rule(standing.when(At::Moved)).inputs(bookings);
    let rule = "hours booked on work orders, at their rates ÷ wages and contributions";
    let name = word("Labour absorbed of pay");
    Ok(Measure::new("labour_absorption", name, value, rule, vec![booked, pay.explain]))
}
