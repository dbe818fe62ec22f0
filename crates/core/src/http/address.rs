//! Where secrets may be sent.

use std::net::IpAddr;

use reqwest::Url;

use super::Failure;
use crate::Fault;

/// An address that secrets may be sent to.
#[derive(Debug, Clone)]
pub struct Address(Url);

impl Address {
    /// Takes https addresses, and http ones of this machine. `whose` it is stands in errors.
    ///
    /// # Errors
    ///
    /// [`Fault::Invalid`] for any other, and for one with a user name, a password, a query or a fragment. The error does not
    /// quote it.
    pub fn new(whose: &str, text: &str) -> Result<Self, Failure> {
        Self::checked(whose, text, |_| false)
    }

    /// Takes the same, and http addresses of this link (169.254.0.0/16, fe80::/10), which no router passes on: at such a one
    /// the host of a virtual machine tells it who it is.
    ///
    /// # Errors
    ///
    /// As of [`new`](Self::new).
    pub fn of_this_link(whose: &str, text: &str) -> Result<Self, Failure> {
        Self::checked(whose, text, |address| match address {
            IpAddr::V4(v4) => v4.is_link_local(),
            IpAddr::V6(v6) => v6.is_unicast_link_local(),
        })
    }

    fn checked(whose: &str, text: &str, is_near: fn(IpAddr) -> bool) -> Result<Self, Failure> {
        let wrong = |why: &str| Failure::new(Fault::Invalid, format!("the address for {whose} {why}"));
        let url = Url::parse(text).map_err(|error| wrong(&format!("is none: {error}")))?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err(wrong("holds a user name or a password"));
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err(wrong("holds more than a path"));
        }
        let takes = |address: IpAddr| address.is_loopback() || is_near(address);
        let in_clear = |host: &str| {
            let address = host.trim_start_matches('[').trim_end_matches(']');
            host == "localhost" || address.parse().is_ok_and(takes)
        };
        match url.scheme() {
            "https" => Ok(Self(url)),
            "http" if url.host_str().is_some_and(in_clear) => Ok(Self(url)),
            _ => Err(wrong("is not https, so that a secret sent there could be read on its way")),
        }
    }

    /// The address itself.
    #[must_use]
    pub const fn url(&self) -> &Url {
        &self.0
    }

    /// Host and port, where it is not the usual one.
    #[must_use]
    pub fn host(&self) -> String {
        let host = self.0.host_str().unwrap_or_default();
        self.0.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
    }

    /// The address of a path below it. What a path cannot hold is escaped, and no part leads up.
    #[must_use]
    pub fn below(&self, path: &str) -> Url {
        self.below_parts(path.split('/'))
    }

    /// The address of a path below it, by its parts, in which a slash is escaped as well.
    #[must_use]
    pub fn below_parts<'a>(&self, parts: impl IntoIterator<Item = &'a str>) -> Url {
        let mut url = self.0.clone();
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().extend(parts);
        }
        url
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_go_over_tls_or_to_this_machine() {
        for good in [
            "https://api.github.com",
            "https://ghe.example:8443/api/v3/",
            "http://127.0.0.1:8000/graphql/",
            "http://[::1]:1/",
            "http://localhost:8000/graphql/",
        ] {
            assert!(Address::new("it", good).is_ok(), "{good}");
            assert!(Address::of_this_link("it", good).is_ok(), "{good}");
        }
        for bad in [
            "http://api.github.com",
            "http://127.0.0.1.example.com/",
            "http://169.254.169.254.example.com/",
            "http://localhost.example.com/",
            "http://10.0.0.1/",
            "http://[fd00::1]/",
            "ftp://127.0.0.1/",
            "file:///etc/passwd",
            "https://user@shop.example/",
            "https://user:EXAMPLE-password@shop.example/",
            "https://shop.example/?token=EXAMPLE",
            "https://shop.example/#EXAMPLE",
            "shop.example",
            "",
        ] {
            for made in [Address::new("it", bad), Address::of_this_link("it", bad)] {
                let failure = made.expect_err(bad);
                assert_eq!(failure.fault, Fault::Invalid);
                assert!(!failure.message.contains("EXAMPLE"), "{failure:?}");
            }
        }
    }

    #[test]
    fn this_link_is_asked_for() {
        for near in ["http://169.254.169.254", "http://169.254.130.2:8081/msi/token", "http://[fe80::1]/"] {
            assert!(Address::new("it", near).is_err(), "{near}");
            assert!(Address::of_this_link("it", near).is_ok(), "{near}");
        }
    }

    #[test]
    fn a_path_goes_below_its_address() {
        for (base, path, expected) in [
            ("https://api.github.com", "user", "https://api.github.com/user"),
            ("https://ghe.example/api/v3", "user", "https://ghe.example/api/v3/user"),
            ("https://ghe.example/api/v3/", "user", "https://ghe.example/api/v3/user"),
            ("https://vault.example/x/", "v1/a b/c?d", "https://vault.example/x/v1/a%20b/c%3Fd"),
            ("https://vault.example/x", "../y/%2e%2e/z", "https://vault.example/x/y/%252e%252e/z"),
        ] {
            assert_eq!(Address::new("it", base).unwrap().below(path).as_str(), expected);
        }
        let parts = Address::new("it", "https://vault.example/x").unwrap().below_parts(["a/b", "..", "c"]);
        assert_eq!(parts.as_str(), "https://vault.example/x/a%2Fb/c");
    }

    #[test]
    fn a_host_is_named_with_its_port() {
        let host = |text| Address::new("it", text).unwrap().host();
        assert_eq!(host("https://vault.example/x"), "vault.example");
        assert_eq!(host("https://vault.example:8200"), "vault.example:8200");
    }
}
