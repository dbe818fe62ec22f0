//! A token that a person makes in the dashboard and types in, unseen.

use std::io;

use storeward_core::{BoxFuture, Fault, PortError, SecretString};
use storeward_token::rotate::TokenPrompt;

use crate::progress::Spinner;

/// Asks at the terminal.
pub(crate) struct Terminal<'a> {
    pub(crate) spinner: &'a Spinner,
    /// The address of the store's GraphQL.
    pub(crate) url: &'a str,
}

impl TokenPrompt for Terminal<'_> {
    fn ask<'a>(
        &'a self,
        app: &'a str,
        name: &'a str,
    ) -> BoxFuture<'a, Result<Option<SecretString>, PortError>> {
        let text = format!(
            "In the dashboard of the store at {}, make a token for the app with the id {app}\n\
             (Extensions, the app, Create Token), under exactly this name: {name}\n\
             The new token (it is not shown; an empty line ends the rotation): ",
            self.url
        );
        let typed = self.spinner.suspend(|| rpassword::prompt_password(text));
        Box::pin(async move {
            match typed.map(|typed| SecretString::from(typed.trim().to_owned())) {
                Ok(token) => Ok(Some(token).filter(|token| !token.is_empty())),
                Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(None),
                Err(error) => Err(PortError::new("token prompt", Fault::Unreachable, error.to_string())),
            }
        })
    }
}
