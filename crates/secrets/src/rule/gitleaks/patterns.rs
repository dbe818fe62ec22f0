//! Patterns of allowlists and paths, compiled.

use regex_automata::{
    meta::{Config, Regex},
    util::syntax,
};

use super::syntax::{Groups, Problem, literal, translate};

/// A pattern that matches where one of those under a key does; without any, `None`. What this engine does not do is named
/// and left out; what is no pattern is an error. Neither shows the pattern: it may be a secret that is let stand.
pub(super) fn any_of(
    key: &str,
    regexes: &[String],
    unsupported: &mut Vec<String>,
) -> Result<Option<Regex>, String> {
    let mut patterns = Vec::with_capacity(regexes.len());
    for (at, regex) in regexes.iter().enumerate() {
        match translate(regex, Groups::None) {
            Ok(translated) => patterns.push(translated.pattern),
            Err(Problem::Malformed(problem)) => {
                return Err(format!("`{key}`, pattern {}: {problem}", at + 1));
            }
            Err(Problem::Unsupported(what)) => {
                unsupported.push(format!("`{key}`: pattern {} holds {what}", at + 1));
            }
        }
    }
    Ok(build(key, &patterns, false, unsupported))
}

/// A pattern that matches where one of these words stands, in any case.
pub(super) fn any_word_of(words: &[String], unsupported: &mut Vec<String>) -> Option<Regex> {
    if words.iter().any(String::is_empty) {
        unsupported.push("`stopwords`: an empty one would let everything stand".into());
    }
    let patterns: Vec<String> = words
        .iter()
        .filter(|word| !word.is_empty())
        .map(|word| {
            let mut pattern = String::new();
            word.chars().for_each(|character| literal(character, &mut pattern));
            pattern
        })
        .collect();
    build("stopwords", &patterns, true, unsupported)
}

fn build(key: &str, patterns: &[String], any_case: bool, unsupported: &mut Vec<String>) -> Option<Regex> {
    if patterns.is_empty() {
        return None;
    }
    // Their texts are short: no table is worth its building.
    let config = Config::new()
        .utf8_empty(false)
        .dfa(false)
        .hybrid_cache_capacity(256 << 10)
        .nfa_size_limit(Some(16 << 20));
    let syntax = syntax::Config::new().unicode(false).utf8(false).case_insensitive(any_case);
    let built = Regex::builder().configure(config).syntax(syntax).build_many(patterns);
    if built.is_err() {
        unsupported.push(format!("`{key}`: its patterns are too large"));
    }
    built.ok()
}
