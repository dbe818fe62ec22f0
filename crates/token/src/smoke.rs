//! A token tried out by a program, such as a Configurator's `diff`.

use std::{fmt, time::Duration};

use storeward_core::{BoxFuture, PortError, SecretString};

use crate::{
    SmokeTest,
    command::{Job, Kept, Program},
};

/// The variable in which the program finds the token.
pub const TOKEN: &str = "SALEOR_TOKEN";
/// The variable in which the program finds the address of the store.
pub const URL: &str = "SALEOR_URL";

/// Runs a program with the token in its environment, as [`SALEOR_TOKEN`](TOKEN). It passes when it ends with exit code 0.
///
/// The environment and not an argument, because that is where a Configurator reads it; other users of the machine see neither.
/// The end of what a failed program wrote to its error output, or else to its output, is told, with the token masked in it.
pub struct CommandTest {
    name: String,
    program: Program,
    url: Option<String>,
    limit: Duration,
}

impl CommandTest {
    /// A test of this name, which may take five minutes.
    pub fn new(name: impl Into<String>, program: Program) -> Self {
        Self { name: name.into(), program, url: None, limit: Duration::from_secs(300) }
    }

    /// The address of the store, which the program finds as [`SALEOR_URL`](URL).
    #[must_use]
    pub fn url(self, url: impl Into<String>) -> Self {
        Self { url: Some(url.into()), ..self }
    }

    /// How long it may take.
    #[must_use]
    pub fn limit(self, limit: Duration) -> Self {
        Self { limit, ..self }
    }
}

impl fmt::Debug for CommandTest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CommandTest").field("name", &self.name).finish_non_exhaustive()
    }
}

impl SmokeTest for CommandTest {
    fn name(&self) -> &str {
        &self.name
    }

    fn run<'a>(&'a self, token: &'a SecretString) -> BoxFuture<'a, Result<Result<(), String>, PortError>> {
        Box::pin(async move {
            let mut job = Job::new(&self.program, self.limit);
            job.kept = Kept::End;
            job.environment.push((TOKEN, Some(token.clone())));
            job.environment.extend(self.url.as_deref().map(|url| (URL, Some(url.into()))));
            let mut ended = job.run().await.map_err(|(fault, why)| {
                PortError::new("smoke test", fault, format!("{} {why}", self.program))
            })?;
            if ended.code == Some(0) {
                return Ok(Ok(()));
            }
            // Here the output is no secret, and may be all that says why.
            let output = std::mem::take(&mut ended.output);
            if ended.errors.is_empty() {
                ended.errors = output;
            }
            Ok(Err(format!("{} {}", self.program, ended.failure(&[token]))))
        })
    }
}

#[cfg(all(test, unix))]
mod tests {
    use pollster::block_on;
    use storeward_core::Fault;

    use super::*;

    fn test(script: &str) -> CommandTest {
        CommandTest::new("diff", Program::new("sh").argument("-c").argument(script))
    }

    fn run(script: &str) -> Result<Result<(), String>, PortError> {
        block_on(test(script).url("https://store.example/graphql/").run(&"EXAMPLE-token".into()))
    }

    #[test]
    fn the_program_gets_the_token_and_the_address() {
        let script =
            r#"[ "$SALEOR_TOKEN" = EXAMPLE-token ] && [ "$SALEOR_URL" = https://store.example/graphql/ ]"#;
        assert_eq!(run(script).unwrap(), Ok(()));
    }

    #[test]
    fn a_failure_says_why_and_shows_no_token() {
        for (script, says) in [
            ("echo \"no $SALEOR_TOKEN\" >&2; exit 2", "sh ends with exit code 2: no ****"),
            ("echo \"no $SALEOR_TOKEN\"; exit 2", "sh ends with exit code 2: no ****"),
            ("exit 3", "sh ends with exit code 3"),
        ] {
            assert_eq!(run(script).unwrap(), Err(says.to_owned()), "{script}");
        }
    }

    #[test]
    fn long_output_is_no_failure() {
        assert_eq!(run("head -c 1000000 /dev/zero").unwrap(), Ok(()));
    }

    #[test]
    fn a_program_that_cannot_be_run_is_no_answer() {
        let gone = CommandTest::new("diff", Program::new("/nonexistent/program"));
        assert_eq!(block_on(gone.run(&"EXAMPLE".into())).unwrap_err().fault(), Fault::NotFound);
        let slow = test("exec sleep 60").limit(Duration::from_millis(50));
        assert_eq!(block_on(slow.run(&"EXAMPLE".into())).unwrap_err().fault(), Fault::TimedOut);
    }
}
