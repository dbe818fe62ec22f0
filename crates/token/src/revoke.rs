//! Ending tokens of an app, but never the one that is in use.
//!
//! A store lists of a token no more than its last characters. What is in use is found by the [inventory](crate::inventory),
//! which knows the id, or else by these; where several end alike, each of them may be the one, and all are kept.

use serde::Serialize;
use storeward_core::{FingerprintKey, PortError, SecretString};

use crate::{Inventory, TokenIssuer, port::Listed, validate::has_ending};

/// Which tokens of an app are to be ended.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "some of them, or all")]
pub enum Which {
    /// Those with these ids. One that the app does not have ends nothing.
    Ids(Vec<String>),
    /// All but those in use.
    All,
}

/// What is to be ended, and what must stay.
#[derive(Debug, Clone)]
#[expect(clippy::exhaustive_structs, reason = "made by every caller")]
pub struct Plan {
    /// The id of the app whose tokens they are.
    pub app: String,
    /// Which of them.
    pub which: Which,
    /// The tokens that are in use.
    pub in_use: Vec<SecretString>,
    /// Whether those in use are ended too.
    pub force: bool,
}

/// What became of it. It holds nothing of any token.
#[derive(Debug, Serialize)]
#[non_exhaustive]
pub struct Report {
    /// The version of this report's shape.
    pub schema: &'static str,
    /// Whether all that was to be ended is dead. Of [all](Which::All), the one in use is not.
    pub revoked: bool,
    /// Each token that was to be ended.
    pub tokens: Vec<Ended>,
    /// What a port answered, if that is why it stopped.
    #[serde(skip)]
    pub cause: Option<PortError>,
}

/// A token that was to be ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Ended {
    /// Its id in the API.
    pub id: String,
    /// Its name; nothing for one that the app does not have.
    pub name: Option<String>,
    /// What became of it.
    pub status: Status,
}

/// What became of a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Status {
    /// It is dead.
    Revoked,
    /// It would be ended.
    Planned,
    /// It is the one in use, or may be, and stays.
    InUse,
    /// The app has no such token.
    Unknown,
    /// It is still there.
    Left,
}

/// Ends tokens, or with `dry` only says which.
///
/// Of tokens that are named, none is ended unless each can be: one that is in use, or that the app does not have, keeps the
/// others too. What was ended is taken from the inventory.
pub async fn revoke(
    plan: &Plan,
    issuer: &dyn TokenIssuer,
    inventory: Option<&dyn Inventory>,
    key: &FingerprintKey,
    dry: bool,
) -> Report {
    let mut report =
        Report { schema: "storeward.token.revoke/1", revoked: false, tokens: Vec::new(), cause: None };
    if let Err(error) = run(plan, issuer, inventory, key, dry, &mut report).await {
        report.cause = Some(error);
    }
    report
}

async fn run(
    plan: &Plan,
    issuer: &dyn TokenIssuer,
    inventory: Option<&dyn Inventory>,
    key: &FingerprintKey,
    dry: bool,
    report: &mut Report,
) -> Result<(), PortError> {
    let listed = issuer.list(&plan.app).await?;
    let kept = in_use(plan, &listed, inventory, key).await?;
    report.tokens = chosen(plan, &listed, &kept);
    let named = matches!(plan.which, Which::Ids(_));
    if named && report.tokens.iter().any(|token| token.status != Status::Left) {
        return Ok(());
    }
    let chosen = || |token: &&mut Ended| token.status == Status::Left;
    if dry {
        report.tokens.iter_mut().filter(chosen()).for_each(|token| token.status = Status::Planned);
        return Ok(());
    }
    for token in report.tokens.iter_mut().filter(chosen()) {
        issuer.revoke(&token.id).await?;
        token.status = Status::Revoked;
        if let Some(inventory) = inventory {
            inventory.remove(&token.id).await?;
        }
    }
    let listed = issuer.list(&plan.app).await?;
    report.revoked = true;
    for token in report.tokens.iter_mut().filter(|token| token.status == Status::Revoked) {
        if listed.iter().any(|listed| listed.id == token.id) {
            (token.status, report.revoked) = (Status::Left, false);
        }
    }
    Ok(())
}

/// The ids of the tokens that are in use, or may be.
async fn in_use(
    plan: &Plan,
    listed: &[Listed],
    inventory: Option<&dyn Inventory>,
    key: &FingerprintKey,
) -> Result<Vec<String>, PortError> {
    let known = match inventory {
        Some(inventory) if !plan.force => inventory.list().await?,
        _ => Vec::new(),
    };
    let of = |token: &SecretString| {
        let fingerprint = key.fingerprint(token);
        let certain = known.iter().find(|record| {
            record.fingerprint == fingerprint && listed.iter().any(|listed| listed.id == record.id)
        });
        match certain {
            Some(record) => vec![record.id.clone()],
            None => {
                let alike = listed.iter().filter(|listed| has_ending(token, &listed.ending));
                alike.map(|listed| listed.id.clone()).collect()
            }
        }
    };
    Ok(if plan.force { Vec::new() } else { plan.in_use.iter().flat_map(of).collect() })
}

/// The tokens that are to be ended, and what is known of each before anything is done.
fn chosen(plan: &Plan, listed: &[Listed], kept: &[String]) -> Vec<Ended> {
    let ended = |id: &str, name: Option<&String>| {
        let status = match name {
            None => Status::Unknown,
            Some(_) if kept.iter().any(|kept| kept == id) => Status::InUse,
            Some(_) => Status::Left,
        };
        Ended { id: id.to_owned(), name: name.cloned(), status }
    };
    let find = |id: &str| listed.iter().find(|listed| listed.id == id).map(|listed| &listed.name);
    match &plan.which {
        Which::Ids(ids) => ids.iter().map(|id| ended(id, find(id))).collect(),
        Which::All => listed.iter().map(|listed| ended(&listed.id, Some(&listed.name))).collect(),
    }
}

#[cfg(test)]
mod tests;
