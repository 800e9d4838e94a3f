//! The JavaScript API: a playground for Node, workers and course pages. Behind the feature `javascript`, so that no other binary holds the engine for it.

use super::convert;
use super::view;
use crate::diag::Diagnostic;
use crate::engine::BatchReport;
use crate::pyspark::Playground;
use crate::types::DataType;
use crate::types::Value;
use crate::types::Zone;
use crate::types::arrow::value_at;
use crate::types::json::to_json;
use crate::world::World;
use js_sys::{Array, Error, Object, Reflect};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = r#"
/** How a playground begins. */
export interface PlaygroundOptions {
  /** What everything random comes from: the same seed, program and calls give the same run, to the last byte. */
  seed: number;
}

/** What one micro-batch did: the numbers of Spark's `StreamingQueryProgress`, and its rows. */
export interface Report {
  /** The query's name, or `query 1`, `query 2` where it has none. */
  query: string;
  /** Spark's batch id; it goes on over restarts from a checkpoint. */
  batchId: number;
  /** When it was triggered, on the virtual clock, in milliseconds since 1970. */
  triggeredAtMs: number;
  /** `numInputRows`. */
  inputRows: number;
  /** Rows that the sink got. */
  outputRows: number;
  /** It ran only because the watermark had moved. */
  noData: boolean;
  /** The watermark with which it evicted, in milliseconds since 1970; missing without `withWatermark`. */
  watermarkMs?: number;
  /** The watermark by which it judged late rows: the one of the batch before. */
  lateWatermarkMs?: number;
  /** The watermark of the next batch. */
  nextWatermarkMs?: number;
  /** The rows that the sink got, each as Spark's `to_json` writes it. */
  rows: string[];
  /** The stateful operators' counters, in Spark's order. */
  stateOperators: StateOperator[];
  /** The whole of Spark's `lastProgress`, as JSON. */
  progress: string;
}

/** Spark's `StateOperatorProgress`. */
export interface StateOperator {
  /** `stateStoreSave`, `dedupe`, `symmetricHashJoin`. */
  operatorName: string;
  numRowsTotal: number;
  numRowsUpdated: number;
  numRowsRemoved: number;
  numRowsDroppedByWatermark: number;
}

/** A place in the program, in UTF-16 units: `program.slice(span.start, span.end)`. */
export interface Span { start: number; end: number; }

/** Advice, with the edit that follows it where there is one. */
export interface Hint { text: string; fix?: { span: Span; text: string }; }

/**
 * What `run`, `process`, `advance`, `step` and `restart` throw when the program or a query dies. `name` is the Python class.
 *
 * @example
 * try { playground.run(program); } catch (error) { console.log(error.condition, program.slice(error.span.start, error.span.end)); }
 */
export interface SparkError extends Error {
  /** Spark's error condition, such as `STREAMING_OUTPUT_MODE.UNSUPPORTED_OPERATION`, where it has one. */
  condition?: string;
  /** Where in the program, where it is known. */
  span?: Span;
  /** What to do instead. */
  hints: Hint[];
}
"#;

/// A PySpark program in a world of its own: a virtual clock, a virtual disk, sockets. Nothing happens by itself.
///
/// @example
/// const playground = new Playground({ seed: 7 });
/// playground.makeFolder("/data/sales");
/// playground.run('query = spark.readStream.schema("id INT").json("/data/sales").writeStream.format("console").start()');
/// playground.writeFile("/data/sales/1.json", new TextEncoder().encode('{"id": 1}\n'));
/// playground.process();
/// console.log(playground.output());
#[wasm_bindgen(js_name = Playground)]
pub struct JsPlayground {
    playground: Playground,
}

#[wasm_bindgen(js_class = Playground)]
impl JsPlayground {
    /// An empty world.
    ///
    /// @example
    /// const playground = new Playground({ seed: 7 });
    #[wasm_bindgen(constructor)]
    pub fn new(#[wasm_bindgen(unchecked_param_type = "PlaygroundOptions")] options: JsValue) -> Result<Self, JsValue> {
        let seed = Reflect::get(&options, &"seed".into()).ok().and_then(|seed| seed.as_f64());
        match seed.filter(|seed| seed.fract() == 0.0 && *seed >= 0.0) {
            Some(seed) => Ok(Self { playground: Playground::new(seed as u64) }),
            None => Err(js_sys::TypeError::new("a playground takes { seed }, a whole number from 0 on").into()),
        }
    }

