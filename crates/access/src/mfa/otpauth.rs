//! How a secret gets into an app: the `otpauth` URI that QR codes hold.
//!
//! Written after the [Key URI format](https://github.com/google/google-authenticator/wiki/Key-Uri-Format), which apps follow.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use storeward_core::SecretString;
use zeroize::Zeroizing;

use super::totp::{Algorithm, Form, InvalidTotp, Totp, TotpSecret};

/// What RFC 3986 §2.3 leaves unreserved.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// A generator with the names that an app shows for it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct OtpAuth {
    issuer: Option<String>,
    account: String,
    totp: Totp,
}

impl OtpAuth {
    /// Names a generator: who asks for the code, and whose it is.
    ///
    /// # Errors
    ///
    /// [`InvalidOtpAuth::Name`] for an empty name, one with a colon, which parts the two, or with a control character.
    pub fn new(issuer: &str, account: &str, totp: Totp) -> Result<Self, InvalidOtpAuth> {
        Self::named(Some(issuer), account, totp)
    }

    fn named(issuer: Option<&str>, account: &str, totp: Totp) -> Result<Self, InvalidOtpAuth> {
        let is_name = |name: &str| {
            !name.trim().is_empty()
                && name.trim() == name
                && !name.contains(|c: char| c == ':' || c.is_control())
        };
        if !is_name(account) || !issuer.is_none_or(is_name) {
            return Err(InvalidOtpAuth::Name);
        }
        Ok(Self { issuer: issuer.map(str::to_owned), account: account.to_owned(), totp })
    }

    /// Who asks for the code.
    #[must_use]
    pub fn issuer(&self) -> Option<&str> {
        self.issuer.as_deref()
    }

    /// Whose code it is.
    #[must_use]
    pub fn account(&self) -> &str {
        &self.account
    }

    /// What makes the codes.
    #[must_use]
    pub const fn totp(&self) -> &Totp {
        &self.totp
    }

    /// The URI. It holds the secret.
    #[must_use]
    pub fn uri(&self) -> SecretString {
        let escaped = |text: &str| utf8_percent_encode(text, ESCAPED).to_string();
        let (mut label, mut issuer) = (escaped(&self.account), String::new());
        if let Some(name) = &self.issuer {
            let name = escaped(name);
            (label, issuer) = (format!("{name}:{label}"), format!("&issuer={name}"));
        }
        let form = self.totp.form();
        format!(
            "otpauth://totp/{label}?secret={}{issuer}&algorithm={}&digits={}&period={}",
            self.totp.secret().base32().expose(),
            form.algorithm().as_str().to_ascii_uppercase(),
            form.digits(),
            form.period(),
        )
        .into()
    }

    /// Reads a URI. What it leaves out is as in [`Form::default`]; parameters that nobody knows, such as an `image`, are
    /// passed over, since they do not change the codes.
    ///
    /// # Errors
    ///
    /// [`InvalidOtpAuth`], which does not quote it.
    pub fn parse(uri: &SecretString) -> Result<Self, InvalidOtpAuth> {
        let (scheme, rest) = uri.expose().split_once("://").ok_or(InvalidOtpAuth::Scheme)?;
        if !scheme.eq_ignore_ascii_case("otpauth") {
            return Err(InvalidOtpAuth::Scheme);
        }
        let (kind, rest) = rest.split_once('/').ok_or(InvalidOtpAuth::Kind)?;
        if !kind.eq_ignore_ascii_case("totp") {
            return Err(InvalidOtpAuth::Kind);
        }
        let (label, query) = rest.split_once('?').ok_or(InvalidOtpAuth::Totp(InvalidTotp::Secret))?;
        let mut read = Parameters::default();
        for (name, value) in query.split('&').filter_map(|parameter| parameter.split_once('=')) {
            read.take(name, value)?;
        }
        let label = decoded(label)?;
        let (prefix, account) = match label.split_once(':') {
            // Spaces may stand before the account.
            Some((issuer, account)) => (Some(issuer), account.trim_start_matches(' ')),
            None => (None, label.as_str()),
        };
        let issuer = read.issuer.as_ref().map(|issuer| issuer.as_str());
        if prefix.is_some() && issuer.is_some() && prefix != issuer {
            return Err(InvalidOtpAuth::Issuers);
        }
        let secret = read.secret.as_ref().ok_or(InvalidOtpAuth::Totp(InvalidTotp::Secret))?;
        let secret = TotpSecret::parse(&secret.as_str().into())?;
        let form = Form::new(
            read.algorithm.unwrap_or(Algorithm::Sha1),
            read.digits.unwrap_or_else(|| Form::default().digits()),
            read.period.unwrap_or_else(|| Form::default().period()),
        )?;
        Self::named(issuer.or(prefix), account, Totp::new(secret, form))
    }
}

