//! A store, its API, a secret and a journal in memory, each call of which can crash, fail, or be raced.

use std::{
    collections::HashMap,
    pin::pin,
    sync::{
        Mutex, MutexGuard,
        atomic::{AtomicUsize, Ordering},
    },
    task::{Context, Poll, Waker},
};

use chrono::TimeDelta;
use storeward_core::{
    BoxFuture, Fault, FingerprintKey, FixedClock, JournalStore, MemoryJournal, PortError, SecretString, Tier,
    journal::{Claim, Entry, Mark},
};

use crate::{
    Inventory, PermissionProbe, SecretStore, SmokeTest, TokenIssuer,
    inventory::{MemoryInventory, Record},
    port::{Holder, Identity, Issued, Listed, Stored, Version},
    rotate::{Issuing, Outcome, Plan, Ports, Report, rotate},
    validate::Policy,
};

/// Polls once: what only waits for memory is there at once, and what has crashed never is.
pub(super) fn now<T>(future: impl Future<Output = T>) -> Option<T> {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => Some(output),
        Poll::Pending => None,
    }
}

pub(super) struct Token {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) text: String,
}

#[derive(Default)]
pub(super) struct State {
    pub(super) tokens: Vec<Token>,
    pub(super) secret: Option<(String, u64)>,
    pub(super) smoke: Option<String>,
    ids: u64,
    changes: usize,
}

impl State {
    pub(super) fn add(&mut self, name: &str, text: String) -> String {
        self.ids += 1;
        self.tokens.push(Token { id: format!("T{}", self.ids), name: name.to_owned(), text });
        self.tokens.last().unwrap().id.clone()
    }

    pub(super) fn put(&mut self, text: &str) -> Version {
        let version = self.secret.as_ref().map_or(0, |(_, version)| *version) + 1;
        self.secret = Some((text.to_owned(), version));
        Version::new(version.to_string())
    }

    /// A token that nobody stored, but which ends as `T1` does.
    pub(super) fn add_alike(&mut self) {
        let ending: String = self.tokens[0].text.chars().skip(26).collect();
        self.add("by hand", format!("q7EXAMPLEvT2mXk9Zr4LbW8sYc{ending}"));
    }

    /// Thirty letters and digits of which the last four differ from those of every other.
    fn text(&self) -> String {
        format!("{}{:010}", "q7EXAMPLEvT2mXk9Zr4L", self.ids + 1)
    }
}

pub(super) struct World {
    state: Mutex<State>,
    pub(super) journal: MemoryJournal,
    /// All that was ever written to the journal.
    written: Mutex<Vec<Entry>>,
    pub(super) inventory: MemoryInventory,
    pub(super) clock: FixedClock,
    pub(super) key: FingerprintKey,
}

pub(super) fn plan(grace: i64) -> Plan {
    let required = ["MANAGE_PRODUCTS".to_owned()].into();
    Plan {
        run: "rotate EXAMPLE".into(),
        app: "A1".into(),
        purpose: "configurator".into(),
        team: "devops".into(),
        policy: Policy { required, ..Policy::new(Tier::Production.into()) },
        grace: TimeDelta::minutes(grace),
    }
}

pub(super) fn names(report: &Report) -> Vec<&str> {
    report.steps.iter().map(|step| step.name.as_str()).collect()
}

