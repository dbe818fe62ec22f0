//! What a store knows: apps and their tokens, users and their JWTs.

use std::{
    collections::BTreeSet,
    hash::{BuildHasher, RandomState},
};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::json;

use super::{AddedApp, AddedUser};

/// The permissions of Saleor 3.23.
pub(super) const PERMISSIONS: [&str; 25] = [
    "HANDLE_CHECKOUTS",
    "HANDLE_PAYMENTS",
    "HANDLE_TAXES",
    "IMPERSONATE_USER",
    "MANAGE_APPS",
    "MANAGE_CHANNELS",
    "MANAGE_CHECKOUTS",
    "MANAGE_CUSTOMER_TYPES_AND_ATTRIBUTES",
    "MANAGE_DISCOUNTS",
    "MANAGE_GIFT_CARD",
    "MANAGE_MENUS",
    "MANAGE_OBSERVABILITY",
    "MANAGE_ORDERS",
    "MANAGE_ORDERS_IMPORT",
    "MANAGE_PAGES",
    "MANAGE_PAGE_TYPES_AND_ATTRIBUTES",
    "MANAGE_PLUGINS",
    "MANAGE_PRODUCTS",
    "MANAGE_PRODUCT_TYPES_AND_ATTRIBUTES",
    "MANAGE_SETTINGS",
    "MANAGE_SHIPPING",
    "MANAGE_STAFF",
    "MANAGE_TAXES",
    "MANAGE_TRANSLATIONS",
    "MANAGE_USERS",
];

/// Saleor takes names of tokens up to this.
pub(super) const LONGEST_NAME: usize = 128;

#[derive(Debug)]
pub(super) struct State {
    url: String,
    pub(super) open: bool,
    pub(super) apps: Vec<App>,
    pub(super) users: Vec<User>,
    /// Ids are given once.
    last: usize,
    /// Tokens of two stores differ.
    chance: RandomState,
}

pub(super) struct App {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) active: bool,
    pub(super) permissions: BTreeSet<String>,
    pub(super) tokens: Vec<Token>,
}

pub(super) struct Token {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) text: String,
}

pub(super) struct User {
    pub(super) id: String,
    pub(super) email: String,
    pub(super) rank: Rank,
    pub(super) active: bool,
    pub(super) permissions: BTreeSet<String>,
    jwt: String,
    expired: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rank {
    Customer,
    Staff,
    Superuser,
}

/// Who asks, by their place in the state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Caller {
    Nobody,
    /// A user whose JWT is not taken, and why.
    Rejected(&'static str),
    App(usize),
    User(usize),
}

impl State {
    pub(super) fn new(url: String) -> Self {
        Self { url, open: true, apps: Vec::new(), users: Vec::new(), last: 0, chance: RandomState::new() }
    }

    pub(super) fn url(&self) -> &str {
        &self.url
    }

    pub(super) fn add_app(&mut self, name: &str, permissions: &[&str]) -> AddedApp {
        let id = self.id("App");
        let token = self.token("Default");
        let added =
            AddedApp { id: id.clone(), token_id: token.id.clone(), token: token.text.as_str().into() };
        let permissions = permissions.iter().map(|&code| code.to_owned()).collect();
        self.apps.push(App { id, name: name.to_owned(), active: true, permissions, tokens: vec![token] });
        added
    }

    pub(super) fn token(&mut self, name: &str) -> Token {
        let id = self.id("AppToken");
        Token { id, name: name.to_owned(), text: self.text() }
    }

    pub(super) fn add_user(&mut self, email: &str, rank: Rank, permissions: &[&str]) -> AddedUser {
        let id = self.id("User");
        let part = |value: &serde_json::Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let head = part(&json!({ "alg": "RS256", "kid": "EXAMPLE", "typ": "JWT" }));
        let claims = part(&json!({
            "iat": 1_795_490_430, "exp": 4_102_444_800_u32, "owner": "saleor", "iss": self.url, "type": "access",
            "email": email, "user_id": id, "is_staff": rank != Rank::Customer, "token": "EXAMPLE",
        }));
        let jwt = format!("{head}.{claims}.{}", self.text());
        let added = AddedUser { id: id.clone(), token: jwt.as_str().into() };
        let permissions = permissions.iter().map(|&code| code.to_owned()).collect();
        let email = email.to_owned();
        self.users.push(User { id, email, rank, active: true, permissions, jwt, expired: false });
        added
    }

    pub(super) fn expire(&mut self, user: &str) {
        self.users.iter_mut().filter(|known| known.id == user).for_each(|known| known.expired = true);
    }

    pub(super) fn tokens(&self, app: &str) -> Vec<(String, String)> {
        let app = self.apps.iter().find(|known| known.id == app);
        let tokens = app.into_iter().flat_map(|app| &app.tokens);
        tokens.map(|token| (token.id.clone(), token.name.clone())).collect()
    }

    pub(super) fn caller(&self, token: Option<&str>) -> Caller {
        let Some(token) = token else { return Caller::Nobody };
        let app =
            self.apps.iter().position(|app| app.active && app.tokens.iter().any(|known| known.text == token));
        if let Some(app) = app {
            return Caller::App(app);
        }
        let signed = token.rsplit_once('.').map(|(signed, _)| signed);
        for (place, user) in self.users.iter().enumerate() {
            if user.jwt == token {
                return match user {
                    User { expired: true, .. } => Caller::Rejected("ExpiredSignatureError"),
                    User { active: false, .. } => Caller::Rejected("InvalidTokenError"),
                    _ => Caller::User(place),
                };
            }
            if signed.is_some() && signed == user.jwt.rsplit_once('.').map(|(signed, _)| signed) {
                return Caller::Rejected("InvalidSignatureError");
            }
        }
        Caller::Nobody
    }

    /// What a caller may do; nothing for customers and nobody.
    pub(super) fn permissions(&self, caller: Caller) -> BTreeSet<String> {
        match caller {
            Caller::App(app) => self.apps.get(app).map(|app| app.permissions.clone()),
            Caller::User(user) => self.users.get(user).map(|user| user.permissions.clone()),
            Caller::Nobody | Caller::Rejected(_) => None,
        }
        .unwrap_or_default()
    }

    /// The user who asks, if it is one.
    pub(super) fn user(&self, caller: Caller) -> Option<&User> {
        match caller {
            Caller::User(user) => self.users.get(user),
            _ => None,
        }
    }

    /// The app with this id.
    pub(super) fn app(&mut self, id: &str) -> Option<&mut App> {
        self.apps.iter_mut().find(|app| app.id == id)
    }

    fn id(&mut self, kind: &str) -> String {
        self.last += 1;
        base64::engine::general_purpose::STANDARD.encode(format!("{kind}:{}", self.last))
    }

    /// Thirty letters and digits.
    fn text(&self) -> String {
        const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
        let mut text = String::from("EXAMPLE");
        for place in 0..23 {
            let chance = self.chance.hash_one((self.last, place));
            let letters = ALPHABET.iter().cycle().skip(usize::try_from(chance % 62).unwrap_or_default());
            text.extend(letters.take(1).copied().map(char::from));
        }
        text
    }
}

/// Nothing of a token shows when a test fails.
macro_rules! short_debug {
    ($($kind:ident),+) => {$(
        impl std::fmt::Debug for $kind {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.debug_struct(stringify!($kind)).field("id", &self.id).finish_non_exhaustive()
            }
        }
    )+};
}

short_debug!(App, Token, User);
