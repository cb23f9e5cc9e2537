//! HTTP: the only file that knows hyper and tokio's net.
//!
//! Refuses requests that are not allowed (`refusal`) and passes the others to `answer`, on a thread
//! where rendering delays no other request. Server-sent events notify browsers of new versions.
//! They need no protocol upgrade, and browsers reconnect by themselves. The number of connections
//! is bounded by `connections`.

use std::convert::Infallible;
use std::io::{self, ErrorKind, Read as _};
use std::net::{IpAddr, SocketAddr, TcpListener};
use std::pin::Pin;
use std::str::FromStr as _;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::thread::JoinHandle;
use std::time::Duration;

use bytes::Bytes;
use hyper::body::{Body as _, Frame, Incoming, SizeHint};
use hyper::header::{self, HeaderMap, HeaderName, HeaderValue};
use hyper::http::request::Parts;
use hyper::http::uri::Authority;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode, Version};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::sync::{mpsc, oneshot};

use super::Preview;
use super::answer::{self, Answer, Content};
use super::connections::{Answering, Connections, Place};
use crate::base::Failure;

/// The time for a request's head, for its body, and between two requests of a connection.
const HEAD_TIMEOUT: Duration = Duration::from_secs(10);
/// The greatest number of connections that the system queues before they are accepted; the system
/// may have a lower limit.
#[cfg(unix)]
const BACKLOG: i32 = 4096;
/// The headers of every response, besides those that depend on the answer.
const HEADERS: [(&str, &str); 6] = [
    ("cache-control", "no-store"),
    ("x-content-type-options", "nosniff"),
    // No page of another site can show the preview in a frame, read its files or keep a reference
    // to its window.
    ("content-security-policy", "frame-ancestors 'none'"),
    ("cross-origin-resource-policy", "same-origin"),
    ("cross-origin-opener-policy", "same-origin"),
    // Other sites must not learn the addresses of unpublished texts.
    ("referrer-policy", "same-origin"),
];
/// Interval at which an idle event stream sends a sign of life.
const HEARTBEAT: Duration = Duration::from_secs(15);
/// The largest head of a request, in bytes.
const HEAD: usize = 32 << 10;
/// The largest body of a request, in bytes. No request here has a use for one.
const BODY: u64 = 4 << 10;
/// Header by which a page of the preview requests an editor. A form cannot send it, and a script of
/// another site cannot without a CORS preflight.
const DESK: &str = "tilmash-desk";
/// Number of bytes of a file that are read at once.
const CHUNK: usize = 64 << 10;

/// Handle that ends the answering thread.
#[derive(Debug)]
pub(super) struct Stop(Option<oneshot::Sender<()>>);

impl Stop {
    pub(super) fn stop(&mut self) {
        if let Some(sender) = self.0.take() {
            // Sending fails if the thread has already ended.
            let _ = sender.send(());
        }
    }
}

/// Returns a listener on an address.
pub(super) fn bind(address: SocketAddr) -> io::Result<TcpListener> {
    let listener = TcpListener::bind(address)?;
    // The standard library lets 128 connections queue. The next one would be tried again only after
    // a second.
    #[cfg(unix)]
    rustix::net::listen(&listener, BACKLOG)?;
    Ok(listener)
}

/// Starts the thread that answers requests.
pub(super) fn spawn(listener: TcpListener, preview: Arc<Preview>) -> Result<(JoinHandle<()>, Stop), Failure> {
    let failure = |error: io::Error| Failure::new(format!("cannot start the preview's server: {error}"));
    let runtime = tokio::runtime::Builder::new_current_thread()
        .thread_stack_size(crate::render::STACK)
        .enable_all()
        .build()
        .map_err(failure)?;
    listener.set_nonblocking(true).map_err(failure)?;
    let listener = {
        let _inside = runtime.enter();
        tokio::net::TcpListener::from_std(listener).map_err(failure)?
    };
    let (stop, mut stopped) = oneshot::channel();
    let serving = move || {
        runtime.block_on(async {
            tokio::select! {
                () = accept(listener, preview) => {}
                // Either `stop` was called or its sender was dropped.
                _ = &mut stopped => {}
            }
        });
        runtime.shutdown_timeout(Duration::from_secs(1));
    };
    let thread = std::thread::Builder::new().name("serve".to_owned()).spawn(serving).map_err(failure)?;
    Ok((thread, Stop(Some(stop))))
}

