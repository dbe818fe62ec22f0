//! The answers to what this crate asks, by the names of its operations.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::state::{App, Caller, LONGEST_NAME, Rank, State, Token, User};

/// The answer of the store: a status and a body.
pub(super) fn answer(
    state: &mut State,
    token: Option<&str>,
    operation: Option<&str>,
    question: Option<&Value>,
) -> (u16, Value) {
    let caller = state.caller(token);
    let known = matches!(caller, Caller::App(_))
        || state.user(caller).is_some_and(|user| user.rank != Rank::Customer);
    if !state.open && !known {
        let error = json!({
            "message": "Storefront traffic is not allowed.",
            "extensions": { "code": "STOREFRONT_TRAFFIC_NOT_ALLOWED" },
        });
        return (401, json!({ "errors": [error] }));
    }
    let Some(question) = question.filter(|question| question["query"].is_string()) else {
        return not_understood("Must provide a query string.");
    };
    let variables = &question["variables"];
    let id = variables["id"].as_str().unwrap_or_default();
    let call = Call { state, caller };
    match operation {
        Some("TokenApp") => call.token_app(),
        Some("TokenUser") => call.token_user(),
        // Anybody may ask this.
        Some("Introspection") => {
            let roots = json!({ "queryType": { "name": "Query" }, "mutationType": { "name": "Mutation" } });
            data("__schema", &roots)
        }
        Some("AppTokens") => call.app(id),
        Some("Apps") => call.apps(variables),
        Some("IssueToken") => call.issue(&variables["input"]),
        Some("RevokeToken") => call.revoke(id),
        Some("ActivateApp") => call.switch("appActivate", id, true),
        Some("DeactivateApp") => call.switch("appDeactivate", id, false),
        Some("ChangeStaff") => call.staff(id, variables.pointer("/input/isActive").and_then(Value::as_bool)),
        Some("SetUsersActive") => call.users(variables),
        _ => not_understood("Unknown operation named."),
    }
}

fn not_understood(message: &str) -> (u16, Value) {
    let error = json!({ "message": message, "extensions": { "exception": { "code": "GraphQLError" } } });
    (400, json!({ "errors": [error] }))
}

fn data(field: &str, value: &Value) -> (u16, Value) {
    (200, json!({ "data": { field: value }, "extensions": { "cost": { "requestedQueryCost": 1 } } }))
}

fn denied(field: &str, needed: &str) -> (u16, Value) {
    let message = format!("To access this path, you need one of the following permissions: {needed}");
    failed(field, "PermissionDenied", &message)
}

fn rejected(field: &str, code: &str) -> (u16, Value) {
    failed(field, code, "Invalid token.")
}

fn error(field: &str, code: &str) -> Value {
    json!([{ "field": field, "message": "EXAMPLE of a message", "code": code }])
}

fn codes(permissions: &BTreeSet<String>) -> Value {
    permissions.iter().map(|code| json!({ "code": code })).collect()
}

fn shown(app: &App) -> Value {
    let tokens: Vec<Value> = app.tokens.iter().map(listed).collect();
    let permissions = codes(&app.permissions);
    json!({ "id": app.id, "name": app.name, "isActive": app.active, "permissions": permissions, "tokens": tokens })
}

fn listed(token: &Token) -> Value {
    let ending: String = token.text.chars().skip(token.text.len().saturating_sub(4)).collect();
    json!({ "id": token.id, "name": token.name, "authToken": ending })
}

struct Call<'a> {
    state: &'a mut State,
    caller: Caller,
}

