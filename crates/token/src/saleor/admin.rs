//! What an administrator does: tokens are made and ended, and apps and people shut out.

use std::{
    collections::{BTreeSet, HashSet},
    fmt,
};

use cynic::{MutationBuilder, Operation, QueryBuilder};
use serde::{Serialize, de::DeserializeOwned};
use storeward_core::{BoxFuture, Fault, PortError, SecretString, http::Failure};

use super::{
    http::{Http, Kind, nonsense},
    queries::{
        self, ActivateApp, AppErrorCode, AppTokenInput, AppTokens, Apps, ById, ChangeStaff, DeactivateApp,
        IssueToken, NewToken, Page, RevokeToken, SetUsersActive, StaffChange, StaffUpdateInput, UsersChange,
    },
};
use crate::port::{Issued, Listed, TokenIssuer};

/// Apps on a page: Saleor gives no more.
const PAGE: i32 = 100;

/// Pages that are read at most: no store has ten thousand apps.
const PAGES: usize = 100;

/// A store that is asked in the name of an administrator.
///
/// As a [`TokenIssuer`] it needs `MANAGE_APPS` and every permission that the app has. The rest is for containment: each
/// action takes effect at once, and may be repeated.
#[derive(Clone)]
pub struct SaleorAdmin {
    http: Http,
    token: SecretString,
}

/// An app of a store.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct App {
    /// Its id in the API.
    pub id: String,
    /// What it is called.
    pub name: String,
    /// Whether its tokens open anything.
    pub active: bool,
    /// The codes of its permissions.
    pub permissions: BTreeSet<String>,
    /// Its tokens.
    pub tokens: Vec<Listed>,
}

impl TryFrom<queries::App> for App {
    type Error = Failure;

    /// What the store leaves out is unknown, not absent.
    fn try_from(app: queries::App) -> Result<Self, Failure> {
        let permissions = app.permissions.ok_or_else(nonsense)?;
        let tokens = app.tokens.ok_or_else(nonsense)?;
        Ok(Self {
            id: app.id.into_inner(),
            name: app.name.unwrap_or_default(),
            active: app.is_active == Some(true),
            permissions: permissions.into_iter().map(|permission| permission.code.into_code()).collect(),
            tokens: tokens.into_iter().map(Listed::from).collect(),
        })
    }
}

/// What became of a change to several users.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Changed {
    /// How many users were changed.
    pub count: usize,
    /// The ids of those who were not, such as a superuser's.
    pub refused: Vec<String>,
}

impl SaleorAdmin {
    pub(super) const fn new(http: Http, token: SecretString) -> Self {
        Self { http, token }
    }

    /// All apps, with their tokens.
    ///
    /// # Errors
    ///
    /// [`Fault::Refused`] without `MANAGE_APPS`; [`Fault::Invalid`] for a list that does not end.
    pub async fn apps(&self) -> Result<Vec<App>, PortError> {
        self.all_apps().await.map_err(|failure| failure.of(CONTAINMENT))
    }

    /// Takes an app out of service: its tokens open nothing from now on. Needs `MANAGE_APPS` alone.
    ///
    /// # Errors
    ///
    /// [`Fault::NotFound`] when there is no such app; [`Fault::Refused`] without the permission.
    pub async fn deactivate_app(&self, id: &str) -> Result<(), PortError> {
        let switch = async {
            let done = self.change(&DeactivateApp::build(ById::new(id))).await?;
            let done = done.app_deactivate.ok_or_else(nonsense)?;
            switched(done.errors.first().map(|error| error.code), done.app, false)
        };
        switch.await.map_err(|failure| failure.of(CONTAINMENT))
    }

    /// Puts an app back into service, with the tokens that it still has: delete those that leaked first.
    ///
    /// # Errors
    ///
    /// As of [`deactivate_app`](Self::deactivate_app).
    pub async fn activate_app(&self, id: &str) -> Result<(), PortError> {
        let switch = async {
            let done = self.change(&ActivateApp::build(ById::new(id))).await?;
            let done = done.app_activate.ok_or_else(nonsense)?;
            switched(done.errors.first().map(|error| error.code), done.app, true)
        };
        switch.await.map_err(|failure| failure.of(CONTAINMENT))
    }

    /// Ends all tokens of an app, and gives the ids of those it had. A failure in the midst leaves the rest: do it again.
    ///
    /// # Errors
    ///
    /// [`Fault::NotFound`] when there is no such app; [`Fault::Refused`] without `MANAGE_APPS` and all of its permissions.
    pub async fn delete_app_tokens(&self, id: &str) -> Result<Vec<String>, PortError> {
        let delete = async {
            let mut deleted = Vec::new();
            for token in self.tokens(id).await? {
                self.delete_token(&token.id).await?;
                deleted.push(token.id);
            }
            Ok::<_, Failure>(deleted)
        };
        delete.await.map_err(|failure| failure.of(CONTAINMENT))
    }

    /// Shuts a member of the staff out. Only staff may, with `MANAGE_STAFF` and every permission that the other has; not
    /// oneself, and not a superuser.
    ///
    /// # Errors
    ///
    /// [`Fault::NotFound`] when there is no such user; [`Fault::Refused`] when whoever asks may not.
    pub async fn deactivate_staff(&self, id: &str) -> Result<(), PortError> {
        let switch = async {
            let input = StaffUpdateInput { is_active: Some(false) };
            let change = StaffChange { id: cynic::Id::new(id), input };
            let done = self.change(&ChangeStaff::build(change)).await?.staff_update.ok_or_else(nonsense)?;
            if let Some(error) = done.errors.first() {
                return Err(error.code.failure());
            }
            done.user.filter(|user| !user.is_active).map(drop).ok_or_else(not_so)
        };
        switch.await.map_err(|failure| failure.of(CONTAINMENT))
    }

