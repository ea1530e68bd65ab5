// The keys of the desk, and the viewer of materials. Every page works without: a key only presses what is on the page.
const typing = target => target.closest?.('input:not([type=checkbox]), textarea, select, dialog[open], [contenteditable]');
const rows = () => [...document.querySelectorAll('tr[data-row]')];
const link = row => row.querySelector('.grow a');

function step(by) {
  const all = rows(), at = all.findIndex(row => row.contains(document.activeElement));
  const next = all[Math.max(0, Math.min(all.length - 1, at + by))];
  if (next) { link(next).focus(); next.scrollIntoView({ block: 'nearest' }); }
}

const here = () => rows().find(row => row.contains(document.activeElement));
const press = selector => { const found = document.querySelector(selector); if (found) found.click(); return Boolean(found); };

function open(selector) {
  const form = document.querySelector(selector);
  if (!form) return;
  form.querySelectorAll('details').forEach((details, n) => { if (!n) details.open = true; });
  const field = form.querySelector('textarea, input:not([type=hidden]), button');
  field?.focus();
  form.scrollIntoView({ block: 'nearest' });
}

const onRow = wish => { const row = here() || rows()[0]; if (row) location.href = link(row).href.split('#')[0] + '#' + wish; };
const QUEUE = {
  j: () => step(1), k: () => step(-1), a: () => onRow('move-accepted'), c: () => onRow('move-correction_asked'),
  x: () => here()?.querySelector('input[type=checkbox]')?.click(),
};
const CASE = {
  a: () => press('#move-accepted button'), c: () => open('#move-correction_asked') ?? open('#move-correction_asked_again'), n: () => open('#note-form'),
  j: () => press('a[data-next]'), o: () => press('[data-open-file]'), u: () => press('a[data-queue]'),
  '+': () => press('[data-zoom="1"]'), '=': () => press('[data-zoom="1"]'), '-': () => press('[data-zoom="-1"]'), r: () => press('[data-turn]'),
};

function listen() {
  const keys = document.querySelector('tr[data-row], #queue') ? QUEUE : document.querySelector('.desk-case') ? CASE : {};
  addEventListener('keydown', event => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || typing(event.target)) return;
    const box = document.getElementById('keys');
    const wanted = event.key === '?' ? () => box?.showModal() : event.key === '/' ? () => document.querySelector('[data-key="/"]')?.focus() : keys[event.key];
    if (!wanted) return;
    event.preventDefault();
    wanted();
  });
}

// What was asked for in the queue with a or c: the form stands open, and one more key does it.
function arrive() {
  if (location.hash.startsWith('#move-')) open(CSS.escape(location.hash.slice(1)).replace(/^/, '#'));
}

function count() {
  const form = document.getElementById('bulk'), told = form?.querySelector('[data-picked]');
  if (!told) return;
  const words = told.textContent;
  const tell = () => { const n = form.querySelectorAll('[name=case]:checked').length; told.textContent = n ? `${words} ${n}` : words; };
  form.addEventListener('change', tell);
  tell();
}

// Zoom in steps of a half, turn by quarters: classes, for no style may be written into the page.
function view() {
  for (const viewer of document.querySelectorAll('.viewer')) {
    let zoom = 0, turn = 0;
    const show = () => { viewer.dataset.zoomed = zoom; viewer.dataset.turned = turn; };
    viewer.querySelectorAll('[data-zoom]').forEach(button => button.addEventListener('click', () => { zoom = Math.max(0, Math.min(4, zoom + Number(button.dataset.zoom))); show(); }));
    viewer.querySelector('[data-turn]')?.addEventListener('click', () => { turn = (turn + 1) % 4; show(); });
    show();
  }
}

// A text from the office's list goes where the officer writes, and is hers to change.
function insert() {
  document.addEventListener('change', event => {
    const list = event.target.closest('select[data-into]');
    if (!list?.value) return;
    const field = document.getElementById(list.dataset.into);
    field.value = field.value.trim() ? `${field.value.trim()}\n${list.value}` : list.value;
    list.value = '';
    field.focus();
  });
}

document.querySelectorAll('select[data-submits]').forEach(list => list.addEventListener('change', () => list.form.requestSubmit()));
document.querySelectorAll('[data-needs-script]').forEach(tools => { tools.hidden = false; });
document.querySelectorAll('[data-hides]').forEach(button => { button.hidden = true; });
listen(); arrive(); count(); view(); insert();
