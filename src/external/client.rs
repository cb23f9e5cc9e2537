//! One request to a web server. This file alone names the HTTP library.
//!
//! The library follows no redirect, uses no proxy and keeps no connection, no cookie and no
//! password. It connects only to addresses that the options allow.

use std::fmt;
use std::io;
use std::net::{IpAddr, ToSocketAddrs as _};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use ureq::http::Uri;
use ureq::tls::TlsConfig;
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::{DefaultConnector, NextTimeout};
use ureq::{Error, Timeout};
use url::Url;

use super::Options;
use super::address::is_public;
use super::visit::{Answer, Method};

/// Returns the name that servers see, with the repository of the program if it is known. So their
/// owners can learn who asks, and why.
fn user_agent() -> String {
    let program = concat!("Tilmash/", env!("CARGO_PKG_VERSION"));
    match env!("TILMASH_REPOSITORY") {
        "" => format!("{program} (link checker)"),
        repository => format!("{program} (link checker; +{repository})"),
    }
}

/// The largest head of an answer that is read.
const MOST_OF_HEAD: usize = 64 * 1024;

/// A client with the limits of a run.
#[derive(Debug)]
pub(super) struct Client {
    agent: ureq::Agent,
    /// True as soon as the name of a host on the public internet was found.
    has_found: Arc<AtomicBool>,
}

impl Client {
    pub(super) fn new(options: &Options) -> Self {
        let config = ureq::Agent::config_builder()
            .user_agent(user_agent())
            .accept("text/html, */*;q=0.8")
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            // The environment may name a proxy. A proxy would resolve the names of hosts itself, so
            // nothing could keep it from private addresses.
            .proxy(None)
            .max_idle_connections(0)
            .max_response_header_size(MOST_OF_HEAD)
            .timeout_connect(Some(options.connect_limit))
            .timeout_global(Some(options.limit))
            .tls_config(TlsConfig::default())
            .build();
        let has_found = Arc::new(AtomicBool::new(false));
        let resolver = AllowedResolver {
            inner: DefaultResolver::default(),
            is_allowed: options.is_allowed,
            has_found: Arc::clone(&has_found),
        };
        Self { has_found, agent: ureq::Agent::with_parts(config, DefaultConnector::default(), resolver) }
    }

    /// Returns true if a request of this client found a host on the public internet by its name.
    pub(super) fn found_a_host(&self) -> bool {
        self.has_found.load(Ordering::Relaxed)
    }

    /// Sends a request, and reads the head of the answer.
    pub(super) fn ask(&self, url: &Url, method: Method) -> Answer {
        let request = match method {
            Method::Head => self.agent.head(url.as_str()),
            Method::Get => self.agent.get(url.as_str()),
        };
        match request.call() {
            // The body is dropped unread, which closes the connection.
            Ok(response) => {
                let header = |name: &str| response.headers().get(name).and_then(|value| value.to_str().ok());
                Answer::Status {
                    code: response.status().as_u16(),
                    location: response
                        .headers()
                        .get("location")
                        .map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned()),
                    // A server may also give a date. Few do, and then the answer counts as final.
                    retry_after: header("retry-after").and_then(|value| value.trim().parse().ok()).map(Duration::from_secs),
                }
            }
            Err(error) => failure(error),
        }
    }
}

/// Returns true if the name of a host can be looked up. No request is sent to the host.
pub(super) fn is_host(name: &str) -> bool {
    (name, 443).to_socket_addrs().is_ok_and(|mut addresses| addresses.any(|address| is_public(address.ip())))
}

