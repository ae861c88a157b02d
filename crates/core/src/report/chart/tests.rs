//! Charts, letter by letter where that is short, and what holds for all of them where it is not.

use rust_decimal::Decimal;

use super::*;
use crate::Currency;

fn eur() -> Kind {
    Kind::Amount(Currency::EUR)
}

fn d(text: &str) -> Decimal {
    text.parse().unwrap()
}

/// All kinds over a grid that may be anything.
fn all_of(names: &[&str], values: &[Option<Decimal>]) -> Vec<Chart> {
    let grid = Grid::new(names.iter().copied())
        .series_with_gaps("First", values.iter().copied())
        .series_with_gaps("Second", values.iter().rev().copied());
    let items =
        names.iter().zip(values).filter_map(|(name, value)| value.map(|value| (*name, value)));
    let steps = items.clone().map(|(name, value)| Step::change(name, value));
    vec![
        Chart::bars("Bars", eur(), grid.clone()),
        Chart::stacked("Stacked", eur(), grid.clone()),
        Chart::line("Line", eur(), grid),
        Chart::waterfall("Waterfall", eur(), steps.chain([Step::total("End")])),
        Chart::pareto("Pareto", eur(), items),
    ]
}

fn sizes(chart: &Chart) -> [String; 2] {
    [Size::WIDE, Size::NARROW].map(|size| {
        let mut html = Html::new();
        chart.draw(&mut html, &Locale::de(), size, "c", false);
        html.into_string()
    })
}

/// Every coordinate of a picture is a number and stands in it; names may lean over no edge but the foot's.
fn stands_within(svg: &str, chart: &Chart) {
    for attribute in [" x=\"", " x1=\"", " x2=\"", " cx=\"", " y=\"", " y1=\"", " cy=\""] {
        for rest in svg.split(attribute).skip(1) {
            let text = rest.split('"').next().unwrap();
            let value: f64 =
                text.parse().unwrap_or_else(|_| panic!("{attribute}{text} in {}", chart.title));
            assert!((-1.0..=601.0).contains(&value), "{attribute}{text} in {}: {svg}", chart.title);
        }
    }
    for rest in svg.split(" height=\"").skip(1) {
        let height: f64 = rest.split('"').next().unwrap().parse().unwrap();
        assert!((0.0..=300.0).contains(&height), "{height} in {}", chart.title);
    }
}

