//! The name of a token: `{environment}-{purpose}-{team}-{date}`, such as `prod-configurator-devops-2026-11-24`.
//!
//! Saleor keeps no date of creation, so the name carries it. A date to the month only is read as well; names made
//! here have the day, because two tokens made in one month would otherwise share a name.

use std::fmt;

use chrono::{Datelike, NaiveDate};
use storeward_core::{Environment, Environments};

/// A token's name, taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenName {
    environment: Environment,
    purpose: String,
    team: String,
    date: Date,
    suffix: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Date {
    Day(NaiveDate),
    Month(NaiveDate),
}

impl TokenName {
    /// Makes a name that none of `taken` has, by a number from 2 on at its end if need be.
    ///
    /// # Errors
    ///
    /// [`InvalidName::PurposeOrTeam`] when the purpose is not words joined by `-`, the team not a single word, or one of
    /// them has a character that no name has; [`InvalidName::Date`] for a year before 2000 or after 9999.
    ///
    /// With environments `eu` and `eu-live`, a purpose `live-import` for `eu` is read back as one for `eu-live`.
    pub fn new(
        environment: &Environment,
        purpose: &str,
        team: &str,
        date: NaiveDate,
        taken: &[impl AsRef<str>],
    ) -> Result<Self, InvalidName> {
        if purpose.split('-').any(|word| !is_word(word)) || !is_word(team) {
            return Err(InvalidName::PurposeOrTeam);
        }
        if !(2000..=9999).contains(&date.year()) {
            return Err(InvalidName::Date);
        }
        let mut name = Self {
            environment: environment.clone(),
            purpose: purpose.to_owned(),
            team: team.to_owned(),
            date: Date::Day(date),
            suffix: None,
        };
        let is_taken = |name: &Self| {
            let text = name.to_string();
            taken.iter().any(|taken| taken.as_ref() == text)
        };
        // Among one more candidates than there are names, one is free.
        for number in 2..taken.len().saturating_add(3) {
            if !is_taken(&name) {
                break;
            }
            // Four digits would be read as a year.
            name.suffix = Some(if number < 1000 { number.to_string() } else { format!("x{number}") });
        }
        Ok(name)
    }

    /// The same name with a suffix given by the caller, such as a few random letters and digits.
    ///
    /// # Errors
    ///
    /// [`InvalidName::Characters`] when the suffix is not a word of lower-case letters, digits and `_`, or is four
    /// digits, which would be read as a year, or digits after a month, which would be read as a day.
    pub fn with_suffix(mut self, suffix: &str) -> Result<Self, InvalidName> {
        let is_day = matches!(self.date, Date::Month(_)) && suffix.bytes().all(|b| b.is_ascii_digit());
        if !is_word(suffix) || is_year(suffix) || is_day {
            return Err(InvalidName::Characters);
        }
        self.suffix = Some(suffix.to_owned());
        Ok(self)
    }

    /// Takes a name apart.
    ///
    /// # Errors
    ///
    /// [`InvalidName`] says which part is missing or wrong.
    pub fn parse(text: &str, environments: &Environments) -> Result<Self, InvalidName> {
        let words: Vec<&str> = text.split('-').collect();
        if words.iter().any(|word| !is_word(word)) {
            return Err(InvalidName::Characters);
        }
        let (environment, rest) = environment_prefix(&words, environments).ok_or(InvalidName::Environment)?;
        let (rest, date, suffix) = date_suffix(rest).ok_or(InvalidName::Date)?;
        let Some((team, purpose)) = rest.split_last().filter(|(_, purpose)| !purpose.is_empty()) else {
            return Err(InvalidName::PurposeOrTeam);
        };
        Ok(Self {
            environment,
            purpose: purpose.join("-"),
            team: (*team).to_owned(),
            date,
            suffix: suffix.map(str::to_owned),
        })
    }

    /// The environment it is for.
    #[must_use]
    pub const fn environment(&self) -> &Environment {
        &self.environment
    }

    /// What it is used for.
    #[must_use]
    pub fn purpose(&self) -> &str {
        &self.purpose
    }

    /// Who answers for it.
    #[must_use]
    pub fn team(&self) -> &str {
        &self.team
    }

    /// When it was made; the first of the month when the name says no day.
    #[must_use]
    pub const fn date(&self) -> NaiveDate {
        match self.date {
            Date::Day(date) | Date::Month(date) => date,
        }
    }
}