/// Returns the answer for a request without a complete head of an answer.
fn failure(error: Error) -> Answer {
    match error {
        Error::Timeout(Timeout::Connect | Timeout::Resolve) => Answer::TimedOut { is_connected: false },
        Error::Timeout(_) => Answer::TimedOut { is_connected: true },
        Error::HostNotFound => Answer::NoHost,
        Error::Other(error) => match error.downcast::<Refusal>().map(|refusal| *refusal) {
            Ok(Refusal::NoHost) => Answer::NoHost,
            Ok(Refusal::Private(address)) => Answer::Private(address),
            Ok(Refusal::NoLookup(why)) => Answer::NoConnection(format!("its name cannot be looked up ({why})")),
            Err(error) => Answer::Broken(format!("the request failed: {error}")),
        },
        Error::Io(error) => match error.kind() {
            io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock => Answer::TimedOut { is_connected: true },
            io::ErrorKind::ConnectionRefused | io::ErrorKind::HostUnreachable | io::ErrorKind::NetworkUnreachable => {
                Answer::NoConnection(plain(&error))
            }
            // The TLS library reports its errors as this kind.
            io::ErrorKind::InvalidData => Answer::NoConnection(format!("it is not secure: {}", plain(&error))),
            _ => Answer::Broken(format!("the connection broke: {}", plain(&error))),
        },
        Error::ConnectionFailed => Answer::NoConnection("connection failed".to_owned()),
        Error::Tls(why) => Answer::NoConnection(format!("it is not secure: {why}")),
        Error::Rustls(error) => Answer::NoConnection(format!("it is not secure: {error}")),
        Error::LargeResponseHeader(..) => Answer::Broken("the head of the answer is too large".to_owned()),
        Error::BadUri(_) | Error::Http(_) => Answer::Broken("the URL cannot be used in a request".to_owned()),
        Error::Protocol(_) => Answer::Broken("the answer is not valid HTTP".to_owned()),
        error => Answer::Broken(format!("the answer is not valid HTTP ({error})")),
    }
}

/// Returns the words of an error without its number.
fn plain(error: &io::Error) -> String {
    let words = error.to_string();
    words.split(" (os error").next().unwrap_or_default().to_lowercase()
}

/// Resolver that returns only allowed addresses. The library connects to the addresses that it
/// returns, and to no others.
struct AllowedResolver {
    inner: DefaultResolver,
    is_allowed: fn(IpAddr) -> bool,
    has_found: Arc<AtomicBool>,
}

/// The reason why a host has no address to connect to.
#[derive(Debug)]
enum Refusal {
    NoHost,
    NoLookup(String),
    /// A private address of the host.
    Private(String),
}

impl Resolver for AllowedResolver {
    fn resolve(&self, uri: &Uri, config: &ureq::config::Config, timeout: NextTimeout) -> Result<ResolvedSocketAddrs, Error> {
        let refused = |refusal: Refusal| Error::Other(Box::new(refusal));
        let found = match self.inner.resolve(uri, config, timeout) {
            Err(Error::Io(error)) => return Err(refused(lookup_failure(&error))),
            Err(error) => return Err(error),
            Ok(found) => found,
        };
        let is_name = uri.host().is_some_and(|host| !host.starts_with('[') && host.parse::<IpAddr>().is_err());
        if is_name && found.iter().any(|address| is_public(address.ip())) {
            self.has_found.store(true, Ordering::Relaxed);
        }
        let mut allowed = self.empty();
        found.iter().filter(|address| (self.is_allowed)(address.ip())).for_each(|address| allowed.push(*address));
        match found.iter().next() {
            Some(first) if allowed.is_empty() => Err(refused(Refusal::Private(first.ip().to_string()))),
            _ => Ok(allowed),
        }
    }
}

/// Returns the meaning of a failed look-up. Only the words of the system tell a host that does not
/// exist from DNS that does not answer. On some machines without a network they do not tell it
/// either; [`super::Check::run`] looks for that.
fn lookup_failure(error: &io::Error) -> Refusal {
    // Linux, musl, macOS, Windows.
    const UNKNOWN: [&str; 5] = [
        "Name or service not known",
        "No address associated with hostname",
        "Name does not resolve",
        "nodename nor servname provided",
        "No such host is known",
    ];
    let words = error.to_string();
    if UNKNOWN.iter().any(|unknown| words.contains(unknown)) {
        return Refusal::NoHost;
    }
    Refusal::NoLookup(plain(error))
}

impl fmt::Debug for AllowedResolver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AllowedResolver").finish_non_exhaustive()
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoHost => f.write_str("no such host"),
            Self::NoLookup(why) => f.write_str(why),
            Self::Private(address) => write!(f, "{address} is a private address"),
        }
    }
}

impl std::error::Error for Refusal {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_unknown_host_is_gone() {
        let answer = |words: &str| {
            let error = io::Error::other(format!("failed to lookup address information: {words}"));
            failure(Error::Other(Box::new(lookup_failure(&error))))
        };
        assert_eq!(answer("Name or service not known"), Answer::NoHost);
        assert_eq!(answer("nodename nor servname provided, or not known"), Answer::NoHost);
        let Answer::NoConnection(why) = answer("Temporary failure in name resolution") else { panic!("the network is missing") };
        assert_eq!(
            why,
            "its name cannot be looked up (failed to lookup address information: temporary failure in name resolution)"
        );
    }
}
