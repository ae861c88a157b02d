//! The layout of every stored record. Files that people have are in these layouts: a change here needs a higher `layout`,
//! a nullable column with its `since`, and a store that brings older files up.

use fondaco::company::ENGINE;
use fondaco_testkit::layout;

#[test]
fn no_layout_has_changed() {
    let now: Vec<String> = ENGINE.tables().into_iter().map(layout).collect();
    assert_eq!(now.join("\n"), LAYOUTS, "the layouts are now:\n{}", now.join("\n"));
}

const LAYOUTS: &str = include_str!("layouts.txt");
