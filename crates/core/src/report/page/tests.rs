//! What holds for every page.

use super::super::{Chart, Column, Explain, Grid, Kind, Locale, Report, Row};
use super::*;
use crate::{Currency, Money};

fn page() -> Page {
    let chart = Chart::bars(
        "Sales <by month>",
        Kind::Amount(Currency::EUR),
        Grid::new(["Jan", "Feb"]).series("Sales", [5.into(), (-3).into()]),
    );
    let columns = [
        Column::text("Account"),
        Column::text("Name").naming_rows(),
        Column::amount("Balance", Currency::EUR),
    ];
    let mut report =
        Report::new("Accounts").columns(columns).note("As of today").chart(chart.clone());
    report.push(Row::heading(["1".into(), "Assets & more".into()]).starting_group());
    report.push(
        Row::new([
            "1000".into(),
            "<script>alert(1)</script>".into(),
            Money::parse("-5 EUR").unwrap().into(),
        ])
        .at_level(1)
        .linked_to("elsewhere"),
    );
    report.push(Row::total(["".into(), "Total".into(), 0_i64.into()]).anchored("total"));
    let why = Explain::new("Total", 0_i64).rule("sum").input(Explain::new("Bank \"x\"", 0_i64));
    Page::new("Acme & sons").about("made today").chart(chart).report(report).explain("Why", why)
}

#[test]
fn a_page_is_whole_and_asks_nobody_for_anything() {
    let html = page().to_html(&Locale::en());
    for outside in ["<script", "<link", "<img", "src=", "@import", "url(", "http-equiv"] {
        assert!(!html.contains(outside), "{outside}");
    }
    let addresses = html.matches("http").count();
    assert_eq!(addresses, html.matches("xmlns=\"http://www.w3.org/2000/svg\"").count());
    assert!(html.contains("&lt;script&gt;alert(1)&lt;/script&gt;"));
}

#[test]
fn elements_are_closed_in_order() {
    let html = page().to_html(&Locale::de());
    let mut open = Vec::new();
    for tag in html.split('<').skip(1).map(|rest| rest.split('>').next().unwrap()) {
        let name = tag.split([' ', '\n']).next().unwrap();
        match name.strip_prefix('/') {
            Some(closed) => assert_eq!(open.pop(), Some(closed), "{tag}"),
            None if ["!DOCTYPE", "meta"].contains(&name) => {}
            None => open.push(name),
        }
    }
    assert_eq!(open, [""; 0]);
}

#[test]
fn every_id_is_there_once_and_every_reference_leads_to_one() {
    let html = page().to_html(&Locale::en());
    let after = |mark: &str| -> Vec<&str> {
        html.split(mark).skip(1).map(|rest| rest.split('"').next().unwrap()).collect()
    };
    let ids = after(" id=\"");
    let set: BTreeSet<_> = ids.iter().collect();
    assert_eq!(set.len(), ids.len(), "{ids:?}");
    let links = after("href=\"#");
    assert!(links.len() >= 2);
    let labels = after("aria-labelledby=\"").into_iter().flat_map(|labels| labels.split(' '));
    for reference in links.into_iter().chain(labels) {
        assert!(set.contains(&reference), "{reference}");
    }
}

#[test]
fn a_link_to_what_is_not_there_is_plain_text() {
    let html = page().to_html(&Locale::en());
    assert!(!html.contains("elsewhere"));
}

#[test]
fn tables_say_what_their_cells_are() {
    let html = page().to_html(&Locale::en());
    assert!(html.contains("<caption>Accounts</caption>"));
    assert!(html.contains(r#"<th scope="col">Account</th>"#));
    assert!(html.contains(r#"<th scope="col" class="n">Balance</th>"#));
    assert!(html.contains(
        r#"<tr class="h"><td>1</td><th scope="row" colspan="2">Assets &amp; more</th></tr>"#
    ));
    assert!(html.contains("<td class=\"n neg\">\u{2212}5.00</td>"));
    assert!(html.contains(r#"<tr class="t" id="total">"#));
}

#[test]
fn text_and_background_differ_enough() {
    let light = STYLE.split("@media").next().unwrap();
    let dark = STYLE.split("@media screen and (prefers-color-scheme:dark){").nth(1).unwrap();
    for theme in [light, dark.split("}}").next().unwrap()] {
        let colour = |name: &str| luminance(theme.split(&format!("--{name}:")).nth(1).unwrap());
        let contrast = |a: f64, b: f64| (a.max(b) + 0.05) / (a.min(b) + 0.05);
        for paper in ["paper", "band"].map(colour) {
            // WCAG 2.2, 1.4.3: 4.5 for text; 1.4.11: 3 for what a picture needs.
            for ink in ["ink", "soft", "link", "neg"] {
                assert!(contrast(colour(ink), paper) >= 4.5, "{ink} in {theme}");
            }
            for mark in ["c1", "c2", "c3", "c4", "c5", "c6", "c7", "c8", "up", "down", "strong"] {
                assert!(contrast(colour(mark), paper) >= 3.0, "{mark} in {theme}");
            }
        }
    }
}

/// The relative luminance of WCAG of a colour like `#fff` or `#2563a8`.
fn luminance(css: &str) -> f64 {
    let digits: Vec<u32> =
        css.trim_start_matches('#').chars().map_while(|c| c.to_digit(16)).collect();
    let channels: Vec<u32> = match digits.len() {
        3 => digits.iter().map(|d| d * 17).collect(),
        _ => digits.chunks(2).map(|pair| pair[0] * 16 + pair[1]).collect(),
    };
    let linear = |channel: u32| {
        let c = f64::from(channel) / 255.0;
        if c <= 0.040_45 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) }
    };
    0.2126 * linear(channels[0]) + 0.7152 * linear(channels[1]) + 0.0722 * linear(channels[2])
}

/// What has few figures needs no scrolling on a phone: `tests/browser.rs` has a browser measure it.
#[test]
fn names_stand_over_figures_where_these_are_few() {
    let table = |before: usize, figures: usize, last: Option<Column>| {
        let mut columns: Vec<_> = (0..before).map(|_| Column::text("Code")).collect();
        columns.push(Column::text("Name").naming_rows());
        columns.extend((0..figures).map(|_| Column::amount("Amount", Currency::EUR)));
        columns.extend(last);
        let html = Page::new("").report(Report::new("").columns(columns)).to_html(&Locale::en());
        let table = html.split("<table").nth(1).unwrap().split('>').next().unwrap();
        table.trim().trim_start_matches("class=").trim_matches('"').to_owned()
    };
    assert_eq!(table(0, 1, None), "", "one figure fits beside its name");
    assert_eq!(table(0, 2, None), "over f2");
    assert_eq!(table(1, 3, None), "over f3 coded");
    assert_eq!(table(1, 4, None), "over f4 coded");
    assert_eq!(table(1, 5, None), "", "so many scroll");
    assert_eq!(table(2, 2, None), "");
    assert_eq!(table(1, 2, Some(Column::text("Text"))), "", "a text after figures needs room");
    let phone = STYLE.split("@media screen and (max-width:40rem){").nth(1).unwrap();
    let compared = table(1, 3, Some(Column::percent("Change in %")));
    assert_eq!(compared, "over f4 share coded", "a share is narrower than an amount");
    for class in [".over", ".f3", ".f4", ".share", ".coded"] {
        assert!(phone.contains(class), "{class}");
    }
}
