//! What a store is asked, and what it answers, checked against `schema/saleor.graphql` when compiled.
//!
//! An operation has the name of the type that stands for its answer.

use serde::Deserialize;
use storeward_core::SecretString;

#[cynic::schema("saleor")]
#[expect(unreachable_pub, reason = "generated")]
mod schema {}

/// The app that a token belongs to.
#[derive(Debug, cynic::QueryFragment)]
#[cynic(graphql_type = "Query")]
pub(super) struct TokenApp {
    pub(super) app: Option<App>,
}

/// The user whom a token belongs to.
#[derive(Debug, cynic::QueryFragment)]
#[cynic(graphql_type = "Query")]
pub(super) struct TokenUser {
    pub(super) me: Option<User>,
}

/// What the API calls its two roots.
#[derive(Debug, cynic::QueryFragment)]
#[cynic(graphql_type = "Query")]
pub(super) struct Introspection {
    #[cynic(rename = "__schema")]
    pub(super) schema: Roots,
}

#[derive(Debug, cynic::QueryFragment)]
#[cynic(graphql_type = "__Schema")]
pub(super) struct Roots {
    pub(super) query_type: Root,
    pub(super) mutation_type: Option<Root>,
}

#[derive(Debug, cynic::QueryFragment)]
#[cynic(graphql_type = "__Type")]
pub(super) struct Root {
    pub(super) name: Option<String>,
}

#[derive(cynic::QueryVariables)]
pub(super) struct ById {
    pub(super) id: cynic::Id,
}

impl ById {
    pub(super) fn new(id: &str) -> Self {
        Self { id: cynic::Id::new(id) }
    }
}

#[derive(Debug, cynic::QueryFragment)]
#[cynic(graphql_type = "Query", variables = "ById")]
pub(super) struct AppTokens {
    #[arguments(id: $id)]
    pub(super) app: Option<TokensOfApp>,
}

#[derive(cynic::QueryVariables)]
pub(super) struct Page {
    pub(super) first: i32,
    pub(super) after: Option<String>,
}

#[derive(Debug, cynic::QueryFragment)]
#[cynic(graphql_type = "Query", variables = "Page")]
pub(super) struct Apps {
    #[arguments(first: $first, after: $after)]
    pub(super) apps: Option<AppCountableConnection>,
}

#[derive(Debug, cynic::QueryFragment)]
pub(super) struct AppCountableConnection {
    pub(super) page_info: PageInfo,
    pub(super) edges: Vec<AppCountableEdge>,
}

#[derive(Debug, cynic::QueryFragment)]
pub(super) struct AppCountableEdge {
    pub(super) node: App,
}

#[derive(Debug, cynic::QueryFragment)]
pub(super) struct PageInfo {
    pub(super) has_next_page: bool,
    pub(super) end_cursor: Option<String>,
}

#[derive(Debug, cynic::QueryFragment)]
pub(super) struct App {
    pub(super) id: cynic::Id,
    pub(super) name: Option<String>,
    pub(super) is_active: Option<bool>,
    pub(super) permissions: Option<Vec<Permission>>,
    pub(super) tokens: Option<Vec<AppToken>>,
}

#[derive(Debug, cynic::QueryFragment)]
#[cynic(graphql_type = "App")]
pub(super) struct TokensOfApp {
    pub(super) tokens: Option<Vec<AppToken>>,
}

#[derive(Debug, cynic::QueryFragment)]
pub(super) struct AppToken {
    pub(super) id: cynic::Id,
    pub(super) name: Option<String>,
    /// Its last four characters.
    pub(super) auth_token: Option<String>,
}

#[derive(Debug, cynic::QueryFragment)]
pub(super) struct User {
    pub(super) id: cynic::Id,
    pub(super) email: String,
    pub(super) is_staff: bool,
    pub(super) is_active: bool,
    pub(super) user_permissions: Option<Vec<UserPermission>>,
}

#[derive(Debug, cynic::QueryFragment)]
pub(super) struct Permission {
    pub(super) code: PermissionEnum,
}

#[derive(Debug, cynic::QueryFragment)]
pub(super) struct UserPermission {
    pub(super) code: PermissionEnum,
}

#[derive(Debug, cynic::Enum)]
#[cynic(non_exhaustive)]
pub(super) enum PermissionEnum {
    ManageApps,
    #[cynic(fallback)]
    Other(String),
}

impl PermissionEnum {
    pub(super) fn into_code(self) -> String {
        match self {
            Self::ManageApps => "MANAGE_APPS".to_owned(),
            Self::Other(code) => code,
        }
    }
}

/// A token in clear: hidden from the moment it is read.
#[derive(Debug, Deserialize)]
#[serde(transparent)]
pub(super) struct Secret(pub(super) SecretString);

cynic::impl_scalar!(Secret, schema::String);

#[derive(cynic::InputObject)]
pub(super) struct AppTokenInput {
    pub(super) name: Option<String>,
    pub(super) app: cynic::Id,
}

