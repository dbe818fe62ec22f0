//! The suite against a real store, where the environment names one and its superuser.

use serde_json::{Value, json};
use std::{
    env,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use storeward_core::{
    SecretString,
    http::{Client, Limits, Method, bearer},
};
use storeward_token::Saleor;

use crate::{
    limits, run,
    suite::{World, all},
};

#[test]
fn a_real_store_is_a_store() {
    let (Some(url), Some(email), Some(password)) = (
        variable("STOREWARD_TEST_SALEOR_URL"),
        variable("STOREWARD_TEST_SALEOR_EMAIL"),
        variable("STOREWARD_TEST_SALEOR_PASSWORD"),
    ) else {
        eprintln!("skipped: STOREWARD_TEST_SALEOR_URL, _EMAIL and _PASSWORD name no store");
        return;
    };
    let client = Client::new(Limits::within(Duration::from_secs(30), 1 << 20)).unwrap();
    let mut real = Real { url, client, admin: String::new(), apps: Mutex::default() };
    let login = real.ask(
        "mutation($email: String!, $password: String!) { tokenCreate(email: $email, password: $password) { token } }",
        &json!({ "email": email, "password": password }),
    );
    let token = login.pointer("/data/tokenCreate/token").and_then(Value::as_str);
    token
        .unwrap_or_else(|| panic!("the store lets nobody in by this e-mail address and password"))
        .clone_into(&mut real.admin);
    all(&real);
}

#[expect(clippy::disallowed_methods, reason = "a test is told by its environment where a store is")]
fn variable(name: &str) -> Option<String> {
    env::var(name).ok()
}

struct Real {
    url: String,
    client: Client,
    admin: String,
    apps: Mutex<Vec<String>>,
}

impl Real {
    fn ask(&self, query: &str, variables: &Value) -> Value {
        run(async {
            let body = json!({ "query": query, "variables": variables }).to_string();
            let request = self.client.request(Method::POST, self.url.parse().unwrap());
            let mut request = request.header("content-type", "application/json").body(body);
            if !self.admin.is_empty() {
                request = request.header("authorization", bearer(&self.admin()).unwrap());
            }
            self.client.send(request).await.unwrap().json().unwrap()
        })
    }
}

impl World for Real {
    fn store(&self) -> Saleor {
        Saleor::with_limits(&self.url, limits()).unwrap()
    }

    fn admin(&self) -> SecretString {
        self.admin.as_str().into()
    }

    fn app(&self, name: &str, permissions: &[&str]) -> (String, SecretString) {
        let made = self.ask(
            "mutation($input: AppInput!) { appCreate(input: $input) { authToken app { id } errors { code } } }",
            &json!({ "input": { "name": name, "permissions": permissions } }),
        );
        let part = |path: &str| made.pointer(path).and_then(Value::as_str).map(str::to_owned);
        let (Some(id), Some(token)) = (part("/data/appCreate/app/id"), part("/data/appCreate/authToken"))
        else {
            panic!("the store makes no app");
        };
        self.apps.lock().unwrap().push(id.clone());
        (id, token.into())
    }
}

impl Drop for Real {
    /// Leaves the store as it was.
    fn drop(&mut self) {
        let apps = std::mem::take(&mut *self.apps.lock().unwrap_or_else(PoisonError::into_inner));
        for id in apps {
            self.ask("mutation($id: ID!) { appDelete(id: $id) { errors { code } } }", &json!({ "id": id }));
        }
    }
}
