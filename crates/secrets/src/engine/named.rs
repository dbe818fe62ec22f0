//! Rules that know a secret by the name it is assigned to.

use super::{
    Pass, RuleId,
    assign::{self, Assignment},
    compile::Compiled,
};
use crate::rule::Search;

/// The last assignment that was read: many rules ask for the same one.
#[derive(Debug, Default)]
pub(super) struct Memo {
    /// The end of the name plus one; zero when there is none.
    name_end: usize,
    read: Option<Assignment>,
    /// How many bytes from the value's start are neither blank nor quote, up to 64.
    run: usize,
}

impl Memo {
    pub(super) fn read(&mut self, bytes: &[u8], name_end: usize) -> Option<Assignment> {
        if self.name_end != name_end + 1 {
            self.name_end = name_end + 1;
            self.read = assign::read(bytes, name_end);
            self.run = self.read.map_or(0, |read| run(bytes, read.value));
        }
        self.read
    }
}

fn run(bytes: &[u8], value: usize) -> usize {
    let text = bytes.get(value..bytes.len().min(value + 64)).unwrap_or_default();
    text.iter().take_while(|byte| !byte.is_ascii_whitespace() && !assign::is_quote(**byte)).count()
}

impl Pass<'_> {
    /// A keyword stands at `at..end`: if it is part of the rule's name and something is assigned to that, the pattern
    /// is tried on the value.
    pub(super) fn named(&mut self, id: RuleId, compiled: &Compiled, at: usize, end: usize) {
        let Search::Named { after, least, blanks } = compiled.rule.search else { return };
        let (after, least) = (usize::from(after), usize::from(least));
        let bytes = self.bytes;
        // Most keywords are given nothing, or something too short; all rules that ask about one share that answer.
        if !blanks {
            let Some(assignment) = self.named.read(bytes, assign::name_end(bytes, end)) else { return };
            if self.named.run < least && assign::after_scheme(bytes, assignment.value).is_none() {
                return;
            }
        }
        let name_end = if compiled.rule.name_pattern.is_some() {
            let found = compiled.name_end(bytes, at, end);
            let Some(found) = found else { return };
            assign::name_end(bytes, found)
        } else {
            let Some(found) = self.worded(compiled, at, end) else { return };
            found
        };
        let Some(assignment) = self.named.read(bytes, name_end) else { return };
        let window = |start: usize| (start, bytes.len().min(start + after));
        let (start, stop) = window(assignment.value);
        let found = compiled.at(bytes, start, stop).or_else(|| {
            let (start, stop) = window(assign::after_scheme(bytes, assignment.value)?);
            compiled.at(bytes, start, stop)
        });
        if let Some(found) = found {
            self.judge(id, compiled, found);
        }
    }
}

impl Pass<'_> {
    /// The end of the name round a keyword, if the name holds one of the rule's words.
    fn worded(&self, compiled: &Compiled, at: usize, end: usize) -> Option<usize> {
        let bytes = self.bytes;
        let keyword = bytes.get(at..end)?;
        let words = || compiled.rule.names.iter().map(|word| word.as_bytes());
        if words().any(|word| find(keyword, word).is_some()) {
            return Some(assign::name_end(bytes, end));
        }
        // A word may hold blanks (`api key`) and reach further than a name does.
        let spelt = words().find_map(|word| {
            let start = at.checked_sub(find(word, keyword)?)?;
            let stop = start + word.len();
            bytes.get(start..stop)?.eq_ignore_ascii_case(word).then_some(stop)
        });
        if let Some(stop) = spelt {
            return Some(assign::name_end(bytes, stop));
        }
        let stop = assign::name_end(bytes, end);
        let name = bytes.get(assign::name_start(bytes, at)..stop)?;
        words().any(|word| find(name, word).is_some()).then_some(stop)
    }
}

fn find(text: &[u8], word: &[u8]) -> Option<usize> {
    text.windows(word.len().max(1)).position(|window| window.eq_ignore_ascii_case(word))
}
