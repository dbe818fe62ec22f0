//! Who the program is to the services that keep secrets, by the variables that their own tools read.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, bail};
use storeward_core::{FingerprintKey, SecretString};
use storeward_token::store::{
    AgeStore, AwsStore, AzureStore, GithubStore, KeyringStore, VaultStore, aws::Credentials, azure,
    vault::Login,
};

use crate::{env::Env, key};

/// Where Kubernetes puts the token of a pod's service account.
const SERVICE_ACCOUNT: &str = "/var/run/secrets/kubernetes.io/serviceaccount/token";

/// A field of a secret in HashiCorp Vault: `MOUNT/PATH`, and the field after a `#`.
pub(super) fn vault(spec: &str, env: &Env) -> anyhow::Result<VaultStore> {
    let (path, field) = spec.split_once('#').unwrap_or((spec, "token"));
    let Some((mount, path)) = path.split_once('/') else {
        bail!("`vault:{spec}` names no path: write vault:MOUNT/PATH, such as vault:secret/shop/saleor#token");
    };
    let address = env.get("VAULT_ADDR").context("VAULT_ADDR is not set: it is the address of Vault")?;
    let mut builder = VaultStore::builder(address, mount, path).field(field);
    if let Some(namespace) = env.get("VAULT_NAMESPACE") {
        builder = builder.namespace(namespace);
    }
    Ok(builder.build(vault_login(env)?)?)
}

/// By `VAULT_AUTH_METHOD`, or else by what there is.
fn vault_login(env: &Env) -> anyhow::Result<Login> {
    let method = env.get("VAULT_AUTH_METHOD");
    let mount = |usual: &str| env.get("VAULT_AUTH_MOUNT").unwrap_or(usual).to_owned();
    let role = || {
        env.get("VAULT_ROLE").context("VAULT_ROLE is not set: it is the role to log in as").map(str::to_owned)
    };
    match method {
        Some("approle") => approle(env, mount("approle")),
        Some("kubernetes") => {
            let path = env.get("VAULT_JWT_FILE").unwrap_or(SERVICE_ACCOUNT);
            Ok(Login::Kubernetes { mount: mount("kubernetes"), role: role()?, jwt: file(path)? })
        }
        Some("jwt") => {
            let jwt = match (env.get("VAULT_JWT"), env.get("VAULT_JWT_FILE")) {
                (Some(jwt), _) => jwt.into(),
                (None, Some(path)) => file(path)?,
                (None, None) => {
                    bail!("neither VAULT_JWT nor VAULT_JWT_FILE is set: one holds the token to log in with")
                }
            };
            Ok(Login::Jwt { mount: mount("jwt"), role: role()?, jwt })
        }
        None if env.get("VAULT_TOKEN").is_none() && env.get("VAULT_ROLE_ID").is_some() => {
            approle(env, mount("approle"))
        }
        Some("token") | None => vault_token(env),
        Some(other) => {
            bail!("VAULT_AUTH_METHOD is `{other}`; it may be token, approle, kubernetes or jwt")
        }
    }
}

fn approle(env: &Env, mount: String) -> anyhow::Result<Login> {
    let role_id = env.get("VAULT_ROLE_ID").context("VAULT_ROLE_ID is not set")?.to_owned();
    let secret_id = env.get("VAULT_SECRET_ID").context("VAULT_SECRET_ID is not set")?.into();
    Ok(Login::AppRole { mount, role_id, secret_id })
}

/// The variable, or else the file in which `vault login` leaves its token.
fn vault_token(env: &Env) -> anyhow::Result<Login> {
    if let Some(token) = env.get("VAULT_TOKEN") {
        return Ok(Login::Token(token.into()));
    }
    let left =
        env.get("HOME").map(|home| PathBuf::from(home).join(".vault-token")).filter(|path| path.exists());
    match left.and_then(|path| path.to_str().map(file)) {
        Some(token) => Ok(Login::Token(token?)),
        None => bail!(
            "nobody is logged in to Vault: set VAULT_TOKEN, or VAULT_ROLE_ID and VAULT_SECRET_ID, or VAULT_AUTH_METHOD"
        ),
    }
}

fn file(path: &str) -> anyhow::Result<SecretString> {
    let text =
        fs::read_to_string(path).map(SecretString::from).with_context(|| format!("cannot read {path}"))?;
    Ok(text.expose().trim_end().into())
}

