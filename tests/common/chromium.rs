//! Pages as a browser lays them out and prints them. It takes a Chromium; where there is none, a test says that it was left out.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};

/// Where Chromium is under one of its names.
pub fn chromium() -> Option<PathBuf> {
    let names = ["chromium", "chromium-browser", "google-chrome", "chrome"];
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    names
        .iter()
        .flat_map(|name| folders.iter().map(move |at| at.join(name)))
        .find(|at| at.is_file())
}

/// Said of each table: its name, whether it must be scrolled, and how many of its figures are broken over lines.
const MEASURE: &str = "<script>addEventListener('load',()=>{parent.document.title=[...document.querySelectorAll('.scroll')].map(s=>{\
    const broken=[...s.querySelectorAll('tbody .n')].filter(c=>{const r=document.createRange();r.selectNodeContents(c);\
    return new Set([...r.getClientRects()].map(b=>Math.round(b.top))).size>1}).length;\
    return s.querySelector('caption').textContent+':'+(s.scrollWidth>s.clientWidth+1?'scrolls':'fits')+':'+broken}).join('|')+\
    '|page:'+(document.documentElement.scrollWidth>innerWidth?'scrolls':'fits')+':0'})</script>";

/// What the tables of a page are like at a width, and the page itself behind them: in a frame, for Chromium makes no window as narrow as a
/// phone.
pub fn measured(chromium: &Path, page: &str, width: u32) -> Vec<String> {
    let inside = page.replace("</body>", &format!("{MEASURE}</body>"));
    let inside = inside.replace('&', "&amp;").replace('"', "&quot;");
    let frame =
        format!("<iframe style=\"width:{width}px;height:1600px;border:0\" srcdoc=\"{inside}\">");
    let outside = format!("<!doctype html><title></title><body>{frame}</iframe></body>");
    let output = headless(chromium, &outside, |command, file| {
        command.arg("--window-size=1400,1700");
        command.args(["--dump-dom", &format!("file://{}", file.display())]);
    });
    let dom = String::from_utf8_lossy(&output.stdout).into_owned();
    let title = dom.split("<title>").nth(1).and_then(|rest| rest.split("</title>").next());
    let title = title.filter(|title| title.contains('|')).unwrap_or_else(|| {
        panic!("Chromium measured nothing: {}", String::from_utf8_lossy(&output.stderr))
    });
    title.split('|').map(str::to_owned).collect()
}

/// On how many sheets of paper a page is printed.
pub fn sheets(chromium: &Path, page: &str) -> usize {
    let mut printed = PathBuf::new();
    headless(chromium, page, |command, file| {
        printed = file.with_extension("pdf");
        command.arg(format!("--print-to-pdf={}", printed.display()));
        command.arg(format!("file://{}", file.display()));
    });
    let pdf = std::fs::read(&printed).unwrap();
    drop(std::fs::remove_file(printed));
    let sheet = b"/Type /Page\n";
    pdf.windows(sheet.len()).filter(|at| at == sheet).count()
}

/// Opens a page in a browser that nobody sees.
fn headless(
    chromium: &Path,
    page: &str,
    what: impl FnOnce(&mut Command, &Path),
) -> std::process::Output {
    static PAGES: AtomicU32 = AtomicU32::new(0);
    let name = format!("browser-{}-{}", std::process::id(), PAGES.fetch_add(1, Ordering::Relaxed));
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name).with_extension("html");
    let profile = file.with_extension("profile");
    std::fs::write(&file, page).unwrap();
    let mut command = Command::new(chromium);
    command.args(["--headless=new", "--no-sandbox", "--disable-gpu", "--virtual-time-budget=5000"]);
    command.arg(format!("--user-data-dir={}", profile.display()));
    what(&mut command, &file);
    let output = command.output().unwrap();
    drop(std::fs::remove_dir_all(profile));
    drop(std::fs::remove_file(file));
    output
}
