//! Walking a document with all rules at once.

use std::{
    fmt,
    sync::{Arc, LazyLock},
};

use super::{
    RuleSet,
    hash::FastMap,
    nfa::{Input, NONE, Set},
};
use crate::{Class, Handling, Pattern, Rule};

/// How many states are remembered, and how many numbers their sets may hold together: 16 MiB.
const MAX_STATES: usize = 100_000;
const MAX_HELD: usize = 4 << 20;

/// How many steps are remembered, which takes about 18 MiB. Then the table begins anew.
const MAX_EDGES: usize = 1 << 19;

/// Where a state's number stands in the key of a step. Below are a symbol, or, with the bit under it, an index.
const STATE_SHIFT: u32 = 40;
const INDEX_BIT: u64 = 1 << (STATE_SHIFT - 1);

/// Marks a state that is not in the table of states but among the open ones.
const OPEN_BIT: u32 = 1 << 31;

/// A place in a document, as far as rules care.
///
/// It belongs to the machine that gave it. It holds until the machine steps to a place at the same depth that is not beneath
/// this one, as a walk in the document's order does only when it is done here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct State {
    id: u32,
    depth: u32,
}

/// Steps through a document and knows at each place which rule decides.
///
/// What it remembers is bounded: a document cannot make it grow beyond some 50 MiB, only, with rules that are made for
/// it, slower.
///
/// ```
/// use storeward_sanitize::{Machine, rules};
///
/// let mut machine = Machine::new(rules::rule_set());
/// let warehouses = machine.key(machine.root(), "warehouses");
/// let first = machine.element(warehouses, 0);
/// let email = machine.key(first, "email");
/// assert_eq!(machine.decision(email).map(|rule| &*rule.name), Some("warehouses.*.email"));
/// ```
pub struct Machine<'r> {
    set: &'r RuleSet,
    states: Vec<Known>,
    ids: FastMap<Arc<[u32]>, u32>,
    edges: FastMap<u64, u32>,
    /// The numbers in all sets of states.
    held: usize,
    max_states: usize,
    max_edges: usize,
    /// States for which there was no room, by their depth. In a walk no two of one depth are needed at a time.
    open: Vec<Option<(u32, Set)>>,
    /// The number of the newest of them.
    serial: u32,
}

/// A state that is remembered.
struct Known {
    set: Arc<[u32]>,
    /// Where a key leads that no rule names.
    other: u32,
    /// Where an index leads from the horizon on.
    element: u32,
    horizon: u64,
    /// Whether no pattern goes on from here, so that every step stays.
    dead: bool,
}

/// What is said about a place whose state is not this machine's, or no longer held: nothing is shown.
static LOST: LazyLock<Rule> = LazyLock::new(|| Rule {
    name: "lost".into(),
    patterns: vec![Pattern::new(Vec::new())],
    class: Class::Secret,
    handling: Handling::FullRedaction,
    reason: "the walk lost its place, so nothing is known about the field".into(),
    show_to: None,
});

impl<'r> Machine<'r> {
    /// A machine that has seen nothing yet.
    #[must_use]
    pub fn new(set: &'r RuleSet) -> Self {
        Self::bounded(set, MAX_STATES, MAX_EDGES)
    }

    pub(super) fn bounded(set: &'r RuleSet, max_states: usize, max_edges: usize) -> Self {
        let mut machine = Self {
            set,
            states: Vec::new(),
            ids: FastMap::default(),
            edges: FastMap::default(),
            held: 0,
            max_states: max_states.max(1),
            max_edges,
            open: Vec::new(),
            serial: 0,
        };
        machine.known(&set.nfa.root());
        machine
    }

    /// The document itself.
    #[must_use]
    pub const fn root(&self) -> State {
        State { id: 0, depth: 0 }
    }

    /// The value of a key in the mapping at a place.
    #[inline]
    pub fn key(&mut self, from: State, key: &str) -> State {
        let nfa = &self.set.nfa;
        let Some(known) = self.states.get(from.id as usize) else {
            return self.step(from, nfa.input(key), None);
        };
        if known.dead {
            return from.deeper(from.id);
        }
        let (input, edge) = match nfa.symbols.get(key) {
            None if known.other != NONE => return from.deeper(known.other),
            None => (Input::Other, None),
            Some(symbol) => {
                let edge = u64::from(from.id) << STATE_SHIFT | u64::from(*symbol);
                if let Some(to) = self.edges.get(&edge) {
                    return from.deeper(*to);
                }
                (Input::Symbol(*symbol), Some(edge))
            }
        };
        self.step(from, input, edge)
    }

