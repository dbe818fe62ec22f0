//! The store's address and the token for it, in the environment under check and between environments.

use storeward_core::{Environment, Environments, SecretString};
use storeward_token::{TokenName, form};
use url::{Host, Url};

use super::{catalogue, controls::at, report::Check};
use crate::config::{Config, layer::Origin};

/// What an environment is known to use, and where that is said.
pub(crate) struct Target {
    pub(crate) environment: Environment,
    pub(crate) url: Option<(String, Origin)>,
    pub(crate) token: Option<(SecretString, Origin)>,
}

pub(crate) fn checks(
    targets: &[Target],
    environment: &Environment,
    environments: &Environments,
    config: &Config,
) -> Vec<Check> {
    let own = targets.iter().find(|target| target.environment == *environment);
    vec![
        url_form(own, environment),
        distinct_urls(targets),
        token_form(own),
        development_token(own, environment, environments, config),
        token_name(config, environment, environments),
        distinct_tokens(targets),
    ]
}

fn url_form(own: Option<&Target>, environment: &Environment) -> Check {
    let Some((text, origin)) = own.and_then(|target| target.url.as_ref()) else {
        return Check::skipped(&catalogue::URL_FORM, format!("no SALEOR_URL is known for {environment}"));
    };
    let mut check = Check::new(&catalogue::URL_FORM);
    for fault in url_faults(text, environment) {
        check.fail(at(origin, fault));
    }
    check
}

/// What is wrong with an address. The messages do not repeat it: it may hold a password.
fn url_faults(text: &str, environment: &Environment) -> Vec<String> {
    let Ok(url) = Url::parse(text) else {
        return vec!["SALEOR_URL is no address: write https://HOST/graphql/".to_owned()];
    };
    let mut faults = Vec::new();
    let loopback = match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    match url.scheme() {
        "https" => {}
        "http" if loopback && !environment.is_production() => {}
        "http" => {
            faults.push("SALEOR_URL is plain http, so the token crosses the network in clear".to_owned())
        }
        other => faults.push(format!("SALEOR_URL has the scheme `{other}`, not https")),
    }
    if !url.path().ends_with("/graphql/") {
        faults.push(format!("SALEOR_URL has the path `{}`, which does not end in /graphql/", url.path()));
    }
    if !url.username().is_empty() || url.password().is_some() {
        faults.push("SALEOR_URL holds a user name or a password".to_owned());
    }
    if url.query().is_some() || url.fragment().is_some() {
        faults.push("SALEOR_URL has a query or a fragment".to_owned());
    }
    faults
}

fn distinct_urls(targets: &[Target]) -> Check {
    let mut check = Check::new(&catalogue::URL_DISTINCT);
    let known: Vec<_> = targets
        .iter()
        .filter_map(|target| {
            let (text, origin) = target.url.as_ref()?;
            let url = Url::parse(text).ok()?;
            Some((&target.environment, (url.host_str()?.to_owned(), url.port_or_known_default()), origin))
        })
        .collect();
    for (index, (environment, host, origin)) in known.iter().enumerate() {
        if let Some((other, ..)) = known.iter().take(index).find(|(_, theirs, _)| theirs == host) {
            check.fail(at(origin, format!("{environment} and {other} use the same store, {}", host.0)));
        }
    }
    if known.len() < 2 {
        return Check::skipped(&catalogue::URL_DISTINCT, "fewer than two environments have an address here");
    }
    check
}

fn token_form(own: Option<&Target>) -> Check {
    let Some((token, origin)) = own.and_then(|target| target.token.as_ref()) else {
        return Check::skipped(&catalogue::TOKEN_FORM, "no SALEOR_TOKEN is given here");
    };
    let mut check = Check::new(&catalogue::TOKEN_FORM);
    if let Err(weakness) = form::judge(token) {
        check.fail(at(origin, format!("SALEOR_TOKEN {weakness}")));
    }
    check
}

