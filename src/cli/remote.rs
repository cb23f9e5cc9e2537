//! Address that GitHub Pages gives a repository, derived from the git remote.

use std::fs;
use std::path::{Path, PathBuf};

/// Returns the Pages address of the repository that contains a folder, if its `origin` is on
/// GitHub.
///
/// `owner.github.io` is published at its root, every other repository below its owner's address:
/// <https://docs.github.com/en/pages/getting-started-with-github-pages>.
pub(super) fn pages_url(root: &Path) -> Option<String> {
    let root = fs::canonicalize(root).ok()?;
    // The innermost repository contains the site; an outer one has another address.
    let git = root.ancestors().map(|folder| folder.join(".git")).find(|git| git.exists())?;
    let remote = origin(&read(&shared(git)?.join("config"))?)?;
    let (owner, repository) = github(&remote)?;
    let host = format!("{}.github.io", owner.to_lowercase());
    if repository.to_lowercase() == host {
        return Some(format!("https://{host}/"));
    }
    Some(format!("https://{host}/{repository}/"))
}

/// Returns the folder that holds a repository's configuration, for its `.git`. The `.git` of a
/// worktree or submodule is a file that names its folder. A worktree's folder in turn names the
/// folder that all worktrees share.
/// <https://git-scm.com/docs/gitrepository-layout>
fn shared(git: PathBuf) -> Option<PathBuf> {
    if git.is_dir() {
        return Some(git);
    }
    let file = read(&git)?;
    let own = git.parent()?.join(file.strip_prefix("gitdir:")?.trim());
    match read(&own.join("commondir")) {
        Some(common) => Some(own.join(common.trim())),
        // Only worktrees have a `commondir`.
        None => Some(own),
    }
}

/// Reads a small regular file; `None` for anything else. Reading a pipe, which a repository may
/// contain, would wait for ever.
fn read(path: &Path) -> Option<String> {
    const MOST: u64 = 1 << 20;
    let metadata = fs::metadata(path).ok()?;
    (metadata.is_file() && metadata.len() <= MOST).then(|| fs::read_to_string(path).ok())?
}

/// Returns the URL of the remote `origin` in a git configuration.
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
    #[test]
    fn the_innermost_repository_counts_and_a_worktree_is_followed() {
        let folder = tempfile::tempdir().unwrap();
        let write = |path: &str, text: &str| {
            let file = folder.path().join(path);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(file, text).unwrap();
        };
        let url = |path: &str| pages_url(&folder.path().join(path));
        let config = |name: &str| format!("[remote \"origin\"]\n\turl = git@github.com:a/{name}.git\n");
        write(".git/config", &config("outer"));
        write("sub/site.yaml", "");
        write("inner/.git/config", "[core]\n");
        write("worktree/.git", "gitdir: ../.git/worktrees/w\n");
        write(".git/worktrees/w/commondir", "../..\n");
        write("module/.git", "gitdir: ../.git/modules/m\n");
        write(".git/modules/m/config", &config("m"));
        write("odd/.git", "what is this");
        assert_eq!(url("sub").as_deref(), Some("https://a.github.io/outer/"));
        assert_eq!(url("inner"), None);
        assert_eq!(url("worktree").as_deref(), Some("https://a.github.io/outer/"));
        assert_eq!(url("module").as_deref(), Some("https://a.github.io/m/"));
        assert_eq!(url("odd"), None);
    }
}