    /// Shuts users out, or lets them in again; staff too. Needs `MANAGE_USERS`, and an app may.
    ///
    /// # Errors
    ///
    /// [`Fault::Refused`] without the permission; [`Fault::NotFound`] for an unknown id. Users who may not be changed are
    /// no error: see [`Changed::refused`].
    pub async fn set_users_active(&self, ids: &[String], active: bool) -> Result<Changed, PortError> {
        let switch = async {
            let change = UsersChange { ids: ids.iter().map(cynic::Id::new).collect(), active };
            let done = self.change(&SetUsersActive::build(change)).await?;
            let done = done.user_bulk_set_active.ok_or_else(nonsense)?;
            let mut refused = Vec::new();
            for error in done.errors {
                match ids.iter().find(|id| error.field.as_ref() == Some(*id)) {
                    Some(id) => refused.push(id.clone()),
                    None => return Err(error.code.failure()),
                }
            }
            let count = usize::try_from(done.count).map_err(|_| nonsense())?;
            Ok(Changed { count, refused })
        };
        switch.await.map_err(|failure| failure.of(CONTAINMENT))
    }

    async fn all_apps(&self) -> Result<Vec<App>, Failure> {
        let mut apps = Vec::new();
        let mut after = None;
        let mut seen = HashSet::new();
        for _ in 0..PAGES {
            let operation = Apps::build(Page { first: PAGE, after: after.clone() });
            let page = self.http.ask(Kind::Query, &operation, &self.token).await?.whole()?;
            let page = page.apps.ok_or_else(nonsense)?;
            for edge in page.edges {
                apps.push(App::try_from(edge.node)?);
            }
            if !page.page_info.has_next_page {
                return Ok(apps);
            }
            after = page.page_info.end_cursor;
            if after.is_none() || !seen.insert(after.clone()) {
                return Err(nonsense());
            }
        }
        Err(Failure::new(Fault::Invalid, format!("the store's list of apps has more than {PAGES} pages")))
    }

    async fn tokens(&self, app: &str) -> Result<Vec<Listed>, Failure> {
        let operation = AppTokens::build(ById::new(app));
        let found = self.http.ask(Kind::Query, &operation, &self.token).await?.whole()?;
        let none = || Failure::new(Fault::NotFound, "the store has no app with this id");
        let tokens = found.app.ok_or_else(none)?.tokens.ok_or_else(nonsense)?;
        Ok(tokens.into_iter().map(Listed::from).collect())
    }

    async fn new_token(&self, app: &str, name: &str) -> Result<Issued, Failure> {
        let input = AppTokenInput { name: Some(name.to_owned()), app: cynic::Id::new(app) };
        let made = self.change(&IssueToken::build(NewToken { input })).await?;
        let made = made.app_token_create.ok_or_else(nonsense)?;
        if let Some(error) = made.errors.first() {
            return Err(error.code.failure());
        }
        let (token, listed) = made.auth_token.zip(made.app_token).ok_or_else(nonsense)?;
        Ok(Issued { id: listed.id.into_inner(), token: token.0 })
    }

    async fn delete_token(&self, id: &str) -> Result<(), Failure> {
        let done = self.change(&RevokeToken::build(ById::new(id))).await?;
        let done = done.app_token_delete.ok_or_else(nonsense)?;
        match done.errors.first().map(|error| error.code) {
            None | Some(AppErrorCode::NotFound) => Ok(()),
            Some(code) => Err(code.failure()),
        }
    }

    async fn change<T: DeserializeOwned, V: Serialize>(
        &self,
        operation: &Operation<T, V>,
    ) -> Result<T, Failure> {
        self.http.ask(Kind::Mutation, operation, &self.token).await?.whole()
    }
}

impl TokenIssuer for SaleorAdmin {
    fn issue<'a>(&'a self, app: &'a str, name: &'a str) -> BoxFuture<'a, Result<Issued, PortError>> {
        Box::pin(async move { self.new_token(app, name).await.map_err(|failure| failure.of(ISSUER)) })
    }

    fn list<'a>(&'a self, app: &'a str) -> BoxFuture<'a, Result<Vec<Listed>, PortError>> {
        Box::pin(async move { self.tokens(app).await.map_err(|failure| failure.of(ISSUER)) })
    }

    fn revoke<'a>(&'a self, id: &'a str) -> BoxFuture<'a, Result<(), PortError>> {
        Box::pin(async move { self.delete_token(id).await.map_err(|failure| failure.of(ISSUER)) })
    }
}

impl fmt::Debug for SaleorAdmin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SaleorAdmin").field("http", &self.http).finish_non_exhaustive()
    }
}

/// What these ports are called in errors.
pub(super) const ISSUER: &str = "token issuer";
const CONTAINMENT: &str = "containment";

fn switched(
    error: Option<AppErrorCode>,
    app: Option<queries::AppState>,
    active: bool,
) -> Result<(), Failure> {
    match (error, app) {
        (Some(code), _) => Err(code.failure()),
        (None, Some(app)) if app.is_active == Some(active) => Ok(()),
        _ => Err(not_so()),
    }
}

/// What a store says it did, and what it shows, are two things.
fn not_so() -> Failure {
    Failure::new(Fault::Invalid, "the store reports no error, but no effect either")
}
