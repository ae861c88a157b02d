//! What came out, for a terminal and as pages: register, differences, a payslip with its explanation, costs, a forecast, lines for the
//! books, the year's form, the file for the bank.

use std::error::Error;
use std::fs;
use std::io::Write;
use std::path::Path;

use fondaco::core::Currency;
use fondaco::core::PartyId;
use fondaco::core::report::{Column, Explain, Figure, Locale, Page, Phrase, Report, Row};
use fondaco::payroll::outputs::year::W2;
use fondaco::payroll::outputs::{
    CostReport, Journal, Labels, Payslip, PayslipHead, Register, YearToDate,
};
use fondaco::payroll::runs::{PayInput, Slip, explain, forecast, opening_sums};

use super::cases::{LAW, Period, case};
use super::half_year::{Done, HalfYear};
use super::people::Group;

/// How many rows a terminal shows of a long table.
const MOST: usize = 8;

/// All that is told.
pub struct Told {
    notes: Vec<String>,
    runs: Report,
    registers: Vec<Report>,
    differences: Report,
    payslip: Page,
    payslip_text: String,
    why: Explain,
    why_title: String,
    by_department: Report,
    by_month: Report,
    ahead: Report,
    journal: Report,
    w2: Report,
    figures: Vec<Figure>,
}

impl Told {
    /// Makes all of it.
    ///
    /// # Errors
    /// What the engine refuses.
    pub fn of(half: &HalfYear) -> Result<Told, Box<dyn Error>> {
        let all = half.all_slips();
        let names = |party: PartyId| half.name_of(party);
        let department =
            |code: &str| half.people.departments.get(code).map(|name| name.as_str().into());
        let last = half.last(Group::Biweekly).ok_or("nobody is paid every other week")?;
        let monthly = half.last(Group::Monthly).ok_or("nobody is paid by the month")?;
        let garnished = half.person(&half.story.garnished)?;
        let (done, slip) = half.garnished_slip().ok_or("the order took something")?;
        let year: Vec<_> =
            all.iter().filter(|other| other.employee == slip.employee).cloned().collect();
        let paid_before: Vec<_> =
            year.iter().filter(|other| other.pay_date <= slip.pay_date).cloned().collect();
        let labels = labels();
        let head = PayslipHead {
            employer: vec![half.people.company.into()],
            employee: vec![garnished.name.as_str().into(), garnished.title.as_str().into()],
            details: vec![("Tax card".into(), "single, as assumed".into())],
            accounts: [("MAIN".into(), "checking account, made up".into())].into(),
        };
        let payslip = Payslip::of(slip, head, &labels).with_year(YearToDate::of(&paid_before)?);
        let why = half
            .payroll
            .view(|view| explain(view, (done.run, slip.employee), "federal_income_tax"))?;
        let cost = CostReport::by_centre(&all)?;
        let total = cost.total()?;
        Ok(Told {
            notes: notes(half)?,
            runs: runs(half)?,
            registers: vec![
                Register::of(&last.slips)?.to_report(&names),
                Register::of(&monthly.slips)?.to_report(&names),
            ],
            differences: half
                .most_changed(Group::Biweekly)?
                .to_report_with(&names, (&labels, &Locale::en())),
            payslip: payslip.to_page(&Locale::en())?,
            payslip_text: payslip.to_text(&Locale::en())?,
            why,
            why_title: format!("Why federal income tax of {} is what it is", garnished.name),
            by_department: cost.to_report(&department)?,
            by_month: CostReport::by_month(&all)?.to_report()?,
            ahead: ahead(half)?,
            journal: Journal::of(&last.slips, &half.deductions)?.to_report()?,
            w2: W2::of(&year, &half.payroll.view(|view| opening_sums(view, slip.employee))?, 2013)?
                .to_report(),
            figures: vec![
                Figure::new("People paid", total.people.len()),
                Figure::new("Slips", all.len()),
                Figure::new("Wages", fondaco::core::Money::new(total.wages, Currency::USD)),
                Figure::new(
                    "Employer's cost",
                    fondaco::core::Money::new(total.total()?, Currency::USD),
                ),
            ],
        })
    }

    /// Tells it to a terminal.
    ///
    /// # Errors
    /// What writing fails with.
    pub fn write(&self, out: &mut dyn Write, half: &HalfYear) -> Result<(), Box<dyn Error>> {
        writeln!(out, "{}: pay from July to December 2013", half.people.company)?;
        for note in &self.notes {
            writeln!(out, "- {note}")?;
        }
        writeln!(out, "\n{}", self.runs)?;
        for register in &self.registers {
            writeln!(out, "{}", short(register))?;
        }
        writeln!(out, "{}", short(&self.differences))?;
        writeln!(out, "{}\n{}\n{}", self.payslip_text, self.why_title, self.why)?;
        for report in [&self.by_department, &self.by_month, &self.ahead, &self.w2] {
            writeln!(out, "{report}")?;
        }
        Ok(writeln!(out, "{}", short(&self.journal))?)
    }

