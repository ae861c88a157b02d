//! PostgreSQL for the tests: that of the environment, an installed one, or one that is brought.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::server::{Server, brought, is_there, programs};

/// A server, which is stopped when it is dropped, also after a failure; if the process is killed, too.
pub(crate) fn server() -> Result<Server, String> {
    if std::env::var_os(crate::server::URL).is_some_and(|url| !url.is_empty()) {
        return Server::find();
    }
    let bin = programs().or_else(|missing| {
        crate::step::announce(&format!("{missing}; bringing PostgreSQL 16 from PyPI"));
        fetch()
    })?;
    Server::start(&bin)
}

/// Brings PostgreSQL 16 where there is none: the programs in the wheel of the package `pgserver`, 11 MB from PyPI, with whatever
/// of pip, curl or wget there is.
///
/// # Errors
/// What could not be had.
fn fetch() -> Result<PathBuf, String> {
    let bin = brought()?;
    if is_there(&bin) {
        return Ok(bin);
    }
    let folder = bin.ancestors().nth(3).unwrap_or(&bin).to_path_buf();
    // Unpacked aside, so that whoever runs beside us never finds half of it.
    let aside = folder.join(format!("unpacked-{}", std::process::id()));
    fs::create_dir_all(&aside).map_err(|error| format!("{}: {error}", aside.display()))?;
    let brought = bring(&aside, &folder);
    let _ = fs::remove_dir_all(&aside);
    brought?;
    if is_there(&bin) { Ok(bin) } else { Err(format!("{} has no server in it", folder.display())) }
}

/// Downloads and unpacks in `aside`, and moves what came of it into `folder`, where another may have put the same meanwhile.
fn bring(aside: &Path, folder: &Path) -> Result<(), String> {
    let wheel = download(aside)?;
    unpack(&wheel, aside)?;
    let bin = aside.join("pgserver/pginstall/bin");
    let programs = fs::read_dir(&bin).map_err(|error| format!("{}: {error}", bin.display()))?;
    for program in programs.flatten() {
        let _ = fs::set_permissions(program.path(), fs::Permissions::from_mode(0o755));
    }
    let parts = fs::read_dir(aside).map_err(|error| format!("{}: {error}", aside.display()))?;
    let mut parts: Vec<PathBuf> = parts.flatten().map(|part| part.path()).collect();
    // The programs come last, after the libraries that they need: `pgserver` is the beginning of all names.
    parts.sort_unstable_by(|one, other| other.cmp(one));
    for part in parts.iter().filter(|part| part.is_dir()) {
        let Some(place) = part.file_name().map(|name| folder.join(name)) else { continue };
        if !is_there(&folder.join("pgserver/pginstall/bin")) {
            // What an unpacking that was broken off has left.
            let _ = fs::remove_dir_all(&place);
        }
        let _ = fs::rename(part, &place);
    }
    Ok(())
}

/// The wheel's names of this machine, and where it can be had without pip, with what it must hash to.
fn wheel() -> Result<(&'static str, &'static str, &'static str), String> {
    match (std::env::consts::OS, std::env::consts::ARCH) {
        ("linux", "x86_64") => Ok((
            "manylinux2014_x86_64",
            "https://files.pythonhosted.org/packages/91/3f/3d628b09d379c368a589ca2f417e318bed7615e5df175c17d570e623b2f3/pgserver-0.1.4-cp311-cp311-manylinux_2_17_x86_64.manylinux2014_x86_64.whl",
            "d595789b47624a3d963aa9aa6359da9be31beb7e61f1a45541953242068b8813",
        )),
        ("macos", "aarch64") => Ok((
            "macosx_11_0_arm64",
            "https://files.pythonhosted.org/packages/50/1d/527e42e5cf66cfa224fbec2d031aba9fc17514bab5de3f14b1d7e9c5c3e8/pgserver-0.1.4-cp311-cp311-macosx_11_0_arm64.whl",
            "0cc5a64f40749c0e9752cd63784e63dfcf1f3e5ecd2279b6b59f7c64fb520fb4",
        )),
        ("macos", "x86_64") => Ok((
            "macosx_10_9_x86_64",
            "https://files.pythonhosted.org/packages/35/f1/475d079b823c26deaf8a2cc3d7358a8f5cfa481bd5a8f878666b08450ed9/pgserver-0.1.4-cp311-cp311-macosx_10_9_x86_64.whl",
            "854fa9394d495b3a332c954b63d4356b56d29220530e6d2aae146821bf87e05a",
        )),
        (os, arch) => Err(format!("there is no PostgreSQL to bring for {os} on {arch}")),
    }
}

