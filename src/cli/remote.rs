//! The address that GitHub Pages gives a repository, read from the git remote.

use std::fs;
use std::path::Path;

/// The Pages address of the repository that a folder is in, if its `origin` is on GitHub.
///
/// `owner.github.io` is published at its root, every other repository below its owner's address:
/// <https://docs.github.com/en/pages/getting-started-with-github-pages>.
pub(super) fn pages_url(root: &Path) -> Option<String> {
    let root = fs::canonicalize(root).ok()?;
    let config = root.ancestors().map(|folder| folder.join(".git/config")).find(|config| config.is_file())?;
    let remote = origin(&fs::read_to_string(config).ok()?)?;
    let (owner, repository) = github(&remote)?;
    let host = format!("{}.github.io", owner.to_lowercase());
    if repository.to_lowercase() == host {
        return Some(format!("https://{host}/"));
    }
    Some(format!("https://{host}/{repository}/"))
}

/// The URL of the remote `origin` in a git configuration.
fn origin(config: &str) -> Option<String> {
    let mut inside = false;
    for line in config.lines().map(str::trim) {
        if line.starts_with('[') {
            inside = line == "[remote \"origin\"]";
        } else if inside
            && let Some((name, value)) = line.split_once('=')
            && name.trim() == "url"
        {
            return Some(value.trim().to_owned());
        }
    }
    None
}

fn github(remote: &str) -> Option<(&str, &str)> {
    let path = ["https://github.com/", "git@github.com:", "ssh://git@github.com/", "git://github.com/"]
        .iter()
        .find_map(|prefix| remote.strip_prefix(prefix))?;
    let path = path.trim_end_matches('/');
    let (owner, repository) = path.strip_suffix(".git").unwrap_or(path).split_once('/')?;
    let plain = |name: &str| !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c));
    (plain(owner) && plain(repository)).then_some((owner, repository))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn remotes_on_github_are_recognised() {
        assert_eq!(github("git@github.com:a/b.git"), Some(("a", "b")));
        assert_eq!(github("https://github.com/a/b"), Some(("a", "b")));
        assert_eq!(github("https://example.org/a/b"), None);
        assert_eq!(
            origin("[core]\n\tbare = false\n[remote \"origin\"]\n\turl = git@github.com:a/b.git\n"),
            Some("git@github.com:a/b.git".into())
        );
    }
}
