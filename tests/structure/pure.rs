//! What acts are made of neither reads the world nor has an order of its own: engines and core name no clock, no random order, no
//! file, no surroundings. Clippy keeps the rest of it (`clippy.toml`), but sees neither a hasher that a type brings along nor what
//! is only used.

use crate::sources::{root, sources};

/// The crates that acts are in.
const ENGINES: [&str; 6] = ["core", "accounting", "crm", "fondaco", "inventory", "payroll"];

/// What reads the world, or gives another order each time.
const WORLD: &[&str] = &[
    "std::env::",
    "std::fs::",
    "std::net::",
    "std::process::",
    "std::time::Instant",
    "SystemTime::",
    "thread::current",
    "thread_rng",
    "rand::rng",
    ".elapsed()",
    "RandomState",
    "HashMap::new()",
    "HashMap::with_capacity(",
    "HashSet::new()",
    "HashSet::with_capacity(",
];

/// Where the world comes in all the same, and why no act rests on it.
const EDGES: &[(&str, &str, &str)] = &[
    ("core/src/timestamp.rs", "SystemTime::", "`Timestamp::now`, which clippy keeps out of acts"),
    (
        "core/src/report/arrow.rs",
        "HashMap<",
        "what Arrow takes as metadata; nothing is decided by it",
    ),
    ("accounting/src/import/accounts.rs", "std::fs::", "a job's `fetch` brings a file's lines"),
    ("accounting/src/import/entries.rs", "std::fs::", "a job's `fetch` brings a file's lines"),
    ("core/src/map.rs", "HashMap<", "it names the hasher that is fixed"),
    ("core/src/map.rs", "HashSet<", "it names the hasher that is fixed"),
    ("core/src/store/key_table.rs", "RandomState", "looked up by key, never walked"),
    ("core/src/store/sums.rs", "RandomState", "looked up by key, never walked"),
    ("core/src/tx/cache.rs", "RandomState", "looked up by key, never walked"),
    ("core/src/tx/compiled.rs", "RandomState", "looked up by key, never walked"),
    ("crm/src/import/job.rs", "std::fs::", "a job's `fetch` brings a file's lines"),
];

#[test]
fn acts_neither_read_the_world_nor_have_a_random_order() {
    let crates = root().join("crates");
    let mut found = Vec::new();
    let mut read = 0;
    for file in sources() {
        let Ok(inside) = file.strip_prefix(&crates) else { continue };
        let (name, inside) = (inside.iter().next().unwrap(), inside.to_str().unwrap());
        let of_tests = file.ends_with("tests.rs") || inside.contains("derive/");
        if !ENGINES.iter().any(|engine| name == *engine) || of_tests {
            continue;
        }
        read += 1;
        let text = std::fs::read_to_string(&file).unwrap();
        found.extend(worldly(&text).into_iter().map(|word| (inside.to_owned(), word)));
    }
    assert!(read > 200, "only {read} files were read");
    let is_edge = |(file, word): &(String, String)| {
        EDGES.iter().any(|(edge, known, _)| file == edge && word == known)
    };
    let stray: Vec<_> = found.iter().filter(|one| !is_edge(one)).collect();
    assert!(stray.is_empty(), "acts must replay: {stray:#?}");
    for (edge, known, _) in EDGES {
        let is_there = found.iter().any(|(file, word)| file == edge && word == known);
        assert!(is_there, "{edge} no longer has {known}");
    }
}

/// What of the world a source names, outside comments and tests.
fn worldly(text: &str) -> Vec<String> {
    let text = text.split("\n#[cfg(test)]\nmod ").next().unwrap();
    let lines = text.lines().filter(|line| !line.trim_start().starts_with("//"));
    let text: String = lines.flat_map(|line| [line, "\n"]).collect();
    let mut found: Vec<String> =
        WORLD.iter().filter(|word| text.contains(**word)).map(|word| (*word).to_owned()).collect();
    // A map with a hasher of its own says so; one of `fondaco_core::map` has a fixed one.
    for (map, parts) in [("HashMap<", 3), ("HashSet<", 2)] {
        let is_fixed =
            ["fondaco_core::map::", "use crate::map::"].iter().any(|path| text.contains(path));
        let bare = text.split(map).skip(1).any(|rest| arguments(rest) < parts);
        if bare && !is_fixed {
            found.push(map.to_owned());
        }
    }
    found
}

/// How many arguments stand before the `>` that closes them.
fn arguments(rest: &str) -> usize {
    let (mut depth, mut count, mut empty) = (0, 1, true);
    let mut before = ' ';
    for c in rest.chars() {
        match c {
            '<' | '(' | '[' => depth += 1,
            '>' if before == '-' => {}
            '>' if depth == 0 => break,
            '>' | ')' | ']' => depth -= 1,
            ',' if depth == 0 => (count, empty) = (count + 1, true),
            c if !c.is_whitespace() => empty = false,
            _ => {}
        }
        before = c;
    }
    count - usize::from(empty && count > 1)
}

#[test]
fn a_map_of_std_s_is_found_and_others_are_not() {
    for bare in [
        "let a: HashMap<u8, (u8, u8)> = b;",
        "HashSet<Vec<u8>>",
        "x.collect::<HashMap<_, _>>()",
        "use foldhash::HashMap;\nlet a: HashMap<u8, u8> = b;",
    ] {
        assert!(worldly(bare).iter().any(|word| word.starts_with("Hash")), "{bare}");
    }
    for fixed in [
        "HashMap<u8, fn() -> u8, FixedState>",
        "use fondaco_core::map::HashMap;\nlet a: HashMap<u8, u8> = b;",
        "HashSet<u8, S>",
        "HashMap<\n    u8,\n    u8,\n    S,\n>",
    ] {
        assert_eq!(worldly(fixed), [""; 0], "{fixed}");
    }
    assert_eq!(worldly("// HashMap::new()\n"), [""; 0]);
    assert_eq!(worldly("let now = SystemTime::now();"), ["SystemTime::"]);
}