    /// Runs Python until it ends, waits (`awaitTermination`, `sleep`) or raises. Names of programs before it are still there.
    ///
    /// @throws {SparkError} what it raises.
    /// @example
    /// playground.run('print(spark.range(3).count())');
    pub fn run(&mut self, source: &str) -> Result<(), JsValue> {
        let outcome = self.playground.run(source);
        self.raise(outcome.diagnostic)
    }

    /// Lets every query process all that is there, as `processAllAvailable` does.
    ///
    /// @throws {SparkError} what the first query that dies dies of.
    /// @example
    /// playground.process();
    pub fn process(&mut self) -> Result<(), JsValue> {
        let failures = self.playground.process();
        self.raise(failures.into_iter().next())
    }

    /// Lets the virtual clock run: triggers fire, sources that make rows make them, waits end.
    ///
    /// @throws {SparkError} what the program or a query dies of meanwhile.
    /// @example
    /// playground.advance(5000);
    pub fn advance(&mut self, milliseconds: f64) -> Result<(), JsValue> {
        let died = self.playground.advance(milliseconds.clamp(0.0, 1e15) as i64);
        let failed = self.playground.take_failures().into_iter().next();
        self.raise(died.or(failed))
    }

    /// Lets the virtual clock run until one more micro-batch has run, for an hour at the most.
    ///
    /// @throws {SparkError} what the program or a query dies of meanwhile.
    /// @example
    /// playground.step();
    pub fn step(&mut self) -> Result<(), JsValue> {
        let died = self.playground.step();
        let failed = self.playground.take_failures().into_iter().next();
        self.raise(died.or(failed))
    }

    /// The driver dies, and the programs run again on what is left: files, checkpoints, sockets.
    ///
    /// @throws {SparkError} what they raise.
    /// @example
    /// playground.restart();
    pub fn restart(&mut self) -> Result<(), JsValue> {
        let outcome = self.playground.restart();
        self.raise(outcome.diagnostic)
    }

    /// A file appears on the virtual disk, whole and at once.
    ///
    /// @example
    /// playground.writeFile("/data/sales/1.json", new TextEncoder().encode('{"id": 1}\n'));
    #[wasm_bindgen(js_name = writeFile)]
    pub fn write_file(&mut self, path: &str, bytes: Vec<u8>) {
        self.playground.write_file(path, bytes);
    }

    /// The bytes of a file on the virtual disk: what sinks and checkpoints wrote.
    ///
    /// @throws {Error} where there is no such file.
    /// @example
    /// const text = new TextDecoder().decode(playground.readFile("/checkpoint/counts/commits/0"));
    #[wasm_bindgen(js_name = readFile)]
    pub fn read_file(&self, path: &str) -> Result<Vec<u8>, JsValue> {
        self.playground.read_file(path).ok_or_else(|| Error::new(&format!("there is no file {path}")).into())
    }

    /// The paths of the files under a folder, sorted.
    ///
    /// @example
    /// playground.files("/checkpoint");
    #[wasm_bindgen(unchecked_return_type = "string[]")]
    pub fn files(&self, folder: &str) -> Array {
        self.playground.world().disk().files_under(folder).map(|file| JsValue::from(file.path)).collect()
    }

    /// An empty folder is there, for programs that read it before anything has landed.
    ///
    /// @example
    /// playground.makeFolder("/data/sales");
    #[wasm_bindgen(js_name = makeFolder)]
    pub fn make_folder(&mut self, path: &str) {
        self.playground.world_mut().disk_mut().make_folder(path);
    }

    /// A line is typed into the socket on this port, as `nc` would send it.
    ///
    /// @example
    /// playground.send(9999, "to be or not to be");
    pub fn send(&mut self, port: u16, line: &str) {
        self.playground.world_mut().send_line(port, line);
    }

