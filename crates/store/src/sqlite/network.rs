//! Whether a file lies on a network drive, where SQLite's write-ahead log is not safe.
//!
//! Programs that write one file share memory beside it and lock parts of it; on a drive of another machine neither need hold, and
//! the file is damaged some day. SQLite can't tell. Linux says what each folder is mounted from (`proc(5)`, `mountinfo`),
//! Windows by the path itself; elsewhere nobody asks.

use std::path::{Path, PathBuf};

/// Kinds of file systems that belong to another machine. Not 9p, which is also what some sandboxes call their own disk.
const NETWORK: &[&str] = &[
    "afs",
    "beegfs",
    "ceph",
    "cifs",
    "coda",
    "glusterfs",
    "lustre",
    "ncpfs",
    "nfs",
    "nfs4",
    "ocfs2",
    "smb3",
    "smbfs",
];

/// Those among file systems of programs (`fuse.sshfs`).
const BY_PROGRAMS: &[&str] =
    &["ceph", "curlftpfs", "davfs", "gcsfuse", "glusterfs", "rclone", "s3fs", "sshfs"];

/// As many links as Linux follows.
const LINKS: usize = 40;

/// The kind of network drive that the file at `path` lies on, or would lie on; `None` for a disk of this machine, and where
/// nothing says so.
pub(super) fn drive_of(path: &Path) -> Option<String> {
    if path.to_string_lossy().starts_with(r"\\") && !path.to_string_lossy().starts_with(r"\\?\") {
        return Some("network share".into());
    }
    let mounts = std::fs::read_to_string("/proc/self/mountinfo").ok()?;
    let absolute = std::path::absolute(path).ok()?;
    kind_of(&mounts, &resolved(&absolute)?).filter(|kind| is_network(kind))
}

/// Where a path leads. The file may not be there yet, also behind a link to it; its folder has to.
fn resolved(path: &Path) -> Option<PathBuf> {
    let mut path = path.to_path_buf();
    for _ in 0..LINKS {
        let folder = path.parent()?.canonicalize().ok()?;
        let file = folder.join(path.file_name()?);
        match file.read_link() {
            Ok(to) => path = folder.join(to),
            Err(_) => return Some(file),
        }
    }
    None
}

fn is_network(kind: &str) -> bool {
    match kind.strip_prefix("fuse.") {
        Some(program) => BY_PROGRAMS.contains(&program),
        None => NETWORK.contains(&kind),
    }
}

/// The kind of file system that a folder lies on: that of the last mount with the longest path above it.
fn kind_of(mounts: &str, folder: &Path) -> Option<String> {
    let mut best: Option<(usize, String)> = None;
    for line in mounts.lines() {
        // "36 35 98:0 /root /mnt/point rw,noatime master:1 - ext3 /dev/root rw": the kind comes after a hyphen.
        let (Some(point), Some((_, rest))) = (line.split(' ').nth(4), line.split_once(" - "))
        else {
            continue;
        };
        let (point, kind) = (unescaped(point), rest.split(' ').next().unwrap_or_default());
        let above = folder.starts_with(&point);
        if above && best.as_ref().is_none_or(|(length, _)| point.len() >= *length) {
            best = Some((point.len(), kind.to_owned()));
        }
    }
    best.map(|(_, kind)| kind)
}

/// A path as it is: spaces and the like stand as `\040`.
fn unescaped(text: &str) -> String {
    let mut parts = text.split('\\');
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let code = part.get(..3).and_then(|code| u8::from_str_radix(code, 8).ok());
        match (code, part.get(3..)) {
            (Some(code), Some(rest)) => {
                out.push(char::from(code));
                out.push_str(rest);
            }
            _ => {
                out.push('\\');
                out.push_str(part);
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    const MOUNTS: &str = r"22 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw
40 22 0:30 / /srv rw,relatime shared:9 - nfs4 server:/srv rw
41 40 254:1 / /srv/local rw,relatime - xfs /dev/vdb rw
42 22 0:31 / /mnt/my\040share rw - cifs //server/share rw
43 22 0:32 / /home/ann/far rw - fuse.sshfs ann@far: rw
44 22 0:33 / /home/ann/near rw - fuse.ntfs3g /dev/sdc rw
45 22 0:34 / /twice rw - nfs a:/b rw
46 22 254:2 / /twice rw - ext4 /dev/vdd rw
nonsense
";

    fn kind(path: &str) -> String {
        kind_of(MOUNTS, Path::new(path)).unwrap()
    }

    #[test]
    fn the_nearest_mount_above_says_the_kind() {
        for (path, expected) in [
            ("/", "ext4"),
            ("/srvice", "ext4"),
            ("/srv", "nfs4"),
            ("/srv/books/2026", "nfs4"),
            ("/srv/local/books", "xfs"),
            ("/mnt/my share/books", "cifs"),
            ("/home/ann/far", "fuse.sshfs"),
            // Mounted over one another, the last is what is there.
            ("/twice/books", "ext4"),
        ] {
            assert_eq!(kind(path), expected, "{path}");
        }
        assert_eq!(kind_of("", Path::new("/srv")), None);
    }

    #[test]
    fn drives_of_other_machines_are_told_from_disks() {
        for network in ["nfs", "nfs4", "cifs", "smb3", "fuse.sshfs", "fuse.rclone"] {
            assert!(is_network(network), "{network}");
        }
        for disk in
            ["ext4", "xfs", "btrfs", "tmpfs", "overlay", "zfs", "9p", "fuse.ntfs3g", "fuseblk"]
        {
            assert!(!is_network(disk), "{disk}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_link_to_the_file_leads_to_where_the_file_is() {
        let name = format!("fondaco-network-{}", std::process::id());
        let folder = std::env::temp_dir().join(name);
        std::fs::create_dir_all(folder.join("far")).unwrap();
        let link = |to: &str, at: &str| std::os::unix::fs::symlink(to, folder.join(at)).unwrap();
        link("far/books.db", "books.db");
        link("books.db", "again.db");
        link("round.db", "round.db");
        let far = folder.join("far").canonicalize().unwrap().join("books.db");
        // There or not yet, and by several links.
        assert_eq!(resolved(&folder.join("again.db")), Some(far.clone()));
        std::fs::write(&far, "").unwrap();
        assert_eq!(resolved(&folder.join("again.db")), Some(far.clone()));
        assert_eq!(resolved(&far), Some(far));
        assert_eq!(resolved(&folder.join("round.db")), None);
        std::fs::remove_dir_all(&folder).unwrap();
    }

    #[test]
    fn this_machines_own_disk_is_none_and_a_share_of_windows_is_one() {
        assert_eq!(drive_of(&std::env::temp_dir().join("books.db")), None);
        assert_eq!(
            drive_of(Path::new(r"\\server\share\books.db")).as_deref(),
            Some("network share")
        );
    }
}
