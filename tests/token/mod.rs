//! `storeward token …`

mod bad;
#[cfg(unix)]
mod kill;
mod list;
mod name;
mod places;
mod revoke;
mod rotate;
mod secret;
mod validate;

use std::{collections::BTreeMap, fs, path::Path};

use storeward_core::SecretString;
use storeward_token::saleor::testing::{AddedApp, AddedUser, FakeSaleor};
use tempfile::TempDir;

use crate::program::{Run, storeward, write};

/// What the Configurator is usually given.
const THREE: &[&str] = &["MANAGE_PRODUCTS", "MANAGE_CHANNELS", "MANAGE_SETTINGS"];

/// A store for tests with an app, an administrator, and a project that keeps the app's token in `.env.local`.
struct Shop {
    fake: FakeSaleor,
    app: AddedApp,
    admin: AddedUser,
    directory: TempDir,
    /// Where a rotation is told that the token is kept.
    place: &'static str,
    variables: BTreeMap<String, String>,
}

impl Shop {
    fn new() -> Self {
        Self::with(THREE)
    }

    fn with(permissions: &[&str]) -> Self {
        let fake = FakeSaleor::start().unwrap();
        let app = fake.add_app("Configurator", permissions);
        let admin = fake.add_superuser("admin@example.com");
        let directory = tempfile::tempdir().unwrap();
        let env = format!("# the store\nSALEOR_TOKEN={} # of the app\nOTHER=1\n", app.token.expose());
        write(directory.path(), "storeward.toml", b"[default.check]\nexclude = []\n");
        write(directory.path(), ".env.local", env.as_bytes());
        let variables = [
            ("ADMIN".to_owned(), admin.token.expose().to_owned()),
            ("STOREWARD_FINGERPRINT_KEY".to_owned(), "07".repeat(32)),
        ];
        Self { fake, app, admin, directory, place: "dotenv:.env.local", variables: variables.into() }
    }

    fn path(&self) -> &Path {
        self.directory.path()
    }

    fn run(&self, arguments: &[&str]) -> Run {
        let all: Vec<&str> = ["token"].iter().chain(arguments).copied().collect();
        storeward(self.path(), &all, &self.variables)
    }

    /// The arguments of a rotation in production, as CI gives them.
    fn rotation(&self) -> Vec<String> {
        let arguments = [
            "rotate",
            "--environment",
            "production",
            "--url",
            &self.fake.url(),
            "--store",
            self.place,
            "--admin-from",
            "env:ADMIN",
            "--app",
            &self.app.id,
            "--yes",
            "--format",
            "json",
        ];
        arguments.map(str::to_owned).into()
    }

    fn rotate(&self, more: &[&str]) -> Run {
        let rotation = self.rotation();
        let all: Vec<&str> = rotation.iter().map(String::as_str).chain(more.iter().copied()).collect();
        self.run(&all)
    }

    /// What `.env.local` holds as the token.
    fn stored(&self) -> SecretString {
        let text = fs::read_to_string(self.path().join(".env.local")).unwrap();
        let (_, rest) = text.split_once("SALEOR_TOKEN=").unwrap();
        rest.split([' ', '\n']).next().unwrap().into()
    }

    /// Whether the store knows a token, and how many the app has.
    fn alive(&self, token: &SecretString) -> (bool, usize) {
        let mut variables = self.variables.clone();
        variables.insert("TOKEN".to_owned(), token.expose().to_owned());
        let url = self.fake.url();
        let arguments = [
            "token",
            "validate",
            "-e",
            "production",
            "--url",
            &url,
            "--token-from",
            "env:TOKEN",
            "--require",
            "MANAGE_PRODUCTS",
            "--format",
            "json",
        ];
        let run = storeward(self.path(), &arguments, &variables);
        (run.json()["identity"]["type"] == "app", self.fake.tokens(&self.app.id).len())
    }
}

impl Run {
    /// The ids of a validation's issues.
    fn issues(&self) -> Vec<String> {
        let report = self.json();
        let issues = report["issues"].as_array().unwrap();
        issues.iter().map(|issue| issue["id"].as_str().unwrap().to_owned()).collect()
    }

    /// The steps of a rotation that have this status.
    fn steps(&self, status: &str) -> Vec<String> {
        let report = self.json();
        let steps = report["steps"].as_array().unwrap().iter().filter(|step| step["status"] == status);
        steps.map(|step| step["name"].as_str().unwrap().to_owned()).collect()
    }
}