#[derive(cynic::QueryVariables)]
pub(super) struct NewToken {
    pub(super) input: AppTokenInput,
}

#[derive(Debug, cynic::QueryFragment)]
#[cynic(graphql_type = "Mutation", variables = "NewToken")]
pub(super) struct IssueToken {
    #[arguments(input: $input)]
    pub(super) app_token_create: Option<AppTokenCreate>,
}

#[derive(Debug, cynic::QueryFragment)]
pub(super) struct AppTokenCreate {
    pub(super) auth_token: Option<Secret>,
    pub(super) app_token: Option<AppToken>,
    pub(super) errors: Vec<AppError>,
}

#[derive(Debug, cynic::QueryFragment)]
#[cynic(graphql_type = "Mutation", variables = "ById")]
pub(super) struct RevokeToken {
    #[arguments(id: $id)]
    pub(super) app_token_delete: Option<AppTokenDelete>,
}

#[derive(Debug, cynic::QueryFragment)]
pub(super) struct AppTokenDelete {
    pub(super) errors: Vec<AppError>,
}

#[derive(Debug, cynic::QueryFragment)]
#[cynic(graphql_type = "Mutation", variables = "ById")]
pub(super) struct ActivateApp {
    #[arguments(id: $id)]
    pub(super) app_activate: Option<AppActivate>,
}

#[derive(Debug, cynic::QueryFragment)]
pub(super) struct AppActivate {
    pub(super) app: Option<AppState>,
    pub(super) errors: Vec<AppError>,
}

#[derive(Debug, cynic::QueryFragment)]
#[cynic(graphql_type = "Mutation", variables = "ById")]
pub(super) struct DeactivateApp {
    #[arguments(id: $id)]
    pub(super) app_deactivate: Option<AppDeactivate>,
}

#[derive(Debug, cynic::QueryFragment)]
pub(super) struct AppDeactivate {
    pub(super) app: Option<AppState>,
    pub(super) errors: Vec<AppError>,
}

#[derive(Debug, cynic::QueryFragment)]
#[cynic(graphql_type = "App")]
pub(super) struct AppState {
    pub(super) is_active: Option<bool>,
}

#[derive(cynic::InputObject)]
pub(super) struct StaffUpdateInput {
    pub(super) is_active: Option<bool>,
}

#[derive(cynic::QueryVariables)]
pub(super) struct StaffChange {
    pub(super) id: cynic::Id,
    pub(super) input: StaffUpdateInput,
}

#[derive(Debug, cynic::QueryFragment)]
#[cynic(graphql_type = "Mutation", variables = "StaffChange")]
pub(super) struct ChangeStaff {
    #[arguments(id: $id, input: $input)]
    pub(super) staff_update: Option<StaffUpdate>,
}

#[derive(Debug, cynic::QueryFragment)]
pub(super) struct StaffUpdate {
    pub(super) user: Option<UserState>,
    pub(super) errors: Vec<StaffError>,
}

#[derive(Debug, cynic::QueryFragment)]
#[cynic(graphql_type = "User")]
pub(super) struct UserState {
    pub(super) is_active: bool,
}

#[derive(cynic::QueryVariables)]
pub(super) struct UsersChange {
    pub(super) ids: Vec<cynic::Id>,
    pub(super) active: bool,
}

#[derive(Debug, cynic::QueryFragment)]
#[cynic(graphql_type = "Mutation", variables = "UsersChange")]
pub(super) struct SetUsersActive {
    #[arguments(ids: $ids, isActive: $active)]
    pub(super) user_bulk_set_active: Option<UserBulkSetActive>,
}

#[derive(Debug, cynic::QueryFragment)]
pub(super) struct UserBulkSetActive {
    pub(super) count: i32,
    pub(super) errors: Vec<AccountError>,
}

#[derive(Debug, cynic::QueryFragment)]
pub(super) struct AppError {
    pub(super) code: AppErrorCode,
}

#[derive(Debug, cynic::QueryFragment)]
pub(super) struct StaffError {
    pub(super) code: AccountErrorCode,
}

#[derive(Debug, cynic::QueryFragment)]
pub(super) struct AccountError {
    /// The id of the user that it is about.
    pub(super) field: Option<String>,
    pub(super) code: AccountErrorCode,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, cynic::Enum)]
#[cynic(non_exhaustive)]
pub(super) enum AppErrorCode {
    Forbidden,
    GraphqlError,
    Invalid,
    NotFound,
    OutOfScopeApp,
    OutOfScopePermission,
    Required,
    #[cynic(fallback)]
    Other,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, cynic::Enum)]
#[cynic(non_exhaustive)]
pub(super) enum AccountErrorCode {
    ActivateOwnAccount,
    ActivateSuperuserAccount,
    DeactivateOwnAccount,
    DeactivateSuperuserAccount,
    GraphqlError,
    Invalid,
    LeftNotManageablePermission,
    NotFound,
    OutOfScopeUser,
    Required,
    #[cynic(fallback)]
    Other,
}
