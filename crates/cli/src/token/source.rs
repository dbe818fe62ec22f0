//! Where a token is read from, as it is written on the command line. The token itself never stands there.

use std::{
    fs::File,
    io::{self, Read},
    str::FromStr,
    time::Duration,
};

use anyhow::{Context, bail};
use storeward_core::{FingerprintKey, SecretString};

use super::place::{Place, program};
use crate::{env::Env, exit::NoAnswer};

/// For `--help`.
pub(crate) const HELP: &str = "\
Where a token is read from (SOURCE):
  env:NAME                 an environment variable
  file:PATH                a file that holds nothing else
  stdin                    standard input
  command:PROGRAM ARG…     what a program prints; no shell comes in between
  dotenv:, vault:, aws: …  a place that keeps a token, as below";

/// The longest secret that is read, in bytes.
const LONGEST: u64 = 64 << 10;

/// How long a program may take, which may have to ask a person.
const LIMIT: Duration = Duration::from_secs(120);

/// Where a token is read from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Source {
    Variable(String),
    File(String),
    Stdin,
    Command(String),
    Place(Place),
}

impl FromStr for Source {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Ok(match text.split_once(':') {
            None if text == "stdin" => Self::Stdin,
            Some((name @ ("env" | "file" | "command"), "")) => return Err(format!("`{name}:` does not say which")),
            Some(("env", name)) => Self::Variable(name.to_owned()),
            Some(("file", path)) => Self::File(path.to_owned()),
            Some(("command", command)) => Self::Command(command.to_owned()),
            _ => Self::Place(text.parse().map_err(|_| {
                "a token is not given itself, but where it is read from: env:NAME, file:PATH, stdin, command:…, \
                 dotenv:FILE, vault:PATH or aws:NAME"
            })?),
        })
    }
}

impl Source {
    /// The secret there; nothing if a place keeps none yet.
    ///
    /// # Errors
    ///
    /// When it is not there, or [there is no answer](NoAnswer).
    pub(crate) async fn read(&self, env: &Env, key: &FingerprintKey) -> anyhow::Result<SecretString> {
        let text = match self {
            Self::Variable(name) => env
                .get(name)
                .map(SecretString::from)
                .with_context(|| format!("the variable {name} is not set"))?,
            Self::File(path) => {
                let file = File::open(path).with_context(|| format!("cannot read {path}"))?;
                whole(file).with_context(|| format!("cannot read {path}"))?
            }
            Self::Stdin => whole(io::stdin().lock()).context("cannot read standard input")?,
            Self::Command(command) => {
                let printed = storeward_token::command::printed(&program(command)?, LIMIT).await;
                printed.map_err(NoAnswer::from)?
            }
            Self::Place(place) => {
                let store = place.open(env, key)?;
                match store.read().await.map_err(NoAnswer::from)? {
                    Some(stored) => stored.secret,
                    None => bail!("{} holds no token", store.place()),
                }
            }
        };
        if text.is_empty() { bail!("there is no token, but nothing at all") } else { Ok(text) }
    }
}

/// A text without the line end after it.
fn whole(reader: impl Read) -> anyhow::Result<SecretString> {
    let mut text = String::new();
    reader.take(LONGEST + 1).read_to_string(&mut text)?;
    let text = SecretString::from(text);
    if text.expose().len() as u64 > LONGEST {
        bail!("it is longer than {} KiB, so it is no token", LONGEST >> 10);
    }
    Ok(text.expose().trim_end_matches(['\r', '\n']).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_is_told_by_its_prefix() {
        for (text, source) in [
            ("env:SALEOR_TOKEN", Source::Variable("SALEOR_TOKEN".into())),
            ("file:a:b", Source::File("a:b".into())),
            ("stdin", Source::Stdin),
            ("command:op read op://a/b", Source::Command("op read op://a/b".into())),
            ("vault:secret/a", Source::Place("vault:secret/a".parse().unwrap())),
        ] {
            assert_eq!(text.parse(), Ok(source));
        }
    }

    #[test]
    fn a_token_in_the_place_of_its_source_is_not_repeated() {
        for text in ["EXAMPLEtoken", "EXAMPLE:token", "", "env:", "stdin:"] {
            let error = text.parse::<Source>().unwrap_err();
            assert!(!error.contains("EXAMPLE"), "{error}");
        }
    }

    #[test]
    fn only_the_line_end_is_cut() {
        assert_eq!(whole(&b" a \r\n"[..]).unwrap().expose(), " a ");
        assert!(whole(&b"\xff"[..]).is_err());
        let long = vec![b'x'; 65 << 10];
        assert!(whole(&long[..]).unwrap_err().to_string().contains("64 KiB"));
    }
}
