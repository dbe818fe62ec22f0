//! A store for tests: a server on this machine that answers what this crate asks as Saleor 3.23 does.
//!
//! It knows apps with tokens and permissions, staff, customers and a superuser; takes a wrong token for none; and answers by
//! the name of the operation, after what was measured. It can also misbehave: see [`Trouble`]. Tests of other crates, and of
//! programs, may use it; it has no other use. Tokens are synthetic and say so.
//!
//! ```
//! use storeward_token::{PermissionProbe, Saleor, port::Holder, saleor::testing::FakeSaleor};
//!
//! # tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
//! let fake = FakeSaleor::start()?;
//! let app = fake.add_app("Configurator", &["MANAGE_PRODUCTS"]);
//! let found = Saleor::new(&fake.url())?.identify(&app.token).await?;
//! assert!(matches!(found.holder, Holder::App { .. }) && found.permissions.contains("MANAGE_PRODUCTS"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! # })?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod answer;
mod serve;
mod state;

use std::{
    collections::VecDeque,
    fmt, io,
    net::{SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    thread,
};

use serde_json::Value;
use storeward_core::SecretString;

use self::state::State;

/// A store on a free port of this machine, until it is dropped.
#[derive(Debug)]
pub struct FakeSaleor {
    address: SocketAddr,
    shared: Arc<Shared>,
}

/// What the threads of one store share.
#[derive(Debug)]
struct Shared {
    state: Mutex<State>,
    watcher: Mutex<Option<Watcher>>,
    trouble: Mutex<VecDeque<Option<Trouble>>>,
    always: Mutex<Option<Trouble>>,
    seen: Mutex<Vec<Seen>>,
    closed: AtomicBool,
}

/// Who is told of each question.
#[derive(Clone)]
struct Watcher(Arc<dyn Fn(usize, Moment) + Send + Sync>);

impl fmt::Debug for Watcher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Watcher")
    }
}

/// When a watcher is told of a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "the two sides of an effect")]
pub enum Moment {
    /// It has come, and nothing was done.
    Before,
    /// It was answered, and the answer is not yet on its way.
    After,
}

/// An app that was added, with its first token.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct AddedApp {
    /// Its id in the API.
    pub id: String,
    /// The id of its token.
    pub token_id: String,
    /// Its token.
    pub token: SecretString,
}

/// A user who was added, signed in.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct AddedUser {
    /// Their id in the API.
    pub id: String,
    /// Their JWT.
    pub token: SecretString,
}

/// A question that came.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Seen {
    /// The name of its operation, if it had one.
    pub operation: String,
    /// Whether it was asked with `Authorization: Bearer …`.
    pub bearer: bool,
}

/// What a server, or something before it, does instead of answering.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Trouble {
    /// It answers with a page, as where no GraphQL is.
    Html,
    /// This status, with a page.
    Status(u16),
    /// 429, with this `Retry-After` if there is one.
    Limited(Option<String>),
    /// This status, with this JSON.
    Json(u16, Value),
    /// 200 and JSON by its headers, but not in its body.
    Garbage,
    /// A body that is shorter than was said.
    Cut,
    /// A body that does not end.
    Endless,
    /// A body that comes byte by byte, and not whole in anybody's lifetime.
    Loris,
    /// A redirect to this address.
    Redirect(String),
    /// The connection is closed without an answer.
    HangUp,
    /// The question is answered, but the answer is lost on its way.
    Lost,
}

impl FakeSaleor {
    /// A store with nothing in it.
    ///
    /// # Errors
    ///
    /// When no port or no thread can be had.
    pub fn start() -> io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared {
            state: Mutex::new(State::new(format!("http://{address}/graphql/"))),
            watcher: Mutex::default(),
            trouble: Mutex::default(),
            always: Mutex::default(),
            seen: Mutex::default(),
            closed: AtomicBool::new(false),
        });
        let served = Arc::clone(&shared);
        thread::Builder::new().spawn(move || {
            for connection in listener.incoming().flatten() {
                if served.closed.load(Ordering::SeqCst) {
                    return;
                }
                let shared = Arc::clone(&served);
                // A client that went away is no fault of the test, and one that is slow is in nobody's way.
                let _ = thread::Builder::new().spawn(move || serve::serve(connection, &shared));
            }
        })?;
        Ok(Self { address, shared })
    }

    /// The address of its GraphQL.
    #[must_use]
    pub fn url(&self) -> String {
        self.state().url().to_owned()
    }

    /// Adds an app with a token named `Default`.
    #[must_use]
    pub fn add_app(&self, name: &str, permissions: &[&str]) -> AddedApp {
        self.state().add_app(name, permissions)
    }

    /// Adds a member of the staff, signed in.
    #[must_use]
    pub fn add_staff(&self, email: &str, permissions: &[&str]) -> AddedUser {
        self.state().add_user(email, state::Rank::Staff, permissions)
    }

    /// Adds somebody who may do everything, signed in.
    #[must_use]
    pub fn add_superuser(&self, email: &str) -> AddedUser {
        self.state().add_user(email, state::Rank::Superuser, &state::PERMISSIONS)
    }

    /// Adds a customer, signed in.
    #[must_use]
    pub fn add_customer(&self, email: &str) -> AddedUser {
        self.state().add_user(email, state::Rank::Customer, &[])
    }

    /// Lets the JWTs of a user expire.
    pub fn expire(&self, user: &str) {
        self.state().expire(user);
    }

    /// Whether the store is open to the public, `allowStorefrontTraffic`.
    pub fn open(&self, open: bool) {
        self.state().open = open;
    }

    /// The next questions meet these, one each, before anything is answered again.
    pub fn next(&self, trouble: impl IntoIterator<Item = Trouble>) {
        self.after(0, trouble);
    }

    /// So many questions are answered, and those behind them meet these, one each.
    pub fn after(&self, answered: usize, trouble: impl IntoIterator<Item = Trouble>) {
        let mut queue = lock(&self.shared.trouble);
        queue.extend(std::iter::repeat_n(None, answered));
        queue.extend(trouble.into_iter().map(Some));
    }

    /// Every question meets this from now on; `None` ends it.
    pub fn always(&self, trouble: Option<Trouble>) {
        *lock(&self.shared.always) = trouble;
    }

    /// Tells of every question: its number, from 0, and when. The question waits meanwhile, so that a test can end the
    /// program that asks at exactly this point.
    pub fn watch(&self, watcher: impl Fn(usize, Moment) + Send + Sync + 'static) {
        *lock(&self.shared.watcher) = Some(Watcher(Arc::new(watcher)));
    }

    /// What it was asked so far.
    #[must_use]
    pub fn seen(&self) -> Vec<Seen> {
        lock(&self.shared.seen).clone()
    }

    /// The ids and names of an app's tokens, without asking.
    #[must_use]
    pub fn tokens(&self, app: &str) -> Vec<(String, String)> {
        self.state().tokens(app)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        lock(&self.shared.state)
    }
}

impl Shared {
    fn tell(&self, question: usize, moment: Moment) {
        let watcher = lock(&self.watcher).clone();
        if let Some(Watcher(tell)) = watcher {
            tell(question, moment);
        }
    }
}

impl Drop for FakeSaleor {
    fn drop(&mut self) {
        self.shared.closed.store(true, Ordering::SeqCst);
        // Wakes the thread that waits for connections, so that it sees the end.
        let _ = TcpStream::connect(self.address);
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