#[test]
fn whatever_the_figures_every_chart_stands_in_its_frame() {
    let long = ["A name that is much longer than there is room for it", "b", "c", "d", "e", "f"];
    let many: Vec<String> = (0..400).map(|n| format!("Category {n}")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    let values = |texts: &[&str]| texts.iter().map(|text| Some(d(text))).collect::<Vec<_>>();
    let cases: Vec<(&[&str], Vec<Option<Decimal>>)> = vec![
        (&[], vec![]),
        (&["one"], values(&["5"])),
        (&["one"], values(&["0"])),
        (&["one"], vec![None]),
        (&["gap", "here", "and there"], vec![Some(d("1")), None, Some(d("2"))]),
        (&["a", "b", "c"], values(&["-5", "-10", "-0.01"])),
        (&["a", "b"], values(&["79228162514264337593543950335", "-79228162514264337593543950335"])),
        (&["a", "b"], values(&["0.0000000000000000000000000001", "0"])),
        (&long, values(&["1", "2", "3", "4", "5", "1000000000"])),
        (&many, (0..400).map(|n| Some(Decimal::from(n - 200))).collect()),
        (&["more", "names", "than", "values"], values(&["1"])),
        (&["fewer names"], values(&["1", "2", "3"])),
    ];
    for (names, values) in &cases {
        for chart in all_of(names, values) {
            for svg in sizes(&chart) {
                stands_within(&svg, &chart);
                assert!(
                    svg.contains("<title id=\"c-title\">") && svg.contains("<desc id=\"c-about\">")
                );
                assert!(!svg.contains("NaN") && !svg.contains("inf"), "{svg}");
            }
        }
    }
}

#[test]
fn without_figures_it_says_so() {
    for chart in
        all_of(&[], &[]).into_iter().filter(|chart| !matches!(chart.plot, Plot::Waterfall(_)))
    {
        assert!(chart.to_svg(&Locale::en()).contains(">no data</text>"), "{}", chart.title);
    }
}

#[test]
fn a_bar_is_as_long_as_its_figure() {
    let grid = Grid::new(["a", "b", "c"]).series("Sales", [d("100"), d("50"), d("-25")]);
    let svg = Chart::bars("t", eur(), grid).to_svg(&Locale::en());
    let heights: Vec<f64> = svg
        .split(" height=\"")
        .skip(1)
        .map(|rest| rest.split('"').next().unwrap().parse().unwrap())
        .collect();
    let [a, b, c] = heights[..] else { panic!("{heights:?}") };
    assert!((a / b - 2.0).abs() < 0.01 && (b / c - 2.0).abs() < 0.01, "{heights:?}");
}

#[test]
fn a_small_waterfall_letter_by_letter() {
    let steps =
        [Step::change("Sales", d("500")), Step::change("Rent", d("-40")), Step::total("Profit")];
    let chart = Chart::waterfall("From sales to profit", eur(), steps);
    let mut html = Html::new();
    chart.draw(&mut html, &Locale::en(), Size::NARROW, "c", false);
    let shown = html.into_string().replace("><", ">\n<");
    assert_eq!(shown, include_str!("waterfall.svg").trim_end(), "\n{shown}");
}

#[test]
fn the_largest_are_ranked_and_the_rest_are_one() {
    let items: Vec<_> = (1..=100).map(|n| (format!("Item {n}"), Decimal::from(n))).collect();
    let chart = Chart::pareto("Items", Kind::Count, items);
    let svg = chart.to_svg(&Locale::en());
    assert!(svg.contains("<title>Item 100: 100</title>") && svg.contains("86 others"));
    let data = chart.to_report();
    assert_eq!(data.rows.len(), 100, "the data's table has all");
    assert_eq!(data.rows[99].cell(2).figure(), Some(Decimal::ONE));
}

#[test]
fn in_words_it_says_where_it_is_lowest_and_highest() {
    let grid = Grid::new(["Jan", "Feb", "Mar"]).series("Sales", [d("3"), d("1"), d("2")]);
    let words = Chart::line("t", eur(), grid).in_words(&Locale::en());
    assert_eq!(words, "Lines, Jan to Mar. Sales: least 1.00 (Feb), most 3.00 (Jan).");
}

fn plan() -> Chart {
    let day = |text: &str| text.parse::<chrono::NaiveDate>().unwrap();
    let task = |name: &str, start, end| Task::new(name, day(start), day(end));
    Chart::gantt(
        "The hall",
        [
            task("Hall 3", "2026-03-02", "2026-04-30"),
            task("Floor", "2026-03-02", "2026-03-13").at_level(1),
            task("Racks & lifts", "2026-03-16", "2026-04-10").at_level(1).after([1]),
            task("Inspection", "2026-04-10", "2026-04-10").at_level(1).after([2, 99]),
            task(
                "Moving in, with everything that has to come from the old one",
                "2026-04-13",
                "2026-04-30",
            )
            .after([3]),
        ],
    )
}

#[test]
fn a_gantt_chart_letter_by_letter() {
    let mut html = Html::new();
    plan().draw(&mut html, &Locale::de(), Size::NARROW, "c", false);
    let svg = html.into_string().replace("><", ">\n<");
    assert_eq!(svg, GANTT.trim_end(), "the picture is now:\n{svg}\n");
}

#[test]
fn whatever_the_tasks_their_bars_stand_in_the_frame() {
    let day = |n: i64| chrono::NaiveDate::MIN + chrono::Duration::days(n);
    let spans =
        [(0, 0), (0, 3), (5, 400), (10, 100_000), (40_000_000, 50_000_000), (95_000_000, 0)];
    for count in 0..spans.len() {
        let tasks = spans.iter().take(count).enumerate().map(|(at, (start, end))| {
            Task::new("T", day(*start), day(*end)).at_level(at as u8 * 50).after([
                0,
                at,
                count - 1 - at,
            ])
        });
        for (svg, width) in sizes(&Chart::gantt("Any", tasks)).iter().zip([600.0, 360.0]) {
            assert!(!svg.contains("NaN") && !svg.contains("inf"), "{svg}");
            for rect in svg.split("<rect ").skip(1) {
                let of = |name: &str| -> f64 {
                    let rest = rect.split(name).nth(1).unwrap();
                    rest.split('"').next().unwrap().parse().unwrap()
                };
                let (x, wide) = (of(" x=\""), of(" width=\""));
                assert!(x >= 0.0 && wide >= 1.0 && x + wide <= width + 1.0, "{rect}");
            }
            assert!(svg.matches("<text").count() < 40, "dates have their room");
        }
    }
}

/// The picture on a phone, in German, an element a line.
const GANTT: &str = include_str!("gantt.svg");