impl World {
    /// One token, `T1`, which is stored.
    pub(super) fn new() -> Self {
        let mut state = State::default();
        let text = state.text();
        state.add("made long ago", text.clone());
        state.put(&text);
        Self {
            state: Mutex::new(state),
            journal: MemoryJournal::default(),
            written: Mutex::default(),
            inventory: MemoryInventory::default(),
            clock: FixedClock::at("2026-11-24T12:00:00Z".parse().unwrap()),
            key: FingerprintKey::new(&[7; 32]),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    pub(super) fn set<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        change(&mut self.state())
    }

    pub(super) fn add(&self, name: &str) -> String {
        self.set(|state| {
            let text = state.text();
            state.add(name, text.clone());
            text
        })
    }

    pub(super) fn live(&self) -> Vec<String> {
        self.state().tokens.iter().map(|token| token.text.clone()).collect()
    }

    pub(super) fn stored(&self) -> String {
        self.state().secret.as_ref().unwrap().0.clone()
    }

    pub(super) fn changes(&self) -> usize {
        self.state().changes
    }

    pub(super) fn old_lives(&self) -> bool {
        self.state().tokens.iter().any(|token| token.id == "T1")
    }

    pub(super) fn record_of_old(&self) -> Record {
        Record {
            id: "T1".into(),
            app: "A1".into(),
            environment: "production".into(),
            name: "made long ago".into(),
            fingerprint: self.key.fingerprint(&self.stored().into()),
            issued_at: "2026-01-01T00:00:00Z".parse().unwrap(),
            rotated_at: None,
            permissions: Default::default(),
        }
    }

    /// All that is left when runners are gone.
    pub(super) fn left(&self) -> String {
        let (state, written) = (self.state(), self.written.lock().unwrap());
        let tokens: Vec<_> = state.tokens.iter().map(|token| [&token.id, &token.name, &token.text]).collect();
        let records = now(self.inventory.list()).unwrap().unwrap();
        format!("{tokens:?} {:?} {} {written:?} {records:?}", state.secret, state.changes)
    }

    /// Rotates; nothing comes back from a crash.
    pub(super) fn attempt(&self, plan: &Plan, handle: &Handle<'_>) -> Option<Report> {
        let report = now(rotate(plan, &handle.ports(&[handle])));
        if let Some(report) = &report {
            assert!(!serde_json::to_string(report).unwrap().contains("q7EXAMPLE"));
            assert!(!format!("{report:?}").contains("q7EXAMPLE"));
        }
        report
    }

    #[track_caller]
    pub(super) fn check_stored_lives(&self) {
        assert!(self.live().contains(&self.stored()), "what is stored is alive");
    }

    /// The old token is in force, and there is no other.
    #[track_caller]
    pub(super) fn check_kept(&self) {
        assert_eq!(self.live(), [self.stored()], "one token lives, and it is the stored one");
        assert!(self.old_lives(), "it is the old one");
    }

    /// A new token is in force, there is no other, and the report says so.
    #[track_caller]
    pub(super) fn check_rotated(&self, report: &Report) {
        assert_eq!((report.outcome, report.rotated), (Outcome::Rotated, true), "{report:?}");
        let written = self.written.lock().unwrap();
        assert!(!written.iter().any(shows), "no token is written to the journal");
        drop(written);
        assert_eq!(self.live(), [self.stored()], "one token lives, and it is the stored one");
        assert!(!self.old_lives(), "it is a new one");
        let new = report.new.as_ref().unwrap();
        assert_eq!(new.id.as_ref(), Some(&self.state().tokens[0].id));
        assert_eq!(new.name, self.state().tokens[0].name);
        assert_eq!(new.fingerprint, Some(self.key.fingerprint(&self.stored().into())));
        assert!(report.old.as_ref().unwrap().revoked);
        let records = now(self.inventory.list()).unwrap().unwrap();
        assert_eq!(
            records.iter().map(|record| Some(record.fingerprint)).collect::<Vec<_>>(),
            [new.fingerprint]
        );
    }
}

/// Whether a token's text is in an entry of the journal.
fn shows(entry: &Entry) -> bool {
    fn within(value: &serde_json::Value) -> bool {
        match value {
            serde_json::Value::String(text) => text.contains("q7EXAMPLE"),
            serde_json::Value::Array(values) => values.iter().any(within),
            serde_json::Value::Object(values) => {
                values.iter().any(|(key, value)| key.contains("q7EXAMPLE") || within(value))
            }
            _ => false,
        }
    }
    let by_mark = match &entry.mark {
        Mark::Started => false,
        Mark::Done { output } => within(output),
        Mark::Failed { reason } => reason.contains("q7EXAMPLE"),
    };
    by_mark || entry.step.contains("q7EXAMPLE")
}

/// What happens at a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Event {
    /// The process dies before the call has an effect.
    CrashBefore,
    /// The process dies after it.
    CrashAfter,
    /// The call fails and has no effect.
    FailBefore,
    /// The call fails, and has had its effect.
    FailAfter,
    /// Somebody else acts before the call has its effect.
    RaceBefore,
    /// Somebody else acts after it.
    RaceAfter,
}