fn development_token(
    own: Option<&Target>,
    environment: &Environment,
    environments: &Environments,
    config: &Config,
) -> Check {
    if !environment.is_production() {
        return Check::skipped(&catalogue::TOKEN_DEVELOPMENT, format!("{environment} is not production"));
    }
    let mut check = Check::new(&catalogue::TOKEN_DEVELOPMENT);
    let token = own.and_then(|target| target.token.as_ref());
    if let Some((token, origin)) = token.filter(|(token, _)| form::is_for_development(token)) {
        check.fail(at(origin, format!("SALEOR_TOKEN {} begins like a development token", token.masked())));
    }
    let name = config.values.token.name.as_deref().map(|name| TokenName::parse(name, environments));
    let name = name.and_then(Result::ok).filter(|name| !name.environment().is_production());
    if let (Some(name), Some(setting)) = (name, config.setting("token.name")) {
        check.fail(at(&setting.origin, format!("the token `{name}` is named for {}", name.environment())));
    }
    if token.is_none() && config.values.token.name.is_none() {
        return Check::skipped(
            &catalogue::TOKEN_DEVELOPMENT,
            "neither SALEOR_TOKEN nor its name is given here",
        );
    }
    check
}

fn token_name(config: &Config, environment: &Environment, environments: &Environments) -> Check {
    let (Some(name), Some(setting)) = (config.values.token.name.as_deref(), config.setting("token.name"))
    else {
        return Check::skipped(
            &catalogue::TOKEN_NAME,
            "no token name is given (token.name, SALEOR_TOKEN_NAME)",
        );
    };
    let mut check = Check::new(&catalogue::TOKEN_NAME);
    match TokenName::parse(name, environments) {
        Err(error) => check.warn(at(&setting.origin, error.to_string())),
        Ok(parsed) if parsed.environment() != environment => {
            let message = format!("`{parsed}` is named for {}, not for {environment}", parsed.environment());
            check.fail(at(&setting.origin, message));
        }
        Ok(_) => {}
    }
    check
}

fn distinct_tokens(targets: &[Target]) -> Check {
    let known: Vec<_> = targets
        .iter()
        .filter_map(|target| {
            target.token.as_ref().map(|(token, origin)| (&target.environment, token, origin))
        })
        .collect();
    if known.len() < 2 {
        return Check::skipped(&catalogue::TOKEN_DISTINCT, "fewer than two environments have a token here");
    }
    let mut check = Check::new(&catalogue::TOKEN_DISTINCT);
    for (index, (environment, token, origin)) in known.iter().enumerate() {
        if let Some((other, ..)) = known.iter().take(index).find(|(_, theirs, _)| theirs == token) {
            check.fail(at(origin, format!("{environment} and {other} share the token {}", token.masked())));
        }
    }
    check
}

#[cfg(test)]
mod tests {
    use storeward_core::Tier;

    use super::*;

    #[test]
    fn addresses_are_judged_by_environment() {
        for (url, tier, faults) in [
            ("https://shop.example/graphql/", Tier::Production, 0),
            ("https://shop.example/store/graphql/", Tier::Production, 0),
            ("https://shop.example/graphql", Tier::Staging, 1),
            ("https://shop.example/", Tier::Staging, 1),
            ("http://shop.example/graphql/", Tier::Development, 1),
            ("http://localhost:8000/graphql/", Tier::Development, 0),
            ("http://127.0.0.1:8000/graphql/", Tier::Staging, 0),
            ("http://[::1]:8000/graphql/", Tier::Development, 0),
            ("http://localhost:8000/graphql/", Tier::Production, 1),
            ("http://localhost.evil.example/graphql/", Tier::Development, 1),
            ("ftp://shop.example/graphql/", Tier::Staging, 1),
            ("https://user:EXAMPLE@shop.example/graphql/?a=1", Tier::Staging, 2),
            ("shop.example/graphql/", Tier::Staging, 1),
            ("", Tier::Staging, 1),
        ] {
            let found = url_faults(url, &tier.into());
            assert_eq!(found.len(), faults, "{url}: {found:?}");
            assert!(!found.join(" ").contains("EXAMPLE"));
        }
    }
}