#[derive(Default)]
struct Parameters {
    secret: Option<Zeroizing<String>>,
    issuer: Option<Zeroizing<String>>,
    algorithm: Option<Algorithm>,
    digits: Option<u8>,
    period: Option<u16>,
}

impl Parameters {
    fn take(&mut self, name: &str, value: &str) -> Result<(), InvalidOtpAuth> {
        match name {
            "secret" => once(&mut self.secret, decoded(value)?),
            "issuer" => once(&mut self.issuer, decoded(value)?),
            "algorithm" => {
                let word = decoded(value)?;
                // `SHA1`, as the format says, and `SHA-1`, as some write it.
                let word = word.as_str().replacen('-', "", 1);
                once(&mut self.algorithm, word.parse().map_err(|_| InvalidOtpAuth::Algorithm)?)
            }
            "digits" => once(&mut self.digits, number(value).ok_or(InvalidTotp::Digits)?),
            "period" => once(&mut self.period, number(value).ok_or(InvalidTotp::Period)?),
            _ => Ok(()),
        }
    }
}

/// Of two values one would be believed by an app and the other here.
fn once<T>(slot: &mut Option<T>, value: T) -> Result<(), InvalidOtpAuth> {
    if slot.replace(value).is_some() { Err(InvalidOtpAuth::Twice) } else { Ok(()) }
}

/// Digits alone; Rust's own reading would take a sign as well.
fn number<T: std::str::FromStr>(text: &str) -> Option<T> {
    if text.bytes().all(|byte| byte.is_ascii_digit()) { text.parse().ok() } else { None }
}

fn decoded(text: &str) -> Result<Zeroizing<String>, InvalidOtpAuth> {
    let text = percent_decode_str(text).decode_utf8().map_err(|_| InvalidOtpAuth::Name)?;
    Ok(Zeroizing::new(text.into_owned()))
}

