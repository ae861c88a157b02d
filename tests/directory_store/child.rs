//! Children that are killed, or run out of disk, while they sell.
//!
//! A child is this test program, told to run one of the `#[ignore]`d functions below.

use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};

use super::*;

const WHERE: &str = "FONDACO_TEST_DIRECTORY";

fn given() -> PathBuf {
    PathBuf::from(std::env::var_os(WHERE).expect("run by its parent"))
}

/// Sells until it is killed; says each sale when it is answered.
#[test]
#[ignore = "a child of `what_was_answered_survives_kill_9`"]
fn sells_for_ever() {
    let store = OrderedStore::open(Directory::open(given(), Fsync::Always).unwrap()).unwrap();
    let books = books(&store);
    for number in sales(&books).. {
        sell(&books, number).unwrap();
        println!("\nsold {number}");
        std::io::stdout().flush().unwrap();
    }
}

/// Sells until the disk is full, then says so, and that what it has is still to be read.
#[test]
#[ignore = "a child of `a_write_that_fails_midway_leaves_nothing`"]
fn sells_until_the_disk_is_full() {
    let store = open(&given());
    let books = books(&store);
    let failed = (0..).map(|number| sell(&books, number)).find_map(Result::err).unwrap();
    println!("\nfailed {}", failed.code());
    let first = sales(&books);
    assert!(sell(&books, first).is_err(), "the disk is still full");
    assert_eq!(sales(&books), first);
    println!("\nsold {first}");
}

fn child(name: &str, path: &Path) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    let name = format!("child::{name}");
    command.args([name.as_str(), "--exact", "--ignored", "--nocapture", "--test-threads=1"]);
    command.env(WHERE, path).stdout(Stdio::piped());
    command
}

fn said<'l>(line: &'l str, word: &str) -> Option<&'l str> {
    line.strip_prefix(word)?.strip_prefix(' ')
}

#[test]
fn what_was_answered_survives_kill_9() {
    let path = path();
    let mut before = 0;
    for round in 1..=6u64 {
        let mut child = child("sells_for_ever", &path).spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let sold = lines.map_while(Result::ok).filter_map(|line| said(&line, "sold")?.parse().ok());
        let answered: u64 = sold.take(7 * round as usize).last().unwrap();
        child.kill().unwrap(); // SIGKILL
        child.wait().unwrap();
        let store = open(&path);
        let found = sales(&books(&store));
        assert!(answered > before, "round {round} sold nothing");
        assert!(found > answered, "{answered} was answered, {found} are there");
        before = answered;
    }
}

#[cfg(unix)]
#[test]
fn a_write_that_fails_midway_leaves_nothing() {
    let path = path();
    // A limit on the size of files stands for a full disk: the write that meets it is done in part.
    let inner = child("sells_until_the_disk_is_full", &path);
    let words: Vec<String> = std::iter::once(inner.get_program())
        .chain(inner.get_args())
        .map(|word| format!("'{}'", word.to_string_lossy()))
        .collect();
    let limited = format!("trap '' XFSZ; ulimit -f 150; exec {}", words.join(" "));
    let output = Command::new("sh").args(["-c", &limited]).env(WHERE, &path).output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{text}{}", String::from_utf8_lossy(&output.stderr));
    assert!(text.lines().any(|line| said(line, "failed") == Some("store.unavailable")), "{text}");
    let sold: u64 = text.lines().find_map(|line| said(line, "sold")?.parse().ok()).unwrap();
    let store = open(&path);
    let books = books(&store);
    assert!(sold > 10, "{sold}");
    assert_eq!(sales(&books), sold);
    // With room again it goes on, the refused sale first.
    sell(&books, sold).unwrap();
    assert_eq!(sales(&books), sold + 1);
}
