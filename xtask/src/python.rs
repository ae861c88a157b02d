//! An environment for the tests of the Python package: made by whatever Python is there, filled from PyPI, kept between runs.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Where the tests look for the interpreter of their environment; a person's own may stand there.
pub(crate) const PYTHON: &str = "FONDACO_TEST_PYTHON";
/// What the tests import, a requirement a line.
const REQUIREMENTS: &str = "bindings/python/tests/requirements.txt";

/// Why there is no environment.
pub(crate) enum Without {
    /// No Python of 3.10 or later: nothing of the package can be tested.
    Python,
    /// There is one, but its packages can't be had.
    Packages(String),
}

/// The interpreter of the environment: that of the variable, or of a folder beside what cargo builds.
pub(crate) fn environment(root: &Path) -> Result<PathBuf, Without> {
    if let Some(given) = std::env::var_os(PYTHON).filter(|given| !given.is_empty()) {
        return Ok(given.into());
    }
    let python = ["python3", "python"].into_iter().find(|name| is_new_enough(name));
    let python = python.ok_or(Without::Python)?;
    let packages = |why: String| Without::Packages(why);
    let wanted = fs::read_to_string(root.join(REQUIREMENTS));
    let wanted = wanted.map_err(|error| packages(format!("{REQUIREMENTS}: {error}")))?;
    let target =
        std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), PathBuf::from);
    // The tests are run from elsewhere.
    let folder = std::path::absolute(target.join("python"));
    let folder = folder.map_err(|error| packages(format!("{}: {error}", target.display())))?;
    let (interpreter, stamp) = (folder.join("bin/python"), folder.join("requirements.txt"));
    if fs::read_to_string(&stamp).is_ok_and(|had| had == wanted) && says(&interpreter, "1", "1") {
        return Ok(interpreter);
    }
    crate::step::announce("bringing what the Python tests import from PyPI, once");
    ran(Command::new(python).args(["-m", "venv", "--clear"]).arg(&folder)).map_err(packages)?;
    let mut pip = Command::new(&interpreter);
    pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check"]);
    pip.args(["--only-binary", ":all:", "--requirement", REQUIREMENTS]);
    ran(pip.current_dir(root)).map_err(packages)?;
    fs::write(&stamp, wanted).map_err(|error| packages(format!("{}: {error}", stamp.display())))?;
    Ok(interpreter)
}

fn is_new_enough(python: &str) -> bool {
    says(Path::new(python), "sys.version_info >= (3, 10)", "True")
}

/// Whether an expression comes to a text.
fn says(python: &Path, expression: &str, text: &str) -> bool {
    let program = format!("import sys; print({expression})");
    let said = Command::new(python).args(["-c", &program]).stderr(Stdio::null()).output();
    said.is_ok_and(|said| String::from_utf8_lossy(&said.stdout).trim() == text)
}

fn ran(command: &mut Command) -> Result<(), String> {
    match command.stdin(Stdio::null()).stdout(Stdio::null()).status() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("{command:?} ended with {status}")),
        Err(error) => Err(format!("{command:?} does not start: {error}")),
    }
}
