//! The open containers of a walk, and the path that leads to where it stands.

use std::fmt::Write as _;

use crate::{automaton::State, path, shape::Shape};

/// What holds values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Container {
    Object,
    Array,
}

/// An open container.
#[derive(Debug)]
pub(super) struct Frame {
    pub(super) container: Container,
    pub(super) state: State,
    /// Where the next value stands, in an object.
    pub(super) next: State,
    /// How many items came, in an array.
    pub(super) items: u64,
    pub(super) key: String,
    /// The key may have to be hidden, so paths do not show it.
    pub(super) doubtful: bool,
    pub(super) shape: Shape,
    /// A number that no other container of this walk has.
    pub(super) number: u64,
    /// Its entries stand in the container around it.
    merged: bool,
}

/// The open containers, outermost first. Those that were closed are kept for their memory.
#[derive(Debug, Default)]
pub(super) struct Stack {
    frames: Vec<Frame>,
    depth: usize,
    opened: u64,
}

impl Stack {
    pub(super) fn push(&mut self, container: Container, state: State, merged: bool) {
        self.opened += 1;
        let number = self.opened;
        match self.frames.get_mut(self.depth) {
            Some(frame) => {
                frame.container = container;
                frame.state = state;
                frame.next = state;
                frame.items = 0;
                frame.key.clear();
                frame.doubtful = false;
                frame.number = number;
                frame.merged = merged;
                frame.shape.begin(state);
            }
            None => {
                let mut shape = Shape::default();
                shape.begin(state);
                self.frames.push(Frame {
                    container,
                    state,
                    next: state,
                    items: 0,
                    key: String::new(),
                    doubtful: false,
                    shape,
                    number,
                    merged,
                });
            }
        }
        self.depth += 1;
    }

    pub(super) fn pop(&mut self) {
        self.depth = self.depth.saturating_sub(1);
    }

    /// The innermost container.
    #[cfg(feature = "documents")]
    pub(super) fn top(&self) -> Option<&Frame> {
        self.frames.get(self.depth.checked_sub(1)?)
    }

    pub(super) fn top_mut(&mut self) -> Option<&mut Frame> {
        self.frames.get_mut(self.depth.checked_sub(1)?)
    }

    fn open(&self) -> &[Frame] {
        self.frames.get(..self.depth).unwrap_or_default()
    }

    /// Whether the container with this number is open.
    pub(super) fn is_open(&self, number: u64) -> bool {
        self.open().iter().any(|frame| frame.number == number)
    }

    /// The key of the value that comes now, or of the list it is an item of.
    pub(super) fn nearest_key(&self) -> &str {
        let mut open = self.open().iter().rev();
        open.find(|frame| frame.container == Container::Object).map_or("", |frame| &frame.key)
    }

    /// Writes the path of the value that comes now.
    pub(super) fn write_path(&self, out: &mut String) {
        self.write(out, false);
    }

    /// The path of the value that comes now, with `*` for each index.
    pub(super) fn general_path(&self) -> String {
        let mut path = String::new();
        self.write(&mut path, true);
        path
    }

    fn write(&self, out: &mut String, general: bool) {
        let start = out.len();
        let mut frames = self.open().iter().peekable();
        while let Some(frame) = frames.next() {
            if frames.peek().is_some_and(|inner| inner.merged) {
                continue;
            }
            if out.len() > start {
                out.push('.');
            }
            // Writing to a string cannot fail.
            let _ = match frame.container {
                Container::Object if !frame.doubtful => path::write_key(&frame.key, out),
                Container::Array if !general => write!(out, "{}", frame.items.saturating_sub(1)),
                _ => out.write_char('*'),
            };
        }
        if out.len() == start {
            out.push('$');
        }
    }
}