    /// An item of the sequence at a place, counted from 0.
    #[inline]
    pub fn element(&mut self, from: State, index: u64) -> State {
        let Some(known) = self.states.get(from.id as usize) else {
            return self.step(from, Input::Index(index), None);
        };
        if known.dead {
            return from.deeper(from.id);
        }
        if index >= known.horizon {
            if known.element != NONE {
                return from.deeper(known.element);
            }
            return self.step(from, Input::Index(index), None);
        }
        // An index too large to be part of a key is worked out each time; no document has so many items.
        let edge = (index < INDEX_BIT).then(|| u64::from(from.id) << STATE_SHIFT | INDEX_BIT | index);
        if let Some(to) = edge.and_then(|edge| self.edges.get(&edge)) {
            return from.deeper(*to);
        }
        self.step(from, Input::Index(index), edge)
    }

    /// The rule that decides about the value at a place, if any does.
    #[must_use]
    pub fn decision(&self, at: State) -> Option<&'r Rule> {
        match self.held(at) {
            Some(set) => self.set.nfa.rule(set).and_then(|index| self.set.rules.get(index)),
            None => Some(&LOST),
        }
    }

    /// The place of that rule among [`RuleSet::rules`].
    #[must_use]
    pub fn rule_index(&self, at: State) -> Option<usize> {
        self.held(at).and_then(|set| self.set.nfa.rule(set))
    }

    /// Whether that rule describes this very value. Otherwise it describes one that holds it, or there is none.
    #[must_use]
    pub fn describes(&self, at: State) -> bool {
        let set = self.held(at).and_then(<[u32]>::split_last);
        set.is_some_and(|(decided, nodes)| nodes.binary_search(decided).is_ok())
    }

    fn held(&self, at: State) -> Option<&[u32]> {
        if at.id & OPEN_BIT == 0 {
            return self.states.get(at.id as usize).map(|known| &*known.set);
        }
        let (serial, set) = self.open.get(at.depth as usize)?.as_ref()?;
        (*serial == at.id & !OPEN_BIT).then_some(set)
    }

    /// A step that is not remembered.
    #[cold]
    fn step(&mut self, from: State, input: Input, edge: Option<u64>) -> State {
        let Some(set) = self.held(from) else { return from.deeper(NONE) };
        let next = self.set.nfa.step(set, input);
        let Some(to) = self.known(&next) else { return self.keep_open(from, next) };
        match (edge, self.states.get_mut(from.id as usize)) {
            (Some(edge), _) => {
                if self.edges.len() >= self.max_edges {
                    self.edges.clear();
                }
                self.edges.insert(edge, to);
            }
            (None, Some(known)) => match input {
                Input::Other => known.other = to,
                Input::Index(index) if index >= known.horizon => known.element = to,
                Input::Index(_) | Input::Symbol(_) => {}
            },
            (None, None) => {}
        }
        from.deeper(to)
    }

    /// The number of the state with this set, made if there is room.
    fn known(&mut self, set: &[u32]) -> Option<u32> {
        if let Some(id) = self.ids.get(set) {
            return Some(*id);
        }
        if self.states.len() >= self.max_states || self.held + set.len() > MAX_HELD.max(set.len()) {
            return None;
        }
        let id = u32::try_from(self.states.len()).ok()?;
        let shared: Arc<[u32]> = set.into();
        self.held += set.len();
        let horizon = self.set.nfa.horizon(set);
        self.states.push(Known {
            set: shared.clone(),
            other: NONE,
            element: NONE,
            horizon,
            dead: set.len() <= 1,
        });
        self.ids.insert(shared, id);
        Some(id)
    }

    fn keep_open(&mut self, from: State, set: Set) -> State {
        self.serial = (self.serial + 1) % (OPEN_BIT - 1); // so that none of them is `NONE`
        let state = from.deeper(self.serial | OPEN_BIT);
        let depth = state.depth as usize;
        if self.open.len() <= depth {
            self.open.resize_with(depth + 1, || None);
        }
        if let Some(slot) = self.open.get_mut(depth) {
            *slot = Some((self.serial, set));
        }
        state
    }
}

impl State {
    /// Whether it holds as long as its machine.
    pub(crate) const fn lasts(self) -> bool {
        self.id & OPEN_BIT == 0
    }

    const fn deeper(self, id: u32) -> Self {
        Self { id, depth: self.depth.saturating_add(1) }
    }
}

impl fmt::Debug for Machine<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (states, steps) = (self.states.len(), self.edges.len());
        f.debug_struct("Machine").field("states", &states).field("steps", &steps).finish_non_exhaustive()
    }
}
