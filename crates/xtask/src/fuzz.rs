//! `fuzz`: the long run, target by target, guided by the coverage of the code.
//!
//! libFuzzer asks for instrumentation that the stable compiler has, in every crate but
//! build scripts; so the build has a folder of its own. Inputs that led somewhere new
//! stay in `target/fuzz/corpus` and are taken up by the next run; `--keep` writes the
//! fewest that reach as much into the corpus that goes with the code.

use crate::error::{Failure, Result};
use crate::options::Options;
use crate::project::Project;
use crate::say::{ask, note, run, step};
use std::path::{Path, PathBuf};
use std::process::Command;

const PACKAGE: &str = "zajil-fuzz";
const INSTRUMENTED: &str = "--cfg fuzzing -C passes=sancov-module \
    -C llvm-args=-sanitizer-coverage-level=4 \
    -C llvm-args=-sanitizer-coverage-inline-8bit-counters \
    -C llvm-args=-sanitizer-coverage-pc-table \
    -C llvm-args=-sanitizer-coverage-trace-compares";
const COMPILER: &str = "The reason is above. libFuzzer needs a C++ compiler.";

pub fn run_targets(project: &Project, mut options: Options) -> Result<()> {
    let seconds: u64 = match options.value("--seconds")? {
        Some(text) => text.parse().map_err(|_| {
            Failure::Usage(format!("'{text}' is not a number of seconds for each target."))
        })?,
        None => 60,
    };
    let keep = options.flag("--keep");
    let words = options.words()?;

    step("Building the targets with instrumentation (4 minutes the first time)");
    let fuzz = Fuzz::build(project)?;
    let known = fuzz.targets()?;
    if let Some(word) = words.iter().find(|word| !known.contains(word)) {
        let known = known.join(", ");
        return Err(Failure::Usage(format!("There is no target '{word}'. There are: {known}.")));
    }
    let mut failed = Vec::new();
    for target in if words.is_empty() { &known } else { &words } {
        step(format!("{target}, {seconds} s"));
        match fuzz.run(target, seconds) {
            Ok(()) if keep => fuzz.keep(target)?,
            Ok(()) => {}
            Err(failure) => {
                eprintln!("{failure}");
                failed.push(target.as_str());
            }
        }
    }
    match failed.as_slice() {
        [] => Ok(()),
        failed => Err(Failure::Build(format!("An input was found for: {}", failed.join(", ")))),
    }
}

struct Fuzz {
    /// libFuzzer with every target in it.
    guided: PathBuf,
    /// Lists targets; carries corpora between their folder and libFuzzer's.
    corpus: PathBuf,
    work: PathBuf,
    kept: PathBuf,
}

impl Fuzz {
    fn build(project: &Project) -> Result<Self> {
        let work = project.target.join("fuzz");
        let host = host()?;
        let mut cargo = project.cargo();
        // A target that is named, though it is this machine, keeps build scripts as they are.
        cargo.args(["build", "--quiet", "--locked", "--profile", "fuzz", "--package", PACKAGE]);
        cargo.args(["--features", "guided", "--bin", "guided"]);
        cargo.args(["--target", &host]).arg("--target-dir").arg(&work);
        run(cargo.env("RUSTFLAGS", INSTRUMENTED), COMPILER)?;
        let mut cargo = project.cargo();
        cargo.args(["build", "--quiet", "--locked", "--package", PACKAGE, "--bin", "corpus"]);
        run(&mut cargo, "The reason is above.")?;
        let program = |name| format!("{name}{}", std::env::consts::EXE_SUFFIX);
        Ok(Self {
            guided: work.join(host).join("fuzz").join(program("guided")),
            corpus: project.target.join("debug").join(program("corpus")),
            kept: project.root.join("crates").join("fuzz").join("corpus"),
            work,
        })
    }

    fn targets(&self) -> Result<Vec<String>> {
        let listed = ask(Command::new(&self.corpus).arg("list"));
        let listed = listed.ok_or_else(|| Failure::Build("No targets were listed.".to_owned()))?;
        Ok(listed.lines().map(str::to_owned).collect())
    }

    fn run(&self, target: &str, seconds: u64) -> Result<()> {
        let folder = self.folder("corpus", target);
        self.carry("lay-out", target, &folder)?;
        let crashes = self.kept.join("crashes").join(target);
        std::fs::create_dir_all(&crashes).map_err(Failure::file(&crashes))?;
        let mut guided = self.guided(target);
        guided.arg(format!("-max_total_time={seconds}"));
        guided.arg(format!("-artifact_prefix={}/", crashes.display()));
        guided.arg(format!("-dict={}", self.kept.join("dictionary.txt").display()));
        guided.args(["-max_len=8192", "-timeout=20", "-rss_limit_mb=1024"]);
        guided.args(["-print_final_stats=1", "-verbosity=0"]).arg(&folder);
        let outcome = run(&mut guided, "The input is in corpus/crashes; every test runs it again.");
        // A folder with nothing in it is nothing to keep.
        let _ = std::fs::remove_dir(&crashes);
        outcome
    }

    fn keep(&self, target: &str) -> Result<()> {
        let (all, fewest) = (self.folder("corpus", target), self.folder("fewest", target));
        let _ = std::fs::remove_dir_all(&fewest);
        std::fs::create_dir_all(&fewest).map_err(Failure::file(&fewest))?;
        let mut guided = self.guided(target);
        guided.args(["-merge=1", "-verbosity=0"]).arg(&fewest).arg(&all);
        run(&mut guided, "An input of the corpus fails by itself.")?;
        self.carry("keep", target, &fewest)?;
        note(format!("kept in {}", self.kept.display()));
        Ok(())
    }

    fn guided(&self, target: &str) -> Command {
        let mut guided = Command::new(&self.guided);
        guided.env("ZAJIL_FUZZ_TARGET", target);
        guided
    }

    fn folder(&self, what: &str, target: &str) -> PathBuf {
        self.work.join(what).join(target)
    }

    fn carry(&self, how: &str, target: &str, folder: &Path) -> Result<()> {
        let mut corpus = Command::new(&self.corpus);
        run(corpus.args([how, target]).arg(folder), "The corpus cannot be read or written.")
    }
}

/// This machine, as rustc calls it.
fn host() -> Result<String> {
    let told = ask(Command::new("rustc").arg("-vV")).unwrap_or_default();
    let host = told.lines().find_map(|line| line.strip_prefix("host: "));
    host.map(str::to_owned).ok_or_else(|| Failure::Build("rustc does not answer.".to_owned()))
}
