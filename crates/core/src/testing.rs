//! A server for tests of what speaks HTTP: it keeps what it is asked, and answers as it is told to. It has no other use.
//!
//! ```
//! use std::{io::{Read, Write}, net::TcpStream};
//! use storeward_core::testing::{Fake, Reply};
//!
//! let fake = Fake::new(|asked| if asked.starts_with("GET /yes") { Reply::new(200, "{}") } else { Reply::Silence });
//! let mut connection = TcpStream::connect(fake.url().trim_start_matches("http://"))?;
//! connection.write_all(b"GET /yes HTTP/1.1\r\n\r\n")?;
//! let mut answer = String::new();
//! connection.read_to_string(&mut answer)?;
//! assert!(answer.ends_with("{}") && fake.seen().len() == 1);
//! # Ok::<(), std::io::Error>(())
//! ```
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "helpers of tests")]

use std::{
    io::{self, Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    sync::{Arc, Mutex},
    thread,
};

/// What the server answers.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Reply {
    /// A status, and a body that is whole.
    Whole(u16, String),
    /// The bytes as they are, after which the connection is closed.
    Raw(Vec<u8>),
    /// Nothing, until the other side gives up.
    Silence,
}

impl Reply {
    /// A status, and a body that is whole.
    pub fn new(status: u16, body: impl Into<String>) -> Self {
        Self::Whole(status, body.into())
    }
}

/// A server on a free port of this machine. Its thread ends with the process.
#[derive(Debug)]
pub struct Fake {
    address: SocketAddr,
    seen: Arc<Mutex<Vec<String>>>,
}

impl Fake {
    /// Answers each request by its text, head and body.
    ///
    /// # Panics
    ///
    /// When no port can be had.
    pub fn new(answer: impl Fn(&str) -> Reply + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let seen = Arc::new(Mutex::new(Vec::new()));
        let fake = Self { address, seen: Arc::clone(&seen) };
        thread::spawn(move || {
            for connection in listener.incoming().flatten() {
                // A client that went away is no fault of the test.
                let _ = serve(connection, &answer, &seen);
            }
        });
        fake
    }

    /// Gives one answer to everything.
    ///
    /// # Panics
    ///
    /// As of [`new`](Self::new).
    pub fn saying(status: u16, body: impl Into<String>) -> Self {
        let body = body.into();
        Self::new(move |_| Reply::Whole(status, body.clone()))
    }

    /// Where it listens, without a path: `http://127.0.0.1:4711`.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// What it was asked so far, head and body.
    ///
    /// # Panics
    ///
    /// When it panicked itself.
    #[must_use]
    pub fn seen(&self) -> Vec<String> {
        self.seen.lock().unwrap().clone()
    }
}

fn serve(
    mut connection: TcpStream,
    answer: impl Fn(&str) -> Reply,
    seen: &Mutex<Vec<String>>,
) -> io::Result<()> {
    let request = read(&mut connection)?;
    seen.lock().unwrap().push(request.clone());
    match answer(&request) {
        Reply::Whole(status, body) => {
            let length = body.len();
            let head =
                format!("HTTP/1.1 {status} Said\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n");
            connection.write_all((head + &body).as_bytes())
        }
        Reply::Raw(bytes) => connection.write_all(&bytes),
        Reply::Silence => connection.read_to_end(&mut Vec::new()).map(drop),
    }
}

/// A request with a length, or without a body.
fn read(connection: &mut TcpStream) -> io::Result<String> {
    let mut request = Vec::new();
    let mut more = [0; 4096];
    loop {
        let text = String::from_utf8_lossy(&request).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let lines = head.lines().map(str::to_ascii_lowercase);
            let length =
                lines.filter_map(|line| line.strip_prefix("content-length:")?.trim().parse().ok()).next();
            if body.len() >= length.unwrap_or(0) {
                return Ok(text);
            }
        }
        match connection.read(&mut more)? {
            0 => return Err(io::ErrorKind::UnexpectedEof.into()),
            read => request.extend_from_slice(&more[..read]),
        }
    }
}
