//! Where two patterns meet.

use std::collections::VecDeque;

use super::{FieldPath, Segment, Slice, Step};

/// A short path that both lists of steps describe, if there is one.
pub(crate) fn meeting(a: &[&Step], b: &[&Step]) -> Option<FieldPath> {
    // Both lists are small automata; this is a search through their product, shorter paths first. Every place in it
    // is visited once and remembers where it was reached from.
    let width = b.len() + 1;
    let mut from: Vec<Option<(usize, Option<Segment>)>> = vec![None; (a.len() + 1) * width];
    let mut queue = VecDeque::from([0]);
    let end = from.len() - 1;
    while let Some(at) = queue.pop_front() {
        if at == end {
            break;
        }
        let (i, j) = (at / width, at % width);
        let (left, right) = (a.get(i).copied(), b.get(j).copied());
        let mut reach = |to: usize, segment: Option<Segment>, first: bool| {
            if let Some(slot @ None) = from.get_mut(to).filter(|_| to != 0) {
                *slot = Some((at, segment));
                // What takes no level comes before what takes one.
                if first { queue.push_front(to) } else { queue.push_back(to) }
            }
        };
        if left == Some(&Step::Deep) {
            reach(at + width, None, true);
        }
        if right == Some(&Step::Deep) {
            reach(at + 1, None, true);
        }
        match (left, right) {
            (Some(Step::Deep), Some(Step::Deep)) | (None, _) | (_, None) => {}
            (Some(Step::Deep), Some(step)) => {
                over(step).into_iter().for_each(|s| reach(at + 1, Some(s), false))
            }
            (Some(step), Some(Step::Deep)) => {
                over(step).into_iter().for_each(|s| reach(at + width, Some(s), false))
            }
            (Some(left), Some(right)) => {
                common(left, right).into_iter().for_each(|s| reach(at + width + 1, Some(s), false));
            }
        }
    }
    let mut segments = Vec::new();
    let mut at = end;
    while at != 0 {
        let (before, segment) = from.get(at)?.clone()?;
        segments.extend(segment);
        at = before;
    }
    segments.reverse();
    Some(FieldPath::of(segments))
}

/// A segment that the step leads over.
fn over(step: &Step) -> Option<Segment> {
    common(step, &Step::Any)
}

/// A segment that both steps, neither of them `**`, lead over.
fn common(left: &Step, right: &Step) -> Option<Segment> {
    let segment = match (left, right) {
        (Step::Slice(a), Step::Slice(b)) => return common_index(*a, *b).map(Segment::Index),
        (Step::Key(key), _) | (_, Step::Key(key)) => Segment::Key(key.clone()),
        (Step::Index(index) | Step::Either(index), _) | (_, Step::Index(index) | Step::Either(index)) => {
            Segment::Index(*index)
        }
        (Step::Slice(slice), _) | (_, Step::Slice(slice)) => Segment::Index(slice.first_from(0)?),
        (Step::Any | Step::Deep, Step::Any | Step::Deep) => Segment::Key("x".to_owned()),
    };
    (left.takes(&segment) && right.takes(&segment)).then_some(segment)
}

/// The smallest index that is in both slices, by the Chinese remainder theorem.
fn common_index(a: Slice, b: Slice) -> Option<u64> {
    let (divisor, inverse) = divide(a.step, b.step);
    let modulus = b.step.checked_div(divisor)?; // neither step is 0
    if a.step == 0 || modulus == 0 || !a.start.abs_diff(b.start).is_multiple_of(divisor) {
        return None;
    }
    let [start, step, modulus] = [a.start, a.step, modulus].map(u128::from);
    // How many steps of `a` lead to a number that steps of `b` lead to.
    let apart = u128::from(a.start.abs_diff(b.start) / divisor) % modulus;
    let apart = if a.start <= b.start { apart } else { (modulus - apart) % modulus };
    let first = start.checked_add((apart * inverse % modulus).checked_mul(step)?)?;
    let period = step.checked_mul(modulus)?;
    let missing = u128::from(b.start).saturating_sub(first).div_ceil(period);
    let index = u64::try_from(first.checked_add(missing.checked_mul(period)?)?).ok()?;
    (a.contains(index) && b.contains(index)).then_some(index)
}

/// The greatest common divisor of two numbers, and what the first one, divided by it, is to be multiplied by to leave a
/// remainder of 1 when divided by the second, divided by it (Euclid's algorithm, extended).
fn divide(a: u64, b: u64) -> (u64, u128) {
    let (mut old, mut new) = (i128::from(a), i128::from(b));
    let (mut old_factor, mut new_factor) = (1_i128, 0_i128);
    while new != 0 {
        let quotient = old / new;
        (old, new) = (new, old - quotient * new);
        (old_factor, new_factor) = (new_factor, old_factor - quotient * new_factor);
    }
    let modulus = i128::from(b).checked_div(old).unwrap_or(1).max(1);
    (u64::try_from(old).unwrap_or(1), old_factor.rem_euclid(modulus).unsigned_abs())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::Pattern;

    #[test]
    fn patterns_meet_where_both_match() {
        for (a, b, expected) in [
            ("a.*", "*.b", Some("a.b")),
            ("a.b", "a.c", None),
            ("**.a", "b.**", Some("b.a")),
            ("**.x.y", "a.**.b", None),
            ("a.**.c", "**.b.c", Some("a.b.c")),
            ("a.0", "a[0]", Some("a.0")),
            ("a.0", r#"a."0""#, Some(r#"a."0""#)),
            ("a[0]", r#"a."0""#, None),
            ("a[1::3]", "a[0::5]", Some("a.10")),
            ("a[1::4]", "a[0::2]", None),
            ("a[7::2]", "a[0:8:7]", Some("a.7")),
            ("a[3::]", "a.*", Some("a.3")),
            ("$", "**", Some("")),
        ] {
            let [left, right] = [a, b].map(|text| text.parse::<Pattern>().unwrap());
            let [steps, others] = [&left, &right].map(|pattern| pattern.steps().iter().collect::<Vec<_>>());
            let path = meeting(&steps, &others);
            assert_eq!(path.as_ref().map(FieldPath::to_string).as_deref(), expected, "{a} and {b}");
            assert!(path.is_none_or(|path| left.matches(&path) && right.matches(&path)), "{a} and {b}");
            assert_eq!(meeting(&others, &steps).is_some(), expected.is_some(), "{b} and {a}");
        }
    }

    #[test]
    fn large_steps_do_not_overflow() {
        let slice = |start, step| Slice { start, end: None, step };
        assert_eq!(common_index(slice(0, u64::MAX), slice(1, u64::MAX - 1)), Some(u64::MAX));
        assert_eq!(common_index(slice(1, u64::MAX), slice(0, u64::MAX - 1)), None);
        assert_eq!(common_index(slice(5, u64::MAX), slice(5, u64::MAX - 2)), Some(5));
    }

    proptest! {
        #[test]
        fn slices_meet_at_the_first_index_of_both(
            starts in [0..20_u64, 0..20_u64], ends in proptest::array::uniform2(proptest::option::of(0..40_u64)),
            steps in [0..9_u64, 0..9_u64],
        ) {
            let [a, b] = [0, 1].map(|at| Slice { start: starts[at], end: ends[at], step: steps[at] });
            let expected = (0..200).find(|index| a.contains(*index) && b.contains(*index));
            prop_assert_eq!(common_index(a, b), expected);
        }
    }
}
