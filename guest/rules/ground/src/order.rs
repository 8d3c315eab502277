//! Sorting on the hot path. The component is built with a standard library whose sorting is small and not fast.

/// So many are put in order one by one.
const FEW: usize = 8;

/// Sorts, by merging. What is in order already costs a look.
pub fn sort<T: Copy + Ord>(all: &mut Vec<T>) {
    if all.is_sorted() {
        return;
    }
    for run in all.chunks_mut(FEW) {
        for next in 1..run.len() {
            let item = run[next];
            let mut place = next;
            while place > 0 && item < run[place - 1] {
                run[place] = run[place - 1];
                place -= 1;
            }
            run[place] = item;
        }
    }
    let (mut width, mut merged) = (FEW, Vec::with_capacity(all.len()));
    while width < all.len() {
        merged.clear();
        for pair in all.chunks(2 * width) {
            let (mut left, mut right) = pair.split_at(width.min(pair.len()));
            while let ([first, ..], [second, ..]) = (left, right) {
                if second < first {
                    merged.push(*second);
                    right = &right[1..];
                } else {
                    merged.push(*first);
                    left = &left[1..];
                }
            }
            merged.extend_from_slice(left);
            merged.extend_from_slice(right);
        }
        std::mem::swap(all, &mut merged);
        width *= 2;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Dice;

    #[test]
    fn everything_is_sorted() {
        let mut dice = Dice(3);
        for length in (0..100).chain([127, 128, 129, 1000]) {
            for range in [3, 1_000_000] {
                let mut all: Vec<(u64, usize)> = (0..length).map(|place| (dice.throw(range), place)).collect();
                let mut expected = all.clone();
                expected.sort();
                sort(&mut all);
                assert_eq!(all, expected);
                sort(&mut all);
                assert_eq!(all, expected);
            }
        }
    }
}
