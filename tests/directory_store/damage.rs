//! A file cut short, or with a flipped bit, at every place there is.

use std::path::Path;

use super::*;

/// The first record begins here.
const HEAD: usize = 40;

/// A file of three writes, and its pairs after each.
struct Written3 {
    path: PathBuf,
    bytes: Vec<u8>,
    /// Where each write ends in the file, the empty map first.
    ends: Vec<usize>,
    pairs: Vec<Vec<(Vec<u8>, Vec<u8>)>>,
}

fn file(path: &Path) -> PathBuf {
    path.join("log-1")
}

fn three_writes() -> Written3 {
    let path = path();
    let map = Directory::open(&path, Fsync::Never).unwrap();
    let writes = [
        vec![Put::new("a", "one"), Put::new("b", "two")],
        vec![Put::new("a", "three"), Put::delete("b"), Put::new("c", "")],
        vec![Put::new("d", "four")],
    ];
    let (mut ends, mut all) = (vec![HEAD], vec![pairs(&map)]);
    for (position, puts) in writes.into_iter().enumerate() {
        map.write(position as u64, puts).unwrap();
        ends.push(std::fs::metadata(file(&path)).unwrap().len() as usize);
        all.push(pairs(&map));
    }
    drop(map);
    let bytes = std::fs::read(file(&path)).unwrap();
    Written3 { path, bytes, ends, pairs: all }
}

#[test]
fn a_file_cut_short_at_any_byte_is_named_and_never_read() {
    let written = three_writes();
    for length in 0..written.bytes.len() {
        std::fs::write(file(&written.path), &written.bytes[..length]).unwrap();
        let error = refusal(&written.path);
        assert!(
            matches!(&error, MapError::Corrupt(why) if why.contains("cut short") && why.contains("log-1")),
            "cut at {length}: {error}"
        );
    }
}

/// What is lost is no new firm: only a directory that never had a log begins one.
#[test]
fn a_directory_of_which_the_log_is_gone_is_not_taken_for_a_new_one() {
    let path = path();
    drop(Directory::open(&path, Fsync::Never).unwrap());
    std::fs::remove_file(file(&path)).unwrap();
    let refused = refusal(&path);
    assert!(
        matches!(&refused, MapError::Corrupt(why) if why.contains("its log is gone")),
        "{refused}"
    );
    // Killed before it made one, it is begun anew.
    std::fs::write(path.join("lock"), "").unwrap();
    assert_eq!(pairs(&Directory::open(&path, Fsync::Never).unwrap()), []);
}

#[test]
fn a_flipped_bit_anywhere_is_named_and_never_read() {
    let written = three_writes();
    for bit in 0..written.bytes.len() * 8 {
        let mut bytes = written.bytes.clone();
        bytes[bit / 8] ^= 1 << (bit % 8);
        std::fs::write(file(&written.path), &bytes).unwrap();
        let error = refusal(&written.path);
        assert!(matches!(&error, MapError::Corrupt(_)), "bit {bit}: {error}");
    }
}

/// What a program leaves that was killed while it appended: the head is of the write before, the record is not whole.
#[test]
fn a_write_that_was_never_answered_is_cut_off_at_any_byte() {
    let written = three_writes();
    let last = written.ends[2];
    let head = {
        // As it was after the second write: a file that ends there has it.
        let path = path();
        let map = Directory::open(&path, Fsync::Never).unwrap();
        map.write(0, vec![Put::new("a", "one"), Put::new("b", "two")]).unwrap();
        map.write(1, vec![Put::new("a", "three"), Put::delete("b"), Put::new("c", "")]).unwrap();
        std::fs::read(file(&path)).unwrap()[..HEAD].to_vec()
    };
    for length in last..=written.bytes.len() {
        let bytes = [&head, &written.bytes[HEAD..length]].concat();
        std::fs::write(file(&written.path), &bytes).unwrap();
        let map = Directory::open(&written.path, Fsync::Always).unwrap();
        let whole = if length == written.bytes.len() { 3 } else { 2 };
        assert_eq!(pairs(&map), written.pairs[whole], "cut at {length}");
        // And it goes on from there.
        let position = map.snapshot().unwrap().position();
        assert_eq!(map.write(position, vec![Put::new("e", "five")]), Ok(Written::Done));
        drop(map);
        let map = Directory::open(&written.path, Fsync::Always).unwrap();
        assert_eq!(pairs(&map).len(), written.pairs[whole].len() + 1);
    }
}

#[test]
fn records_that_changed_places_are_found_out() {
    let path = path();
    let map = Directory::open(&path, Fsync::Never).unwrap();
    map.write(0, vec![Put::new("a", "one")]).unwrap();
    map.write(1, vec![Put::new("b", "two")]).unwrap();
    drop(map);
    let bytes = std::fs::read(file(&path)).unwrap();
    let (first, second) = bytes[HEAD..].split_at((bytes.len() - HEAD) / 2);
    std::fs::write(file(&path), [&bytes[..HEAD], second, first].concat()).unwrap();
    assert!(matches!(refusal(&path), MapError::Corrupt(_)));
    // Nor may a file pass for the one that takes its place.
    std::fs::write(file(&path), &bytes).unwrap();
    std::fs::rename(file(&path), path.join("log-2")).unwrap();
    assert!(matches!(refusal(&path), MapError::Corrupt(_)));
}

#[test]
fn books_cut_short_are_not_opened_and_whole_ones_are() {
    let path = path();
    {
        let store = open(&path);
        let books = books(&store);
        (0..5).for_each(|number| sell(&books, number).unwrap());
    }
    let bytes = std::fs::read(file(&path)).unwrap();
    std::fs::write(file(&path), &bytes[..bytes.len() - 1]).unwrap();
    assert!(refusal(&path).to_string().contains("cut short"));
    std::fs::write(file(&path), bytes).unwrap();
    let store = open(&path);
    assert_eq!(sales(&books(&store)), 5);
}
