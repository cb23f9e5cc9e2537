//! Origin of the program: the address and the revision from which a workflow can install it.
//!
//! `build.rs` includes this file, collects the [`Facts`] and keeps the result in the program. The
//! file itself is pure: it decides which address may be published, and asks nothing.

/// Facts about the sources, as `build.rs` finds them. Each is empty if it is unknown.
#[derive(Debug, Clone, Default)]
pub(crate) struct Facts {
    /// The key `repository` of `Cargo.toml`.
    pub(crate) declared: String,
    /// The URL of the git remote `origin`, unchanged.
    pub(crate) remote: String,
    /// The URL from which Cargo fetched its own copy of the repository, for `cargo install --git`.
    pub(crate) fetched: String,
    /// The commit that is checked out.
    pub(crate) head: String,
    /// True if a remote branch contains this commit, as far as the local repository knows.
    pub(crate) is_pushed: bool,
    /// True if files that the program is made of differ from this commit.
    pub(crate) is_changed: bool,
    /// The file `.cargo_vcs_info.json` of a package.
    pub(crate) package: String,
}

/// Address and revision of the sources.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Origin {
    /// A public URL without a user's name; empty if it is unknown.
    pub(crate) repository: String,
    /// A commit; empty if it is unknown.
    pub(crate) revision: String,
    /// `changed` if the sources differed from the commit, `unpushed` if the repository may not have
    /// the commit, else empty.
    pub(crate) state: String,
}

/// Returns the origin that facts about the sources give.
///
/// | the sources are | repository | revision |
/// |---|---|---|
/// | a clone | the key `repository`, else the remote `origin` | the commit that is checked out |
/// | Cargo's copy of a repository | the key, else the URL that Cargo fetched | the same |
/// | a package | the key | the commit that the package was made of |
pub(crate) fn origin(facts: &Facts) -> Origin {
    let known = [&facts.declared, &facts.remote, &facts.fetched].into_iter().find_map(|url| public_url(url));
    let packaged = facts.package.split("\"sha1\": \"").nth(1).and_then(|rest| rest.split('"').next()).unwrap_or_default();
    let revision = if facts.head.is_empty() { packaged } else { &facts.head };
    let is_revision = revision.len() >= 40 && revision.bytes().all(|byte| byte.is_ascii_hexdigit());
    let (Some(repository), true) = (known, is_revision) else { return Origin::default() };
    // A commit that was pushed to another repository need not be in this one.
    let is_same = |url: &str| public_url(url).is_some_and(|url| plain(&url) == plain(&repository));
    let is_there = match facts.head.is_empty() {
        true => true,
        false => is_same(&facts.fetched) || (is_same(&facts.remote) && facts.is_pushed),
    };
    let state = match (facts.is_changed || facts.package.contains("\"dirty\": true"), is_there) {
        (true, _) => "changed",
        (false, false) => "unpushed",
        (false, true) => "",
    };
    Origin { repository, revision: revision.to_owned(), state: state.to_owned() }
}

/// Returns a URL without the endings that make no difference.
fn plain(url: &str) -> &str {
    let url = url.trim_end_matches('/');
    url.strip_suffix(".git").unwrap_or(url)
}

