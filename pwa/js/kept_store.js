// What could not be sent is kept on this phone, sealed under a key that belongs to one person for one principal.
// Signing out takes the key away: what is kept then is unreadable until she signs in again on this phone.
import { createStore, del, entries, get, set, update } from 'idb-keyval';

const items = createStore('kept', 'items'), keys = createStore('phone', 'keys');
const LONGEST = 30 * 86400e3, HERE = /^\/(cart|orders|cases)(\/|$)/;
const bytes = text => Uint8Array.from(atob(text), c => c.charCodeAt(0));
const binding = (owner, id) => new TextEncoder().encode(`${owner} ${id}`);
const me = () => get('me', keys);
const tell = told => new BroadcastChannel('kept').postMessage(told);

// `spoken`: "owner.key" as the server wrote it on her page.
export async function open(spoken) {
  const [owner, raw] = spoken.split('.');
  if ((await me())?.owner === owner) return;
  const key = await crypto.subtle.importKey('raw', bytes(raw), 'AES-GCM', false, ['encrypt', 'decrypt']);
  await set('me', { owner, key }, keys);
}

export const forget = () => del('me', keys);

async function seal({ owner, key }, id, plain) {
  const iv = crypto.getRandomValues(new Uint8Array(12));
  return { iv, data: await crypto.subtle.encrypt({ name: 'AES-GCM', iv, additionalData: binding(owner, id) }, key, plain) };
}

const unseal = ({ owner, key }, id, { iv, data }) =>
  crypto.subtle.decrypt({ name: 'AES-GCM', iv, additionalData: binding(owner, id) }, key, data);

// The same form of the same page replaces itself; a photo is one of many.
const named = form => form.get('key') || (form.get('seen') && [form.get('cart'), form.get('seen'), form.get('topic')].join(' ')) || crypto.randomUUID();

// A form on its way to `path`; rejects when nobody's key is here.
export async function keep(path, form) {
  const mine = await me();
  if (!mine) throw new Error('nobody');
  const id = named(form), parts = [];
  for (const [name, value] of form) {
    const plain = value instanceof Blob ? await value.arrayBuffer() : new TextEncoder().encode(value);
    const file = value instanceof Blob && { file: true, type: value.type, title: await seal(mine, id, new TextEncoder().encode(value.name)) };
    parts.push({ name: await seal(mine, id, new TextEncoder().encode(name)), value: await seal(mine, id, plain), ...file });
  }
  await set(id, { id, owner: mine.owner, path, parts, at: Date.now(), state: 'waiting' }, items);
  tell({ state: 'kept', id });
  return id;
}

// All that is kept for whoever is here now: [{id, path, at, state}], oldest first. What is too old goes.
export async function list() {
  const mine = await me(), all = (await entries(items)).map(([, item]) => item);
  await Promise.all(all.filter(item => Date.now() - item.at > LONGEST).map(item => del(item.id, items)));
  return all.filter(item => item.owner === mine?.owner && Date.now() - item.at <= LONGEST).sort((a, b) => a.at - b.at);
}

export async function read(item) {
  const mine = await me(), form = new FormData(), text = async sealed => new TextDecoder().decode(await unseal(mine, item.id, sealed));
  for (const part of item.parts) {
    const value = part.file && new File([await unseal(mine, item.id, part.value)], await text(part.title), { type: part.type });
    form.append(await text(part.name), value || await text(part.value));
  }
  return form;
}

export const drop = id => del(id, items).then(() => tell({ state: 'dropped', id }));

// One sender at a time over all tabs and the worker. Rejects while something still waits, so that Background Sync comes again.
export const flush = () => navigator.locks.request('kept', async () => {
  let again = false;
  for (const item of await list()) if (item.state !== 'refused') again = !(await send(item)) || again;
  if (again) throw new Error('later');
});

async function send(item) {
  const answer = await fetch(item.path, { method: 'POST', body: await read(item), credentials: 'same-origin' }).catch(() => null);
  const state = verdict(answer);
  if (state === 'sent') await del(item.id, items);
  else if (state !== item.state) await update(item.id, kept => kept && { ...kept, state }, items);
  if (state !== item.state) tell({ state, id: item.id, path: item.path, at: item.at, go: answer?.url });
  return state === 'sent' || state === 'refused';
}

// Taken: the server led on to a page of the cart, the order or the case.
function verdict(answer) {
  if (!answer || answer.status >= 500 || answer.status === 429) return 'waiting';
  const at = new URL(answer.url).pathname;
  if (answer.ok && HERE.test(at)) return 'sent';
  return answer.status === 401 || answer.status === 403 || answer.redirected ? 'stranger' : 'refused';
}
