//! The input side of the examples.
#[path = "../examples/common/mod.rs"]
mod common;
#[test]
fn smoke() {
    let t = std::time::Duration::ZERO;
    let _ = t;
    let c =
        common::adventureworks::read(std::path::Path::new("/work/shared/data/adventureworks_mini"))
            .unwrap();
    let m = c.check().unwrap();
    for m in &m {
        eprintln!("{m}");
    }
    assert!(m.is_empty());
    eprintln!("{:?} {}", c.days(), c.opening_stock().unwrap());
    assert!(c.sales.iter().all(|s| !s.lines.is_empty()));
}