impl fmt::Display for TokenName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}-{}-", self.environment, self.purpose, self.team)?;
        match self.date {
            Date::Day(date) => write!(f, "{}", date.format("%Y-%m-%d"))?,
            Date::Month(date) => write!(f, "{}", date.format("%Y-%m"))?,
        }
        self.suffix.as_ref().map_or(Ok(()), |suffix| write!(f, "-{suffix}"))
    }
}

fn is_word(word: &str) -> bool {
    !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
}

fn is_year(word: &str) -> bool {
    word.len() == 4
        && word.bytes().all(|b| b.is_ascii_digit())
        && word.parse::<u16>().is_ok_and(|year| year >= 2000)
}

/// The longest run of leading words that names an environment: declared ones may have several words.
fn environment_prefix<'a>(
    words: &'a [&'a str],
    known: &Environments,
) -> Option<(Environment, &'a [&'a str])> {
    (1..=words.len()).rev().find_map(|count| {
        let (head, rest) = words.split_at_checked(count)?;
        known.get(&head.join("-")).map(|environment| (environment.clone(), rest))
    })
}

/// Splits off the date and what follows it: `[…, "2026", "11", "24", "x7k2"]`.
fn date_suffix<'a>(words: &'a [&'a str]) -> Option<(&'a [&'a str], Date, Option<&'a str>)> {
    let year = words.iter().rposition(|word| is_year(word))?;
    let (head, tail) = words.split_at_checked(year)?;
    let day = |tail: &[&str]| NaiveDate::parse_from_str(&tail.join("-"), "%Y-%m-%d").ok();
    match tail {
        [y, m] => Some((head, Date::Month(day(&[y, m, "01"])?), None)),
        [y, m, d] if day(&[y, m, d]).is_some() => Some((head, Date::Day(day(&[y, m, d])?), None)),
        [y, m, suffix] => Some((head, Date::Month(day(&[y, m, "01"])?), Some(suffix))),
        [y, m, d, suffix] => Some((head, Date::Day(day(&[y, m, d])?), Some(suffix))),
        _ => None,
    }
}

/// Why a text is not a token's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidName {
    /// It holds something else than words joined by `-`.
    #[error(
        "a token's name is lower-case words joined by `-`: {{environment}}-{{purpose}}-{{team}}-{{date}}"
    )]
    Characters,
    /// It does not begin with an environment.
    #[error("a token's name begins with a known environment: {{environment}}-{{purpose}}-{{team}}-{{date}}")]
    Environment,
    /// It has no purpose or no team, or they are something else than words.
    #[error(
        "a token's name has a purpose (words of lower-case letters and digits, joined by `-`) and a team (one such word) \
         before the date: {{environment}}-{{purpose}}-{{team}}-{{date}}"
    )]
    PurposeOrTeam,
    /// It has no date at its end.
    #[error(
        "a token's name ends with a date such as 2026-11-24: {{environment}}-{{purpose}}-{{team}}-{{date}}"
    )]
    Date,
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use storeward_core::Tier;

    use super::*;

    fn parse(text: &str) -> Result<TokenName, InvalidName> {
        let mut environments = Environments::default();
        environments.declare("eu-live", Tier::Production, &[]).unwrap();
        TokenName::parse(text, &environments)
    }

    #[test]
    fn names_are_taken_apart() {
        for (text, environment, purpose, team, date) in [
            ("prod-configurator-devops-2024-01", "production", "configurator", "devops", "2024-01-01"),
            ("staging-deployment-ci-2024-01-31", "staging", "deployment", "ci", "2024-01-31"),
            ("dev-price-import-qa-2024-02-29-x7k2", "development", "price-import", "qa", "2024-02-29"),
            ("eu-live-configurator-devops-2026-11", "eu-live", "configurator", "devops", "2026-11-01"),
        ] {
            let name = parse(text).unwrap_or_else(|error| panic!("{text}: {error}"));
            assert_eq!(
                (name.environment().name(), name.purpose(), name.team()),
                (environment, purpose, team)
            );
            assert_eq!(name.date().to_string(), date);
        }
    }

    #[test]
    fn what_is_wrong_is_said() {
        for (text, error) in [
            ("", InvalidName::Characters),
            ("Prod-configurator-devops-2024-01", InvalidName::Characters),
            ("prod--devops-2024-01", InvalidName::Characters),
            ("qa-configurator-devops-2024-01", InvalidName::Environment),
            ("prod-configurator-devops", InvalidName::Date),
            ("prod-configurator-devops-2024-13", InvalidName::Date),
            ("prod-configurator-devops-2023-02-30-a-b", InvalidName::Date),
            ("prod-devops-2024-01", InvalidName::PurposeOrTeam),
            ("prod-2024-01", InvalidName::PurposeOrTeam),
        ] {
            assert_eq!(parse(text), Err(error), "{text}");
        }
    }

    #[test]
    fn a_name_that_cannot_be_read_back_is_not_made() {
        let production = Tier::Production.into();
        let new = |purpose, team, date: &str| {
            TokenName::new(&production, purpose, team, date.parse().unwrap(), &["x"])
                .map(|name| name.to_string())
        };
        assert_eq!(
            new("configurator", "devops", "2026-11-24").unwrap(),
            "production-configurator-devops-2026-11-24"
        );
        for (purpose, team) in
            [("", "ops"), ("a--b", "ops"), ("A", "ops"), ("a", "dev-ops"), ("a", ""), ("a", "ö")]
        {
            assert_eq!(new(purpose, team, "2026-11-24"), Err(InvalidName::PurposeOrTeam), "{purpose} {team}");
        }
        assert_eq!(new("a", "ops", "1999-12-31"), Err(InvalidName::Date));
        for suffix in ["2026", "a-b", "", "X"] {
            let name =
                TokenName::new(&production, "a", "ops", "2026-11-24".parse().unwrap(), &["x"]).unwrap();
            assert_eq!(name.with_suffix(suffix), Err(InvalidName::Characters), "{suffix}");
        }
        assert!(parse("prod-a-ops-2026-11").unwrap().with_suffix("15").is_err(), "it would be a day");
    }

    #[test]
    fn thousands_of_names_are_no_reason_to_repeat_one() {
        let (production, date) = (Tier::Production.into(), "2026-11-24".parse().unwrap());
        let stem = "production-a-ops-2026-11-24";
        let mut taken = vec![stem.to_owned()];
        taken
            .extend((2..2100).map(|n| if n < 1000 { format!("{stem}-{n}") } else { format!("{stem}-x{n}") }));
        let name = TokenName::new(&production, "a", "ops", date, &taken).unwrap();
        assert!(!taken.contains(&name.to_string()));
        assert_eq!(parse(&name.to_string()), Ok(name));
    }

    proptest! {
        #[test]
        fn a_name_reads_back(
            environment in "production|staging|eu-live",
            purpose in "[a-z]{1,8}(-[a-z]{1,8})?",
            team in "[a-z]{1,8}",
            day in 0i32..20_000,
            suffix in proptest::option::of("[a-z][a-z0-9]{3}"),
        ) {
            let date = NaiveDate::from_ymd_opt(2000, 1, 1).unwrap() + chrono::TimeDelta::days(day.into());
            let mut text = format!("{environment}-{purpose}-{team}-{}", date.format("%Y-%m-%d"));
            if let Some(suffix) = &suffix {
                text = format!("{text}-{suffix}");
            }
            prop_assert_eq!(parse(&text).unwrap().to_string(), text);
        }

        #[test]
        fn a_new_name_is_free_and_reads_back(
            environment in "production|staging|eu-live",
            purpose in "[a-z]{1,8}(-[a-z0-9]{1,8})?",
            team in "[a-z0-9_]{1,8}",
            day in 0i32..20_000,
            others in 0usize..5,
            suffix in "[a-z][a-z0-9]{3}",
        ) {
            let mut environments = Environments::default();
            environments.declare("eu-live", Tier::Production, &[]).unwrap();
            let environment = environments.resolve(&environment).unwrap();
            let date = NaiveDate::from_ymd_opt(2000, 1, 1).unwrap() + chrono::TimeDelta::days(day.into());
            let mut taken: Vec<String> = Vec::new();
            for _ in 0..=others {
                let name = TokenName::new(&environment, &purpose, &team, date, &taken).unwrap();
                prop_assert_eq!(parse(&name.to_string()), Ok(name.clone()));
                prop_assert!(!taken.contains(&name.to_string()));
                taken.push(name.to_string());
            }
            let name = TokenName::new(&environment, &purpose, &team, date, &taken).unwrap();
            let name = name.with_suffix(&suffix).unwrap();
            prop_assert_eq!(parse(&name.to_string()), Ok(name));
        }

        #[test]
        fn no_text_panics(text in ".*") {
            let _ = parse(&text);
        }
    }
}
