//! Rules that would leave it to chance which of them decides.

use std::{
    borrow::Cow,
    collections::{BTreeMap, HashMap, HashSet},
    fmt,
};

use super::{Specificity, normal};
use crate::{
    Audience, Class, FieldPath, Handling, Pattern, Rule,
    path::{Step, meeting},
};

/// How many are told. Whoever has more has one mistake that they all share.
const MAX_TOLD: usize = 20;

/// Two rules of one layer that are equally specific, can describe the same field and disagree about it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Conflict {
    /// The rule written first.
    pub first: Side,
    /// The other one.
    pub second: Side,
    /// A field that both describe.
    pub example: FieldPath,
}

/// What one of the two rules says.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Side {
    /// Its name.
    pub rule: String,
    /// The pattern that describes the field.
    pub pattern: Pattern,
    /// The class it gives.
    pub class: Class,
    /// The handling it gives.
    pub handling: Handling,
    /// The audience it shows the field to.
    pub show_to: Option<Audience>,
}

impl Side {
    fn of(rule: &Rule, pattern: &Pattern) -> Self {
        let Rule { class, handling, show_to, .. } = *rule;
        Self { rule: rule.name.to_string(), pattern: pattern.clone(), class, handling, show_to }
    }
}

impl fmt::Display for Side {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = self.pattern.to_string();
        match &self.rule {
            name if *name == text => write!(f, "`{name}`")?,
            name => write!(f, "`{text}` of `{name}`")?,
        }
        write!(f, " ({}, {}", self.class, self.handling)?;
        if let Some(audience) = self.show_to {
            write!(f, ", shown to {audience}")?;
        }
        f.write_str(")")
    }
}

impl fmt::Display for Conflict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { first, second, example } = self;
        write!(f, "{first} and {second} are equally specific and disagree about ")?;
        if example.segments().is_empty() { write!(f, "the document") } else { write!(f, "`{example}`") }
    }
}

/// At least one conflict, and no more than a person reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conflicts(Vec<Conflict>);

impl Conflicts {
    pub(super) fn new(found: Vec<Conflict>) -> Option<Self> {
        (!found.is_empty()).then_some(Self(found))
    }

    /// Each of them; a pair of rules stands here once.
    #[must_use]
    pub fn all(&self) -> &[Conflict] {
        &self.0
    }
}

impl fmt::Display for Conflicts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, conflict) in self.0.iter().enumerate() {
            write!(f, "{}{conflict}", if at == 0 { "" } else { "\n" })?;
        }
        if self.0.len() == MAX_TOLD {
            f.write_str("\nthere may be more")?;
        }
        Ok(())
    }
}

/// A pattern among those it might meet.
struct Entry<'a> {
    rule: &'a Rule,
    index: usize,
    pattern: &'a Pattern,
    steps: Vec<&'a Step>,
}

impl Entry<'_> {
    const fn says(&self) -> (Class, Handling, Option<Audience>) {
        (self.rule.class, self.rule.handling, self.rule.show_to)
    }
}

/// The conflicts within each layer.
pub(super) fn find(layers: &[Vec<Rule>]) -> Vec<Conflict> {
    let mut found = Vec::new();
    for rules in layers {
        let mut equals: BTreeMap<Specificity, Vec<Entry<'_>>> = BTreeMap::new();
        for (index, rule) in rules.iter().enumerate() {
            for pattern in &rule.patterns {
                let entry = Entry { rule, index, pattern, steps: normal(pattern) };
                equals.entry(Specificity::of(pattern)).or_default().push(entry);
            }
        }
        for entries in equals.values() {
            among(entries, &mut found);
        }
    }
    found
}

/// The conflicts among equally specific patterns.
///
/// Ten thousand rules are fifty million pairs, so each pattern is compared only with those that may have the same step
/// at one place, the place where they are fewest: in `items.*.field1`, `items.*.field2` and so on no third step meets
/// another.
fn among(entries: &[Entry<'_>], found: &mut Vec<Conflict>) {
    if entries.windows(2).all(|pair| matches!(pair, [a, b] if a.says() == b.says())) {
        return;
    }
    let mut at_place: HashMap<(Place, Option<Cow<'_, str>>), Vec<usize>> = HashMap::new();
    for (at, entry) in entries.iter().enumerate() {
        for (place, name) in entry.named() {
            at_place.entry((place, name)).or_default().push(at);
        }
    }
    let everything: Vec<usize> = (0..entries.len()).collect();
    let listed = |place, name| at_place.get(&(place, name)).map_or(&[][..], Vec::as_slice);
    let mut told = HashSet::new();
    for (at, entry) in entries.iter().enumerate() {
        let places = entry.named().filter(|(_, name)| name.is_some());
        let [same, open] = places
            .map(|(place, name)| [listed(place, name), listed(place, None)])
            .min_by_key(|[same, open]| same.len() + open.len())
            .unwrap_or([&everything, &[]]);
        for other in same.iter().chain(open).filter(|other| **other != at) {
            let Some(other) = entries.get(*other).filter(|other| other.says() != entry.says()) else {
                continue;
            };
            let (first, second) = if other.index < entry.index { (other, entry) } else { (entry, other) };
            if told.contains(&(first.index, second.index)) {
                continue;
            }
            if let Some(example) = meeting(&first.steps, &second.steps) {
                told.insert((first.index, second.index));
                let (first, second) =
                    (Side::of(first.rule, first.pattern), Side::of(second.rule, second.pattern));
                found.push(Conflict { first, second, example });
            }
            if found.len() >= MAX_TOLD {
                return;
            }
        }
    }
}

/// So many steps from the beginning, or from the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Place {
    FromStart(usize),
    FromEnd(usize),
}

impl Entry<'_> {
    /// What the pattern says at each place: a name, or `None` where several keys may stand, because of `*` or because
    /// a `**` comes between. Equally specific patterns have equally many steps, so all have the same places.
    fn named(&self) -> impl Iterator<Item = (Place, Option<Cow<'_, str>>)> {
        let from_start = names(self.steps.iter().copied()).enumerate();
        let from_end = names(self.steps.iter().rev().copied()).enumerate();
        from_start
            .map(|(at, name)| (Place::FromStart(at), name))
            .chain(from_end.map(|(at, name)| (Place::FromEnd(at), name)))
    }
}

fn names<'a>(steps: impl Iterator<Item = &'a Step>) -> impl Iterator<Item = Option<Cow<'a, str>>> {
    steps.scan(false, |passed_deep, step| {
        *passed_deep |= *step == Step::Deep;
        Some(if *passed_deep { None } else { name(step) })
    })
}

fn name(step: &Step) -> Option<Cow<'_, str>> {
    match step {
        Step::Key(key) => Some(key.into()),
        Step::Index(index) | Step::Either(index) => Some(index.to_string().into()),
        Step::Any | Step::Slice(_) | Step::Deep => None,
    }
}