async fn accept(listener: tokio::net::TcpListener, preview: Arc<Preview>) {
    let connections = Arc::new(Connections::default());
    loop {
        let (stream, peer) = match listener.accept().await {
            Ok(accepted) => accepted,
            // The client closed the connection before it was accepted.
            Err(error) if matches!(error.kind(), ErrorKind::ConnectionAborted | ErrorKind::ConnectionReset) => continue,
            Err(_) => {
                // Most likely the process has no file descriptors left. Closing one connection may
                // be enough; it closes when its task runs.
                connections.make_room();
                tokio::time::sleep(Duration::from_millis(5)).await;
                continue;
            }
        };
        // A failure only costs speed: responses are small, and the browser waits for each.
        let _ = stream.set_nodelay(true);
        let place = Arc::new(connections.admit());
        let preview = Arc::clone(&preview);
        tokio::spawn(async move {
            let service = service_fn(|request| respond(request, peer, Arc::clone(&preview), Arc::clone(&place)));
            let mut builder = hyper::server::conn::http1::Builder::new();
            builder.timer(TokioTimer::new()).header_read_timeout(HEAD_TIMEOUT).max_header_size(HEAD).max_buf_size(64 << 10);
            tokio::select! {
                // An error here means that the browser left or that it sent no HTTP. Nobody can be
                // told.
                _ = builder.serve_connection(TokioIo::new(stream), service) => {}
                () = place.closed() => {}
            }
        });
    }
}

async fn respond(
    request: Request<Incoming>,
    peer: SocketAddr,
    preview: Arc<Preview>,
    place: Arc<Place>,
) -> Result<Response<Body>, Infallible> {
    let head = *request.method() == Method::HEAD;
    let (request, body) = request.into_parts();
    // The body is read to its end. Otherwise the client might never receive the answer.
    let refused = match drain(body).await {
        Some(refused) => Some(refused),
        None => refusal(&request, preview.address, peer.ip()),
    };
    let answering = place.answer();
    let answer = match refused {
        Some(refused) => refused,
        None => {
            let target = request.uri.path().to_owned();
            let query = request.uri.query().unwrap_or("").to_owned();
            let is_here = is_here(&request, peer.ip());
            let preview = Arc::clone(&preview);
            let answer = tokio::task::spawn_blocking(move || answer::answer(&preview, &target, &query, is_here)).await;
            // A bug in rendering one page takes down neither the other pages nor the preview.
            answer.unwrap_or_else(|_| {
                Answer::text(500, "this page cannot be shown because of a bug in Tilmash; see the terminal\n")
            })
        }
    };
    Ok(write(answer, head, &preview, answering))
}

/// Reads and discards a request's body. Returns an answer if the body is too large or too slow.
async fn drain(mut body: Incoming) -> Option<Answer> {
    let mut left = BODY;
    let all = async {
        while let Some(frame) = std::future::poll_fn(|context| Pin::new(&mut body).poll_frame(context)).await {
            // A broken body sends no more frames.
            let Ok(frame) = frame else { break };
            left = match left.checked_sub(frame.data_ref().map_or(0, Bytes::len) as u64) {
                Some(left) => left,
                None => return Some(Answer::text(413, "the preview accepts no request with a body\n")),
            };
        }
        None
    };
    tokio::time::timeout(HEAD_TIMEOUT, all)
        .await
        .unwrap_or_else(|_| Some(Answer::text(408, "the request took too long to arrive\n")))
}

/// Returns the answer to a request that is refused; `None` if the request is allowed.
///
/// A page of another site can make a browser send requests here. It must not be able to read the
/// answers: neither from its own origin, nor under its own host name that it points to this
/// machine. It must not be able to open editors either, which needs no reading.
fn refusal(request: &Parts, bound: IpAddr, peer: IpAddr) -> Option<Answer> {
    let opens = answer::is_posted_to(request.uri.path());
    let (is_allowed, allow) = match opens {
        true => (request.method == Method::POST, "POST"),
        false => (matches!(request.method, Method::GET | Method::HEAD), "GET, HEAD"),
    };
    let host = match single(request, header::HOST) {
        Ok(host) if is_valid_host(request, host) => host.unwrap_or(""),
        _ => return Some(Answer::text(400, "the request must have one valid `Host` header\n")),
    };
    if !is_allowed {
        return Some(Answer {
            allow: Some(allow),
            ..Answer::text(405, format!("only the methods {allow} are allowed at this URL\n"))
        });
    }
    let asked = request.uri.authority().map_or(host, |authority| authority.as_str());
    if !is_own_host(host, bound) || !is_own_host(asked, bound) {
        return Some(Answer::text(403, "the preview answers only at the URL that it printed in the terminal\n"));
    }
    if !asked.eq_ignore_ascii_case(host) {
        return Some(Answer::text(400, "the URL and the `Host` header of the request must name the same host\n"));
    }
    let Ok(origin) = single(request, header::ORIGIN) else {
        return Some(Answer::text(400, "the request must have at most one `Origin` header\n"));
    };
    if let Some(origin) = origin {
        let from = origin.strip_prefix("http://").or_else(|| origin.strip_prefix("https://"));
        if !from.is_some_and(|from| from.eq_ignore_ascii_case(host)) {
            return Some(Answer::text(403, "the preview does not answer requests from pages of other sites\n"));
        }
    }
    if is_embedded_elsewhere(request) {
        return Some(Answer::text(403, "the preview does not answer requests from pages of other sites\n"));
    }
    if opens && (origin.is_none() || !request.headers.contains_key(DESK)) {
        return Some(Answer::text(403, "only a page of the preview can open an editor\n"));
    }
    if opens && !is_here(request, peer) {
        return Some(Answer::text(403, "an editor can be opened only in a browser on the machine of the preview\n"));
    }
    None
}

