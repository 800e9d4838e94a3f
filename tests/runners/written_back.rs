//! The runner `written`: each program runs, its queries are written as a new program from their plans, and that program runs the case instead.
//!
//! What must be equal is all that Spark wrote: batches, watermarks, state counters, columns, rows. A program section that starts no query
//! (one that asks a table, say) runs as it stands. A section that does more than define and start queries, whose prints, errors and waits are
//! part of the case, is left out, as are queries that can't be said in PySpark; the reason is computed, and the table shows it.

use crate::Outcome;
use tidemark::lesson::PlaygroundStage;
use tidemark::lesson::replay::Said;
use tidemark::lesson::replay::Stage;
use tidemark::lesson::replay::replay;
use tidemark::pyspark::ProgramState;
use tidemark::pyspark::write_back::write_back;

/// Runs the case with its programs written back.
pub fn run(_: &str, text: &str) -> Outcome {
    let mut stage =
        Written { original: PlaygroundStage::new(text), written: PlaygroundStage::new(text), texts: Vec::new(), left_out: None };
    let differences = replay(text, &mut stage).differences;
    match stage.left_out {
        Some(why) => Outcome::LeftOut(why),
        None if stage.texts.is_empty() => Outcome::LeftOut("no query is started".to_owned()),
        None if differences.is_empty() => Outcome::Same,
        None => Outcome::Differs(format!("{}\n--- written:\n{}", differences.join("\n"), stage.texts.join("---\n"))),
    }
}

/// Two playgrounds in worlds of their own: one runs the programs as they are, so that there are plans to write; the other what was written.
struct Written {
    original: PlaygroundStage,
    written: PlaygroundStage,
    texts: Vec<String>,
    left_out: Option<String>,
}

impl Written {
    /// The program to run instead of this one, which the original has just run.
    fn instead(&mut self, source: &str, said: &Said, before: usize) -> String {
        let playground = self.original.playground();
        let started = playground.started().get(before..).unwrap_or_default();
        if started.is_empty() {
            return source.to_owned();
        }
        let does_more = [
            (said.raised.is_some(), "a program that starts queries and raises"),
            (!said.printed.is_empty(), "a program that starts queries and prints"),
            (playground.state() != ProgramState::Finished, "a program that waits"),
            (source.contains(".stop()"), "a program that stops its queries"),
            (source.contains("wait") || source.contains("processAll"), "a program that waits for its queries"),
        ];
        if let Some((_, why)) = does_more.iter().find(|(does, _)| *does) {
            self.left_out.get_or_insert((*why).to_owned());
            return source.to_owned();
        }
        match write_back(started) {
            Ok(text) => {
                self.texts.push(text.clone());
                text
            }
            Err(why) => {
                self.left_out.get_or_insert(why.0);
                source.to_owned()
            }
        }
    }
}

impl Stage for Written {
    fn set_conf(&mut self, key: &str, value: &str) {
        self.original.set_conf(key, value);
        self.written.set_conf(key, value);
    }

    fn make_folder(&mut self, path: &str) {
        self.original.make_folder(path);
        self.written.make_folder(path);
    }

    fn write_file(&mut self, path: &str, text: String, modified_ms: i64) {
        self.original.write_file(path, text.clone(), modified_ms);
        self.written.write_file(path, text, modified_ms);
    }

    fn run_program(&mut self, source: &str) -> Said {
        let before = self.original.playground().started().len();
        let said = self.original.run_program(source);
        let text = self.instead(source, &said, before);
        let found = self.written.run_program(&text);
        // A plan knows the settings that it was analysed under, not those that the program changed for itself.
        if let Some(key) = source.split("spark.conf.set(").nth(1) {
            self.left_out.get_or_insert(format!("a program that sets {}", key.split('"').nth(1).unwrap_or("a setting")));
        }
        let lacks_a_name = |said: &Said| said.raised.as_ref().is_some_and(|raised| raised.headline() == "NameError");
        if text == source && lacks_a_name(&found) && !lacks_a_name(&said) {
            self.left_out.get_or_insert("a later program uses the names of one that was written anew".to_owned());
        }
        found
    }

    fn queries(&self) -> usize {
        self.written.queries()
    }

    fn process(&mut self, query: usize) -> Said {
        self.original.process(query);
        self.written.process(query)
    }

    fn batch_lines(&mut self, query: usize) -> Vec<String> {
        self.written.batch_lines(query)
    }

    fn restart(&mut self) {
        self.original.restart();
        self.written.restart();
    }
}
