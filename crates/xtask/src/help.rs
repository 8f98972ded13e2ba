//! What each command takes, in a few lines.

/// All commands at a glance.
pub const ALL: &str = "\
cargo xtask COMMAND [--help]

  run                       build what changed, serve the app and a relay
  relay                     the relay alone
  build                     the release build, in dist/
  test [SUITE ...]          every suite, or those named (see: test --list)
  fuzz [TARGET ...]         every parser of foreign bytes, or those named
  drill NAME                a bad day in real browsers (without a name: which there are)
  sim                       histories in virtual time: seeds, planted bugs, an outage
  setup                     fetch the tools for building, once
  doctor                    say which tools are there
  finish                    the last build step; Trunk calls it
";

/// Each command's own. The simulator speaks for itself.
const EACH: &[(&str, &str)] = &[
    (
        "run",
        "\
cargo xtask run [OPTIONS]
Builds what changed, serves the app and a relay at /relay, and opens a browser.

  --port N                  the port to serve at (8080)
  --data DIR                where the relay keeps its events (data/)
  --relays URL,URL          the servers of new accounts, instead of the relay here
  --no-open                 open no browser
",
    ),
    (
        "relay",
        "\
cargo xtask relay [OPTIONS]
Serves a relay alone, without the app.

  --port N                  the port to serve at (7000)
  --data DIR                where it keeps its events (data/relay-alone/)
",
    ),
    (
        "build",
        "\
cargo xtask build
Makes the release build in dist/ and prints its bytes. Takes no options.
",
    ),
    (
        "test",
        "\
cargo xtask test [SUITE ...]
Runs every suite, or those named, and sums up.

  --list                    which suites there are
",
    ),
    (
        "fuzz",
        "\
cargo xtask fuzz [TARGET ...] [OPTIONS]
Feeds random bytes to every parser of foreign bytes, or to those named.

  --seconds N               how long each (60)
  --keep                    add to the corpus in the checkout the fewest that reach as much
",
    ),
    (
        "drill",
        "\
cargo xtask drill NAME [OPTIONS]
A bad day in real browsers: outage, kill, power, zeros, tabs, quota or full (see crates/DRILLS.md).

  --n N                     how many messages, or rounds
  --browser NAME            chromium or firefox
",
    ),
    (
        "setup",
        "\
cargo xtask setup
Fetches the tools for building, those that are missing. Takes no options; ZAJIL_TOOLS names
the folder they go to.
",
    ),
    (
        "doctor",
        "\
cargo xtask doctor
Says which tools are there. Takes no options.
",
    ),
    (
        "finish",
        "\
cargo xtask finish
The last step of the release build: names, page, policy, compression. Trunk calls it.
",
    ),
];

/// What is printed for a command where its words ask for help.
pub fn asked_for(command: &str, mut words: impl Iterator<Item = String>) -> Option<&'static str> {
    let asks = words.any(|word| matches!(word.as_str(), "--help" | "-h"));
    EACH.iter().find(|(name, _)| asks && *name == command).map(|(_, text)| *text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn help(line: &str) -> Option<&'static str> {
        let (command, rest) = line.split_once(' ').unwrap_or((line, ""));
        asked_for(command, rest.split_whitespace().map(str::to_owned))
    }

    #[test]
    fn a_command_that_is_asked_for_help_names_its_options() {
        assert!(help("run --help").is_some_and(|text| text.contains("--port")));
        assert!(help("relay --port 1 -h").is_some_and(|text| text.contains("--data")));
        assert!(help("run --port 81").is_none());
        assert!(help("sim --help").is_none(), "it answers itself");
    }

    #[test]
    fn no_command_is_without_help() {
        let named = ALL.lines().skip(2).filter_map(|line| line.split_whitespace().next());
        for command in named.filter(|command| *command != "sim") {
            assert!(EACH.iter().any(|(name, _)| *name == command), "{command}");
        }
    }
}
