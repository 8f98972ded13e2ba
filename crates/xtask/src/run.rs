//! `run` and `relay`: builds what is needed, then becomes the server.

use crate::build;
use crate::error::Result;
use crate::options::Options;
use crate::project::Project;
use crate::say::{missing, run, step};
use std::path::PathBuf;
use std::process::Command;

const SERVER: &str = "zajil-devserver";

pub fn app(project: &Project, mut options: Options) -> Result<()> {
    let port = options.port(8080)?;
    let data = options.value("--data")?;
    let relays = options.value("--relays")?;
    let open = !options.flag("--no-open");
    options.finish()?;

    build::release(project)?;
    let mut server = server(project)?;
    server.arg("--dist").arg(project.dist());
    server.arg("--data").arg(data.map_or_else(|| project.data(), PathBuf::from));
    server.args(["--port", &port.to_string()]);
    if let Some(relays) = relays {
        server.args(["--relays", &relays]);
    }
    if open {
        server.arg("--open");
    }
    become_it(server)
}

pub fn relay(project: &Project, mut options: Options) -> Result<()> {
    let port = options.port(7000)?;
    let data = options.value("--data")?;
    options.finish()?;

    let mut server = server(project)?;
    server
        .arg("--data")
        .arg(data.map_or_else(|| project.data().join("relay-alone"), PathBuf::from));
    server.args(["--port", &port.to_string()]);
    become_it(server)
}

/// Also what the browser tests start by its path.
pub fn build_server(project: &Project) -> Result<PathBuf> {
    step("Building the server (3 minutes the first time)");
    let mut cargo = project.cargo();
    cargo.args(["build", "--quiet", "--locked", "--package", SERVER]);
    run(&mut cargo, "The reason is above. Building LMDB and secp256k1 needs a C compiler.")?;
    let name = format!("{SERVER}{}", std::env::consts::EXE_SUFFIX);
    Ok(project.target.join("debug").join(name))
}

fn server(project: &Project) -> Result<Command> {
    Ok(Command::new(build_server(project)?))
}

/// On Unix this process turns into the server, so that a signal sent to it arrives there.
#[cfg(unix)]
fn become_it(mut server: Command) -> Result<()> {
    use std::os::unix::process::CommandExt;
    let source = server.exec();
    Err(missing(&server, source))
}

#[cfg(not(unix))]
fn become_it(mut server: Command) -> Result<()> {
    let status = server.status().map_err(|source| missing(&server, source))?;
    match status.success() {
        true => Ok(()),
        false => Err(crate::error::Failure::Build("The server stopped.".to_owned())),
    }
}