/// Returns the value of a header that may occur once; an error if it occurs more often or is not
/// text.
fn single(request: &Parts, name: HeaderName) -> Result<Option<&str>, ()> {
    let mut values = request.headers.get_all(name).iter();
    match (values.next(), values.next()) {
        (None, _) => Ok(None),
        (Some(value), None) => value.to_str().map(Some).map_err(|_| ()),
        (Some(_), Some(_)) => Err(()),
    }
}

/// Returns true if a request has a valid `Host` or its HTTP version does not need one.
fn is_valid_host(request: &Parts, host: Option<&str>) -> bool {
    // HTTP/1.0 has no `Host`, and an empty one is valid. Both are refused later, since they do not
    // name the preview.
    let is_valid =
        |host: &str| host.is_empty() || !host.contains('@') && Authority::from_str(host).is_ok() && host_name(host).is_some();
    match host {
        Some(host) => is_valid(host),
        None => request.version < Version::HTTP_11,
    }
}

/// Returns true if a browser reports that a page of another site loads the address as a part of
/// itself. Links to the preview are allowed.
fn is_embedded_elsewhere(request: &Parts) -> bool {
    let is = |name: &str, values: &[&str]| request.headers.get(name).is_some_and(|value| values.iter().any(|it| value == it));
    is("sec-fetch-site", &["cross-site", "same-site"]) && !is("sec-fetch-mode", &["navigate"])
}

/// Returns true if a request was made on this machine. It comes from a loopback address, under a
/// name that no other machine has. No proxy passed it on, since a proxy here has a loopback address
/// too.
fn is_here(request: &Parts, peer: IpAddr) -> bool {
    let host = request.headers.get(header::HOST).and_then(|host| host.to_str().ok()).and_then(host_name);
    let is_own_name = |name: &str| match name.parse::<IpAddr>() {
        Ok(ip) => ip.is_loopback(),
        Err(_) => name.eq_ignore_ascii_case("localhost"),
    };
    let passed_on = ["forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-real-ip"];
    peer.to_canonical().is_loopback()
        && host.is_some_and(is_own_name)
        && !passed_on.iter().any(|name| request.headers.contains_key(*name))
}

/// Returns true if a `Host` names this machine in a way that no other site can use.
///
/// Any port is accepted: forwarding often changes it, and it proves nothing.
fn is_own_host(host: &str, bound: IpAddr) -> bool {
    let Some(name) = host_name(host) else { return false };
    match name.parse::<IpAddr>() {
        // A listener on all addresses is reached by any IP address. DNS rebinding needs a name.
        Ok(ip) => ip.is_loopback() || ip == bound || bound.is_unspecified(),
        Err(_) => name.eq_ignore_ascii_case("localhost"),
    }
}

/// Returns the name in a `Host`, without brackets and port.
fn host_name(host: &str) -> Option<&str> {
    let is_port = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    match host.strip_prefix('[') {
        Some(rest) => {
            let (name, port) = rest.split_once(']')?;
            (port.is_empty() || port.strip_prefix(':').is_some_and(is_port)).then_some(name)
        }
        None => match host.split_once(':') {
            None => Some(host),
            Some((name, port)) => is_port(port).then_some(name),
        },
    }
}

