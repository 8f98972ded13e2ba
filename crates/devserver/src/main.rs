//! The server as a program. `cargo xtask run` and `cargo xtask relay` start it.

use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, ExitCode, Stdio};
use tokio::net::TcpListener;
use zajil_devserver::{Config, Fault, Limits, Server};

const USAGE: &str = "zajil-devserver --data DIR [--dist DIR] [--port N] [--relays URL,URL] [--bind ADDRESS] [--open]";

struct Options {
    config: Config,
    port: u16,
    /// `None`: this machine only, by whichever address `localhost` means.
    bind: Option<String>,
    open: bool,
}

#[tokio::main]
async fn main() -> ExitCode {
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(fault) => {
            eprintln!("{fault}");
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Result<(), Fault> {
    let options = options(std::env::args().skip(1))?;
    let with_app = options.config.dist.is_some();
    // Before the listeners: whoever can connect is answered.
    let server = Server::open(options.config)?;
    let listeners = listen(options.bind.as_deref(), options.port).await?;
    let bound = listeners.first().and_then(|l| l.local_addr().ok());
    let port = bound.map_or(options.port, |address| address.port());
    announce(port, with_app)?;
    if options.open && with_app {
        open(&format!("http://localhost:{port}"));
    }
    server.serve(listeners, signal()).await
}

/// The one line that scripts wait for.
fn announce(port: u16, with_app: bool) -> Result<(), Fault> {
    let mut stdout = std::io::stdout().lock();
    match with_app {
        true => {
            writeln!(stdout, "ready http://localhost:{port} relay ws://localhost:{port}/relay")?
        }
        false => writeln!(stdout, "ready ws://localhost:{port}")?,
    }
    Ok(stdout.flush()?)
}

async fn listen(bind: Option<&str>, port: u16) -> Result<Vec<TcpListener>, Fault> {
    let fault = |source| Fault::Port { port, source };
    if let Some(address) = bind {
        return Ok(vec![TcpListener::bind((address, port)).await.map_err(fault)?]);
    }
    let four = TcpListener::bind(("127.0.0.1", port)).await.map_err(fault)?;
    let port = four.local_addr().map_err(fault)?.port();
    // A machine may have no IPv6.
    let six = TcpListener::bind(("::1", port)).await.ok();
    Ok(std::iter::once(four).chain(six).collect())
}

/// Ready when the person or the system asks us to end.
async fn signal() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = tokio::signal::ctrl_c() => {}
                _ = terminate.recv() => {}
            }
            return;
        }
    }
    // Without a way to be asked we run until killed.
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}

/// A courtesy: that no browser opens is no reason to stop.
fn open(address: &str) {
    let (program, first) = match std::env::consts::OS {
        "macos" => ("open", None),
        "windows" => ("explorer", None),
        _ => ("xdg-open", None::<&str>),
    };
    let mut command = Command::new(program);
    command.args(first).arg(address).stdin(Stdio::null()).stdout(Stdio::null());
    if command.stderr(Stdio::null()).spawn().is_err() {
        eprintln!("Open {address} in a browser.");
    }
}

fn options(mut words: impl Iterator<Item = String>) -> Result<Options, Fault> {
    let usage = |what: &str| Fault::Usage(format!("{what}\n{USAGE}"));
    let (mut data, mut dist, mut relays, mut bind) = (None, None, None, None);
    let (mut port, mut open) = (8080, false);
    while let Some(word) = words.next() {
        if word == "--open" {
            open = true;
            continue;
        }
        let value = words.next().ok_or_else(|| usage(&format!("'{word}' needs a value.")))?;
        match word.as_str() {
            "--data" => data = Some(PathBuf::from(value)),
            "--dist" => dist = Some(PathBuf::from(value)),
            "--bind" => bind = Some(value),
            "--port" => {
                port = value.parse().map_err(|_| usage(&format!("'{value}' is not a port.")))?
            }
            "--relays" => relays = Some(list(&value)?),
            _ => return Err(usage(&format!("There is no option '{word}'."))),
        }
    }
    let data = data.ok_or_else(|| usage("--data is missing."))?;
    Ok(Options {
        config: Config { dist, data, relays, limits: Limits::default() },
        port,
        bind,
        open,
    })
}

fn list(text: &str) -> Result<Vec<String>, Fault> {
    let urls = text.split(',').map(str::trim).filter(|url| !url.is_empty());
    urls.map(|url| match url.starts_with("wss://") || url.starts_with("ws://") {
        true => Ok(url.to_owned()),
        false => {
            Err(Fault::Usage(format!("'{url}' is no relay: it must start with wss:// or ws://.")))
        }
    })
    .collect()
}
