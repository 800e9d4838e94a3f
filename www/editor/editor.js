// The program editor: CodeMirror 6 with Python's colours, completion for PySpark's names, and Spark's diagnostics.
// The page's Rust talks to it through `window.tidemarkEditor.create`; positions are UTF-16 units on both sides.

import { autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap } from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap, indentWithTab } from '@codemirror/commands';
import { python } from '@codemirror/lang-python';
import { HighlightStyle, bracketMatching, indentOnInput, indentUnit, syntaxHighlighting, syntaxTree } from '@codemirror/language';
import { lintKeymap, setDiagnostics } from '@codemirror/lint';
import { Compartment, EditorState, Prec, StateEffect, StateField } from '@codemirror/state';
import { Decoration, EditorView, drawSelection, highlightSpecialChars, keymap, lineNumbers } from '@codemirror/view';
import { tags } from '@lezer/highlight';
import { methods, names, strings, triggers } from './names.js';

/** Colours are the page's own custom properties, so light and dark need nothing here. */
const colours = HighlightStyle.define([
  { tag: [tags.keyword, tags.operatorKeyword, tags.modifier, tags.bool, tags.null, tags.self], color: 'var(--accent)' },
  { tag: [tags.string, tags.special(tags.string)], color: 'var(--green)' },
  { tag: [tags.number], color: 'var(--violet)' },
  { tag: [tags.comment], color: 'var(--dim)', fontStyle: 'italic' },
  { tag: [tags.invalid], color: 'var(--red)' },
]);

const look = EditorView.theme({
  '&': { height: '100%', fontSize: '12px', color: 'var(--ink)', backgroundColor: 'transparent' },
  '&.cm-focused': { outline: 'none' },
  '.cm-scroller': { fontFamily: 'var(--mono)', lineHeight: '19.2px', overflow: 'auto' },
  '.cm-content': { padding: '12px 0', caretColor: 'var(--ink)' },
  '.cm-line': { padding: '0 14px' },
  '.cm-cursor': { borderLeftColor: 'var(--ink)' },
  '.cm-selectionBackground, &.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground': { backgroundColor: 'var(--select)' },
  '.cm-matchingBracket, &.cm-focused .cm-matchingBracket': { backgroundColor: 'var(--soft)', outline: '1px solid var(--line)' },
  '.cm-pointed': { backgroundColor: 'var(--soft)', borderRadius: '4px', boxShadow: '0 0 0 1px var(--accent)' },
  '.cm-gutters': { backgroundColor: 'transparent', color: 'var(--faint)', border: 'none' },
  '.cm-lineNumbers .cm-gutterElement': { padding: '0 4px 0 12px', minWidth: '20px' },
  '.cm-tooltip': { backgroundColor: 'var(--panel)', color: 'var(--ink)', border: '1px solid var(--line)', borderRadius: '8px', boxShadow: 'var(--shadow)', overflow: 'hidden' },
  '.cm-tooltip-autocomplete > ul > li': { padding: '2px 8px' },
  '.cm-tooltip-autocomplete > ul > li[aria-selected]': { backgroundColor: 'var(--soft)', color: 'var(--ink)' },
  '.cm-completionDetail': { color: 'var(--dim)', fontStyle: 'normal', marginLeft: '8px' },
  '.cm-diagnostic': { padding: '8px 12px', borderLeft: '3px solid var(--red)', maxWidth: '460px', whiteSpace: 'normal', lineHeight: '17px', fontFamily: 'var(--sans)' },
  '.cm-diagnostic-condition': { fontWeight: '600', color: 'var(--red)', display: 'block', overflowWrap: 'anywhere' },
  '.cm-diagnostic-advice': { display: 'block', marginTop: '6px', color: 'var(--ink)' },
  '.cm-diagnosticAction': { backgroundColor: 'var(--accent)', color: 'var(--panel)', borderRadius: '6px', padding: '4px 10px', margin: '8px 8px 0 0', font: 'inherit', fontWeight: '600', cursor: 'pointer' },
  '.cm-lintRange-error': { backgroundImage: 'none', textDecoration: 'underline wavy var(--red) 1.2px', textUnderlineOffset: '3px' },
});

const point = StateEffect.define();
const pointed = StateField.define({
  create: () => Decoration.none,
  update(marks, transaction) {
    marks = marks.map(transaction.changes);
    for (const effect of transaction.effects) {
      if (effect.is(point)) {
        marks = effect.value ? Decoration.set([Decoration.mark({ class: 'cm-pointed' }).range(effect.value.start, effect.value.end)]) : Decoration.none;
      }
    }
    return marks;
  },
  provide: (field) => EditorView.decorations.from(field),
});