fn write(answer: Answer, head: bool, preview: &Arc<Preview>, answering: Answering) -> Response<Body> {
    let status = StatusCode::from_u16(answer.status).expect("answers have statuses of HTTP");
    let mut headers = HeaderMap::new();
    for (name, value) in HEADERS {
        headers.insert(name, HeaderValue::from_static(value));
    }
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_str(&answer.content_type).expect("types are in ASCII"));
    if let Some(methods) = answer.allow {
        headers.insert(header::ALLOW, HeaderValue::from_static(methods));
    }
    if let Some(tag) = answer.tag {
        let tag = format!("\"{tag}\"");
        headers.insert(header::ETAG, HeaderValue::from_str(&tag).expect("a digest is hexadecimal"));
    }
    if let Some(location) = answer.location {
        match HeaderValue::from_str(&location) {
            Ok(location) => headers.insert(header::LOCATION, location),
            Err(_) => return write(Answer::text(404, "the URL of the request is not valid\n"), head, preview, answering),
        };
    }
    let content = match answer.content {
        Content::Bytes(bytes) => Payload::Whole(Some(bytes.into())),
        Content::File(_, length) if head => Payload::Unsent(Some(length)),
        Content::File(file, length) => read(file, length),
        Content::Events if head => Payload::Unsent(None),
        Content::Events => {
            answering.stream();
            events(preview)
        }
    };
    if let Some(length) = content.size().exact() {
        headers.insert(header::CONTENT_LENGTH, HeaderValue::from(length));
    }
    let payload = if head { Payload::Whole(None) } else { content };
    let mut response = Response::new(Body { payload, _answering: answering });
    *response.status_mut() = status;
    *response.headers_mut() = headers;
    response
}

/// The body of a response; until it is dropped, its connection counts as being answered.
#[derive(Debug)]
pub(super) struct Body {
    payload: Payload,
    _answering: Answering,
}

/// The bytes of a body.
#[derive(Debug)]
enum Payload {
    Whole(Option<Bytes>),
    Stream {
        chunks: mpsc::Receiver<io::Result<Bytes>>,
        /// The number of bytes that have not been sent, if it is known.
        left: Option<u64>,
    },
    /// No bytes, only a length for the headers.
    Unsent(Option<u64>),
}

impl Payload {
    fn size(&self) -> SizeHint {
        match self {
            Self::Whole(bytes) => SizeHint::with_exact(bytes.as_ref().map_or(0, Bytes::len) as u64),
            Self::Stream { left: length, .. } | Self::Unsent(length) => {
                length.map_or_else(SizeHint::default, SizeHint::with_exact)
            }
        }
    }
}

impl hyper::body::Body for Body {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        match &mut self.get_mut().payload {
            Payload::Whole(bytes) => {
                Poll::Ready(bytes.take().filter(|bytes| !bytes.is_empty()).map(|bytes| Ok(Frame::data(bytes))))
            }
            Payload::Stream { chunks, left } => chunks.poll_recv(context).map(|chunk| {
                let chunk = chunk?;
                if let (Some(left), Ok(chunk)) = (left, &chunk) {
                    *left = left.saturating_sub(chunk.len() as u64);
                }
                Some(chunk.map(Frame::data))
            }),
            Payload::Unsent(_) => Poll::Ready(None),
        }
    }

    fn is_end_stream(&self) -> bool {
        match &self.payload {
            Payload::Whole(bytes) => bytes.as_ref().is_none_or(Bytes::is_empty),
            Payload::Stream { left, .. } => *left == Some(0),
            Payload::Unsent(_) => true,
        }
    }

    fn size_hint(&self) -> SizeHint {
        self.payload.size()
    }
}

/// Reads a file as the body of a response, a piece at a time.
fn read(file: std::fs::File, length: u64) -> Payload {
    let (sender, chunks) = mpsc::channel(2);
    tokio::task::spawn_blocking(move || {
        // The promised length is the limit, in case the file has grown.
        let mut file = file.take(length);
        loop {
            let mut chunk = Vec::with_capacity(CHUNK);
            let read = file.by_ref().take(CHUNK as u64).read_to_end(&mut chunk);
            let last = !matches!(read, Ok(read) if read > 0);
            let sent = match read {
                Ok(0) => break,
                Ok(_) => sender.blocking_send(Ok(chunk.into())),
                Err(error) => sender.blocking_send(Err(error)),
            };
            if last || sent.is_err() {
                break;
            }
        }
    });
    Payload::Stream { chunks, left: Some(length) }
}

