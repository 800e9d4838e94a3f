//! Programs with CPython's output: `tests/data/*.txt` hold blocks of program and output, written by `tests/record.py`.

use super::run;
use std::path::Path;

/// Programs that differ, by their first line, with the reason. Who is in this list and does not differ any more fails the test.
const KNOWN: &[(&str, &str)] = &[];

#[test]
fn programs_print_what_cpython_prints() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/python/tests/data");
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let (mut total, mut wrong) = (0, Vec::new());
    for path in files {
        let file = path.file_stem().unwrap().to_string_lossy().into_owned();
        let text = std::fs::read_to_string(&path).unwrap();
        for block in text.split(">>>\n").skip(1) {
            let Some((program, expected)) = block.split_once("---\n") else { panic!("{file}: a program without output:\n{block}") };
            total += 1;
            let printed = run(program);
            let known = KNOWN.iter().find(|(first, _)| program.lines().next() == Some(first));
            if let Some((first, reason)) = known {
                assert!(printed != expected, "{file}: `{first}` does not differ any more ({reason}): take it out of KNOWN");
            } else if printed != expected {
                wrong.push(format!("{file}: {program}=== CPython\n{expected}=== we\n{printed}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {total} programs differ:\n\n{}", wrong.len(), wrong.join("\n"));
    assert!(total >= 366, "only {total} programs were found");
}