fn download(folder: &Path) -> Result<PathBuf, String> {
    let (platform, url, hash) = wheel()?;
    for python in ["python3", "python"] {
        let mut pip = Command::new(python);
        pip.args(["-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:"]);
        pip.args(["--python-version", "3.11", "--platform", platform, "pgserver==0.1.4", "-d"]);
        if runs(pip.arg(folder))
            && let Some(wheel) = wheel_in(folder)
        {
            check(&wheel, hash)?;
            return Ok(wheel);
        }
    }
    let wheel = folder.join("pgserver.whl");
    let mut curl = Command::new("curl");
    curl.args(["--silent", "--show-error", "--fail", "--location", url, "--output"]).arg(&wheel);
    let mut wget = Command::new("wget");
    wget.args(["--quiet", url, "-O"]).arg(&wheel);
    if !runs(&mut curl) && !runs(&mut wget) {
        return Err("PostgreSQL could not be had: neither pip, curl nor wget reached PyPI".into());
    }
    check(&wheel, hash)?;
    Ok(wheel)
}

fn wheel_in(folder: &Path) -> Option<PathBuf> {
    let files = fs::read_dir(folder).ok()?.flatten().map(|file| file.path());
    files.into_iter().find(|path| path.extension().is_some_and(|end| end == "whl"))
}

fn check(wheel: &Path, hash: &str) -> Result<(), String> {
    for (program, arguments) in [("sha256sum", &[][..]), ("shasum", &["-a", "256"])] {
        if let Ok(said) = Command::new(program).args(arguments).arg(wheel).output() {
            let found = String::from_utf8_lossy(&said.stdout).into_owned();
            return match found.starts_with(hash) {
                true => Ok(()),
                false => Err(format!("{} is not what PyPI has: {}", wheel.display(), found.trim())),
            };
        }
    }
    Err("neither sha256sum nor shasum is there to try what came from PyPI".into())
}

fn unpack(wheel: &Path, folder: &Path) -> Result<(), String> {
    let mut python = Command::new("python3");
    python.args(["-m", "zipfile", "-e"]).arg(wheel).arg(folder);
    let mut unzip = Command::new("unzip");
    unzip.args(["-q", "-o"]).arg(wheel).arg("-d").arg(folder);
    let mut tar = Command::new("tar");
    tar.arg("-xf").arg(wheel).arg("-C").arg(folder);
    match runs(&mut python) || runs(&mut unzip) || runs(&mut tar) {
        true => Ok(()),
        false => Err(format!("neither python3, unzip nor tar could unpack {}", wheel.display())),
    }
}

fn runs(command: &mut Command) -> bool {
    let command = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[ignore = "brings 11 MB from PyPI: cargo test -p xtask -- --ignored"]
    #[allow(clippy::unwrap_used)]
    fn a_server_that_was_brought_starts_and_stops() {
        let server = Server::start(&fetch().unwrap()).unwrap();
        let folder = server.url().split(['@', '/']).nth(3).unwrap().replace("%2F", "/");
        assert!(Path::new(&folder).join(".s.PGSQL.5432").exists(), "{folder}");
        drop(server);
        assert!(!Path::new(&folder).exists());
    }
}
