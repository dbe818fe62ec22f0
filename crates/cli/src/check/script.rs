//! The shell text of a workflow's step, read for three faults. It is read as words, not run as a shell would: a
//! fault that needs more cunning than that is written by somebody who hides it.

use std::sync::LazyLock;

use regex::bytes::Regex;

/// What a line does wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    Argument,
    Echo,
    ExitCode,
}

/// A pattern of this module. Each is tried by the tests, so one that does not compile is never shipped; should it
/// happen all the same, it finds nothing rather than bringing the program down.
fn pattern(text: &str) -> Option<Regex> {
    // Scripts are matched as bytes: no table of Unicode classes is needed for shell words.
    Regex::new(&format!("(?-u){text}")).ok()
}

/// A secret by its name: `$SALEOR_TOKEN`, `${{ secrets.STAGING_SALEOR_TOKEN }}`.
const SECRET: &str =
    r#"(?:\$\{?[A-Za-z_]*(?:TOKEN|SECRET|PASSWORD|API_?KEY)[A-Za-z_]*\}?|\$\{\{\s*secrets\.[^}]*\}\})"#;

static ARGUMENT: LazyLock<Option<Regex>> = LazyLock::new(|| {
    // A header is an argument of curl's.
    pattern(&format!(
        r#"(?:(?:^|\s)--?(?:token|password|secret|api-?key|auth-?token)[= ]["']?(?:{SECRET}|[A-Za-z0-9]{{20,}})|(?:-H|--header)[= ]["']?[A-Za-z-]*[Aa]uth[A-Za-z-]*:[^"']*{SECRET})"#
    ))
});

static ECHO: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(&format!(
        r#"(?:^|[;&|(]|\bthen\b|\bdo\b)\s*(?:echo|printf|cat\s*<<<)\s[^|;&>]*{SECRET}[^|;&>]*(?:$|[;&|>])"#
    ))
});

/// Ends of a line that send what was printed elsewhere than the log, masking included.
const NOT_THE_LOG: [&str; 4] = ["$GITHUB_OUTPUT", "$GITHUB_ENV", "::add-mask::", "--password-stdin"];

/// Commands whose exit code decides something.
const WATCHED: [&str; 4] = ["configurator", "storeward", "saleor ", "gitleaks"];

/// The faults of a script: which, on which line counted from zero, and in words that repeat no value.
pub(crate) fn faults(script: &str, mut pipefail: bool) -> Vec<(Fault, usize, String)> {
    let mut faults = Vec::new();
    for (number, line) in logical_lines(script) {
        let line = line.trim();
        if line.starts_with('#') {
            continue;
        }
        if line.starts_with("set ") && line.contains("pipefail") {
            pipefail = true;
        }
        if ARGUMENT.as_ref().is_some_and(|pattern| pattern.is_match(line.as_bytes())) {
            faults.push((Fault::Argument, number, "a token is passed as an argument".to_owned()));
        }
        let prints = ECHO.as_ref().is_some_and(|pattern| pattern.is_match(line.as_bytes()));
        let elsewhere = NOT_THE_LOG.iter().any(|end| line.contains(end)) || piped_to_stdin(line);
        if prints && !elsewhere {
            faults.push((Fault::Echo, number, "a token is printed".to_owned()));
        }
        if let Some(message) = hidden_exit(line, pipefail) {
            faults.push((Fault::ExitCode, number, message));
        }
    }
    faults
}

/// `echo "$TOKEN" | program` hands the token over on standard input, which is right.
fn piped_to_stdin(line: &str) -> bool {
    let Some((_, after)) = line.split_once('|') else { return false };
    !after.starts_with('|') && !after.trim_start().starts_with("tee")
}

