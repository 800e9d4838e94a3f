//! All cases, found by folder: the recorded ones beside this repository, its own areas, and the lessons' proofs.

use std::path::Path;
use std::path::PathBuf;

/// A case.
#[derive(Clone)]
pub struct Case {
    /// The folder it stands in, `lessons` for those that stand in none.
    pub area: String,
    /// Its file's name.
    pub stem: String,
    /// Its file.
    pub path: PathBuf,
}

impl Case {
    /// `area/case`.
    pub fn name(&self) -> String {
        format!("{}/{}", self.area, self.stem)
    }
}

/// All cases in order.
pub fn all() -> Vec<Case> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut cases = Vec::new();
    for folder in ["../shared/conformance/cases", "tests/conformance"] {
        for area in entries(&here.join(folder)).into_iter().filter(|path| path.is_dir()) {
            let name = area.file_name().unwrap_or_default().to_string_lossy().into_owned();
            add(&area, &name, &mut cases);
        }
    }
    for folder in ["tests/conformance", "src/lesson/exercises"] {
        add(&here.join(folder), "lessons", &mut cases);
    }
    cases
}

fn add(folder: &Path, area: &str, cases: &mut Vec<Case>) {
    for path in entries(folder).into_iter().filter(|path| path.extension().is_some_and(|ending| ending == "case")) {
        let stem = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        cases.push(Case { area: area.to_owned(), stem, path });
    }
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let mut paths: Vec<_> = std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
    paths.sort();
    paths
}
