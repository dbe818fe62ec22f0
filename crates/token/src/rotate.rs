//! Putting a new token in the place of an old one, so that a crash or a failure at any point does no harm.
//!
//! The steps are: *look* (what is stored, whose it is, which id it has), *issue*, *validate*, *smoke tests*, *store*
//! (only over the token that was seen), *read back*, *grace* (both tokens live), *revoke* the old one, *verify* that it is
//! dead, *record*. They run on a [journal](storeward_core::Journal), so a second runner is fenced off.
//!
//! **A failure** turns back: the old token stands in the store, and the new one is revoked. That is possible as long as
//! the old token lives and this runner has its text, which the store gives up when it is overwritten. After a crash,
//! or after the grace period, there is only forward: the run is left [`Unfinished`](Outcome::Unfinished), and running
//! it again goes on.
//!
//! **After a crash** running it again goes on with what the store holds. The text of a new token is nowhere but in memory and
//! in the store, never in the journal. If it did not reach the store it is lost: that token is found by its name, which
//! no other token has, and revoked; another one is issued.
//!
//! **What is not certain is left to a person**: when two tokens share the ending by which the store lists them, none of them is
//! revoked, and the report says what is to be done [by hand](Report::by_hand).

mod act;
mod attempt;
mod back;
mod end_old;
mod issue;
mod keep;
mod look;
mod prove;
mod rehearse;
mod report;
mod runner;

use std::fmt;

use chrono::TimeDelta;
use storeward_core::{BoxFuture, Clock, FingerprintKey, Journal, JournalStore, PortError, SecretString};

pub use report::{NewToken, OldToken, Outcome, Report, Status, StepReport};

use crate::{Inventory, PermissionProbe, SecretStore, SmokeTest, TokenIssuer, validate::Policy};
use runner::Runner;

/// What is to be rotated, and how.
#[derive(Debug, Clone)]
#[expect(clippy::exhaustive_structs, reason = "made by every caller")]
pub struct Plan {
    /// The run's name in the journal. Running the same name again resumes; one for each place that keeps a token also keeps
    /// two rotations of it apart.
    pub run: String,
    /// The id of the app whose token it is.
    pub app: String,
    /// What the token is used for, as in its name.
    pub purpose: String,
    /// Who answers for it, as in its name.
    pub team: String,
    /// What the new token must fulfil. Its environment is the one in the name; its `max_age` does not matter.
    pub policy: Policy,
    /// How long both tokens live, so that whoever uses the old one can fetch the new one.
    pub grace: TimeDelta,
}

/// The world, as far as a rotation needs it.
#[expect(clippy::exhaustive_structs, reason = "made by every caller, to replace one port and keep the rest")]
pub struct Ports<'a> {
    /// Where new tokens come from.
    pub issuing: Issuing<'a>,
    /// Whose a token is.
    pub probe: &'a dyn PermissionProbe,
    /// What the new token must be able to do before it is stored.
    pub smoke_tests: &'a [&'a dyn SmokeTest],
    /// Where the token is kept.
    pub store: &'a dyn SecretStore,
    /// What survives a crash.
    pub journal: &'a dyn JournalStore,
    /// What is known of tokens, if that is kept. It tells the old token's id for sure.
    pub inventory: Option<&'a dyn Inventory>,
    /// The time, for names and the grace period.
    pub clock: &'a dyn Clock,
    /// The key by which tokens are recognised after a crash; the same one for the whole run.
    pub key: &'a FingerprintKey,
}

impl fmt::Debug for Ports<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ports").field("store", &self.store.place()).finish_non_exhaustive()
    }
}

/// Where new tokens come from, and who ends old ones.
#[derive(Clone, Copy)]
#[expect(clippy::exhaustive_enums, reason = "the API does it or a person does")]
pub enum Issuing<'a> {
    /// The API: for a caller that may manage apps.
    Api(&'a dyn TokenIssuer),
    /// A person in the store's dashboard.
    Person(&'a dyn TokenPrompt),
}

impl fmt::Debug for Issuing<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Api(_) => "Api",
            Self::Person(_) => "Person",
        })
    }
}

/// Asks a person for a token that they make in the dashboard.
pub trait TokenPrompt: Send + Sync {
    /// Asks for a new token of the app, to be made under this name. `None` when nobody is there or they do not want to.
    ///
    /// # Errors
    ///
    /// When asking breaks off.
    fn ask<'a>(
        &'a self,
        app: &'a str,
        name: &'a str,
    ) -> BoxFuture<'a, Result<Option<SecretString>, PortError>>;
}

/// Rotates a token, or goes on with a rotation of the same name.
///
/// It always comes back with a report. What a port answered when it stopped is the report's [`cause`](Report::cause).
pub async fn rotate(plan: &Plan, ports: &Ports<'_>) -> Report {
    let mut runner = Runner::new(plan, ports);
    match Journal::open(ports.journal, ports.clock, plan.run.clone()).await {
        Ok(mut journal) => runner.run(&mut journal).await,
        Err(error) => runner.refused(error),
    }
    runner.report
}

/// Says what [`rotate`] would do. It asks the store and changes nothing, the journal included.
pub async fn dry_run(plan: &Plan, ports: &Ports<'_>) -> Report {
    let mut runner = Runner::new(plan, ports);
    runner.rehearse().await;
    runner.report
}

#[cfg(test)]
mod tests;
