//! What is read from standard input, before anything else sees it.
//!
//! A client may send what is no message; tower-lsp-server takes the first one for the end of its
//! input. So only whole messages go further, and in place of what is none a request that is
//! answered with the error that the client is owed. Reading happens on a thread that does nothing
//! else: it hears of `exit`, and of the end, however much there is to do.

use std::io::{self, BufRead, BufReader, Read};
use std::pin::Pin;
use std::sync::mpsc::Sender;
use std::task::{Context, Poll, ready};
use std::thread;

use serde::Deserialize;
use serde::de::IgnoredAny;
use tokio::io::{AsyncRead, ReadBuf};
use tokio::sync::mpsc;
use tower_lsp_server::LspServiceBuilder;
use tower_lsp_server::jsonrpc::{Error, Result};

use crate::backend::Backend;

/// The largest message that is read, in bytes.
const LIMIT: usize = 256 << 20;

/// Methods that stand for input which is no JSON, and which is JSON but no message.
const NO_JSON: &str = "crosstrail/noJson";
const NO_MESSAGE: &str = "crosstrail/noMessage";

/// The messages of a client, framed.
#[derive(Debug)]
pub(super) struct Input {
    frames: mpsc::UnboundedReceiver<Vec<u8>>,
    frame: Vec<u8>,
    read: usize,
}

