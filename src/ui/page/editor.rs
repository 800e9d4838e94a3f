//! The program editor: CodeMirror, which the bundle puts at `window.tidemarkEditor`.

use super::super::shared::Shared;
use crate::link::view::{Diagnostic, Span};
use gloo_timers::callback::Interval;
use std::cell::RefCell;
use std::rc::Rc;
use wasm_bindgen::JsValue;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::prelude::wasm_bindgen;
use web_sys::Element;
use yew::prelude::*;

#[wasm_bindgen]
extern "C" {
    type Code;

    #[wasm_bindgen(js_namespace = tidemarkEditor)]
    fn create(parent: &Element, options: &JsValue) -> Code;
    #[wasm_bindgen(method, js_name = setText)]
    fn set_text(this: &Code, text: &str);
    #[wasm_bindgen(method, js_name = setDiagnostics)]
    fn set_diagnostics(this: &Code, json: &str);
    #[wasm_bindgen(method)]
    fn point(this: &Code, start: i32, end: i32, scroll: bool);
    #[wasm_bindgen(method)]
    fn destroy(this: &Code);
}

/// The editor.
#[derive(Properties, Clone, PartialEq)]
pub struct Props {
    /// What it is called when read aloud.
    pub label: AttrValue,
    /// The text.
    pub text: AttrValue,
    /// What is underlined.
    #[prop_or_default]
    pub diagnostics: Shared<Vec<Diagnostic>>,
    /// What is marked.
    #[prop_or_default]
    pub pointed: Option<Span>,
    /// The text changed under the learner's hands.
    pub change: Callback<String>,
    /// Ctrl and Enter.
    pub run: Callback<()>,
}

/// The editor and the closures that it calls.
struct Mounted {
    code: Code,
    _change: Closure<dyn Fn(String)>,
    _run: Closure<dyn Fn()>,
    _cursor: Closure<dyn Fn(u32)>,
}

impl Drop for Mounted {
    fn drop(&mut self) {
        self.code.destroy();
    }
}

/// A box with the editor in it; until the bundle is there, the plain text.
#[component]
pub fn Editor(props: &Props) -> Html {
    let place = use_node_ref();
    let mounted = use_mut_ref(|| None::<Mounted>);
    let ready = use_state_eq(|| false);
    let latest = use_mut_ref(|| props.clone());
    *latest.borrow_mut() = props.clone();
    {
        let (place, mounted, latest, ready) = (place.clone(), Rc::clone(&mounted), Rc::clone(&latest), ready.clone());
        use_effect_with((), move |()| {
            let waiting: Rc<RefCell<Option<Interval>>> = Rc::default();
            if !mount(&place, &mounted, &latest, &ready) {
                let (again, held) = (Rc::clone(&waiting), Rc::clone(&mounted));
                *waiting.borrow_mut() = Some(Interval::new(50, move || {
                    if mount(&place, &held, &latest, &ready) {
                        drop(again.borrow_mut().take().map(Interval::cancel));
                    }
                }));
            }
            move || {
                waiting.borrow_mut().take();
                mounted.borrow_mut().take();
            }
        });
    }
    let with = |mounted: &Rc<RefCell<Option<Mounted>>>, act: &dyn Fn(&Code)| {
        if let Some(mounted) = &*mounted.borrow() {
            act(&mounted.code);
        }
    };
    {
        let mounted = Rc::clone(&mounted);
        use_effect_with((props.text.clone(), *ready), move |(text, _)| with(&mounted, &|code| code.set_text(text)));
    }
    {
        let mounted = Rc::clone(&mounted);
        use_effect_with((props.diagnostics.clone(), *ready), move |(list, _)| {
            with(&mounted, &|code| code.set_diagnostics(&serde_json::to_string(&told(list)).unwrap_or_default()));
        });
    }
    {
        let mounted = Rc::clone(&mounted);
        use_effect_with((props.pointed, *ready), move |(span, _)| {
            with(&mounted, &|code| code.point(span.map_or(-1, |span| span.start as i32), span.map_or(-1, |span| span.end as i32), true));
        });
    }
    html! {
        <>
            <div class="editor" ref={place}></div>
            if !*ready {
                <pre class="early">{ props.text.clone() }</pre>
            }
        </>
    }
}

/// Makes the editor, if the bundle is there.
fn mount(place: &NodeRef, mounted: &Rc<RefCell<Option<Mounted>>>, latest: &Rc<RefCell<Props>>, ready: &UseStateHandle<bool>) -> bool {
    let there = web_sys::window().is_some_and(|window| js_sys::Reflect::has(&window, &"tidemarkEditor".into()).unwrap_or(false));
    let Some(element) = place.cast::<Element>().filter(|_| there) else { return false };
    let of_change = Rc::clone(latest);
    let change = Closure::new(move |text: String| {
        let change = of_change.borrow().change.clone();
        change.emit(text);
    });
    let of_run = Rc::clone(latest);
    let run = Closure::new(move || {
        let run = of_run.borrow().run.clone();
        run.emit(());
    });
    let cursor = Closure::new(|_: u32| {});
    let options = js_sys::Object::new();
    let set = |name: &str, value: &JsValue| drop(js_sys::Reflect::set(&options, &name.into(), value));
    set("text", &latest.borrow().text.as_str().into());
    set("label", &latest.borrow().label.as_str().into());
    set("numbers", &false.into());
    set("onChange", change.as_ref());
    set("onRun", run.as_ref());
    set("onCursor", cursor.as_ref());
    let code = create(&element, &options);
    *mounted.borrow_mut() = Some(Mounted { code, _change: change, _run: run, _cursor: cursor });
    ready.set(true);
    true
}

/// Diagnostics as the editor takes them.
fn told(list: &[Diagnostic]) -> serde_json::Value {
    let span = |span: Span| serde_json::json!({ "start": span.start, "end": span.end });
    let of = |diagnostic: &Diagnostic| {
        let hints: Vec<serde_json::Value> = diagnostic
            .hints
            .iter()
            .map(|hint| serde_json::json!({ "text": hint.text, "fix": hint.fix.as_ref().map(|(place, text)| serde_json::json!({ "span": span(*place), "text": text })) }))
            .collect();
        serde_json::json!({ "class": diagnostic.class, "condition": diagnostic.condition, "message": diagnostic.message, "span": diagnostic.span.map(span), "hints": hints })
    };
    list.iter().map(of).collect()
}
