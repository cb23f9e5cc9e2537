//! URLs as they are asked for: normalised, without a fragment, user name and password.

use url::Url;

/// Returns the URL that is asked for. The error is the reason why it cannot be.
///
/// ```text
/// HTTP://Әлем.kz/а б#part    http://xn--…/%D0%B0%20%D0%B1
/// https://me:secret@a.org    https://a.org/
/// ```
pub(super) fn parse(written: &str) -> Result<Url, &'static str> {
    let url = Url::parse(written).map_err(|error| match error {
        url::ParseError::EmptyHost => "its host is missing",
        url::ParseError::IdnaError | url::ParseError::InvalidDomainCharacter => "its host is not a valid host name",
        url::ParseError::InvalidPort => "its port is not a number from 0 to 65535",
        url::ParseError::InvalidIpv4Address | url::ParseError::InvalidIpv6Address => "its host is not a valid IP address",
        _ => "it is not a valid URL",
    })?;
    cleaned(url)
}

/// Resolves the address in a redirect of a page.
pub(super) fn redirect(from: &Url, location: &str) -> Result<Url, &'static str> {
    let url = from.join(location).map_err(|_| "it redirects to an invalid URL")?;
    cleaned(url).map_err(|_| "it redirects to a URL that is not on the web")
}

fn cleaned(mut url: Url) -> Result<Url, &'static str> {
    if !matches!(url.scheme(), "http" | "https") {
        return Err("it does not begin with https:// or http://");
    }
    url.set_fragment(None);
    // A URL on the web has a host, so these cannot fail.
    let _ = url.set_username("");
    let _ = url.set_password(None);
    Ok(url)
}

/// Returns true if a pattern describes a text; `*` in it stands for any characters, also none.
pub(super) fn matches(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(mut rest) = parts.next().and_then(|first| text.strip_prefix(first)) else { return false };
    let Some(last) = parts.next_back() else { return rest.is_empty() };
    for part in parts {
        // The first occurrence leaves the most text to the parts after it.
        let Some(at) = rest.find(part) else { return false };
        rest = &rest[at + part.len()..];
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_is_normalised_and_loses_what_servers_must_not_get() {
        for (written, asked) in [
            ("HTTPS://Example.org:443/a#b", "https://example.org/a"),
            ("https://me:secret@a.org", "https://a.org/"),
            ("http://0x7f.1/", "http://127.0.0.1/"),
            ("http://[::1]:80/", "http://[::1]/"),
        ] {
            let url = parse(written).unwrap_or_else(|why| panic!("{written}: {why}"));
            assert_eq!(url.as_str(), asked);
        }
        let url = parse("http://кітап.қаз/а б").expect("it is a URL");
        assert!(url.as_str().starts_with("http://xn--") && url.path() == "/%D0%B0%20%D0%B1", "{url}");
        for bad in ["https://", "https://a b/", "https://a.org:x/", "https://[x]/", "https://1.2.3.4.5/"] {
            assert!(parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_redirect_may_be_relative_and_stays_on_the_web() {
        let from = parse("https://a.org/b/c?d").expect("it is a URL");
        for (location, to) in
            [("e", "https://a.org/b/e"), ("/e#f", "https://a.org/e"), ("//g.org", "https://g.org/"), ("http://x@h/", "http://h/")]
        {
            assert_eq!(redirect(&from, location).map(String::from).as_deref(), Ok(to));
        }
        assert!(redirect(&from, "file:///etc/passwd").is_err());
        assert!(redirect(&from, "javascript:alert(1)").is_err());
    }

    #[test]
    fn a_star_stands_for_any_characters() {
        for (pattern, text, is_match) in [
            ("https://a.org/", "https://a.org/", true),
            ("https://a.org/", "https://a.org/b", false),
            ("https://a.org/*", "https://a.org/", true),
            ("https://a.org/*", "https://a.org/b/c", true),
            ("https://*.org/*/c", "https://a.org/b/c", true),
            ("https://*.org/*/c", "https://a.org/c", false),
            ("https://a*a", "https://a", false),
            ("*", "anything", true),
        ] {
            assert_eq!(matches(pattern, text), is_match, "{pattern} {text}");
        }
    }
}