impl Call<'_> {
    fn may(&self, permission: &str) -> bool {
        self.state.permissions(self.caller).contains(permission)
    }

    /// Refuses a caller without a permission.
    fn needs(&self, field: &str, permission: &str) -> Result<(), (u16, Value)> {
        match self.caller {
            Caller::Rejected(code) => Err(rejected(field, code)),
            _ if self.may(permission) => Ok(()),
            _ => Err(denied(field, permission)),
        }
    }

    fn covers(&self, permissions: &BTreeSet<String>) -> bool {
        let superuser = self.state.user(self.caller).is_some_and(|user| user.rank == Rank::Superuser);
        superuser || permissions.is_subset(&self.state.permissions(self.caller))
    }

    fn token_app(&self) -> (u16, Value) {
        match (self.caller, self.state.user(self.caller)) {
            (Caller::App(app), _) => data("app", &self.state.apps.get(app).map_or(Value::Null, shown)),
            (_, Some(user)) if user.rank != Rank::Customer => data("app", &Value::Null),
            (Caller::Rejected(code), _) => rejected("app", code),
            _ => denied("app", "AUTHENTICATED_STAFF_USER, AUTHENTICATED_APP"),
        }
    }

    fn token_user(&self) -> (u16, Value) {
        match (self.caller, self.state.user(self.caller)) {
            (Caller::Rejected(code), _) => rejected("me", code),
            (_, Some(user)) => {
                let permissions = codes(&user.permissions);
                let staff = user.rank != Rank::Customer;
                let (id, email, active) = (&user.id, &user.email, user.active);
                let user = json!({
                    "id": id, "email": email, "isStaff": staff, "isActive": active, "userPermissions": permissions,
                });
                data("me", &user)
            }
            (_, None) => data("me", &Value::Null),
        }
    }

    fn app(&self, id: &str) -> (u16, Value) {
        let own = matches!(self.caller, Caller::App(app) if self.state.apps.get(app).is_some_and(|app| app.id == id));
        if !own && let Err(refusal) = self.needs("app", "MANAGE_APPS") {
            return refusal;
        }
        let app = self.state.apps.iter().find(|app| app.id == id);
        data("app", &app.map_or(Value::Null, shown))
    }

    fn apps(&self, variables: &Value) -> (u16, Value) {
        if let Err(refusal) = self.needs("apps", "MANAGE_APPS") {
            return refusal;
        }
        let first = variables["first"].as_u64().and_then(|first| usize::try_from(first).ok()).unwrap_or(0);
        if !(1..=100).contains(&first) {
            return failed("apps", "GraphQLError", "exceeds the `first` limit of 100 records");
        }
        let after = variables["after"].as_str().and_then(|after| after.parse().ok()).unwrap_or(0_usize);
        let edges: Vec<Value> =
            self.state.apps.iter().skip(after).take(first).map(|app| json!({ "node": shown(app) })).collect();
        let end = after.saturating_add(edges.len());
        let more = end < self.state.apps.len();
        let page = json!({ "hasNextPage": more, "endCursor": end.to_string() });
        data("apps", &json!({ "pageInfo": page, "edges": edges }))
    }

    fn issue(self, input: &Value) -> (u16, Value) {
        const FIELD: &str = "appTokenCreate";
        let none = |errors: Value| json!({ "authToken": null, "appToken": null, "errors": errors });
        if let Err(refusal) = self.needs(FIELD, "MANAGE_APPS") {
            return refusal;
        }
        let id = input["app"].as_str().unwrap_or_default();
        let name = input["name"].as_str().unwrap_or_default();
        let Some(app) = self.state.apps.iter().find(|app| app.id == id) else {
            return data(FIELD, &none(error("app", "NOT_FOUND")));
        };
        if !self.covers(&app.permissions) {
            return data(FIELD, &none(error("app", "OUT_OF_SCOPE_APP")));
        }
        if name.chars().count() > LONGEST_NAME {
            return data(FIELD, &none(error("name", "INVALID")));
        }
        let token = self.state.token(name);
        let made = json!({
            "authToken": token.text, "appToken": listed(&token), "errors": [],
        });
        if let Some(app) = self.state.app(id) {
            app.tokens.push(token);
        }
        data(FIELD, &made)
    }

    fn revoke(self, id: &str) -> (u16, Value) {
        const FIELD: &str = "appTokenDelete";
        if let Err(refusal) = self.needs(FIELD, "MANAGE_APPS") {
            return refusal;
        }
        let app = self.state.apps.iter().find(|app| app.tokens.iter().any(|token| token.id == id));
        let Some(app) = app else { return data(FIELD, &json!({ "errors": error("id", "NOT_FOUND") })) };
        if !self.covers(&app.permissions) {
            return data(FIELD, &json!({ "errors": error("id", "OUT_OF_SCOPE_APP") }));
        }
        for app in &mut self.state.apps {
            app.tokens.retain(|token| token.id != id);
        }
        data(FIELD, &json!({ "errors": [] }))
    }

    fn switch(self, field: &str, id: &str, active: bool) -> (u16, Value) {
        if let Err(refusal) = self.needs(field, "MANAGE_APPS") {
            return refusal;
        }
        let Some(app) = self.state.app(id) else {
            return data(field, &json!({ "app": null, "errors": error("id", "NOT_FOUND") }));
        };
        app.active = active;
        data(field, &json!({ "app": { "id": app.id, "isActive": active }, "errors": [] }))
    }

    fn staff(self, id: &str, active: Option<bool>) -> (u16, Value) {
        const FIELD: &str = "staffUpdate";
        if matches!(self.caller, Caller::App(_)) {
            return failed(FIELD, "PermissionDenied", "Apps are not allowed to perform this mutation.");
        }
        if let Err(refusal) = self.needs(FIELD, "MANAGE_STAFF") {
            return refusal;
        }
        let own = self.state.user(self.caller).is_some_and(|user| user.id == id);
        let user = self.state.users.iter().find(|user| user.id == id && user.rank != Rank::Customer);
        let code = match user {
            None => Some("NOT_FOUND"),
            Some(user) if !self.covers(&user.permissions) => Some("OUT_OF_SCOPE_USER"),
            Some(_) if own && active == Some(false) => Some("DEACTIVATE_OWN_ACCOUNT"),
            Some(User { rank: Rank::Superuser, .. }) if active == Some(false) => {
                Some("DEACTIVATE_SUPERUSER_ACCOUNT")
            }
            Some(_) => None,
        };
        if let Some(code) = code {
            return data(FIELD, &json!({ "user": null, "errors": error("isActive", code) }));
        }
        let mut shown = Value::Null;
        if let Some(user) = self.state.users.iter_mut().find(|user| user.id == id) {
            user.active = active.unwrap_or(user.active);
            shown = json!({ "id": user.id, "isActive": user.active });
        }
        data(FIELD, &json!({ "user": shown, "errors": [] }))
    }

    fn users(self, variables: &Value) -> (u16, Value) {
        const FIELD: &str = "userBulkSetActive";
        if let Err(refusal) = self.needs(FIELD, "MANAGE_USERS") {
            return refusal;
        }
        let active = variables["active"].as_bool().unwrap_or(false);
        let ids = variables["ids"].as_array().into_iter().flatten().filter_map(Value::as_str);
        let (mut count, mut errors) = (0, Vec::new());
        for id in ids {
            match self.state.users.iter_mut().find(|user| user.id == id) {
                Some(user) if user.rank != Rank::Superuser => {
                    user.active = active;
                    count += 1;
                }
                Some(_) => errors.push(json!({ "field": id, "message": "EXAMPLE", "code": "INVALID" })),
                None => errors.push(json!({ "field": "ids", "message": "EXAMPLE", "code": "NOT_FOUND" })),
            }
        }
        data(FIELD, &json!({ "count": count, "errors": errors }))
    }
}

/// An answer that failed at the first of its fields.
fn failed(field: &str, code: &str, message: &str) -> (u16, Value) {
    let error = json!({
        "message": message,
        "locations": [{ "line": 1, "column": 3 }],
        "path": [field],
        "extensions": { "exception": { "code": code } },
    });
    (200, json!({ "errors": [error], "data": { field: null } }))
}