    /// Every micro-batch since the beginning, in order. Of more than a million rows those of the oldest batches are gone.
    ///
    /// @example
    /// const dropped = playground.reports().flatMap((it) => it.stateOperators).reduce((sum, it) => sum + it.numRowsDroppedByWatermark, 0);
    #[wasm_bindgen(unchecked_return_type = "Report[]")]
    pub fn reports(&self) -> Array {
        let zone = self.playground.session().conf().zone();
        self.playground.reports().iter().map(|report| told(report, &zone)).collect()
    }

    /// What the driver printed since the last call: `print`, `show`, the console sink.
    ///
    /// @example
    /// console.log(playground.output());
    pub fn output(&mut self) -> String {
        self.playground.take_output()
    }

    fn raise(&self, diagnostic: Option<Box<Diagnostic>>) -> Result<(), JsValue> {
        let program = self.playground.programs().last().map_or("", String::as_str);
        diagnostic.map_or(Ok(()), |diagnostic| Err(error(&convert::diagnostic(program, &diagnostic))))
    }
}

/// A mistake as a JavaScript error.
fn error(diagnostic: &view::Diagnostic) -> JsValue {
    let error = Error::new(&diagnostic.message);
    error.set_name(&diagnostic.class);
    if let Some(condition) = &diagnostic.condition {
        set(&error, "condition", condition.as_str());
    }
    if let Some(place) = diagnostic.span {
        set(&error, "span", span(place));
    }
    let hint = |hint: &view::Hint| {
        let told = Object::new();
        set(&told, "text", hint.text.as_str());
        if let Some((place, text)) = &hint.fix {
            let fix = Object::new();
            set(&fix, "span", span(*place));
            set(&fix, "text", text.as_str());
            set(&told, "fix", fix);
        }
        JsValue::from(told)
    };
    set(&error, "hints", diagnostic.hints.iter().map(hint).collect::<Array>());
    error.into()
}

fn span(span: view::Span) -> Object {
    let told = Object::new();
    set(&told, "start", span.start);
    set(&told, "end", span.end);
    told
}

/// A report as `Report`.
fn told(report: &BatchReport, zone: &Zone) -> JsValue {
    let told = Object::new();
    set(&told, "query", convert::query_name(report.name.as_deref(), report.query));
    set(&told, "batchId", report.batch_id as f64);
    set(&told, "triggeredAtMs", report.at_ms as f64);
    set(&told, "inputRows", report.input_rows as f64);
    set(&told, "outputRows", report.rows.num_rows() as f64);
    set(&told, "noData", report.no_data);
    if let Some(watermark) = report.watermark {
        set(&told, "watermarkMs", watermark.evict_ms as f64);
        set(&told, "lateWatermarkMs", watermark.late_ms as f64);
        set(&told, "nextWatermarkMs", watermark.next_ms as f64);
    }
    set(&told, "rows", rows(report, zone).iter().map(|row| JsValue::from(row.as_str())).collect::<Array>());
    let operator = |(name, counters): (&str, crate::operator::StateCounters)| {
        let told = Object::new();
        set(&told, "operatorName", name);
        set(&told, "numRowsTotal", counters.total as f64);
        set(&told, "numRowsUpdated", counters.updated as f64);
        set(&told, "numRowsRemoved", counters.removed as f64);
        set(&told, "numRowsDroppedByWatermark", counters.dropped as f64);
        JsValue::from(told)
    };
    set(&told, "stateOperators", report.state_operators().map(operator).collect::<Array>());
    set(&told, "progress", report.progress.as_str());
    told.into()
}

/// The batch's rows, each as Spark's `to_json` writes it.
fn rows(report: &BatchReport, zone: &Zone) -> Vec<String> {
    let fields = &report.schema.fields;
    let row_type = DataType::Struct(fields.clone());
    let row = |row: usize| {
        let values = fields.iter().enumerate().map(|(column, field)| value_at(report.rows.column(column), row, &field.data_type));
        to_json(&Value::Struct(values.collect()), &row_type, zone, true)
    };
    (0..report.rows.num_rows()).map(row).collect()
}

fn set(object: &Object, name: &str, value: impl Into<JsValue>) {
    // Setting a property of an object that we have just made does not fail.
    let _ = Reflect::set(object, &name.into(), &value.into());
}
