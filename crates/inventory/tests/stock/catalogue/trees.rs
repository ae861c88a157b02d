//! Trees of codes against a model that walks a map: opened in any order, moved at random, never in a circle.

use std::collections::BTreeMap;

use fondaco_core::tree::{self, Tree};
use fondaco_core::*;
use fondaco_inventory::SetUpStock;
use fondaco_inventory::items::*;
use proptest::prelude::*;

use super::host::Host;

type Parents = BTreeMap<usize, Option<usize>>;

fn code(number: usize) -> String {
    format!("C{number:02}")
}

fn above(parents: &Parents, of: usize) -> Vec<usize> {
    let mut path = Vec::new();
    let mut next = parents[&of];
    while let Some(parent) = next {
        path.push(parent);
        next = parents[&parent];
    }
    path
}

fn agrees(host: &Host, parents: &Parents) {
    let rows = host.view(|view| Ok(view.peek_scan(&Range::<Category>::all())?));
    let tree = Tree::of(rows.iter().map(AsRef::as_ref));
    assert_eq!(tree.codes().len(), parents.len());
    for of in parents.keys() {
        let expected: Vec<String> = above(parents, *of).into_iter().map(code).collect();
        assert_eq!(tree.above(&code(*of)).collect::<Vec<_>>(), expected.iter().collect::<Vec<_>>());
        let parent = parents[of].map(|parent| code(parent).into());
        let walked = host.view(|view| Ok(tree::above::<Category>(view, parent.as_ref())?));
        assert_eq!(walked, expected);
        let mut below = host.view(|view| Ok(tree::below::<Category>(view, &code(*of).into())?));
        below.sort_by(|a, b| a.code.cmp(&b.code));
        let expected: Vec<String> = parents
            .keys()
            .filter(|row| above(parents, **row).contains(of))
            .map(|row| code(*row))
            .collect();
        assert_eq!(below.iter().map(|row| row.code.as_str()).collect::<Vec<_>>(), expected);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn any_tree_opens_and_moves_as_the_model(
        parents in prop::collection::vec(any::<prop::sample::Index>(), 1..12),
        shuffled in any::<u64>(),
        moves in prop::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>()), 0..12),
    ) {
        let host = Host::in_memory();
        host.must("chief", &SetUpStock::new(Currency::EUR));
        let mut model: Parents = parents.iter().enumerate().map(|(number, parent)| {
            let parent = parent.index(number + 1);
            (number, (parent < number).then_some(parent))
        }).collect();
        let mut rows: Vec<Category> = model.iter().map(|(number, parent)| {
            let row = Category::new(code(*number), "x");
            parent.map_or(row.clone(), |parent| row.under(code(parent)))
        }).collect();
        let len = rows.len();
        rows.rotate_left(shuffled as usize % len);
        if shuffled % 2 == 0 { rows.reverse(); }
        host.must("chief", &AddCategories::new(rows));
        agrees(&host, &model);
        for (which, to) in moves {
            let (which, to) = (which.index(len), to.index(len + 1));
            let to = (to < len).then_some(to);
            let circle = to.is_some_and(|to| to == which || above(&model, to).contains(&which));
            let moved = host.send("chief", &ChangeCategory::under(code(which), to.map(|to| code(to).into())));
            prop_assert_eq!(moved.is_err(), circle);
            if let Err(error) = moved {
                prop_assert_eq!(error.code(), "core.tree_circle");
            } else {
                model.insert(which, to);
            }
        }
        agrees(&host, &model);
    }
}
