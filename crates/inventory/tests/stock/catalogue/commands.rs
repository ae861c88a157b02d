//! Each command as JSON, by its digest, without its right and with it alone.

use fondaco_inventory::ENGINE;

use super::cases::{cases, with_ids};
use super::host::everywhere_with_staff;

#[test]
fn the_shortest_json_of_each_command() {
    cases().iter().for_each(|case| (case.check_json)(&with_ids(case.json)));
}

#[test]
fn a_mistyped_field_is_no_silent_default() {
    use fondaco_inventory::items::AddItems;
    let mistyped =
        r#"[{"id":"FLOUR_ID","code":"FLOUR","name":"Flour","unit":"kg","traking":"lot"}]"#;
    let error = serde_json::from_str::<AddItems>(&with_ids(mistyped)).unwrap_err();
    assert!(error.to_string().contains("traking"), "{error}");
}

/// A command that is sent again after an update is still the same one.
#[test]
fn digests_never_change() {
    let now: Vec<String> = cases().iter().map(|case| (case.digested)()).collect();
    let pinned: Vec<&str> = cases().iter().map(|case| case.digest).collect();
    assert_eq!(now, pinned);
}

#[test]
fn each_command_needs_its_right_and_no_other() {
    everywhere_with_staff(|host| {
        for case in cases() {
            let name = case.permission.name;
            let before = host.position();
            let denied = (case.send)(host, &format!("all but {name}")).unwrap_err();
            assert_eq!(
                denied.code(),
                "policy.not_held",
                "{} on {}: {denied}",
                case.json,
                host.name
            );
            assert!(denied.to_string().contains(name), "{denied}");
            assert_eq!(host.position(), before, "{}", case.json);
            let done = (case.send)(host, &format!("only {name}"));
            assert!(done.is_ok(), "{} on {}: {done:?}", case.json, host.name);
            assert_eq!(host.position(), before + 1, "{} on {}", case.json, host.name);
        }
    });
}

#[test]
fn no_permission_is_without_a_case() {
    // Those of moves and promises are tested with them.
    let ours = ["set_up", "add_", "change_", "close_", "keep_", "judge_", "open_"];
    let ours = |name: &str| ours.iter().any(|begins| name.starts_with(&format!("stock.{begins}")));
    let has_case = |name: &str| cases().iter().any(|case| case.permission.name == name);
    let missing: Vec<&str> = ENGINE.permissions().map(|one| one.name).collect();
    let missing: Vec<_> = missing.iter().filter(|name| ours(name) && !has_case(name)).collect();
    assert!(missing.is_empty(), "{missing:?}");
}
