//! The places that keep a token, as they are written on the command line.

use std::{fmt, path::absolute, str::FromStr};

use anyhow::Context;
use storeward_core::FingerprintKey;
use storeward_token::{
    SecretStore,
    command::Program,
    store::{CommandStore, DotenvStore},
};

use super::vendor;
use crate::env::Env;

/// For `--help`.
pub(crate) const HELP: &str = "\
Places that keep a token (STORE):
  dotenv:FILE[#VARIABLE]   a variable of a .env file; without a name, SALEOR_TOKEN
  vault:MOUNT/PATH[#FIELD] HashiCorp Vault, KV version 2; without a name, the field token
                           VAULT_ADDR, VAULT_NAMESPACE; VAULT_TOKEN, or VAULT_ROLE_ID and VAULT_SECRET_ID, or
                           VAULT_AUTH_METHOD=kubernetes|jwt with VAULT_ROLE and VAULT_JWT or VAULT_JWT_FILE
  age:FILE                 a file that is sealed with age; it may lie in a repository
                           AGE_IDENTITY_FILE or AGE_IDENTITY; AGE_RECIPIENTS, separated by commas, or the identity's own
  keyring:NAME             the keyring of the operating system; Linux keeps it until the machine is started again
  aws:NAME                 AWS Secrets Manager, by name or ARN
                           AWS_REGION, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN
  azure:VAULT/NAME         Azure Key Vault, by the vault's name or its address
                           AZURE_TENANT_ID, AZURE_CLIENT_ID, AZURE_CLIENT_SECRET; without them, the managed identity
  github:OWNER/REPO/NAME   GitHub Actions, also github:OWNER/REPO/ENVIRONMENT/NAME
                           GITHUB_TOKEN, and NAME or SALEOR_TOKEN: the token that is there, which GitHub does not show
  command:PROGRAM ARG…     a program that is called with `read` or `write` as its last argument; see the manual";

/// What a place may be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Place {
    medium: Medium,
    /// What stands behind the colon.
    rest: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Medium {
    Dotenv,
    Age,
    Keyring,
    Vault,
    Aws,
    Azure,
    Github,
    Command,
}

const MEDIA: &[(&str, Medium)] = &[
    ("dotenv", Medium::Dotenv),
    ("age", Medium::Age),
    ("keyring", Medium::Keyring),
    ("vault", Medium::Vault),
    ("aws", Medium::Aws),
    ("azure", Medium::Azure),
    ("github", Medium::Github),
    ("command", Medium::Command),
];

impl FromStr for Place {
    type Err = String;

    /// The error does not repeat the text: it may be a token, put where its place belongs.
    fn from_str(text: &str) -> Result<Self, String> {
        let known = || MEDIA.iter().map(|(name, _)| format!("{name}:")).collect::<Vec<_>>().join(", ");
        let (name, rest) =
            text.split_once(':').ok_or_else(|| format!("a place begins with one of {}", known()))?;
        let medium = MEDIA.iter().find(|(known, _)| *known == name).map(|(_, medium)| *medium);
        let Some(medium) = medium else { return Err(format!("a place begins with one of {}", known())) };
        if rest.is_empty() {
            return Err(format!("`{name}:` does not say which"));
        }
        Ok(Self { medium, rest: rest.to_owned() })
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = MEDIA.iter().find(|(_, medium)| *medium == self.medium).map_or("", |(name, _)| name);
        write!(f, "{name}:{}", self.rest)
    }
}

impl Place {
    /// The store there. Nothing is asked yet.
    ///
    /// # Errors
    ///
    /// When what belongs to it is not set, or makes no sense.
    pub(crate) fn open(&self, env: &Env, key: &FingerprintKey) -> anyhow::Result<Box<dyn SecretStore>> {
        let rest = self.rest.as_str();
        Ok(match self.medium {
            Medium::Dotenv => {
                let (file, variable) = rest.split_once('#').unwrap_or((rest, "SALEOR_TOKEN"));
                // The same place from wherever it is called, so that a rotation is found again.
                let file = absolute(file).with_context(|| format!("{file} has no absolute path"))?;
                Box::new(DotenvStore::new(file, variable, key.clone())?)
            }
            Medium::Age => {
                let file = absolute(rest).with_context(|| format!("{rest} has no absolute path"))?;
                Box::new(vendor::age(&file, env, key)?)
            }
            Medium::Keyring => Box::new(vendor::keyring(rest, env, key)?),
            Medium::Vault => Box::new(vendor::vault(rest, env)?),
            Medium::Aws => Box::new(vendor::aws(rest, env)?),
            Medium::Azure => Box::new(vendor::azure(rest, env)?),
            Medium::Github => Box::new(vendor::github(rest, env)?),
            Medium::Command => {
                let program = program(rest)?;
                Box::new(CommandStore::new(program.clone().argument("read"), program.argument("write")))
            }
        })
    }
}

/// A command as a shell would split it, without one.
pub(crate) fn program(command: &str) -> anyhow::Result<Program> {
    let words = shlex::split(command).context("the command has a quote that does not end")?;
    let mut words = words.into_iter();
    let path = words.next().context("the command names no program")?;
    Ok(words.fold(Program::new(path), Program::argument))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_reads_back() {
        for text in [
            "dotenv:.env.local",
            "vault:secret/shop#token",
            "aws:arn:aws:x:eu-1:1:secret:y",
            "command:op run",
        ] {
            assert_eq!(text.parse::<Place>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn what_is_no_place_is_not_repeated() {
        for text in ["EXAMPLEtoken", "EXAMPLE:token", "", "dotenv:", "Vault:EXAMPLE"] {
            let error = text.parse::<Place>().unwrap_err();
            assert!(!error.contains("EXAMPLE"), "{error}");
        }
    }
}