/// What is no `otpauth` URI of a time-based code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidOtpAuth {
    /// It begins otherwise.
    #[error("an otpauth URI begins with `otpauth://`")]
    Scheme,
    /// It is of codes that are counted (`hotp`), or of something else.
    #[error("only time-based codes are taken: `otpauth://totp/`")]
    Kind,
    /// The issuer or the account.
    #[error("issuer and account are names without colons and control characters, and the account is needed")]
    Name,
    /// Two issuers.
    #[error("the label names another issuer than the parameter `issuer`")]
    Issuers,
    /// A parameter.
    #[error("a parameter is there twice")]
    Twice,
    /// The hash.
    #[error("the algorithm is none of SHA1, SHA256 and SHA512")]
    Algorithm,
    /// The secret or the form of the codes.
    #[error(transparent)]
    Totp(#[from] InvalidTotp),
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const LETTERS: &str = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"; // the RFCs' 1234567890…

    fn totp(algorithm: Algorithm, digits: u8, period: u16) -> Totp {
        let secret = TotpSecret::parse(&LETTERS.into()).unwrap();
        Totp::new(secret, Form::new(algorithm, digits, period).unwrap())
    }

    #[test]
    fn it_is_written_with_all_that_an_app_needs() {
        let made =
            OtpAuth::new("storeward & co", "maria+x@shop.example", totp(Algorithm::Sha256, 8, 60)).unwrap();
        assert_eq!(
            made.uri().expose(),
            format!(
                "otpauth://totp/storeward%20%26%20co:maria%2Bx%40shop.example?secret={LETTERS}\
                 &issuer=storeward%20%26%20co&algorithm=SHA256&digits=8&period=60"
            )
        );
        assert!(!format!("{made:?}").contains("GEZD"));
        for (issuer, account) in
            [("", "a"), ("i", ""), ("i", " "), ("i:j", "a"), ("i", "a:b"), ("i", "a\nb"), (" i", "a")]
        {
            let made = OtpAuth::new(issuer, account, totp(Algorithm::Sha1, 6, 30));
            assert_eq!(made, Err(InvalidOtpAuth::Name), "{issuer:?} {account:?}");
        }
    }

    #[test]
    fn others_write_it_in_other_ways() {
        for (rest, issuer, account, form) in [
            ("maria?secret=S", None, "maria", Form::default()),
            ("Shop:maria?secret=S", Some("Shop"), "maria", Form::default()),
            ("Shop%3A%20maria?secret=S&issuer=Shop", Some("Shop"), "maria", Form::default()),
            ("maria?issuer=Shop&secret=S&image=x&lock", Some("Shop"), "maria", Form::default()),
            ("a+b?secret=S", None, "a+b", Form::default()),
            (
                "a?secret=S&algorithm=sha-512&digits=7",
                None,
                "a",
                Form::new(Algorithm::Sha512, 7, 30).unwrap(),
            ),
            ("a?secret=S&period=15&algorithm=SHA1", None, "a", Form::new(Algorithm::Sha1, 6, 15).unwrap()),
        ] {
            let uri = format!("OTPAUTH://TOTP/{rest}").replacen("secret=S", &format!("secret={LETTERS}"), 1);
            let read = OtpAuth::parse(&uri.as_str().into()).unwrap_or_else(|error| panic!("{uri}: {error}"));
            assert_eq!((read.issuer(), read.account(), read.totp().form()), (issuer, account, form), "{uri}");
            assert_eq!(read.totp().secret().base32().expose(), LETTERS);
        }
    }

    #[test]
    fn what_is_none_is_refused_and_not_quoted() {
        for (uri, expected) in [
            ("", InvalidOtpAuth::Scheme),
            ("https://totp/a?secret=S", InvalidOtpAuth::Scheme),
            ("otpauth://hotp/a?secret=S&counter=1", InvalidOtpAuth::Kind),
            ("otpauth://totp?secret=S", InvalidOtpAuth::Kind),
            ("otpauth://totp/a", InvalidOtpAuth::Totp(InvalidTotp::Secret)),
            ("otpauth://totp/a?issuer=b", InvalidOtpAuth::Totp(InvalidTotp::Secret)),
            ("otpauth://totp/a?secret=EXAMPLE", InvalidOtpAuth::Totp(InvalidTotp::Secret)),
            ("otpauth://totp/?secret=S", InvalidOtpAuth::Name),
            ("otpauth://totp/a:?secret=S", InvalidOtpAuth::Name),
            ("otpauth://totp/:a?secret=S", InvalidOtpAuth::Name),
            ("otpauth://totp/a%ff?secret=S", InvalidOtpAuth::Name),
            ("otpauth://totp/a:b:c?secret=S", InvalidOtpAuth::Name),
            ("otpauth://totp/a?secret=S&issuer=", InvalidOtpAuth::Name),
            ("otpauth://totp/b:a?secret=S&issuer=c", InvalidOtpAuth::Issuers),
            ("otpauth://totp/a?secret=S&secret=S", InvalidOtpAuth::Twice),
            ("otpauth://totp/a?secret=S&digits=6&digits=8", InvalidOtpAuth::Twice),
            ("otpauth://totp/a?secret=S&algorithm=MD5", InvalidOtpAuth::Algorithm),
            ("otpauth://totp/a?secret=S&digits=5", InvalidOtpAuth::Totp(InvalidTotp::Digits)),
            ("otpauth://totp/a?digits=%2b6&secret=S", InvalidOtpAuth::Totp(InvalidTotp::Digits)),
            ("otpauth://totp/a?digits=+6&secret=S", InvalidOtpAuth::Totp(InvalidTotp::Digits)),
            ("otpauth://totp/a?secret=S&period=0", InvalidOtpAuth::Totp(InvalidTotp::Period)),
            ("otpauth://totp/a?secret=S&period=99999", InvalidOtpAuth::Totp(InvalidTotp::Period)),
        ] {
            let text = uri.replace("secret=S", &format!("secret={LETTERS}"));
            let error = OtpAuth::parse(&text.into()).expect_err(uri);
            assert_eq!(error, expected, "{uri}");
            assert!(!error.to_string().contains("EXAMPLE"), "{error}");
        }
    }

    proptest! {
        #[test]
        fn it_reads_back(
            issuer in "[^:\\pC]{1,20}", account in "[^:\\pC]{1,20}", secret in proptest::collection::vec(any::<u8>(), 16..=128),
            algorithm in proptest::sample::select(Algorithm::ALL), digits in 6..=8_u8, period in 1..=3600_u16,
        ) {
            let form = Form::new(algorithm, digits, period).unwrap();
            let totp = Totp::new(TotpSecret::new(&secret).unwrap(), form);
            if let Ok(made) = OtpAuth::new(&issuer, &account, totp) {
                prop_assert_eq!(OtpAuth::parse(&made.uri()), Ok(made));
            } else {
                prop_assert!(issuer.trim() != issuer || account.trim() != account);
            }
        }

        #[test]
        fn no_text_panics(text in "(otpauth://totp/)?.*") {
            let _ = OtpAuth::parse(&text.into());
        }
    }
}
