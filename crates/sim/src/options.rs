//! The words behind the command.

use std::path::PathBuf;
use std::str::FromStr;
use std::time::{SystemTime, UNIX_EPOCH};
use zajil_core::mutant::Mutant;
use zajil_sim::run::Mode;
use zajil_sim::verdict::Rule;

const HELP: &str = "\
cargo xtask sim [--seeds N] [--from S]   histories of N seeds from S on (100 from 0)
                [--seed S]               the history of one seed
                [--replay FILE]          a history as it was written down
                [--mutants]              every planted bug, until it is caught
                [--outage --messages N]  six hours with four of five relays bad
  --jobs N      threads (2)          --at T     when the clock starts, in Unix seconds (now)
  --most N      stop after N that went wrong     --no-shrink  leave them as they are
  --waive RULE  do not look at a rule            --trace      print all that happens
  --prompt MIN  how soon what is acknowledged arrives where nothing is in its way (20; 5 with
                --outage)
  --plant BUG   with this bug in the engines; with --mutants, only this one
";

pub enum Work {
    Seeds { from: u64, count: u64 },
    Seed(u64),
    Replay(String),
    Mutants { most: u64 },
    Outage { messages: u64 },
}

pub struct Options {
    pub work: Work,
    pub mode: Mode,
    pub jobs: usize,
    pub most: usize,
    pub shrinks: bool,
    pub seed: u64,
    /// Where histories are kept that went wrong.
    pub folder: PathBuf,
}

impl Options {
    pub fn read(words: impl Iterator<Item = String>) -> Result<Self, String> {
        let mut words = Words(words.collect());
        if words.flag("--help") {
            return Err(HELP.to_owned());
        }
        let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |past| past.as_secs());
        let start = words.value("--at")?.unwrap_or(now) * 1000;
        let mut mode = Mode { start, trace: words.flag("--trace"), ..Mode::default() };
        while let Some(name) = words.value::<String>("--waive")? {
            let rule = Rule::of_name(&name).ok_or(format!("There is no rule '{name}'."))?;
            mode.waived.push(rule);
        }
        if let Some(name) = words.value::<String>("--plant")? {
            let of_name = |bug: &&Mutant| format!("{bug:?}") == name;
            let bug =
                Mutant::ALL.iter().find(of_name).ok_or(format!("There is no bug '{name}'."))?;
            mode.planted = Some(*bug);
        }
        let minutes: Option<u64> = words.value("--prompt")?;
        mode.prompt = minutes.map(|minutes| minutes * 60_000);
        let seed = words.value("--seed")?;
        let from = words.value("--from")?.unwrap_or(0);
        let count: Option<u64> = words.value("--seeds")?;
        let messages = words.value("--messages")?.unwrap_or(100_000);
        let replay = words.value("--replay")?;
        let work = match (words.flag("--mutants"), words.flag("--outage"), replay, seed) {
            (true, ..) => Work::Mutants { most: count.unwrap_or(2_000) },
            (_, true, ..) => Work::Outage { messages },
            (_, _, Some(file), _) => Work::Replay(file),
            (_, _, _, Some(seed)) => Work::Seed(seed),
            _ => Work::Seeds { from, count: count.unwrap_or(100) },
        };
        let options = Self {
            work,
            mode,
            jobs: words.value("--jobs")?.unwrap_or(2),
            most: words.value("--most")?.unwrap_or(usize::MAX),
            shrinks: !words.flag("--no-shrink"),
            seed: seed.unwrap_or(0),
            folder: words.value("--folder")?.unwrap_or_else(|| PathBuf::from("target/sim")),
        };
        match words.0.first() {
            Some(word) => Err(format!("Did not expect '{word}'.\n\n{HELP}")),
            None => Ok(options),
        }
    }
}

struct Words(Vec<String>);

impl Words {
    fn flag(&mut self, name: &str) -> bool {
        let before = self.0.len();
        self.0.retain(|word| word != name);
        self.0.len() < before
    }

    fn value<T: FromStr>(&mut self, name: &str) -> Result<Option<T>, String> {
        let Some(at) = self.0.iter().position(|word| word == name) else { return Ok(None) };
        self.0.remove(at);
        let wrong = || format!("{name} needs a value.");
        let word = if at < self.0.len() { self.0.remove(at) } else { return Err(wrong()) };
        word.parse().map(Some).map_err(|_| wrong())
    }
}
