//! The figures of a company, by its handle.

use fondaco_core::report::Explain;

use super::{
    CashOutlook, FiguresQuery, Measure, OutlookQuery, OwnerFigures, ProfitQuery, Profitability,
    cash_outlook, explain_figure, explain_profit, figures_in_full, labour_absorption,
    owner_figures, profitability,
};
use crate::company::{Company, CompanyError};

impl Company<'_> {
    /// The owner's figures over some days.
    ///
    /// ```
    /// use fondaco::company::figures::FiguresQuery;
    /// use fondaco::company::{Company, SetUpCompany};
    /// use fondaco::prelude::*;
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let acme = Company::open(Memory::new(), &SetUpCompany::new(Currency::EUR, 2026))?;
    /// let march = FiguresQuery::new("2026-03-01".parse()?, "2026-03-31".parse()?);
    /// let figures = acme.figures(&march)?;
    /// let ratio = figures.get("current_ratio").ok_or("there is one")?;
    /// // Nothing is owed yet, so nothing is divided by it.
    /// assert_eq!(
    ///     ratio.explain.value.clone(),
    ///     "not defined, because current liabilities is zero".into()
    /// );
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As [`owner_figures`].
    pub fn figures(&self, query: &FiguresQuery) -> Result<OwnerFigures, CompanyError> {
        self.office().view(|view| owner_figures(view, query))
    }

    /// The same, each explained down to the documents: for a page that names them. It costs what the postings are, once for all.
    ///
    /// ```
    /// use fondaco::company::figures::FiguresQuery;
    /// use fondaco::company::{Company, SetUpCompany};
    /// use fondaco::prelude::*;
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let acme = Company::open(Memory::new(), &SetUpCompany::new(Currency::EUR, 2026))?;
    /// let march = FiguresQuery::new("2026-03-01".parse()?, "2026-03-31".parse()?);
    /// assert_eq!(acme.figures_in_full(&march)?.measures.len(), acme.figures(&march)?.measures.len());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As [`figures_in_full`].
    pub fn figures_in_full(&self, query: &FiguresQuery) -> Result<OwnerFigures, CompanyError> {
        self.office().view(|view| figures_in_full(view, query))
    }

    /// Why one of them is what it is: down to accounts, and the documents that add up to each. It costs what the postings are.
    ///
    /// # Errors
    /// As [`explain_figure`].
    pub fn explain_figure(
        &self,
        query: &FiguresQuery,
        code: &str,
    ) -> Result<Explain, CompanyError> {
        self.office().view(|view| explain_figure(view, query, code))
    }

    /// What was earned with which product, customer, channel, site.
    ///
    /// # Errors
    /// As [`profitability`].
    pub fn profitability(&self, query: &ProfitQuery) -> Result<Profitability, CompanyError> {
        self.office().view(|view| profitability(view, query))
    }

    /// Why what was earned with one product, customer, channel or site is what it is: its sales and their cost with the documents of each
    /// day, and its share of what is spent besides, with the accounts and documents of that.
    ///
    /// ```
    /// use fondaco::company::figures::{ProfitBy, ProfitQuery};
    /// use fondaco::company::{Company, SetUpCompany};
    /// use fondaco::prelude::*;
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let acme = Company::open(Memory::new(), &SetUpCompany::new(Currency::EUR, 2026))?;
    /// let (from, on) = ("2026-03-01".parse()?, "2026-03-31".parse()?);
    /// let nothing = acme.explain_profit(&ProfitQuery::new(from, on, ProfitBy::Product), "BOLT");
    /// assert_eq!(nothing.unwrap_err().code(), "company.unknown"); // nothing of it was sold
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As [`explain_profit`].
    pub fn explain_profit(&self, query: &ProfitQuery, code: &str) -> Result<Explain, CompanyError> {
        self.office().view(|view| explain_profit(view, query, code))
    }

    /// Which part of what people were paid over some days came back in the hours that were booked on work orders.
    ///
    /// ```
    /// use fondaco::company::{Company, SetUpCompany};
    /// use fondaco::prelude::*;
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let acme = Company::open(Memory::new(), &SetUpCompany::new(Currency::EUR, 2026))?;
    /// let part = acme.labour_absorption("2026-03-01".parse()?, "2026-03-31".parse()?)?;
    /// assert!(part.value.is_err()); // nobody was paid
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As [`labour_absorption`].
    pub fn labour_absorption(
        &self,
        from: chrono::NaiveDate,
        on: chrono::NaiveDate,
    ) -> Result<Measure, CompanyError> {
        self.office().view(|view| labour_absorption(view, (from, on)))
    }

    /// What money comes in and goes out in the next weeks.
    ///
    /// # Errors
    /// As [`cash_outlook`].
    pub fn cash_outlook(&self, query: &OutlookQuery) -> Result<CashOutlook, CompanyError> {
        self.office().view(|view| cash_outlook(view, query))
    }
}