    /// Writes the pages beside the file for the bank, which each run wrote before it was paid.
    ///
    /// # Errors
    /// A file can't be written.
    pub fn save(
        &self,
        out: &mut dyn Write,
        half: &HalfYear,
        path: &Path,
    ) -> Result<(), Box<dyn Error>> {
        let last = half.last(Group::Biweekly).ok_or("nobody is paid every other week")?;
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::write(path, self.page(half).to_html(&Locale::en()))?;
        let payslip = path.with_extension("payslip.html");
        fs::write(&payslip, self.payslip.to_html(&Locale::en()))?;
        match last.payments.len() {
            0 => writeln!(
                out,
                "Nothing was left to pay: all of it had left before, and nobody is paid twice."
            )?,
            payments => writeln!(
                out,
                "The bank's file for {}: {}, {payments} payments.",
                last.name,
                half.bank.display()
            )?,
        }
        writeln!(out, "The half year as a page: open {} in a browser.", path.display())?;
        Ok(writeln!(out, "The payslip, to be printed: {}", payslip.display())?)
    }

    fn page(&self, half: &HalfYear) -> Page {
        let mut assumed = Report::new("What was assumed").column(Column::text("").naming_rows());
        for note in &self.notes {
            assumed.push(Row::new([note.as_str().into()]));
        }
        let mut page = Page::new(half.people.company)
            .about(
                Phrase::from("Pay from July to December 2013, under the law of")
                    .and(LAW.to_string()),
            )
            .figures(self.figures.clone())
            .report(self.runs.clone())
            .report(self.by_department.clone())
            .report(self.by_month.clone())
            .report(self.ahead.clone())
            .report(self.differences.clone());
        for register in &self.registers {
            page = page.report(register.clone());
        }
        page.explain(self.why_title.as_str(), self.why.clone())
            .report(self.w2.clone())
            .report(self.journal.clone())
            .report(assumed)
    }
}

impl HalfYear {
    /// The last slip from which the order took something, and its run.
    fn garnished_slip(&self) -> Option<(&Done, &Slip)> {
        let of = |done: &'_ Done| {
            done.slips
                .iter()
                .any(|slip| slip.lines.iter().any(|line| line.component == "GARNISHMENT"))
        };
        let done = self.runs.iter().rfind(|done| of(done))?;
        let party = PartyId::named(&self.story.garnished);
        Some((done, done.slips.iter().find(|slip| slip.employee == party)?))
    }
}

/// What components of this company are called.
fn labels() -> Labels {
    Labels::shipped()
        .with("SALARY", "en", "Salary")
        .with("HOURS", "en", "Hours worked")
        .with("GARNISHMENT", "en", "Garnishment")
        .with("GARNISHMENT", "de", "Pfändung")
}

fn notes(half: &HalfYear) -> Result<Vec<String>, Box<dyn Error>> {
    let story = &half.story;
    let raised = match story.raised.as_slice() {
        [] => "nobody's rate".to_owned(),
        all => format!("the rates of {}", all.join(", ")),
    };
    let law = format!(
        "{LAW}: the shipped rules begin then, and each day of 2013 has the law of that day of {LAW}"
    );
    Ok(vec![
        format!("The law is the federal law of {law}."),
        "Tax cards are not in the data: everybody is taken for single, with nothing ticked. No state's tax is withheld.".into(),
        "Hours are not in the data: who is paid by the hour is taken to work eight on each day from Monday to Friday.".into(),
        "Bank accounts are made up.".into(),
        format!("Sums of the year begin in July: what was paid before is not known, so that unemployment tax is paid on {}.", "the first 7,000 dollars from then on"),
        format!("In July {raised} rose; the payroll heard of it in August, and paid the arrears as supplemental wages."),
        format!("Made up: {} joined on 16 September; {} left on 16 October, was paid for the whole period, and that slip was voided for a final one; {} has a garnishment of 1,800 dollars from September on.",
            story.joiner, story.leaver, story.garnished),
    ])
}

/// All runs, with what they came to.
fn runs(half: &HalfYear) -> Result<Report, Box<dyn Error>> {
    let mut report = Report::new("Runs")
        .column(Column::text("Run").naming_rows())
        .column(Column::date("Paid on"))
        .column(Column::count("Slips"))
        .column(Column::count("Voided"));
    for heading in ["Gross", "Net pay", "Employer's contributions"] {
        report = report.column(Column::amount(heading, Currency::USD));
    }
    for done in &half.runs {
        let register = Register::of(&done.slips)?;
        let total = &register.total;
        report.push(Row::new([
            done.name.as_str().into(),
            done.period.pay_date.into(),
            register.rows.len().into(),
            register.voided.len().into(),
            total.gross.into(),
            total.net.into(),
            total.contributions.into(),
        ]));
    }
    Ok(report)
}

/// What the people who are there at the end of the year will cost in the next, if nothing changes.
fn ahead(half: &HalfYear) -> Result<Report, Box<dyn Error>> {
    let mut cases: Vec<PayInput> = Vec::new();
    for period in Period::between("2014-01-01".parse()?, "2014-12-31".parse()?) {
        for person in half.people.all.iter().filter(|person| person.group == period.group) {
            cases.extend(case(person, &period, &|_| true)?);
        }
    }
    let (slips, refused) = half.payroll.view(|view| forecast(view, &cases))?;
    let mut report = CostReport::by_month(&slips)?.to_report()?;
    report.title = "Forecast of 2014, if nothing changes".into();
    for refused in refused {
        report.notes.push(refused.why.into());
    }
    Ok(report)
}

/// The first rows of a report, and its last.
fn short(report: &Report) -> Report {
    let mut short = report.clone();
    if report.rows.len() > MOST + 2 {
        let last = report.rows.len() - 1;
        short.rows = report.rows.iter().take(MOST).chain(report.rows.get(last)).cloned().collect();
        short.notes.push(format!("and {} more, on the page", last - MOST).into());
    }
    short
}
