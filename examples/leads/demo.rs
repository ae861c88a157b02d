//! Leads that nobody has: the same on every machine.

use super::data::RawLead;

const ORIGINS: [&str; 4] = ["API", "Landing Page Submission", "Lead Add Form", "Lead Import"];
const SOURCES: [&str; 6] =
    ["Google", "google", "Direct Traffic", "Reference", "Olark Chat", "bing"];
const SUBJECTS: [&str; 6] =
    ["Finance Management", "Select", "Marketing", "Operations", "", "Human Resources"];
const OCCUPATIONS: [&str; 4] = ["Unemployed", "Working Professional", "Student", ""];

/// 2,000 leads of a school: some doubled, some with what can't be read.
pub fn rows() -> Vec<RawLead> {
    (0..2_000).map(row).collect()
}

fn row(n: u64) -> RawLead {
    let pick = |salt: u64, of: u64| mixed(n, salt) % of;
    let [origin, source, subject, job] = [pick(1, 4), pick(2, 6), pick(3, 6), pick(4, 4)];
    let visits = pick(5, 9);
    let minutes = if visits == 0 { 0 } else { pick(6, 1_800) };
    let odds = minutes as f64 / 450.0 - 3.0
        + if origin == 2 { 2.5 } else { 0.0 }
        + if source == 3 { 1.5 } else { 0.0 }
        + [-0.3, 2.2, -0.6, -1.2][job as usize];
    let bought = (pick(7, 10_000) as f64) < 10_000.0 / (1.0 + (-odds).exp());
    let id = if n % 500 == 499 { n - 1 } else { n };
    let visits_shown = if n % 400 == 77 { "many".to_owned() } else { visits.to_string() };
    let cells = [
        format!("demo-{id:04}"),
        ORIGINS[origin as usize].to_owned(),
        SOURCES[source as usize].to_owned(),
        visits_shown,
        minutes.to_string(),
        format!("{:.1}", 1.0 + pick(8, 40) as f64 / 10.0),
        SUBJECTS[subject as usize].to_owned(),
        OCCUPATIONS[job as usize].to_owned(),
        u8::from(bought).to_string(),
    ];
    RawLead { line: n + 2, cells: cells.into() }
}

/// A number that looks like chance (the finisher of SplitMix64).
fn mixed(n: u64, salt: u64) -> u64 {
    let mut x = (n * 31 + salt).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}
