//! The example of users and rights runs, and what it asserts holds.

#[path = "../examples/rights.rs"]
mod rights;

#[test]
fn it_runs() -> Result<(), Box<dyn std::error::Error>> {
    rights::main()
}
