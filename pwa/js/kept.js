// What waits on this phone: a line on the pages of cart, orders and cases, and the list on /cart/kept.
import { drop, isFresh, keepPage, list, open, read } from './kept_store.js';

const { phone, said, without } = document.currentScript.dataset, arrived = new Map();
const flush = () => navigator.serviceWorker.controller?.postMessage('flush');
const place = () => document.getElementById('kept');

async function show() {
  const items = await list(), box = place();
  document.getElementById('kept-note')?.toggleAttribute('hidden', !items.length);
  if (items.length) {
    navigator.storage?.persist?.();  // what waits here must not be cleared away for want of room
    document.dispatchEvent(new Event('kept'));
  }
  if (!box) return;
  const rows = [...items, ...arrived.values()];
  box.querySelector('ul').replaceChildren(...await Promise.all(rows.map(item => row(box, item))));
  box.querySelector('ul').hidden = !rows.length;
  box.querySelector('[data-none]').hidden = rows.length > 0;
  box.querySelector('[data-some]').hidden = !items.some(item => item.state === 'waiting');
  box.querySelector('[data-guest]').hidden = !items.some(item => item.state === 'stranger');
}

async function row(box, item) {
  const part = box.querySelector('template').content.cloneNode(true).firstElementChild, [what] = item.path.split('/').slice(-1);
  const find = role => part.querySelector(`[data-${role}]`), state = item.state;
  find('what').textContent = box.dataset[what] || box.dataset.other;
  find('when').textContent = new Date(item.at).toLocaleString(document.documentElement.lang, { dateStyle: 'medium', timeStyle: 'short' });
  find('state').textContent = box.dataset[state];
  part.classList.add(`kept-${state}`);
  for (const role of ['open', 'go', 'drop']) find(role).hidden = { open: state !== 'refused', go: state !== 'sent', drop: state === 'sent' }[role];
  if (state === 'sent') find('go').href = item.go;
  else await picture(find('picture'), item).catch(() => {});
  find('open').onclick = () => again(item);
  find('drop').onclick = () => confirm(box.dataset.sure) && drop(item.id);
  return part;
}

async function picture(image, item) {
  const photo = [...(await read(item)).values()].find(value => value instanceof File && value.type.startsWith('image/'));
  if (!photo) return;
  image.src = URL.createObjectURL(photo);
  image.hidden = false;
}

// Refused by itself, it goes once more as the page she would have seen: with the reasons, and all she typed.
async function again(item) {
  const form = Object.assign(document.createElement('form'), { method: 'post', action: item.path, hidden: true });
  const carrier = new DataTransfer();
  let files = '';
  for (const [name, value] of await read(item)) {
    if (value instanceof File) files = carrier.items.add(value) && name;
    else form.append(Object.assign(document.createElement('input'), { type: 'hidden', name, value }));
  }
  if (files) {
    form.enctype = 'multipart/form-data';
    const input = Object.assign(document.createElement('input'), { type: 'file', name: files, multiple: true });
    input.files = carrier.files;
    form.append(input);
  }
  document.body.append(form);
  await drop(item.id);
  form.submit();
}

function follow() {
  new BroadcastChannel('kept').onmessage = async ({ data }) => {
    if (data.state === 'sent' && data.path === '/share' && location.pathname === '/share' && !location.search) location.replace(data.go);
    if (data.state === 'sent') arrived.set(data.id, { id: data.id, path: data.path, at: data.at, state: 'sent', go: data.go });
    if (data.state === 'kept') {
      document.getElementById('toast').textContent = said;
      document.querySelectorAll('form[aria-busy]').forEach(form => form.removeAttribute('aria-busy'));
    }
    await show();
  };
  document.addEventListener('visibilitychange', () => document.hidden || flush());
  place()?.querySelector('[data-some] button').addEventListener('click', flush);
}

// The pages of the sheet that come next, for going on in a tunnel.
async function ahead() {
  for (const { dataset } of document.querySelectorAll('[data-ahead]')) {
    if (!(await isFresh(dataset.ahead))) await keepPage(dataset.ahead, await fetch(dataset.ahead));
  }
}

(async () => {
  if (!navigator.serviceWorker?.controller && !(await navigator.serviceWorker?.ready)) return;
  if (phone) await open(phone);
  follow();
  flush();
  await show();
  if ('kept' in document.documentElement.dataset) document.getElementById('toast').textContent = without;
  else await ahead();
})().catch(() => {});  // a browser that keeps nothing, or the line broke: the page works as it is
