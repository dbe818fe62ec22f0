//! Sealing a secret for recipients, and opening it with identities. It reaches no file.

use std::{
    fmt,
    io::{self, Read, Write},
};

use ::age::{
    DecryptError, Decryptor, EncryptError, Encryptor, Identity, Recipient,
    armor::{ArmoredReader, ArmoredWriter, Format},
    x25519,
};
use storeward_core::{Fault, SecretString};

/// Whom a secret is sealed for, and what opens it.
pub(super) struct Seal {
    recipients: Vec<x25519::Recipient>,
    identities: Vec<x25519::Identity>,
}

impl fmt::Debug for Seal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Seal").field("recipients", &self.recipients.len()).finish_non_exhaustive()
    }
}

impl Seal {
    /// Takes recipients, and the text of an identity file, whose own they are if there are none. What is wrong is said without quoting it: an identity may
    /// stand where a recipient belongs.
    pub(super) fn new<R: AsRef<str>>(
        recipients: impl IntoIterator<Item = R>,
        identity: &SecretString,
    ) -> Result<Self, String> {
        let mut parsed = Vec::new();
        for (recipient, number) in recipients.into_iter().zip(1..) {
            let recipient = recipient.as_ref().trim().parse::<x25519::Recipient>();
            parsed.push(
                recipient.map_err(|why| format!("recipient {number} is not one of age's, age1…: {why}"))?,
            );
        }
        let mut identities = Vec::new();
        for (line, number) in identity.expose().lines().map(str::trim).zip(1..) {
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let identity = line.parse::<x25519::Identity>();
            identities.push(identity.map_err(|why| {
                format!("line {number} of the identity is not one of age's, AGE-SECRET-KEY-1…: {why}")
            })?);
        }
        let public: Vec<_> = identities.iter().map(|identity| identity.to_public().to_string()).collect();
        if parsed.is_empty() {
            parsed.extend(identities.iter().map(x25519::Identity::to_public));
        }
        if !parsed.iter().any(|recipient| public.contains(&recipient.to_string())) {
            return Err(
                "none of the identities is a recipient's, so that what is sealed could not be read back"
                    .to_owned(),
            );
        }
        Ok(Self { recipients: parsed, identities })
    }

    /// The secret, sealed and armored.
    pub(super) fn close(&self, secret: &SecretString) -> Result<Vec<u8>, EncryptError> {
        let recipients = self.recipients.iter().map(|recipient| recipient as &dyn Recipient);
        let armor = ArmoredWriter::wrap_output(Vec::new(), Format::AsciiArmor)?;
        let mut writer = Encryptor::with_recipients(recipients)?.wrap_output(armor)?;
        writer.write_all(secret.expose().as_bytes())?;
        Ok(writer.finish()?.finish()?)
    }

    /// The secret, from a file that is armored or not.
    pub(super) fn open(&self, sealed: &[u8]) -> Result<SecretString, Unopened> {
        let decryptor = Decryptor::new(ArmoredReader::new(sealed)).map_err(Unopened::NoAge)?;
        let identities = self.identities.iter().map(|identity| identity as &dyn Identity);
        let mut reader = decryptor.decrypt(identities).map_err(|cause| match cause {
            DecryptError::NoMatchingKeys => Unopened::NoKey,
            _ => Unopened::Damaged,
        })?;
        // With enough room at once, no copies are left behind where it grows.
        let mut bytes = Vec::with_capacity(sealed.len());
        reader.read_to_end(&mut bytes).map_err(|_: io::Error| Unopened::Damaged)?;
        let mut text = String::from_utf8(bytes).map_err(|_| Unopened::NoText)?;
        if text.ends_with('\n') {
            text.pop();
            if text.ends_with('\r') {
                text.pop();
            }
        }
        Ok(text.into())
    }
}

/// Why a file was not opened.
#[derive(Debug)]
pub(super) enum Unopened {
    NoAge(DecryptError),
    NoKey,
    Damaged,
    NoText,
}

impl Unopened {
    pub(super) const fn fault(&self) -> Fault {
        match self {
            Self::NoKey => Fault::Refused,
            _ => Fault::Invalid,
        }
    }
}

impl fmt::Display for Unopened {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoAge(DecryptError::UnknownFormat) => f.write_str("is an age file of an unknown version"),
            Self::NoAge(_) => f.write_str("is no age file"),
            Self::NoKey => f.write_str("is not sealed for any of the identities"),
            Self::Damaged => f.write_str("is damaged, or was changed without the key"),
            Self::NoText => f.write_str("holds no UTF-8 text"),
        }
    }
}
