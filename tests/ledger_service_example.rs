//! The example of a wallet ends well, in memory and in a file, and the second time in that file nothing moves.

#[path = "../examples/ledger_service.rs"]
#[allow(dead_code, reason = "its command line is the program's")]
mod ledger_service;

use fondaco::prelude::*;

fn told(books: Books<'static>) -> Result<String, Box<dyn std::error::Error>> {
    ledger_service::day_of_trade(books)
}

#[test]
fn nobody_spends_what_he_does_not_have() -> Result<(), Box<dyn std::error::Error>> {
    let company = CompanyId::named("wallets");
    let in_memory = told(Books::open(Memory::new(), company)?)?;
    assert!(
        in_memory
            .starts_with("Refused: account wallet/ada: its debits would exceed its credits by")
    );
    let taken = in_memory.lines().find(|line| line.contains("A lantern")).unwrap_or_default();
    let figures: Vec<&str> = taken.split_whitespace().rev().take(2).collect();
    assert_eq!(figures, ["16.67", "33.33"], "{in_memory}");
    let folder = std::env::temp_dir().join(format!("fondaco-wallets-{}", std::process::id()));
    std::fs::create_dir_all(&folder)?;
    let file = folder.join("wallets.db");
    let first = told(Books::open(Sqlite::open(&file)?, company)?)?;
    let again = told(Books::open(Sqlite::open(&file)?, company)?)?;
    assert_eq!(first, in_memory);
    // What is refused names by how much, and that is another figure by now.
    let books = |told: &str| told.split_once("\n\n").map(|(_, books)| books.to_owned());
    assert_eq!(books(&again), books(&first));
    std::fs::remove_dir_all(&folder)?;
    Ok(())
}