/// Returns the public form of a git remote: an `https` or `http` URL without a user.
///
/// Returns `None` for everything that other machines cannot use, or that may hold a secret: paths,
/// `file:` URLs, hosts without a dot (names of this machine's network or of its ssh settings),
/// queries, and all characters that a shell or YAML reads as more than text.
///
/// ```text
/// https://me:secret@example.org/a/b.git   https://example.org/a/b.git
/// git@example.org:a/b.git                 https://example.org/a/b.git
/// ssh://git@example.org:2222/a/b          https://example.org/a/b
/// ../b                                    None
/// ```
pub(crate) fn public_url(remote: &str) -> Option<String> {
    let remote = remote.trim();
    let (scheme, rest) = match remote.split_once("://") {
        Some((scheme, rest)) => (scheme, rest.split_once('/')?),
        // The short form of ssh, `git@example.org:a/b.git`. A path has its `/` before any `:`.
        None => ("ssh", remote.split_once(':').filter(|(host, _)| !host.contains('/'))?),
    };
    let (authority, path) = rest;
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let (name, port) = host.split_once(':').map_or((host, None), |(name, port)| (name, Some(port)));
    let (scheme, host) = match scheme {
        "https" | "http" => (scheme, host),
        // These have ports of their own.
        "ssh" | "git+ssh" | "ssh+git" | "git" => ("https", name),
        _ => return None,
    };
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '.';
    let is_public = name.chars().all(is_name) && name.trim_matches('.').contains('.') && !name.starts_with("127.");
    let is_port = port.is_none_or(|port| !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit()));
    let path = path.trim_matches('/');
    // An `@` in the path may end a password that holds a `/`.
    let is_plain = !path.is_empty() && path.chars().all(|c| c.is_ascii_alphanumeric() || "-._~/%+".contains(c));
    (is_public && is_port && is_plain).then(|| format!("{scheme}://{host}/{path}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = "0123456789abcdef0123456789abcdef01234567";

    fn clone() -> Facts {
        Facts { remote: "git@example.org:a/b.git".into(), head: HEAD.into(), is_pushed: true, ..Facts::default() }
    }

    fn parts(facts: &Facts) -> [String; 3] {
        let Origin { repository, revision, state } = origin(facts);
        [repository, revision, state]
    }

    #[test]
    fn remotes_become_public_urls() {
        for (remote, url) in [
            ("https://example.org/a/b.git\n", "https://example.org/a/b.git"),
            ("https://example.org:8443/a/b/", "https://example.org:8443/a/b"),
            ("http://example.org/a", "http://example.org/a"),
            ("git@example.org:a/b.git", "https://example.org/a/b.git"),
            ("example.org:/a/b", "https://example.org/a/b"),
            ("ssh://git@example.org:2222/~a/b", "https://example.org/~a/b"),
            ("git+ssh://git@example.org/a", "https://example.org/a"),
            ("git://example.org/a", "https://example.org/a"),
        ] {
            assert_eq!(public_url(remote).as_deref(), Some(url), "{remote}");
        }
    }

    #[test]
    fn no_secret_of_a_remote_gets_into_a_workflow() {
        for remote in [
            "https://me:s3cret@example.org/a/b",
            "https://s3cret@example.org/a/b",
            "https://me:x@s3cret@example.org/a/b",
            "https://me:x/s3cret@example.org/a/b",
            "https://me.too:12/s3cret@example.org/a/b",
            "https://example.org/a/b?token=s3cret",
            "https://example.org/a/b#s3cret",
            "ssh://me:s3cret@example.org/a/b",
        ] {
            let url = public_url(remote);
            assert!(url.as_deref().is_none_or(|url| url == "https://example.org/a/b"), "{remote}: {url:?}");
        }
    }

    #[test]
    fn an_address_that_other_machines_cannot_use_is_unknown() {
        for remote in [
            "",
            "/srv/git/b.git",
            "../b",
            "b",
            "./a:b/c",
            "C:/git/b",
            r"C:\git\b",
            r"\\host\share\b",
            "file:///srv/git/b.git",
            "file://example.org/b",
            "https://localhost/a",
            "http://127.0.0.1/a",
            "http://[::1]/a",
            "work:a/b",
            "https://example.org",
            "https://example.org/",
            "https://example.org:port/a",
            "https://./a",
            "ext::sh -c true",
            "https://example.org/a b",
            "https://example.org/a;id",
            "https://example.org/$(id)",
            "https://example.org/${{ secrets.a }}",
            "https://example.org/a\nb",
        ] {
            assert_eq!(public_url(remote), None, "{remote}");
        }
    }

    #[test]
    fn a_clone_has_its_remote_and_its_commit() {
        assert_eq!(parts(&clone()), ["https://example.org/a/b.git", HEAD, ""]);
        assert_eq!(parts(&Facts { is_pushed: false, ..clone() }), ["https://example.org/a/b.git", HEAD, "unpushed"]);
        assert_eq!(parts(&Facts { is_changed: true, ..clone() }), ["https://example.org/a/b.git", HEAD, "changed"]);
        assert_eq!(parts(&Facts { remote: "/srv/b".into(), ..clone() }), ["", "", ""]);
        assert_eq!(parts(&Facts { head: String::new(), ..clone() }), ["", "", ""]);
        assert_eq!(parts(&Facts { head: "$(id)".into(), ..clone() }), ["", "", ""]);
    }

    #[test]
    fn the_declared_repository_goes_before_the_remote() {
        let declared = |url: &str| Facts { declared: url.into(), ..clone() };
        assert_eq!(parts(&declared("https://example.org/a/b")), ["https://example.org/a/b", HEAD, ""]);
        // Nobody knows whether the commit of a fork is in the repository that it was made from.
        assert_eq!(parts(&declared("https://example.org/up/b")), ["https://example.org/up/b", HEAD, "unpushed"]);
    }

    #[test]
    fn a_copy_that_cargo_fetched_has_the_url_it_came_from() {
        let remote = "file:///cargo/git/db/b-1".into();
        let facts = Facts { remote, fetched: "https://me@example.org/a/b".into(), is_pushed: false, ..clone() };
        assert_eq!(parts(&facts), ["https://example.org/a/b", HEAD, ""]);
    }

    #[test]
    fn a_package_has_its_declared_repository_and_its_commit() {
        let info = |rest: &str| format!("{{\n  \"git\": {{\n    \"sha1\": \"{HEAD}\"{rest}\n  }},\n  \"path_in_vcs\": \"\"\n}}");
        let package = |rest: &str, declared: &str| Facts { declared: declared.into(), package: info(rest), ..Facts::default() };
        assert_eq!(parts(&package("", "https://example.org/a")), ["https://example.org/a", HEAD, ""]);
        assert_eq!(
            parts(&package(",\n    \"dirty\": true", "https://example.org/a")),
            ["https://example.org/a", HEAD, "changed"]
        );
        assert_eq!(parts(&package("", "")), ["", "", ""]);
    }
}
