//! Whether a file that was changed holds what it held before, but for the edits.

use std::{collections::HashMap, ops::Range};

use super::{
    cut::Changed,
    edits::Edits,
    text,
    tree::{Entry, FormatError, Node, Stream, Value},
};
use crate::Scalar;

/// How a format keeps what it is given.
#[derive(Debug, Clone, Copy)]
pub(super) struct Habits {
    /// Whether the entries of a mapping stay in order. TOML's tables may be written anywhere.
    pub(super) ordered: bool,
    /// What a scalar is once it is written in this format.
    pub(super) written: fn(&Scalar<'_>) -> Scalar<'static>,
}

/// A file before its edits, and what they are.
#[derive(Debug, Clone, Copy)]
pub(super) struct Before<'a> {
    pub(super) text: &'a str,
    pub(super) stream: &'a Stream,
    pub(super) edits: &'a Edits<'a>,
}

/// The changed text, if reading it finds what the edits ask for and all that was there besides.
///
/// # Errors
///
/// Anything else: no file is given out that is not what was asked for.
pub(super) fn verified(
    before: Before<'_>,
    changed: Changed,
    read: impl FnOnce(&str) -> Result<Stream, FormatError>,
    habits: Habits,
) -> Result<String, FormatError> {
    let refused = |at| text::error(before.text, at, "could not be edited in place");
    let after = read(&changed.text).map_err(|_| refused(first_loss(&changed)))?;
    let mut comparison = Comparison { edits: before.edits, habits, anchors: HashMap::new() };
    comparison.documents(&before.stream.documents, &after.documents).map_err(refused)?;
    let kept = before.stream.comments.iter().filter_map(|span| match before.edits.comment(span) {
        _ if changed.gone_with_more(span) => None,
        Some(comment) => Some((span.start, comment)),
        None => Some((span.start, text::part(before.text, span.clone()).to_owned())),
    });
    let mut found = after.comments.iter().map(|span| text::part(&changed.text, span.clone()));
    for (at, comment) in kept {
        if found.next() != Some(comment.as_str()) {
            return Err(refused(at));
        }
    }
    match found.next() {
        None => Ok(changed.text),
        Some(_) => Err(refused(first_loss(&changed))),
    }
}

/// The error of changes that could not be made because they overlap.
pub(super) fn overlap(text: &str, at: usize) -> FormatError {
    text::error(text, at, "could not be edited in place: two edits overlap")
}

/// Where an error is told that has no place of its own.
fn first_loss(changed: &Changed) -> usize {
    changed.gone.first().map_or(0, |span| span.start)
}

impl Changed {
    /// Whether a comment went because something went that holds more than the comment.
    fn gone_with_more(&self, span: &Range<usize>) -> bool {
        self.took(span)
            && self.gone.binary_search_by_key(&(span.start, span.end), |g| (g.start, g.end)).is_err()
    }
}

struct Comparison<'a> {
    edits: &'a Edits<'a>,
    habits: Habits,
    /// The number each anchor has now.
    anchors: HashMap<usize, usize>,
}

/// Where in the file before the edits the two differ, if they do.
type Difference = Result<(), usize>;

impl Comparison<'_> {
    fn documents(&mut self, old: &[Node], new: &[Node]) -> Difference {
        if old.len() != new.len() {
            return Err(old.first().map_or(0, |node| node.span.start));
        }
        old.iter().zip(new).try_for_each(|(old, new)| {
            if !self.edits.drops(&old.span) {
                return self.node(old, new);
            }
            // A root that goes leaves nothing behind, as its format writes it.
            let nothing = match &new.value {
                Value::Scalar(scalar) => *scalar == Scalar::Null,
                Value::Mapping(entries) => entries.is_empty(),
                _ => false,
            };
            same(nothing, old)
        })
    }

    fn node(&mut self, old: &Node, new: &Node) -> Difference {
        match (old.anchor, new.anchor) {
            (Some(before), Some(now)) => drop(self.anchors.insert(before, now)),
            (None, None) => {}
            _ => return Err(old.span.start),
        }
        if let Some(scalar) = self.edits.value(&old.span) {
            let expected = (self.habits.written)(scalar);
            return same(matches!(&new.value, Value::Scalar(found) if *found == expected), old);
        }
        match (&old.value, &new.value) {
            (Value::Scalar(before), Value::Scalar(now)) => same(before == now, old),
            (Value::Alias(before), Value::Alias(now)) => same(self.anchors.get(before) == Some(now), old),
            (Value::Sequence(before), Value::Sequence(now)) => {
                let kept: Vec<_> = before.iter().filter(|item| !self.edits.drops(&item.span)).collect();
                same(kept.len() == now.len(), old)?;
                kept.iter().zip(now).try_for_each(|(old, new)| self.node(old, new))
            }
            (Value::Mapping(before), Value::Mapping(now)) => self.entries(old, before, now),
            _ => Err(old.span.start),
        }
    }

    fn entries(&mut self, whole: &Node, old: &[Entry], new: &[Entry]) -> Difference {
        let kept: Vec<_> = old.iter().filter(|entry| !self.edits.drops(&entry.value.span)).collect();
        same(kept.len() == new.len(), whole)?;
        let mut by_key: HashMap<&str, &Entry> = HashMap::new();
        if !self.habits.ordered {
            by_key.extend(new.iter().map(|entry| (entry.key.as_str(), entry)));
        }
        kept.iter().zip(new).try_for_each(|(old, beside)| {
            let key = self.edits.key(&old.key_span).unwrap_or(&old.key);
            let new = if self.habits.ordered { Some(&beside) } else { by_key.get(key) };
            match new {
                Some(new) if new.key == key => self.node(&old.value, &new.value),
                _ => Err(old.key_span.start),
            }
        })
    }
}

