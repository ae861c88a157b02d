//! The example of an audit: what it says is found is found, in a file of SQLite changed by hand.

#[path = "../examples/audit.rs"]
mod audit;

#[test]
fn it_finds_what_was_changed() -> Result<(), Box<dyn std::error::Error>> {
    audit::told()
}

mod program;

#[test]
fn it_says_what_it_takes_and_spoils_no_file_that_is_there() {
    let run = |args: &[&str]| {
        let output =
            std::process::Command::new(program::example("audit")).args(args).output().unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        (output.status.success(), text(output.stdout) + &text(output.stderr))
    };
    let (good, help) = run(&["--help"]);
    assert!(good && help.contains("--store STORE"), "{help}");
    assert!(run(&["books.db"]).1.contains("stands alone"));
    let mine = concat!("sqlite:", env!("CARGO_MANIFEST_DIR"), "/Cargo.toml");
    let (good, told) = run(&["--store", mine]);
    assert!(!good && told.contains("Cargo.toml is no file of SQLite: name another"), "{told}");
    let path = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("audit-kept.db");
    std::fs::write(&path, b"SQLite format 3\0").unwrap();
    let (good, told) = run(&["--store", &format!("sqlite:{}", path.display())]);
    assert!(!good && told.contains("exists, and the story spoils its books"), "{told}");
    assert_eq!(std::fs::read(&path).unwrap(), b"SQLite format 3\0");
    assert!(!run(&["--store", "memory"]).0);
}
