// Reads the page aloud, one sentence after the other, each marked while it is spoken. Words of the buttons come from the page.
const INLINE = /^(inline|contents|inline-block|inline-flex)$/;
const SKIPPED = 'script, style, svg, noscript, nav, template, [aria-hidden=true], [hidden], .read-bar, input[type=hidden]';
const VOICE = { 'zh-Hant': 'zh-HK', 'zh-Hans': 'zh-CN', en: 'en-GB' };
const marks = new CSSStyleSheet();
marks.replaceSync(`.read-bar { position: sticky; z-index: 6; top: 0; display: grid; grid-template-columns: 1fr 1fr; gap: var(--s2); padding: var(--s2) var(--gutter); background: var(--card); border-bottom: 1px solid var(--line); box-shadow: var(--lift); }
.reading { outline: 3px solid var(--amber); outline-offset: 4px; border-radius: 4px; }`);
const sentence = new CSSStyleSheet();
sentence.replaceSync('::highlight(reading) { background: var(--amber-soft); color: var(--amber); text-decoration: underline; }');

let reading = null;

export function read(button) {
  if (reading) return reading.toggle();
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, marks, sentence];
  reading = begin(button.dataset, piecesOf([document.getElementById('status'), document.getElementById('main')]), button);
}

function begin(words, pieces, opener) {
  const speech = globalThis.speechSynthesis, bar = document.createElement('div'), pause = control(words.pause), stop = control(words.stop);
  let at = 0, going = false, round = 0;
  bar.className = 'read-bar';
  bar.setAttribute('role', 'group');
  bar.setAttribute('aria-label', opener.textContent.trim());
  bar.append(pause, stop);
  document.querySelector('header.top').after(bar);

  const next = () => {
    if (at >= pieces.length) return end();
    const mine = ++round, piece = pieces[at], said = new SpeechSynthesisUtterance(piece.text);
    said.lang = piece.lang;
    said.voice = speech.getVoices().find(voice => voice.lang.replace('_', '-') === piece.lang) || null;
    // A phone that pauses by itself, or has no such voice, must not leave the page silent for ever: the next sentence is tried.
    said.onend = said.onerror = () => { if (going && mine === round) { at += 1; next(); } };
    mark(piece);
    speech.speak(said);
  };
  const go = () => { going = true; pause.textContent = words.pause; next(); };
  // cancel instead of pause(): Android's pause() ends the sentence and never resumes.
  const hold = () => { going = false; round += 1; pause.textContent = words.go; speech.cancel(); };
  const end = () => {
    going = false;
    round += 1;
    speech.cancel();
    mark(null);
    const inside = bar.contains(document.activeElement);
    bar.remove();
    removeEventListener('keydown', escape);
    document.adoptedStyleSheets = document.adoptedStyleSheets.filter(sheet => sheet !== marks && sheet !== sentence);
    reading = null;
    if (inside) opener.focus();
  };
  const escape = event => { if (event.key === 'Escape') end(); };
  pause.addEventListener('click', () => (going ? hold() : go()));
  stop.addEventListener('click', end);
  addEventListener('keydown', escape);
  addEventListener('pagehide', end, { once: true });
  pause.focus();
  speech.cancel();
  go();
  return { toggle: () => (going ? hold() : go()) };
}

function control(words) {
  const button = document.createElement('button');
  Object.assign(button, { type: 'button', className: 'button button-second', textContent: words });
  return button;
}

function mark(piece) {
  document.querySelector('.reading')?.classList.remove('reading');
  globalThis.CSS?.highlights?.delete('reading');
  if (!piece) return;
  const block = piece.block, box = block.getBoundingClientRect();
  if (piece.range && globalThis.CSS?.highlights) CSS.highlights.set('reading', new Highlight(piece.range)); else block.classList.add('reading');
  if (box.top < 80 || box.bottom > innerHeight - 120) block.scrollIntoView({ block: 'center' });
}

// What is heard, in the order of the page: {text, lang, block, range?}. A control says what is in it, after its label.
function piecesOf(roots) {
  const pieces = [], words = document.querySelector('[data-read]').dataset;
  let run = [];
  const flush = () => { pieces.push(...sentencesOf(run)); run = []; };
  const visit = node => {
    if (node.nodeType === 3) { if (node.data.trim()) run.push(node); return; }
    if (node.nodeType !== 1 || node.matches(SKIPPED) || getComputedStyle(node).visibility === 'hidden') return;
    const display = getComputedStyle(node).display;
    if (display === 'none') return;
    const state = stateOf(node, words);
    if (state) { flush(); pieces.push({ text: state, lang: voiceOf(node), block: node.closest('.option, .field') || node }); }
    if (node.matches('input, select, textarea')) return;
    if (!INLINE.test(display) || node.matches('button, a.button, [lang]')) flush();
    node.childNodes.forEach(child => { if (!(node.localName === 'details' && !node.open && child.localName !== 'summary')) visit(child); });
    if (!INLINE.test(display) || node.matches('button, a.button, [lang]')) flush();
  };
  roots.filter(Boolean).forEach(visit);
  flush();
  return pieces;
}

function stateOf(node, words) {
  if (node.matches('[type=radio], [type=checkbox]')) return node.checked ? words.ticked : '';
  if (node.matches('select')) return node.selectedOptions[0]?.textContent.trim() || words.empty;
  if (node.matches('textarea, input:not([type=password], [type=file], [type=submit], [type=button])')) return node.value.trim() || words.empty;
  if (node.matches('button, a.button')) return words.button;
  return '';
}

// The texts of one block, cut where a sentence ends, each with the range it stands in.
function sentencesOf(nodes) {
  if (!nodes.length) return [];
  const block = blockOf(nodes[0]), lang = voiceOf(nodes[0].parentElement), found = [];
  const whole = nodes.map(node => node.data).join('');
  for (const match of whole.matchAll(/[^。！？；!?;]+[。！？；!?;]*/g)) {
    const text = match[0].replace(/\s+/g, ' ').trim();
    if (/[\p{L}\p{N}]/u.test(text)) found.push({ text, lang, block, range: rangeOf(nodes, match.index, match.index + match[0].length) });
  }
  return found;
}

function rangeOf(nodes, from, to) {
  const range = document.createRange(), at = place(nodes, from), last = place(nodes, to);
  range.setStart(...at);
  range.setEnd(...last);
  return range;
}

function place(nodes, offset) {
  for (const node of nodes) {
    if (offset <= node.length) return [node, offset];
    offset -= node.length;
  }
  return [nodes.at(-1), nodes.at(-1).length];
}

function blockOf(node) {
  let element = node.parentElement;
  while (INLINE.test(getComputedStyle(element).display) && element.parentElement) element = element.parentElement;
  return element;
}

function voiceOf(element) {
  const lang = element.closest('[lang]').lang;
  return VOICE[lang] || lang;
}
