//! The tests of the Python package: lays the package out with the library that was just built, and runs pytest on it.
//!
//! `cargo xtask test` makes the environment and names it in `FONDACO_TEST_PYTHON`. By hand: `FONDACO_TEST_PYTHON=venv/bin/python cargo
//! test -p fondaco-python`; words after `--` pick tests by name.
#![allow(clippy::disallowed_methods, reason = "a program of tests may look around")]

use std::error::Error;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::{env, fs};

const PYTHON: &str = "FONDACO_TEST_PYTHON";

fn main() -> ExitCode {
    let python = env::var_os(PYTHON).filter(|python| !python.is_empty());
    match python {
        Some(python) if python == "none" => {
            println!("no Python of 3.10 or later: the tests of the package are left out");
            ExitCode::SUCCESS
        }
        Some(python) => match run(&python) {
            Ok(passed) => {
                if passed {
                    ExitCode::SUCCESS
                } else {
                    ExitCode::FAILURE
                }
            }
            Err(error) => {
                eprintln!("the Python tests can't run: {error}");
                ExitCode::FAILURE
            }
        },
        None => {
            eprintln!(
                "{PYTHON} names no interpreter: the tests of the Python package are left out; `cargo xtask test` makes one"
            );
            if env::var_os("CI").is_some() { ExitCode::FAILURE } else { ExitCode::SUCCESS }
        }
    }
}

fn run(python: &OsString) -> Result<bool, Box<dyn Error>> {
    let site = laid_out()?;
    let source = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut pytest = Command::new(python);
    pytest.args(["-m", "pytest", "-p", "no:cacheprovider", "--doctest-modules", "tests"]);
    pytest.arg(site.join("fondaco"));
    for word in env::args().skip(1).filter(|word| !word.starts_with('-')) {
        pytest.args(["-k", &word]);
    }
    pytest.env("PYTHONPATH", &site).env("PYTHONDONTWRITEBYTECODE", "1");
    Ok(pytest.current_dir(source).status()?.success())
}

/// The package as it is installed: its Python files, and the library under the name that Python looks for.
fn laid_out() -> Result<PathBuf, Box<dyn Error>> {
    let site = Path::new(env!("CARGO_TARGET_TMPDIR")).join("python");
    let _ = fs::remove_dir_all(&site);
    copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("python"), &site)?;
    let built = library()?;
    fs::copy(&built, site.join("fondaco/_native.abi3.so"))
        .map_err(|error| format!("{}: {error}", built.display()))?;
    Ok(site)
}

fn copy(from: &Path, to: &Path) -> Result<(), Box<dyn Error>> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let path = entry?.path();
        let name = path.file_name().ok_or("a file without a name")?;
        let is_text =
            path.extension().is_some_and(|end| end == "py" || end == "pyi" || end == "typed");
        match path.is_dir() {
            true if name != "__pycache__" => copy(&path, &to.join(name))?,
            false if is_text => drop(fs::copy(&path, to.join(name))?),
            _ => {}
        }
    }
    Ok(())
}

/// What cargo built beside this program: the newest, should there be two.
fn library() -> Result<PathBuf, Box<dyn Error>> {
    let program = env::current_exe()?;
    let deps = program.parent().ok_or("the program lies nowhere")?;
    let name = format!("{}_native{}", env::consts::DLL_PREFIX, env::consts::DLL_SUFFIX);
    let found = [deps.join(&name), deps.join("..").join(&name)];
    let built = |path: &PathBuf| fs::metadata(path).and_then(|about| about.modified()).ok();
    let newest = found.into_iter().filter_map(|path| built(&path).map(|time| (time, path))).max();
    newest
        .map(|(_, path)| path)
        .ok_or_else(|| format!("no {name} beside {}", program.display()).into())
}
