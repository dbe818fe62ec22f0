//! Our part of the schema is a part of Saleor's.

use std::collections::BTreeMap;

const OURS: &str = include_str!("../../schema/saleor.graphql");

/// Compares with the published schema where a copy lies beside the checkout.
#[test]
fn our_part_is_a_part_of_the_published_schema() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/saleor/schema-3.23.graphql");
    let Ok(published) = std::fs::read_to_string(path) else {
        eprintln!("skipped: no copy of Saleor's schema beside the checkout");
        return;
    };
    let (ours, published) = (read(OURS), read(&published));
    assert!(published.len() > 5000 && ours.len() > 80, "both are read whole");
    assert_eq!(differences(&ours, &published), Vec::<String>::new());
}

#[test]
fn differences_are_seen() {
    let published = r#"
        "A description with { in it"
        type Query @doc(category: "Apps") { """Of { more""" app(id: ID, "x" of: Int! = 1): App apps: [App!]! }
        type App implements Node & Other { id: ID! }
        input New { name: String app: ID! size: Int! = 3 }
        enum Code { A B @deprecated(reason: "it { is old") }
    "#;
    let ours =
        "type Query { app(id: ID): App apps: [App!]! } input New { app: ID! } enum Code { B } # { more";
    assert_eq!(differences(&read(ours), &read(published)), Vec::<String>::new());
    for (ours, difference) in [
        ("type Gone { id: ID! }", "Gone"),
        ("type App { name: String }", "App.name"),
        ("type Query { app(id: ID!): App }", "Query.app(id)"),
        ("type Query { app(name: ID): App }", "Query.app(name)"),
        ("type Query { apps: [App!] }", "Query.apps"),
        ("interface App { id: ID! }", "App"),
        ("enum Code { C }", "Code.C"),
        ("input New { name: String }", "New.app is required"),
    ] {
        let found = differences(&read(ours), &read(published));
        assert!(found.iter().any(|found| found == difference), "{ours}: {found:?}");
    }
    let stricter = "type Query { app(id: ID, of: Int!): App }";
    assert_eq!(differences(&read("type Query { app: App }"), &read(stricter)), ["Query.app(of) is required"]);
}

/// What a schema holds, by path: `App` is a `type`, `Query.app(id)` an `ID`. A value that has a default ends with `=`.
type Schema = BTreeMap<String, String>;

fn differences(ours: &Schema, published: &Schema) -> Vec<String> {
    // Introspection belongs to GraphQL itself, and stands in no schema.
    let builtin = |path: &str| path.starts_with("__") || path.contains(".__");
    let bare = |kind: &String| kind.trim_end_matches('=').to_owned();
    let other = |(path, kind): &(&String, &String)| {
        !builtin(path) && published.get(*path).map(bare) != Some(bare(kind))
    };
    let mut found: Vec<String> = ours.iter().filter(other).map(|(path, _)| path.clone()).collect();
    for (path, _) in published.iter().filter(|(path, kind)| kind.ends_with('!') && !ours.contains_key(*path))
    {
        let within = path.split_once('(').map(|(field, _)| field).or_else(|| {
            let (name, _) = path.split_once('.')?;
            (published.get(name).map(String::as_str) == Some("input")).then_some(name)
        });
        if within.is_some_and(|within| ours.contains_key(within)) {
            found.push(format!("{path} is required"));
        }
    }
    found
}

fn read(text: &str) -> Schema {
    let mut words = words(text).into_iter().peekable();
    let mut schema = Schema::new();
    while let Some(word) = words.next() {
        if !["type", "input", "enum", "interface"].contains(&word.as_str()) {
            continue;
        }
        let Some(name) = words.next() else { break };
        schema.insert(name.clone(), word.clone());
        // What it implements.
        while words.next_if(|next| next != "{").is_some() {}
        words.next();
        while let Some(field) = words.next_if(|next| next != "}") {
            let path = format!("{name}.{field}");
            if word == "enum" {
                schema.insert(path, String::new());
                continue;
            }
            if words.next_if_eq("(").is_some() {
                while let Some(argument) = words.next_if(|next| next != ")") {
                    let kind = kind(&mut words);
                    schema.insert(format!("{path}({argument})"), kind);
                }
                words.next();
            }
            let kind = kind(&mut words);
            schema.insert(path, kind);
        }
        words.next();
    }
    schema
}

/// `: [App!]!`, and perhaps `= 1`.
fn kind(words: &mut std::iter::Peekable<std::vec::IntoIter<String>>) -> String {
    assert_eq!(words.next().as_deref(), Some(":"));
    let mut kind = String::new();
    while words.peek().is_some_and(|next| next == "[") {
        kind.extend(words.next());
    }
    kind.extend(words.next());
    while words.peek().is_some_and(|next| ["!", "]"].contains(&next.as_str())) {
        kind.extend(words.next());
    }
    if words.next_if_eq("=").is_some() {
        kind.push('=');
        // Lists and objects are empty where they are defaults.
        if words.next().is_some_and(|value| ["[", "{"].contains(&value.as_str())) {
            words.next();
        }
    }
    kind
}

/// Names, values and marks, without descriptions, comments and directives.
fn words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut rest = text;
    let mut depth = None; // within the arguments of a directive
    while let Some(first) = rest.chars().next() {
        let name = |c: char| c.is_alphanumeric() || c == '_' || c == '-' || c == '.';
        let length = match first {
            '#' => rest.find('\n').unwrap_or(rest.len()),
            '"' => {
                let mark = if rest.starts_with("\"\"\"") { "\"\"\"" } else { "\"" };
                let text = rest.strip_prefix(mark).unwrap();
                text.find(mark).unwrap() + 2 * mark.len()
            }
            '@' => rest.find(|c| c != '@' && !name(c)).unwrap_or(rest.len()),
            first if name(first) => rest.find(|c| !name(c)).unwrap_or(rest.len()),
            first => first.len_utf8(),
        };
        let (word, after) = rest.split_at(length);
        rest = after;
        match (word, depth) {
            ("(", Some(open)) => depth = Some(open + 1),
            (")", Some(1)) => depth = None,
            (")", Some(open)) => depth = Some(open - 1),
            (_, Some(_)) => {}
            (_, None) if word.starts_with('@') => depth = after.starts_with('(').then_some(0),
            _ if word.trim().is_empty() || word == "," || word.starts_with(['"', '#']) => {}
            _ => words.push(word.to_owned()),
        }
    }
    words
}