/// A secret of AWS Secrets Manager, by its name or its ARN.
pub(super) fn aws(name: &str, env: &Env) -> anyhow::Result<AwsStore> {
    // An ARN says its region: arn:PARTITION:secretsmanager:REGION:…
    let of_arn =
        name.strip_prefix("arn:").and_then(|arn| arn.split(':').nth(2)).filter(|region| !region.is_empty());
    let region = of_arn.or_else(|| env.get("AWS_REGION")).or_else(|| env.get("AWS_DEFAULT_REGION"));
    let region = region.context("AWS_REGION is not set: it is the region that the secret is in")?;
    let need = |name: &str| {
        env.get(name).map(SecretString::from).with_context(|| {
            format!("{name} is not set; `aws configure export-credentials --format env` prints what there is")
        })
    };
    let credentials = Credentials {
        key_id: need("AWS_ACCESS_KEY_ID")?,
        secret_key: need("AWS_SECRET_ACCESS_KEY")?,
        session_token: env.get("AWS_SESSION_TOKEN").map(SecretString::from),
    };
    let mut builder = AwsStore::builder(region, name);
    if let Some(address) = env.get("AWS_ENDPOINT_URL_SECRETS_MANAGER").or_else(|| env.get("AWS_ENDPOINT_URL"))
    {
        builder = builder.address(address);
    }
    Ok(builder.build(credentials)?)
}

/// A file that is sealed with age.
pub(super) fn age(path: &Path, env: &Env, key: &FingerprintKey) -> anyhow::Result<AgeStore> {
    let identity = match (env.get("AGE_IDENTITY"), env.get("AGE_IDENTITY_FILE")) {
        (Some(identity), _) => identity.into(),
        (None, Some(path)) => file(path)?,
        (None, None) => bail!(
            "neither AGE_IDENTITY_FILE nor AGE_IDENTITY is set: one holds the key that opens the file, as age-keygen makes it"
        ),
    };
    let recipients = env.get("AGE_RECIPIENTS").unwrap_or_default().split([',', ' ', '\n']);
    Ok(AgeStore::new(path, recipients.filter(|recipient| !recipient.is_empty()), &identity, key.clone())?)
}

/// An entry of the operating system's keyring.
pub(super) fn keyring(name: &str, env: &Env, key: &FingerprintKey) -> anyhow::Result<KeyringStore> {
    let folder = key::state_directory(env)
        .context("there is no home directory, in which writers of a keyring find their lock")?;
    fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
    Ok(KeyringStore::new("storeward", name, folder, key.clone())?)
}

/// A secret of Azure Key Vault: the vault's name or its whole address, and the secret's name.
pub(super) fn azure(spec: &str, env: &Env) -> anyhow::Result<AzureStore> {
    let Some((vault, name)) = spec.rsplit_once('/').filter(|(vault, _)| !vault.is_empty()) else {
        bail!("`azure:{spec}` names no secret: write azure:VAULT/NAME");
    };
    let address =
        if vault.contains("://") { vault.to_owned() } else { format!("https://{vault}.vault.azure.net") };
    let client_id = env.get("AZURE_CLIENT_ID").map(str::to_owned);
    let login =
        match (env.get("AZURE_CLIENT_SECRET"), env.get("IDENTITY_ENDPOINT"), env.get("IDENTITY_HEADER")) {
            (Some(secret), ..) => azure::Login::ClientSecret {
                tenant: env.get("AZURE_TENANT_ID").context("AZURE_TENANT_ID is not set")?.to_owned(),
                client_id: client_id.context("AZURE_CLIENT_ID is not set")?,
                secret: secret.into(),
            },
            (None, Some(endpoint), Some(header)) => {
                azure::Login::AppService { endpoint: endpoint.to_owned(), header: header.into(), client_id }
            }
            _ => azure::Login::ManagedIdentity { client_id },
        };
    let mut builder = AzureStore::builder(address.as_str(), name);
    // Other clouds have vaults, and tokens for them, of their own: https://NAME.vault.azure.cn
    if let Some((_, cloud)) = address.split_once(".vault.") {
        builder = builder.resource(format!("https://vault.{}", cloud.trim_end_matches('/')));
    }
    if let Some(authority) = env.get("AZURE_AUTHORITY_HOST") {
        builder = builder.login_address(authority);
    }
    Ok(builder.build(login)?)
}

/// A secret of GitHub Actions: `OWNER/REPO/NAME`, or `OWNER/REPO/ENVIRONMENT/NAME`.
pub(super) fn github(spec: &str, env: &Env) -> anyhow::Result<GithubStore> {
    let parts: Vec<&str> = spec.split('/').collect();
    let [owner, repository, environment @ .., name] = parts.as_slice() else {
        bail!(
            "`github:{spec}` names no secret: write github:OWNER/REPO/NAME or github:OWNER/REPO/ENVIRONMENT/NAME"
        );
    };
    let token = env.get("GITHUB_TOKEN").or_else(|| env.get("GH_TOKEN"));
    let token = token.context(
        "GITHUB_TOKEN is not set: it is a token that may write secrets, which the workflow's own may not",
    )?;
    let mut builder = GithubStore::builder(format!("{owner}/{repository}"), *name);
    if !environment.is_empty() {
        builder = builder.environment(environment.join("/"));
    }
    if let Some(address) = env.get("GITHUB_API_URL") {
        builder = builder.address(address);
    }
    // GitHub shows no secret, but a workflow has it in its environment, by its own name or as the Configurator reads it.
    if let Some(known) = env.get(name).or_else(|| env.get("SALEOR_TOKEN")) {
        builder = builder.known(known.into());
    }
    Ok(builder.build(&token.into())?)
}

