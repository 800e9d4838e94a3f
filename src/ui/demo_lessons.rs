//! The stand-in's exercise and question.

use crate::link::message::Event;
use crate::link::view::{Catalogue, Example, Exercise, Feed, Question, Setting, Verdict};

/// One of each.
pub fn catalogue() -> Catalogue {
    let program = example().program;
    let exercises = vec![
        Exercise {
            id: "delay".into(),
            title: "Give late rows more time".into(),
            task: vec![
                "Clicks come up to half a minute late, and most late ones are dropped.".into(),
                "Change the query so that a click may come 30 seconds late and still be counted.".into(),
            ],
            start: program.clone(),
            hints: vec!["The delay is the second argument of withWatermark.".into()],
            explanation: vec!["A longer delay keeps windows open for longer: fewer drops, later results, more state.".into()],
            setting: Setting::default(),
        },
        Exercise {
            id: "update".into(),
            title: "Show counts as they grow".into(),
            task: vec!["Report each window's count in every batch that changes it.".into()],
            start: program.clone(),
            hints: Vec::new(),
            explanation: vec!["Update mode emits changed rows at once.".into()],
            setting: Setting::default(),
        },
    ];
    let questions = vec![Question {
        id: "late".into(),
        objective: "Watermarks".into(),
        text: "A query has a watermark delay of 10 seconds. The latest event time that it has seen is 10:00:27. Which rows may it drop in the batch after the next?".into(),
        code: Some("clicks.withWatermark(\"ts\", \"10 seconds\")\n      .groupBy(window(\"ts\", \"10 seconds\"))\n      .count()".into()),
        choices: vec!["Those of windows that ended by 10:00:17".into(), "Those older than 10:00:27".into(), "Those that came more than 10 seconds after they happened".into(), "None: a watermark never drops rows".into()],
        answer: 0,
        reasons: vec!["The watermark is 10:00:27 less 10 seconds; windows that end by then are sealed.".into(), "That would be a delay of zero.".into(), "Lateness is judged by the watermark, not by each row's own delay.".into(), "It bounds the state, and rows of sealed windows are dropped.".into()],
        explanation: "Open it in the workbench and watch the red crosses.".into(),
        program,
        setting: example().setting,
    }];
    Catalogue { examples: Vec::new(), exercises, questions }
}

/// A verdict: right if the program holds what the exercise is about.
pub fn judge(exercise: String, program: &str) -> Event {
    let verdict = if program.contains("30 seconds") {
        Verdict::Passed { batches: 6 }
    } else {
        Verdict::Differs {
            step: "after the third batch".into(),
            expected: vec!["[10:00:00, 10:00:10)  ad-1  9".into()],
            found: vec!["[10:00:00, 10:00:10)  ad-1  8".into()],
            said: "A click of 10:00:07 is missing.".into(),
        }
    };
    Event::Judged { exercise, verdict }
}

/// The opening example with its world.
pub fn example() -> Example {
    let mut example = super::opening::example();
    example.about = "Ten-second windows by ad. Watch the watermark rise, seal them, and drop what comes too late.".into();
    example.setting.seed = 7;
    example.setting.feeds = vec![Feed::Generated {
        to: "/data/clicks".into(),
        rows_per_second: 2.4,
        keys: vec!["ad-1".into(), "ad-2".into(), "ad-3".into()],
        out_of_order_ms: 4_000,
        late_share: 0.07,
        late_by_ms: 26_000,
        template: r#"{"ts": "{time}", "ad": "{key}"}"#.into(),
        every_ms: 500,
    }];
    example
}
