//! Which of our rules stand for a rule of the original's own configuration.

use crate::rule::Rule;

/// Where ours has another name, a line each: theirs, an equals sign, ours with blanks between.
const RENAMED: &str = include_str!("../../../data/gitleaks.txt");

/// The ids of our rules that find what a rule of the original's own configuration finds; none where we have none.
#[must_use]
pub fn counterparts(id: &str) -> Vec<&'static str> {
    let same = Rule::builtin().iter().map(Rule::id).filter(|ours| *ours == id);
    let renamed = renamed().filter(|(theirs, _)| *theirs == id).flat_map(|(_, ours)| ours.split_whitespace());
    same.chain(renamed).collect()
}

fn renamed() -> impl Iterator<Item = (&'static str, &'static str)> {
    RENAMED.lines().filter(|line| !line.starts_with('#')).filter_map(|line| line.split_once(" = "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counterparts_exist() {
        assert!(renamed().count() > 80);
        for (theirs, ours) in renamed() {
            for id in ours.split_whitespace() {
                assert!(Rule::builtin().iter().any(|rule| rule.id() == id), "{theirs}: {id}");
            }
        }
        assert_eq!(counterparts("generic-api-key"), ["generic-secret", "generic-password"]);
        assert_eq!(counterparts("jwt"), ["jwt"]);
        assert!(counterparts("no-such-rule").is_empty());
    }
}
