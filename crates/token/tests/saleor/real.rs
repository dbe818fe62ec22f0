//! The suite against a real store, where the environment names one and its superuser.

use serde_json::{Value, json};
use std::{
    env,
    sync::{Mutex, OnceLock, PoisonError},
    time::Duration,
};

use storeward_core::SecretString;
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
    // Clients are made after this, so the provider for TLS must be there.
    Saleor::new(&url).unwrap();
    let mut real = Real { url, admin: String::new(), apps: Mutex::default() };
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
    admin: String,
    apps: Mutex<Vec<String>>,
}

impl Real {
    fn ask(&self, query: &str, variables: &Value) -> Value {
        static CLIENT: OnceLock<reqwest::Client> = OnceLock::new();
        run(async {
            let client = CLIENT.get_or_init(|| {
                #[expect(clippy::disallowed_methods, reason = "a test's own questions, with a time limit")]
                let builder = reqwest::Client::builder();
                builder.timeout(Duration::from_secs(30)).pool_max_idle_per_host(0).build().unwrap()
            });
            let body = json!({ "query": query, "variables": variables }).to_string();
            let mut request = client.post(&self.url).header("content-type", "application/json").body(body);
            if !self.admin.is_empty() {
                request = request.bearer_auth(&self.admin);
            }
            let answer = request.send().await.unwrap().bytes().await.unwrap();
            serde_json::from_slice(&answer).unwrap()
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
