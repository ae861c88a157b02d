//! Sorting by key bytes. Keys of one batch begin alike, so the first eight bytes that may differ decide nearly always.

/// The positions of `keys` in rising order; equal keys keep their order.
pub(crate) fn sorted_positions<K: AsRef<[u8]>>(keys: &[K]) -> Vec<u32> {
    let common = common_prefix(keys);
    let head = |key: &K| {
        let rest = key.as_ref().get(common..).unwrap_or_default();
        let mut head = [0; 8];
        head.iter_mut().zip(rest).for_each(|(to, from)| *to = *from);
        u64::from_be_bytes(head)
    };
    let mut order: Vec<(u64, u32)> = keys.iter().map(head).zip(0..).collect();
    let key = |at: u32| keys.get(at as usize).map(AsRef::as_ref);
    order.sort_unstable_by(|a, b| {
        a.0.cmp(&b.0).then_with(|| key(a.1).cmp(&key(b.1))).then(a.1.cmp(&b.1))
    });
    order.into_iter().map(|(_, at)| at).collect()
}

/// How many bytes all keys have in common.
fn common_prefix<K: AsRef<[u8]>>(keys: &[K]) -> usize {
    let Some((first, rest)) = keys.split_first() else { return 0 };
    let first = first.as_ref();
    rest.iter().fold(first.len(), |common, key| {
        let same = first.iter().zip(key.as_ref()).take(common);
        same.take_while(|(a, b)| a == b).count()
    })
}

/// Puts `items` into the order given by `positions`, each of which names an item once.
pub(crate) fn permute<T>(items: &mut [T], positions: &[u32]) {
    // Where the item that belongs at `to` is now: follow what earlier swaps moved.
    let mut positions = positions.to_vec();
    for to in 0..items.len().min(positions.len()) {
        let mut from = positions[to] as usize;
        while from < to {
            from = positions[from] as usize;
        }
        positions[to] = from as u32;
        items.swap(to, from);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::KeyBytes;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn positions_put_any_keys_in_order(keys: Vec<Vec<u8>>, prefix in "[a-z]{0,12}") {
            let keys: Vec<Vec<u8>> = keys.into_iter().map(|key| [prefix.as_bytes(), &key].concat()).collect();
            let mut items: Vec<KeyBytes> = keys.iter().map(|key| KeyBytes::new(key)).collect();
            let positions = sorted_positions(&items);
            permute(&mut items, &positions);
            let mut expected: Vec<KeyBytes> = keys.iter().map(|key| KeyBytes::new(key)).collect();
            expected.sort();
            prop_assert_eq!(items, expected);
        }
    }
}