function complete(context) {
  const word = context.matchBefore(/[\w.-]*/);
  const node = syntaxTree(context.state).resolveInner(context.pos, -1);
  if (node.name === 'Comment') return null;
  if (node.name === 'String') {
    const start = Math.max(node.from + 1, word.from);
    return word.text || context.explicit ? { from: start, options: strings, validFor: /^[\w.-]*$/ } : null;
  }
  const name = context.matchBefore(/\w*/);
  const before = context.state.sliceDoc(Math.max(0, name.from - 9), name.from);
  if (before.endsWith('trigger(')) return { from: name.from, options: triggers, validFor: /^\w*$/ };
  if (before.endsWith('.')) return { from: name.from, options: methods, validFor: /^\w*$/ };
  if (!name.text && !context.explicit) return null;
  return { from: name.from, options: names, validFor: /^\w*$/ };
}

function clamp(span, length) {
  const start = Math.min(span.start, length);
  return { start, end: Math.max(start, Math.min(span.end, length)) };
}

/** Spark's message reads `[CONDITION] text`: the condition is shown above the text. */
function body(diagnostic) {
  const box = document.createElement('span');
  const headline = document.createElement('span');
  headline.className = 'cm-diagnostic-condition';
  headline.textContent = diagnostic.condition || diagnostic.class;
  box.append(headline, diagnostic.message.replace(/^\[[A-Z0-9_.]+\]\s*/, ''));
  for (const hint of diagnostic.hints) {
    const line = document.createElement('span');
    line.className = 'cm-diagnostic-advice';
    line.textContent = hint.text;
    box.append(line);
  }
  return box;
}

function underline(diagnostic, length) {
  let { start: from, end: to } = clamp(diagnostic.span, length);
  if (from === to) from > 0 ? from-- : to = Math.min(length, to + 1);
  return {
    from, to, severity: 'error', message: diagnostic.message, renderMessage: () => body(diagnostic),
    actions: diagnostic.hints.filter((hint) => hint.fix).map((hint) => ({
      name: 'Fix it',
      apply(view) {
        const { start, end } = clamp(hint.fix.span, view.state.doc.length);
        view.dispatch({ changes: { from: start, to: end, insert: hint.fix.text }, userEvent: 'input.fix' });
      },
    })),
  };
}

/**
 * @param {HTMLElement} parent
 * @param {{text: string, label: string, numbers: boolean, onChange: (text: string) => void, onRun: () => void, onCursor: (at: number) => void}} options
 */
function create(parent, options) {
  const lock = new Compartment();
  let quiet = false;
  const view = new EditorView({
    parent,
    state: EditorState.create({
      doc: options.text,
      extensions: [
        options.numbers ? lineNumbers() : [],
        highlightSpecialChars(), history(), drawSelection(), indentOnInput(), bracketMatching(), closeBrackets(),
        indentUnit.of('    '), EditorState.tabSize.of(4),
        autocompletion({ override: [complete], icons: false, activateOnTyping: true }),
        python(), syntaxHighlighting(colours), look, pointed, lock.of(EditorState.readOnly.of(false)),
        EditorView.contentAttributes.of({ 'aria-label': options.label, spellcheck: 'false', autocapitalize: 'off', autocorrect: 'off' }),
        Prec.highest(keymap.of([{ key: 'Mod-Enter', run: () => { options.onRun(); return true; } }])),
        keymap.of([...closeBracketsKeymap, ...defaultKeymap, ...historyKeymap, ...completionKeymap, ...lintKeymap, indentWithTab]),
        EditorView.updateListener.of((update) => {
          if (update.docChanged && !quiet) options.onChange(update.state.doc.toString());
          if (update.selectionSet && !quiet) options.onCursor(update.state.selection.main.head);
        }),
      ],
    }),
  });
  return {
    /** Replaces what differs, so that cursor and undo survive a card's edit. */
    setText(text) {
      const old = view.state.doc.toString();
      if (old === text) return;
      let start = 0;
      const shorter = Math.min(old.length, text.length);
      while (start < shorter && old[start] === text[start]) start++;
      let tail = 0;
      while (tail < shorter - start && old[old.length - 1 - tail] === text[text.length - 1 - tail]) tail++;
      quiet = true;
      view.dispatch({ changes: { from: start, to: old.length - tail, insert: text.slice(start, text.length - tail) } });
      quiet = false;
    },
    setDiagnostics(json) {
      const list = JSON.parse(json).filter((diagnostic) => diagnostic.span);
      view.dispatch(setDiagnostics(view.state, list.map((diagnostic) => underline(diagnostic, view.state.doc.length)).sort((a, b) => a.from - b.from)));
    },
    point(start, end, scroll) {
      const span = start < 0 ? null : clamp({ start, end }, view.state.doc.length);
      const effects = [point.of(span && span.end > span.start ? span : null)];
      if (span && scroll) effects.push(EditorView.scrollIntoView(span.start, { y: 'nearest', yMargin: 40 }));
      view.dispatch({ effects });
    },
    lock(locked) { view.dispatch({ effects: lock.reconfigure(EditorState.readOnly.of(locked)) }); },
    focus() { view.focus(); },
    destroy() { view.destroy(); },
  };
}

window.tidemarkEditor = { create };