#[cfg(test)]
mod tests {
    use storeward_token::SecretStore;

    use super::*;

    fn env(variables: &[(&str, &str)]) -> Env {
        Env::of(variables)
    }

    /// The place, or what is wrong.
    fn place<S: SecretStore>(store: anyhow::Result<S>) -> String {
        store.map_or_else(|error| error.to_string(), |store| store.place())
    }

    fn says(said: &str, part: &str) {
        assert!(said.contains(part) && !said.contains("EXAMPLE"), "{part}: {said}");
    }

    #[test]
    fn vault_is_logged_in_to_by_what_there_is() {
        let vault = |spec: &str, more: &[(&str, &str)]| {
            let all = [&[("VAULT_ADDR", "https://vault.example:8200")], more].concat();
            place(vault(spec, &env(&all)))
        };
        let token = ("VAULT_TOKEN", "EXAMPLE");
        assert_eq!(vault("kv/shop/saleor", &[token]), "Vault at vault.example:8200, kv/shop/saleor, token");
        assert_eq!(vault("kv/shop#saleor", &[token]), "Vault at vault.example:8200, kv/shop, saleor");
        let role = [("VAULT_ROLE_ID", "deployer"), ("VAULT_SECRET_ID", "EXAMPLE")];
        says(&vault("kv/shop", &role), "kv/shop");
        says(&vault("kv/shop", &role[..1]), "VAULT_SECRET_ID is not set");
        let jwt = [("VAULT_AUTH_METHOD", "jwt"), ("VAULT_ROLE", "ci"), ("VAULT_JWT", "EXAMPLE")];
        says(&vault("kv/shop", &jwt), "kv/shop");
        says(&vault("kv/shop", &jwt[..2]), "VAULT_JWT");
        says(&vault("kv/shop", &[("VAULT_AUTH_METHOD", "kubernetes")]), "VAULT_ROLE is not set");
        says(&vault("kv/shop", &[("VAULT_AUTH_METHOD", "ldap"), token]), "may be token, approle");
        says(&vault("kv/shop", &[]), "nobody is logged in");
        says(&vault("kv", &[token]), "vault:MOUNT/PATH");
        says(&place(super::vault("kv/shop", &env(&[token]))), "VAULT_ADDR is not set");
    }

    #[test]
    fn aws_is_asked_in_the_region_of_the_secret() {
        let keys = [("AWS_ACCESS_KEY_ID", "EXAMPLE"), ("AWS_SECRET_ACCESS_KEY", "EXAMPLE")];
        let aws = |name: &str, more: &[(&str, &str)]| place(aws(name, &env(&[&keys, more].concat())));
        says(&aws("shop", &[("AWS_REGION", "eu-central-1")]), "eu-central-1");
        says(&aws("shop", &[("AWS_DEFAULT_REGION", "eu-west-1")]), "eu-west-1");
        let arn = "arn:aws:secretsmanager:us-east-2:123456789012:secret:shop-AbCdEf";
        says(&aws(arn, &[("AWS_REGION", "eu-central-1")]), "us-east-2");
        says(&aws("shop", &[]), "AWS_REGION is not set");
        says(
            &place(super::aws("shop", &env(&[("AWS_REGION", "eu-central-1")]))),
            "AWS_ACCESS_KEY_ID is not set",
        );
    }

    #[test]
    fn azure_is_found_by_name_or_address() {
        let client = [("AZURE_CLIENT_SECRET", "EXAMPLE"), ("AZURE_TENANT_ID", "t"), ("AZURE_CLIENT_ID", "c")];
        says(&place(azure("shop/saleor", &env(&client))), "shop.vault.azure.net");
        says(&place(azure("https://shop.vault.azure.cn/saleor", &env(&client))), "shop.vault.azure.cn");
        says(&place(azure("shop/saleor", &env(&client[..1]))), "AZURE_TENANT_ID is not set");
        says(&place(azure("shop/saleor", &env(&[]))), "shop.vault.azure.net");
        says(&place(azure("shop", &env(&client))), "azure:VAULT/NAME");
    }

    #[test]
    fn github_has_secrets_of_repositories_and_of_environments() {
        let token = [("GITHUB_TOKEN", "EXAMPLE")];
        says(&place(github("shop/store/SALEOR_TOKEN", &env(&token))), "shop/store, SALEOR_TOKEN");
        says(
            &place(github("shop/store/live/SALEOR_TOKEN", &env(&[("GH_TOKEN", "EXAMPLE")]))),
            "environment live",
        );
        says(&place(github("shop/store", &env(&token))), "github:OWNER/REPO/NAME");
        says(&place(github("shop/store/SALEOR_TOKEN", &env(&[]))), "GITHUB_TOKEN is not set");
    }
}