/// The world as one runner sees it.
pub(super) struct Handle<'a> {
    world: &'a World,
    calls: AtomicUsize,
    events: HashMap<usize, Event>,
    race: Box<dyn Fn() + Send + Sync + 'a>,
}

impl<'a> Handle<'a> {
    pub(super) fn new(world: &'a World) -> Self {
        Self::with(world, [])
    }

    pub(super) fn with(world: &'a World, events: impl IntoIterator<Item = (usize, Event)>) -> Self {
        let events = events.into_iter().collect();
        Self { world, calls: AtomicUsize::new(0), events, race: Box::new(|| {}) }
    }

    pub(super) fn raced_by(mut self, race: impl Fn() + Send + Sync + 'a) -> Self {
        self.race = Box::new(race);
        self
    }

    pub(super) fn calls(&self) -> usize {
        self.calls.load(Ordering::SeqCst)
    }

    pub(super) fn ports<'h>(&'h self, smoke_tests: &'h [&'h dyn SmokeTest]) -> Ports<'h> {
        Ports {
            issuing: Issuing::Api(self),
            probe: self,
            smoke_tests,
            store: self,
            journal: self,
            inventory: Some(self),
            clock: &self.world.clock,
            key: &self.world.key,
        }
    }

    async fn call<T>(&self, effect: impl FnOnce() -> Result<T, PortError> + Send) -> Result<T, PortError> {
        let number = self.calls.fetch_add(1, Ordering::SeqCst);
        match self.events.get(&number) {
            None => effect(),
            Some(Event::CrashBefore) => std::future::pending().await,
            Some(Event::CrashAfter) => {
                drop(effect());
                std::future::pending().await
            }
            Some(Event::FailBefore) => Err(PortError::new("world", Fault::Unreachable, "no connection")),
            Some(Event::FailAfter) => {
                effect()?;
                Err(PortError::new("world", Fault::TimedOut, "no answer"))
            }
            Some(Event::RaceBefore) => {
                (self.race)();
                effect()
            }
            Some(Event::RaceAfter) => {
                let output = effect();
                (self.race)();
                output
            }
        }
    }

    async fn change<T>(
        &self,
        effect: impl FnOnce(&mut State) -> Result<T, PortError> + Send,
    ) -> Result<T, PortError> {
        self.call(|| {
            let mut state = self.world.state();
            state.changes += 1;
            effect(&mut state)
        })
        .await
    }
}

impl TokenIssuer for Handle<'_> {
    fn issue<'a>(&'a self, _: &'a str, name: &'a str) -> BoxFuture<'a, Result<Issued, PortError>> {
        Box::pin(self.change(|state| {
            let text = state.text();
            Ok(Issued { id: state.add(name, text.clone()), token: text.into() })
        }))
    }

    fn list<'a>(&'a self, _: &'a str) -> BoxFuture<'a, Result<Vec<Listed>, PortError>> {
        Box::pin(self.call(|| Ok(list(&self.world.state()))))
    }

    fn revoke<'a>(&'a self, id: &'a str) -> BoxFuture<'a, Result<(), PortError>> {
        Box::pin(self.change(move |state| {
            state.tokens.retain(|token| token.id != id);
            Ok(())
        }))
    }
}

fn list(state: &State) -> Vec<Listed> {
    let listed = |token: &Token| Listed {
        id: token.id.clone(),
        name: token.name.clone(),
        ending: token.text.chars().skip(26).collect(),
    };
    state.tokens.iter().map(listed).collect()
}

