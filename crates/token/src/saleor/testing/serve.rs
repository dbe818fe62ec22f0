//! HTTP, as much as a store speaks of it: one question a connection.

use std::{
    io::{self, Read, Write},
    net::TcpStream,
    time::Duration,
};

use serde_json::Value;

use super::{Moment, Seen, Shared, Trouble, answer, lock};

/// Bytes of a question that are read: Saleor takes 2.7 MB.
const LONGEST: usize = 2_700_000;

const PAGE: &str =
    "<!doctype html>\n<html lang=\"en\"><head><title>Not Found</title></head><body></body></html>\n";

pub(super) fn serve(mut connection: TcpStream, shared: &Shared) -> io::Result<()> {
    let (head, body) = read(&mut connection)?;
    let token = bearer(&head);
    let question: Option<Value> = serde_json::from_slice(&body).ok();
    let operation = question.as_ref().and_then(|question| question.get("operationName")?.as_str());
    let number = {
        let mut seen = lock(&shared.seen);
        seen.push(Seen { operation: operation.unwrap_or_default().to_owned(), bearer: token.is_some() });
        seen.len().saturating_sub(1)
    };
    shared.tell(number, Moment::Before);
    let trouble = lock(&shared.trouble).pop_front().unwrap_or_else(|| lock(&shared.always).clone());
    if matches!(trouble, None | Some(Trouble::Lost)) {
        let right = head.starts_with("POST /graphql/ ");
        let answer = right.then(|| {
            answer::answer(&mut lock(&shared.state), token.as_deref(), operation, question.as_ref())
        });
        shared.tell(number, Moment::After);
        return match (trouble, answer) {
            (Some(_), _) => Ok(()),
            (None, Some((status, body))) => {
                whole(&mut connection, status, "application/json", &body.to_string())
            }
            (None, None) => whole(&mut connection, 404, "text/html; charset=utf-8", PAGE),
        };
    }
    trouble.map_or(Ok(()), |trouble| make(&mut connection, trouble))
}

fn make(connection: &mut TcpStream, trouble: Trouble) -> io::Result<()> {
    let json = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close\r\n";
    match trouble {
        Trouble::Html => whole(connection, 200, "text/html; charset=utf-8", PAGE),
        Trouble::Status(status) => whole(connection, status, "text/html", PAGE),
        Trouble::Limited(after) => {
            let after = after.map(|after| format!("retry-after: {after}\r\n")).unwrap_or_default();
            write!(connection, "HTTP/1.1 429 Said\r\n{after}connection: close\r\ncontent-length: 0\r\n\r\n")
        }
        Trouble::Json(status, body) => whole(connection, status, "application/json", &body.to_string()),
        Trouble::Garbage => {
            whole(connection, 200, "application/json", "{\"data\": {\"app\": {\"id\": EXAMPLE")
        }
        Trouble::Cut => write!(connection, "{json}content-length: 1000\r\n\r\n{{\"data\": {{\"app\""),
        Trouble::Endless => {
            write!(connection, "{json}\r\n")?;
            let spaces = [b' '; 1 << 16];
            loop {
                // Until the other side has had enough.
                connection.write_all(&spaces)?;
            }
        }
        Trouble::Loris => {
            write!(connection, "{json}content-length: 100000000\r\n\r\n")?;
            connection.set_read_timeout(Some(Duration::from_millis(5)))?;
            loop {
                connection.write_all(b" ")?;
                // It is the other side that ends this.
                if matches!(connection.read(&mut [0]), Ok(0)) {
                    return Ok(());
                }
            }
        }
        Trouble::Redirect(address) => write!(
            connection,
            "HTTP/1.1 307 Said\r\nlocation: {address}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"
        ),
        Trouble::HangUp | Trouble::Lost => Ok(()),
    }
}

fn whole(connection: &mut TcpStream, status: u16, kind: &str, body: &str) -> io::Result<()> {
    let length = body.len();
    write!(
        connection,
        "HTTP/1.1 {status} Said\r\ncontent-type: {kind}\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n{body}"
    )
}

/// The head of a request, and its body.
fn read(connection: &mut TcpStream) -> io::Result<(String, Vec<u8>)> {
    const END: &[u8] = b"\r\n\r\n";
    let mut bytes = Vec::new();
    let mut more = [0; 4096];
    loop {
        let end = bytes.windows(END.len()).position(|window| window == END);
        if let Some((head, rest)) = end.and_then(|end| bytes.split_at_checked(end)) {
            let head = String::from_utf8_lossy(head).into_owned();
            let body = rest.get(END.len()..).unwrap_or_default();
            let length = header(&head, "content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
            if body.len() >= length {
                return Ok((head, body.to_vec()));
            }
        }
        let read = connection.read(&mut more)?;
        if read == 0 || bytes.len() > LONGEST {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        bytes.extend(more.iter().take(read));
    }
}

fn header<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    head.lines().find_map(|line| {
        let (key, value) = line.split_once(':')?;
        key.eq_ignore_ascii_case(name).then(|| value.trim())
    })
}

/// The token in a head. Saleor takes `JWT` for `Bearer` too; without either it is nobody's.
fn bearer(head: &str) -> Option<String> {
    let (scheme, token) = header(head, "authorization")?.split_once(' ')?;
    let known = scheme.eq_ignore_ascii_case("bearer") || scheme.eq_ignore_ascii_case("jwt");
    known.then(|| token.to_owned())
}