fn same(same: bool, old: &Node) -> Difference {
    if same { Ok(()) } else { Err(old.span.start) }
}

#[cfg(test)]
mod tests {
    use super::{
        super::{
            cut::Cuts,
            testing::{To, as_it_is, edit},
            yaml::read,
        },
        *,
    };

    /// What is said of a text that became another when one edit was asked for.
    fn check(old: &str, (path, to): (&str, To<'_>), new: &str) -> Result<String, FormatError> {
        let stream = read(old).unwrap();
        let asked = [edit(old, &stream, path, to)];
        let edits = Edits::of(old, &stream, &asked).unwrap();
        let mut cuts = Cuts::default();
        // What is the same at both ends was not touched.
        let start = old.bytes().zip(new.bytes()).take_while(|(a, b)| a == b).count();
        let end = old.bytes().rev().zip(new.bytes().rev()).take_while(|(a, b)| a == b).count();
        let end = end.min(old.len() - start).min(new.len() - start);
        cuts.replace(start..old.len() - end, text::part(new, start..new.len() - end));
        let changed = cuts.apply(old).unwrap();
        let habits = Habits { ordered: true, written: as_it_is };
        verified(Before { text: old, stream: &stream, edits: &edits }, changed, read, habits)
    }

    #[test]
    fn what_was_asked_passes() {
        for (old, asked, new) in [
            ("a: 1\nb: &x 2\nc: *x\n", ("a", To::Text("y")), "a: 'y'\nb: &x 2\nc: *x\n"),
            ("a: &x 1\nb: &y 2\nc: *y\n", ("a", To::Drop), "b: &y 2\nc: *y\n"),
            ("a: 1 # c\nb: 2 # d\n", ("a", To::Drop), "b: 2 # d\n"),
            ("a: 1 # c\n", ("# c", To::Comment("d")), "a: 1 # d\n"),
        ] {
            assert_eq!(check(old, asked, new).as_deref(), Ok(new), "{old:?}");
        }
    }

    #[test]
    fn anything_else_is_refused() {
        let y = To::Text("y");
        for (old, asked, new) in [
            ("a: 1\n", ("a", y), "a: z\n"),
            ("a: 1\n", ("a", To::Text("1")), "a: 1\n"),
            ("a: 1\n", ("a", y), "a: [y\n"),
            ("a: 1\n", ("a", y), "a: y\nb: 2\n"),
            ("a: 1\nb: 2\n", ("a", y), "a: y\n"),
            ("a: 1\nb: 2\n", ("a", y), "a: y\nb: 3\n"),
            ("a: 1\nb: 2\n", ("a", y), "b: 2\na: y\n"),
            ("a: 1\nb: 2\n", ("a", y), "a: y\nc: 2\n"),
            ("a: 1\nb: [2]\n", ("a", y), "a: y\nb: [2, 2]\n"),
            ("a: 1\nb: [2]\n", ("a", y), "a: y\nb: {2: }\n"),
            ("a: 1\n", ("a", To::Key("b")), "a: 1\n"),
            ("a: 1\n", ("a", To::Drop), "a: 1\n"),
            ("a: 1\n", ("", To::Drop), "a: 1\n"),
            ("a: 1\n", ("a", y), "a: y\n--- 2\n"),
            ("a: &x 1\n", ("a", y), "a: y\n"),
            ("a: 1\n", ("a", y), "a: &x y\n"),
            ("a: &x 1\nb: &y 1\nc: *x\n", ("a", y), "a: &x y\nb: &y 1\nc: *y\n"),
            ("a: 1 # c\n", ("a", y), "a: y # d\n"),
            ("a: 1 # c\n", ("# c", To::Comment("d")), "a: 1 # c\n"),
            ("a: 1\n", ("a", y), "a: y # c\n"),
        ] {
            match check(old, asked, new) {
                Ok(_) => panic!("{old:?} became {new:?}"),
                Err(error) => assert_eq!(error.message, "could not be edited in place", "{old:?}"),
            }
        }
    }
}