impl PermissionProbe for Handle<'_> {
    fn identify<'a>(&'a self, token: &'a SecretString) -> BoxFuture<'a, Result<Identity, PortError>> {
        Box::pin(self.call(|| {
            let state = self.world.state();
            let lives = state.tokens.iter().any(|known| known.text == token.expose());
            let (id, name) = ("A1".to_owned(), "Configurator".to_owned());
            Ok(Identity {
                holder: match lives {
                    true => Holder::App { id, name, active: true, tokens: list(&state) },
                    false => Holder::Nobody,
                },
                permissions: lives.then(|| "MANAGE_PRODUCTS".to_owned()).into_iter().collect(),
                refusal: None,
            })
        }))
    }
}

impl SmokeTest for Handle<'_> {
    fn name(&self) -> &str {
        "shop"
    }

    fn run<'a>(&'a self, _: &'a SecretString) -> BoxFuture<'a, Result<Result<(), String>, PortError>> {
        Box::pin(self.call(|| Ok(self.world.state().smoke.clone().map_or(Ok(()), Err))))
    }
}

impl SecretStore for Handle<'_> {
    fn place(&self) -> String {
        "memory".to_owned()
    }

    fn read(&self) -> BoxFuture<'_, Result<Option<Stored>, PortError>> {
        Box::pin(self.call(|| {
            let stored = |(text, version): &(String, u64)| Stored {
                secret: text.as_str().into(),
                version: Version::new(version.to_string()),
            };
            Ok(self.world.state().secret.as_ref().map(stored))
        }))
    }

    fn write<'a>(
        &'a self,
        secret: &'a SecretString,
        over: Option<&'a Version>,
    ) -> BoxFuture<'a, Result<Version, PortError>> {
        Box::pin(self.change(move |state| {
            let version = state.secret.as_ref().map(|(_, version)| version.to_string());
            if version.as_deref() != over.map(Version::as_str) {
                return Err(PortError::new("world", Fault::Conflict, "another version stands there"));
            }
            Ok(state.put(secret.expose()))
        }))
    }
}

impl JournalStore for Handle<'_> {
    fn claim<'a>(&'a self, run: &'a str) -> BoxFuture<'a, Result<Claim, PortError>> {
        Box::pin(self.call(move || now(self.world.journal.claim(run)).unwrap()))
    }

    fn append<'a>(&'a self, run: &'a str, fence: u64, entry: Entry) -> BoxFuture<'a, Result<(), PortError>> {
        Box::pin(self.call(move || {
            if let Mark::Done { .. } | Mark::Failed { .. } = entry.mark {
                self.world.written.lock().unwrap().push(entry.clone());
            }
            now(self.world.journal.append(run, fence, entry)).unwrap()
        }))
    }

    fn runs<'a>(&'a self, prefix: &'a str) -> BoxFuture<'a, Result<Vec<String>, PortError>> {
        Box::pin(self.call(move || now(self.world.journal.runs(prefix)).unwrap()))
    }

    fn entries<'a>(&'a self, run: &'a str) -> BoxFuture<'a, Result<Vec<Entry>, PortError>> {
        Box::pin(self.call(move || now(self.world.journal.entries(run)).unwrap()))
    }
}

impl Inventory for Handle<'_> {
    fn list(&self) -> BoxFuture<'_, Result<Vec<Record>, PortError>> {
        Box::pin(self.call(|| now(self.world.inventory.list()).unwrap()))
    }

    fn record(&self, record: Record) -> BoxFuture<'_, Result<(), PortError>> {
        Box::pin(self.call(|| now(self.world.inventory.record(record)).unwrap()))
    }

    fn remove<'a>(&'a self, id: &'a str) -> BoxFuture<'a, Result<(), PortError>> {
        Box::pin(self.call(move || now(self.world.inventory.remove(id)).unwrap()))
    }
}