fn hidden_exit(line: &str, pipefail: bool) -> Option<String> {
    let watched = WATCHED.iter().find(|word| line.contains(*word))?.trim();
    let (command, _) = line.split_once("||").unwrap_or((line, ""));
    let swallowed = line.split_once("||").is_some_and(|(_, rest)| {
        matches!(rest.trim(), "true" | ":" | "exit 0") || rest.trim().starts_with("echo ")
    });
    if swallowed && command.contains(watched) {
        return Some(format!("the exit code of `{watched}` is thrown away by `||`"));
    }
    let mut parts = command.split('|').peekable();
    while let Some(part) = parts.next() {
        if parts.peek().is_some() && part.contains(watched) && !pipefail {
            return Some(format!("the exit code of `{watched}` is lost in a pipe"));
        }
    }
    None
}

/// Lines with those continued by a backslash joined, each with the number of its first.
fn logical_lines(script: &str) -> Vec<(usize, String)> {
    let mut lines: Vec<(usize, String)> = Vec::new();
    let mut continues = false;
    for (number, line) in script.lines().enumerate() {
        let (text, more) = line.strip_suffix('\\').map_or((line, false), |text| (text, true));
        match lines.last_mut().filter(|_| continues) {
            Some((_, last)) => last.push_str(text),
            None => lines.push((number, text.to_owned())),
        }
        continues = more;
    }
    lines
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn check(script: &str, expected: &[(Fault, usize)]) {
        let found: Vec<_> = faults(script, false).into_iter().map(|(fault, line, _)| (fault, line)).collect();
        assert_eq!(found, expected, "{script}");
    }

    #[test]
    fn tokens_on_the_command_line() {
        let one = [(Fault::Argument, 0)];
        check("pnpm configurator deploy --url=$SALEOR_URL --token=$SALEOR_TOKEN --ci", &one);
        check("configurator deploy --token \"${{ secrets.PROD_SALEOR_TOKEN }}\"", &one);
        check("configurator diff --token ${SALEOR_TOKEN}", &one);
        check("configurator diff \\\n  --token \"$SALEOR_TOKEN\"", &one);
        check("curl -H \"Authorization: Bearer $SALEOR_TOKEN\" https://shop.example/graphql/", &one);
        check("configurator deploy", &[]);
        check("storeward token validate --token-from env:SALEOR_TOKEN", &[]);
        check("# configurator deploy --token=$SALEOR_TOKEN", &[]);
        check("configurator deploy --tokens-file x", &[]);
    }

    #[test]
    fn tokens_in_the_log() {
        let one = [(Fault::Echo, 0)];
        check("echo \"token: $SALEOR_TOKEN\"", &one);
        check("echo ${{ secrets.SALEOR_TOKEN }}", &one);
        check("if true; then echo $API_KEY; fi", &one);
        check("printf '%s' \"$SALEOR_TOKEN\" | tee token.txt", &one);
        check("echo \"::add-mask::$SALEOR_TOKEN\"", &[]);
        check("echo \"$SALEOR_TOKEN\" | storeward token validate --token-from stdin", &[]);
        check("echo \"token=$SALEOR_TOKEN\" >> $GITHUB_OUTPUT", &[]);
        check("echo done", &[]);
        check("echo \"no token here\"", &[]);
    }

    #[test]
    fn exit_codes_that_go_missing() {
        let one = [(Fault::ExitCode, 0)];
        check("pnpm configurator deploy | tee deploy.log", &one);
        check("configurator diff || true", &one);
        check("storeward check . || echo ignored", &one);
        check("cat config.yml | configurator validate", &[]);
        check("set -euo pipefail\nconfigurator deploy | tee deploy.log", &[]);
        check("configurator diff || exit 1", &[]);
        check("ls | wc -l", &[]);
        assert_eq!(faults("configurator deploy | tee log", true), []);
    }

    #[test]
    fn the_patterns_compile() {
        assert!(ARGUMENT.is_some() && ECHO.is_some());
    }

    proptest! {
        #[test]
        fn no_script_panics(script in ".*", lines in "([a-z |$\\\\\n]{0,20})") {
            let _ = faults(&script, false);
            let _ = faults(&lines, true);
        }
    }
}