/// What is left of a message when only its kind matters.
#[derive(Deserialize)]
struct Envelope {
    jsonrpc: Option<String>,
    method: Option<String>,
    id: Option<Id>,
    #[serde(default, rename = "params")]
    _params: Option<Params>,
    result: Option<IgnoredAny>,
    error: Option<IgnoredAny>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Id {
    Number(#[expect(dead_code, reason = "only whether it is one matters")] i64),
    Text(#[expect(dead_code, reason = "only whether it is one matters")] String),
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Params {
    Named(
        #[expect(dead_code, reason = "only whether it is one matters")] std::collections::BTreeMap<String, IgnoredAny>,
    ),
    Listed(#[expect(dead_code, reason = "only whether it is one matters")] Vec<IgnoredAny>),
}

/// What was read.
enum Frame {
    Message { body: Vec<u8>, is_exit: bool },
    Broken(&'static str),
}

/// Begins to read standard input. `ending` is told when there is no more to come.
///
/// # Errors
/// When there can be no thread.
pub(super) fn open(ending: Sender<()>) -> io::Result<Input> {
    let (sender, frames) = mpsc::unbounded_channel();
    thread::Builder::new().name("input".to_owned()).spawn(move || {
        let mut input = BufReader::new(io::stdin().lock());
        pass(&mut input, &sender);
        let _ended = ending.send(());
    })?;
    Ok(Input { frames, frame: Vec::new(), read: 0 })
}

/// Has `service` answer what was no message.
pub(super) fn answers(service: LspServiceBuilder<Backend>) -> LspServiceBuilder<Backend> {
    service.custom_method(NO_JSON, no_json).custom_method(NO_MESSAGE, no_message)
}

async fn no_json(_: &Backend) -> Result<()> {
    Err(Error::parse_error())
}

async fn no_message(_: &Backend) -> Result<()> {
    Err(Error::invalid_request())
}

/// Passes messages on until there are no more.
fn pass(input: &mut impl BufRead, sender: &mpsc::UnboundedSender<Vec<u8>>) {
    while let Ok(Some(frame)) = next(input) {
        let (body, is_exit) = match frame {
            Frame::Message { body, is_exit } => (body, is_exit),
            Frame::Broken(method) => {
                (format!(r#"{{"jsonrpc":"2.0","id":null,"method":"{method}"}}"#).into_bytes(), false)
            }
        };
        let mut frame = format!("Content-Length: {}\r\n\r\n", body.len()).into_bytes();
        frame.extend(body);
        if sender.send(frame).is_err() || is_exit {
            return;
        }
    }
}

/// The next message; `None` at the end.
fn next(input: &mut impl BufRead) -> io::Result<Option<Frame>> {
    let Some((length, is_clean)) = header(input)? else { return Ok(None) };
    let Some(length) = length.filter(|length| *length <= LIMIT) else { return Ok(Some(Frame::Broken(NO_JSON))) };
    let mut body = Vec::new();
    if input.take(length as u64).read_to_end(&mut body)? < length {
        return Ok(None);
    }
    Ok(Some(if is_clean { judge(body) } else { Frame::Broken(NO_JSON) }))
}

/// The length that a header gives, and whether nothing but headers stood before it. `None` at the end.
fn header(input: &mut impl BufRead) -> io::Result<Option<(Option<usize>, bool)>> {
    let (mut length, mut is_clean, mut has_lines) = (None, true, false);
    loop {
        let mut line = Vec::new();
        if input.read_until(b'\n', &mut line)? == 0 {
            return Ok(None);
        }
        let line = String::from_utf8_lossy(&line);
        let line = line.trim_end();
        if line.is_empty() && (length.is_some() || has_lines) {
            return Ok(Some((length, is_clean)));
        }
        has_lines |= !line.is_empty();
        match line.split_once(':') {
            Some((name, value)) if name.eq_ignore_ascii_case("content-length") => length = value.trim().parse().ok(),
            Some((name, _)) if name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-') => {}
            _ => is_clean &= line.is_empty(),
        }
    }
}

fn judge(body: Vec<u8>) -> Frame {
    if serde_json::from_slice::<IgnoredAny>(&body).is_err() {
        return Frame::Broken(NO_JSON);
    }
    match serde_json::from_slice::<Envelope>(&body) {
        Ok(envelope) if envelope.is_message() => {
            let is_exit = envelope.method.as_deref() == Some("exit");
            Frame::Message { body, is_exit }
        }
        _ => Frame::Broken(NO_MESSAGE),
    }
}

impl Envelope {
    /// Whether it is a request, a notification or a response.
    fn is_message(&self) -> bool {
        let is_call = self.method.is_some();
        let is_response = self.result.is_some() || self.error.is_some() || self.id.is_some();
        self.jsonrpc.as_deref() == Some("2.0") && (is_call || is_response) && !(is_call && self.result.is_some())
    }
}

impl AsyncRead for Input {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        if self.read >= self.frame.len() {
            // The end of the channel is the end of the input.
            let Some(frame) = ready!(self.frames.poll_recv(cx)) else { return Poll::Ready(Ok(())) };
            (self.frame, self.read) = (frame, 0);
        }
        let rest = self.frame.get(self.read..).unwrap_or_default();
        let part = rest.get(..buffer.remaining()).unwrap_or(rest);
        buffer.put_slice(part);
        self.read += part.len();
        Poll::Ready(Ok(()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frames(input: &[u8]) -> Vec<String> {
        let mut input = input;
        let mut found = Vec::new();
        while let Some(frame) = next(&mut input).unwrap() {
            found.push(match frame {
                Frame::Message { body, is_exit } => format!("{} {is_exit}", String::from_utf8(body).unwrap()),
                Frame::Broken(method) => method.to_owned(),
            });
        }
        found
    }

    fn framed(body: &str) -> String {
        format!("Content-Length: {}\r\n\r\n{body}", body.len())
    }

    #[test]
    fn messages_pass() {
        let open = r#"{"jsonrpc":"2.0","method":"initialized","params":{}}"#;
        let response = r#"{"jsonrpc":"2.0","id":1,"result":null}"#;
        let exit = r#"{"jsonrpc":"2.0","method":"exit"}"#;
        let input: String = [open, response, exit].map(framed).concat();
        let passed = frames(input.as_bytes());
        assert_eq!(passed, [format!("{open} false"), format!("{response} false"), format!("{exit} true")]);
    }

    #[test]
    fn what_is_no_message_is_told_from_what_is_no_json_and_the_next_one_passes() {
        let good = framed(r#"{"jsonrpc":"2.0","id":1,"method":"a"}"#);
        for (bad, expected) in [
            (framed("{\"jsonrpc\":"), NO_JSON),
            (framed("[]"), NO_MESSAGE),
            (framed("1"), NO_MESSAGE),
            (framed(r#"{"jsonrpc":"2.0"}"#), NO_MESSAGE),
            (framed(r#"{"jsonrpc":"2.0","method":1}"#), NO_MESSAGE),
            (framed(r#"{"jsonrpc":"2.0","method":"a","id":{}}"#), NO_MESSAGE),
            (framed(r#"{"jsonrpc":"2.0","method":"a","params":3}"#), NO_MESSAGE),
            ("Content-Length: many\r\n\r\n".to_owned(), NO_JSON),
            ("Content-Type: a\r\n\r\n".to_owned(), NO_JSON),
        ] {
            let found = frames(format!("{bad}{good}").as_bytes());
            assert_eq!(found.len(), 2, "{bad}");
            assert_eq!(found.first().map(String::as_str), Some(expected), "{bad}");
        }
        assert_eq!(frames(b"Content-Length: 9\r\n\r\n{}"), [""; 0]);
    }
}
