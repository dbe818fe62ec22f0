use super::*;

fn found(text: &str) -> Vec<&str> {
    let mut hits = Vec::new();
    find(text, &mut hits);
    hits.iter().map(|hit| text.get(hit.range.clone()).unwrap()).collect()
}

#[test]
fn addresses_are_found_where_they_are() {
    for address in [
        "anna@example.com",
        "a@b.de",
        "anna.schmidt+shop@mail.example.co.uk",
        "o'brien@example.ie",
        "_anna-b_@example.com",
        "4711@163.com",
        "100%anna@example.com",
        "Anna@EXAMPLE.COM",
        "anna@1und1.de",
        "anna@a-b.example",
        "anna@xn--mller-kva.example",
        "anna@beispiel.xn--p1ai",
        "änna@müller.example",
        "анна@почта.рф",
        "用户@例子.公司",
        "संपर्क@उदाहरण.परीक्षा",
    ] {
        for (before, after) in [
            ("", ""),
            ("mail ", " now"),
            ("Anna <", ">"),
            ("mailto:", "?subject=x"),
            ("?email=", "&x=1"),
            ("\"", "\","),
            ("'", "'"),
            ("- ", "."),
            ("...", "..."),
            ("x@y/", "/x"),
            ("https://example.com/", "/"),
            ("https://example.com?x=", ""),
            ("https://example.com,", ",x"),
            ("['https://example.com','", "']"),
            ("{{", "}}"),
            ("", "-"),
            ("", "_x"),
            ("", ":"),
        ] {
            assert_eq!(found(&format!("{before}{address}{after}")), [address], "{before}#{after}");
        }
    }
    for (text, expected) in [
        ("a@x.de,b@y.de;c@z.de", &["a@x.de", "b@y.de", "c@z.de"][..]),
        ("a@x.de@y.de", &["a@x.de"]),
        ("a@b@x.de", &["b@x.de"]),
        ("anna@x.de.", &["anna@x.de"]),
        ("anna@x.de..", &["anna@x.de"]),
        ("anna@x.de.2", &["anna@x.de"]),
        ("anna@x.de-old", &["anna@x.de"]),
        ("anna@x.de谢谢", &["anna@x.de"]),
        ("anna@x.de.png", &["anna@x.de"]),
        ("git@example.com: x", &["git@example.com"]),
        ("https://user:pw@host.com/ anna@x.de", &["anna@x.de"]),
    ] {
        assert_eq!(found(text), expected, "{text}");
    }
}

#[test]
fn other_uses_of_the_sign_are_none() {
    let label = format!("a@{}.de", "x".repeat(64));
    for text in [
        "@",
        "@@@@",
        "@x.de",
        "x@",
        "x@y",
        "x@.de",
        "x@y.",
        "x@y.d",
        "x@y.d3",
        "x@y.3",
        "x@-y.de",
        "x@y-.de",
        ".@x.de",
        "x.@y.de",
        "-@x.de",
        "x @y.de",
        "x@ y.de",
        "@media",
        "@types/node",
        "@app.route",
        "user@host",
        "pkg@1.2.3",
        "pkg@^1.2.3",
        "pkg@v1.2.3-rc.el",
        "react@18.2.0-beta.rc",
        "checkout@v4",
        "logo@2x.png",
        "logo@1.5x.webp",
        "logo@2x.min.js",
        "hero@large.png",
        "image@sha256:0123",
        "git@github.com:org/repo.git",
        "https://user:pw@host.com/",
        "https://user@host.com",
        "https://user:[REDACTED]:pw@host.com",
        "postgres://a:b@db.example.com:5432/x",
        "https://user:p@ss@host.com/",
        "*****@*****.com",
        "admin@*****.com",
        "{{name}}@x",
        "noreply@${domain}",
        &label,
    ] {
        assert_eq!(found(text), [""; 0], "{text}");
    }
}

#[test]
fn an_address_ends_with_its_longest_form() {
    let local = "a".repeat(100);
    let label = "x".repeat(63);
    let address = format!("{local}@{label}.{label}.{label}.de");
    assert_eq!(found(&address), [address.as_str()]);
}