/// Returns the stream of versions: the present one, then each new one.
fn events(preview: &Arc<Preview>) -> Payload {
    let (sender, chunks) = mpsc::channel(1);
    let mut versions = preview.version.subscribe();
    tokio::spawn(async move {
        // A browser that lost the connection reconnects after this many milliseconds.
        let mut text = "retry: 500\n".to_owned();
        loop {
            text.push_str(&format!("data: {}\n\n", *versions.borrow_and_update()));
            if sender.send(Ok(std::mem::take(&mut text).into())).await.is_err() {
                return;
            }
            loop {
                tokio::select! {
                    changed = versions.changed() => match changed {
                        Ok(()) => break,
                        Err(_) => return,
                    },
                    () = sender.closed() => return,
                    () = tokio::time::sleep(HEARTBEAT) => {
                        if sender.send(Ok(Bytes::from_static(b":\n\n"))).await.is_err() {
                            return;
                        }
                    }
                }
            }
        }
    });
    Payload::Stream { chunks, left: None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_hosts_that_no_other_site_can_use_are_accepted() {
        let here: IpAddr = "127.0.0.1".parse().unwrap();
        for host in ["localhost", "LocalHost:1111", "127.0.0.1", "127.0.0.1:80", "[::1]", "[::1]:1111", "127.1.2.3:1"] {
            assert!(is_own_host(host, here), "{host}");
        }
        for host in [
            "",
            "evil.example",
            "localhost.evil.example",
            "10.0.0.1",
            "127.0.0.1.evil.example",
            "[::1",
            "[::1]x",
            "localhost:x",
            "localhost:",
        ] {
            assert!(!is_own_host(host, here), "{host}");
        }
        let everywhere: IpAddr = "0.0.0.0".parse().unwrap();
        assert!(is_own_host("10.0.0.1:1111", everywhere));
        assert!(!is_own_host("evil.example", everywhere));
    }

    #[test]
    fn a_request_is_local_only_by_its_address_and_host_and_without_a_proxy() {
        let is_here = |peer: &str, host: &str, also: &str| {
            let request = Request::builder().header(header::HOST, host);
            let request = if also.is_empty() { request } else { request.header(also, "x") };
            super::is_here(&request.body(()).unwrap().into_parts().0, peer.parse().unwrap())
        };
        for (peer, host) in
            [("127.0.0.1", "localhost:1"), ("127.0.0.1", "127.0.0.1:1"), ("::1", "[::1]:1"), ("::ffff:127.0.0.1", "localhost")]
        {
            assert!(is_here(peer, host, ""), "{peer} {host}");
            for proxy in ["Forwarded", "Via", "X-Forwarded-For"] {
                assert!(!is_here(peer, host, proxy), "{proxy}");
            }
        }
        // Another machine, then this machine under a name that other machines use.
        for (peer, host) in [
            ("192.0.2.7", "localhost:1"),
            ("::ffff:192.0.2.7", "localhost"),
            ("127.0.0.1", "192.0.2.1:1"),
            ("127.0.0.1", "x.example"),
        ] {
            assert!(!is_here(peer, host, ""), "{peer} {host}");
        }
    }

    #[test]
    fn only_a_page_of_the_preview_opens_an_editor() {
        let own = [("host", "localhost:1"), ("origin", "http://localhost:1"), (DESK, "open")];
        let refused = |method: Method, headers: &[(&str, &str)], peer: &str| {
            let request = Request::builder().method(method).uri("/book/__tilmash/open?unit=1.1");
            let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
            let parts = request.body(()).unwrap().into_parts().0;
            refusal(&parts, "0.0.0.0".parse().unwrap(), peer.parse().unwrap()).map_or(0, |answer| answer.status)
        };
        assert_eq!(refused(Method::POST, &own, "127.0.0.1"), 0);
        for method in [Method::GET, Method::HEAD, Method::PUT, Method::OPTIONS] {
            assert_eq!(refused(method, &own, "127.0.0.1"), 405);
        }
        for at in 0..own.len() {
            let others: Vec<_> = own.iter().enumerate().filter(|(other, _)| *other != at).map(|(_, header)| *header).collect();
            let status = if own[at].0 == "host" { 400 } else { 403 };
            assert_eq!(refused(Method::POST, &others, "127.0.0.1"), status, "without {}", own[at].0);
        }
        let with = |name, value| own.map(|header| if header.0 == name { (name, value) } else { header });
        assert_eq!(refused(Method::POST, &with("origin", "http://evil.example"), "127.0.0.1"), 403);
        assert_eq!(refused(Method::POST, &with("origin", "null"), "127.0.0.1"), 403);
        assert_eq!(refused(Method::POST, &with("host", "evil.example"), "127.0.0.1"), 403);
        assert_eq!(refused(Method::POST, &own, "192.0.2.7"), 403);
        let network = [("host", "192.0.2.1:1"), ("origin", "http://192.0.2.1:1"), (DESK, "open")];
        assert_eq!(refused(Method::POST, &network, "127.0.0.1"), 403);
    }
}
