//! Pages as a browser lays them out, on a phone and on a desk: what has few figures is all in sight, and nothing is broken over lines
//! that should not be. It takes a Chromium; where there is none, the test says that it was left out.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test's helpers may fail the test")]
#![allow(clippy::disallowed_methods, reason = "it starts a browser")]

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use fondaco::core::report::{Column, Page, Row};
use fondaco::prelude::*;

/// Where Chromium is under one of its names.
fn chromium() -> Option<PathBuf> {
    let names = ["chromium", "chromium-browser", "google-chrome", "chrome"];
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    names
        .iter()
        .flat_map(|name| folders.iter().map(move |at| at.join(name)))
        .find(|at| at.is_file())
}

/// Two statements side by side, a trial balance, and a ledger with more columns than a phone has room for.
fn page() -> String {
    let amounts = |names: &[&str]| -> Vec<Column> {
        names.iter().map(|name| Column::amount((*name).to_owned(), Currency::USD)).collect()
    };
    let table = |title: &str, figures: Vec<Column>, cells: &[&str]| {
        let columns = [Column::text("Account"), Column::text("Name").naming_rows()];
        let mut report = Report::new(title.to_owned()).columns(columns).columns(figures);
        let row = |name: &str| {
            let figures = cells.iter().map(|cell| cell.parse::<Decimal>().unwrap().into());
            ["1150".into(), name.into()].into_iter().chain(figures).collect::<Vec<_>>()
        };
        report.push(Row::heading(["1".into(), "Assets".into()]));
        report.push(Row::new(row("Recoverable purchase tax")).at_level(2));
        report.push(Row::total(row("Total liabilities and equity")));
        report
    };
    let mut compared =
        amounts(&["1 Oct 2013 to 31 Dec 2013", "1 Jul 2013 to 30 Sep 2013", "Change"]);
    compared.push(Column::percent("Change in %"));
    let long = "135157516.12";
    Page::new("Wide")
        .report(table(
            "Compared",
            compared,
            &["52665688.57", "40036412.88", "-12629275.69", "-1.118"],
        ))
        .report(table(
            "Trial balance",
            amounts(&["Debit", "Credit", "Balance"]),
            &[long, long, long],
        ))
        .report(table("Wider", amounts(&["A", "B", "C", "D", "E", "F"]), &[long; 6]))
        .to_html(&Locale::en())
}

/// Said of each table: its name, whether it must be scrolled, and how many of its figures are broken over lines.
const MEASURE: &str = "<script>addEventListener('load',()=>{document.title=[...document.querySelectorAll('.scroll')].map(s=>{\
    const broken=[...s.querySelectorAll('tbody .n')].filter(c=>{const r=document.createRange();r.selectNodeContents(c);\
    return new Set([...r.getClientRects()].map(b=>Math.round(b.top))).size>1}).length;\
    return s.querySelector('caption').textContent+':'+(s.scrollWidth>s.clientWidth+1?'scrolls':'fits')+':'+broken}).join('|')+\
    '|page:'+(document.documentElement.scrollWidth>innerWidth?'scrolls':'fits')+':0'})</script>";

fn measured(chromium: &Path, width: u32) -> Vec<String> {
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("browser-{width}.html"));
    let profile = file.with_extension("profile");
    std::fs::write(&file, page().replace("</body>", &format!("{MEASURE}</body>"))).unwrap();
    let output = Command::new(chromium)
        .args(["--headless=new", "--no-sandbox", "--disable-gpu", "--virtual-time-budget=5000"])
        .arg(format!("--user-data-dir={}", profile.display()))
        .arg(format!("--window-size={width},1600"))
        .args(["--dump-dom", &format!("file://{}", file.display())])
        .output()
        .unwrap();
    let dom = String::from_utf8_lossy(&output.stdout).into_owned();
    let title = dom.split("<title>").nth(1).and_then(|rest| rest.split("</title>").next());
    let title = title.filter(|title| title.contains('|')).unwrap_or_else(|| {
        panic!("Chromium measured nothing: {}", String::from_utf8_lossy(&output.stderr))
    });
    drop(std::fs::remove_dir_all(profile));
    title.split('|').map(str::to_owned).collect()
}

#[test]
fn on_a_phone_statements_fit_and_only_what_is_wider_scrolls() {
    let Some(chromium) = chromium() else {
        let _ = std::io::stderr()
            .write_all(b"LEFT OUT: pages in a browser, for there is no Chromium\n");
        return;
    };
    let fit = ["Compared:fits:0", "Trial balance:fits:0"];
    let phone = measured(&chromium, 390);
    assert_eq!(phone, [fit[0], fit[1], "Wider:scrolls:0", "page:fits:0"], "at 390 pixels");
    let desk = measured(&chromium, 1280);
    assert_eq!(desk, [fit[0], fit[1], "Wider:fits:0", "page:fits:0"], "at 1280 pixels");
}
