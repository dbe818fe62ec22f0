//! Entries between brackets, with commas between them: what goes when some of them go.

use std::ops::Range;

use super::{cut::Cuts, lines, text};

/// An entry and the comma after it.
#[derive(Debug)]
pub(super) struct Item {
    pub(super) span: Range<usize>,
    pub(super) comma: Option<usize>,
    pub(super) goes: bool,
}

/// Cuts the entries that go, each with its comma, and with its line and the comment there if the line is its own.
/// `inside` is what stands between the brackets. When all go and `empty` says that nothing but them is there, white
/// space goes too.
pub(super) fn drop_items(text: &str, inside: Range<usize>, items: &[Item], empty: bool, cuts: &mut Cuts) {
    if empty && items.iter().all(|item| item.goes) {
        return cuts.remove(inside);
    }
    // A comma that would be left over at the end goes, since not every reader takes it.
    let dangling = match items.last() {
        Some(last) if last.goes && last.comma.is_none() => items.iter().rposition(|item| !item.goes),
        _ => None,
    };
    let mut done = inside.start;
    for (index, item) in items.iter().enumerate() {
        match item.comma {
            _ if item.goes => {
                let trailing = dangling.is_some_and(|dangling| index > dangling) || index + 1 == items.len();
                done = drop_item(text, item, done, trailing, cuts);
            }
            Some(comma) if dangling == Some(index) => {
                cuts.remove(comma..comma + 1);
                done = comma + 1;
            }
            _ => done = item.comma.map_or(item.span.end, |comma| comma + 1),
        }
    }
}

/// Cuts one entry, from no earlier than `floor`, and says where what is cut ends. `last` says that none
/// after it stays.
fn drop_item(text: &str, item: &Item, floor: usize, last: bool, cuts: &mut Cuts) -> usize {
    let mut span = item.span.clone();
    let mut last = last || item.comma.is_none();
    if let Some(comma) = item.comma {
        if text::part(text, span.end..comma).trim().is_empty() {
            span.end = comma + 1;
        } else {
            // A comment stands between; the comma is cut by itself.
            cuts.remove(comma..comma + 1);
            last = true;
        }
    }
    let line = lines::own_line(text, span.start).filter(|start| *start >= floor && *start > 0);
    if let (Some(start), Some(end)) = (line, lines::rest_of_line(text, span.end)) {
        span = start..lines::after_break(text, end);
    } else {
        let after = lines::blanks_after(text, span.end);
        if last || lines::rest_of_line(text, after).is_some() {
            span.start = lines::blanks_before(text, span.start).max(floor);
        } else {
            span.end = after;
        }
    }
    let end = span.end.max(item.comma.map_or(0, |comma| comma + 1));
    cuts.remove(span);
    end
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Drops the entries that are named by an upper-case letter.
    fn check(text: &str, expected: &str) {
        let inside = 1..text.len() - 1;
        let mut items: Vec<Item> = Vec::new();
        let mut comment = false;
        for (at, c) in text.char_indices() {
            comment = (comment || c == '#') && c != '\n';
            match c {
                _ if comment => {}
                'a'..='z' | 'A'..='Z' => {
                    items.push(Item { span: at..at + 1, comma: None, goes: c.is_ascii_uppercase() });
                }
                ',' => items.last_mut().unwrap().comma = Some(at),
                _ => {}
            }
        }
        let mut cuts = Cuts::default();
        drop_items(text, inside, &items, !text.contains('#'), &mut cuts);
        assert_eq!(cuts.apply(text).unwrap().text, expected, "{text}");
    }

    #[test]
    fn entries_go_with_their_commas() {
        for (text, expected) in [
            ("[A, b]", "[b]"),
            ("[a, B]", "[a]"),
            ("[a, B, c]", "[a, c]"),
            ("[a, B, C]", "[a]"),
            ("[A, B, c]", "[c]"),
            ("[ A , b ]", "[ b ]"),
            ("[ a , B ]", "[ a  ]"),
            ("[A, B]", "[]"),
            ("[ A, ]", "[]"),
            ("[a, B,]", "[a,]"),
            ("[a, B, ]", "[a, ]"),
            ("[A,b,C]", "[b]"),
            ("[\n  a,\n  B, # x\n  c\n]", "[\n  a,\n  c\n]"),
            ("[\n  a, # x\n  B # y\n]", "[\n  a # x\n]"),
            ("[\n  A, # x\n  B # y\n]", "[\n]"),
            ("[a, B, # x\n c]", "[a, # x\n c]"),
            ("[a, B # x\n , c]", "[a, # x\n  c]"),
            ("[a # x\n , B]", "[a # x\n ]"),
            ("[ # x\n  A]", "[ # x\n]"),
        ] {
            check(text, expected);
        }
    }
}
