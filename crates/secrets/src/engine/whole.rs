//! Rules that are searched in the whole of a text: those of others, in whose patterns nothing stands that could lead to a
//! match.

use super::{Pass, RuleId, compile::Compiled};
use crate::rule::{Rule, Search};

/// The least that is searched at a time.
const BLOCK: usize = 8 << 10;

/// The rules that are searched in every text.
pub(super) fn always(rules: &[Compiled]) -> Vec<RuleId> {
    let always = |rule: &Rule| matches!(rule.search, Search::Whole { .. }) && rule.keywords.is_empty();
    let ids = rules.iter().enumerate().filter(|(_, compiled)| always(&compiled.rule));
    ids.filter_map(|(id, _)| RuleId::try_from(id).ok()).collect()
}

impl Pass<'_> {
    /// A keyword of a rule stands in the text.
    pub(super) fn want(&mut self, id: RuleId) {
        self.due.insert(id);
    }

    /// Searches for what is searched in every text, and for what has a keyword in this one.
    pub(super) fn wholes(&mut self) {
        let engine = self.engine;
        for &id in &engine.always {
            self.whole(id);
        }
        for id in std::mem::take(&mut self.due) {
            self.whole(id);
        }
    }

    /// Searches block by block, so that one try looks at a bounded number of bytes however the pattern was written.
    fn whole(&mut self, id: RuleId) {
        let Some(compiled) = self.engine.rules.get(usize::from(id)) else { return };
        let Search::Whole { reach } = compiled.rule.search else { return };
        let conditions = self.engine.conditions.as_ref();
        if conditions
            .is_some_and(|conditions| conditions.excludes(id, compiled.rule.id(), self.bytes, self.path))
        {
            return;
        }
        let reach = usize::from(reach);
        let block = BLOCK.max(4 * reach);
        let mut start = 0;
        while start < self.bytes.len() {
            let next = start + block;
            let end = self.bytes.len().min(next + reach);
            match compiled.within(self.bytes, start, end) {
                // A match that begins in the next block may be longer than what was seen of it.
                Some(found) if found.matched.start < next => {
                    start = found.next.max(found.matched.start + 1);
                    self.judge(id, compiled, found);
                }
                _ => start = next,
            }
        }
    }
}
