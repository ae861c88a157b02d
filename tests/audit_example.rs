//! The example of an audit: what it says is found is found, in a file of SQLite changed by hand.

#[path = "../examples/audit.rs"]
mod audit;

#[test]
fn it_finds_what_was_changed() -> Result<(), Box<dyn std::error::Error>> {
    audit::main()
}
