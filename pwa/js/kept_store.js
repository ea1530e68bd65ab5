// What could not be sent is kept on this phone, sealed under a key that belongs to one person for one principal.
// Signing out takes the key away: what is kept then is unreadable until she signs in again on this phone.
import { drawer } from './store.js';

const items = drawer('kept', 'items'), keys = drawer('phone', 'keys'), pages = drawer('pages', 'items');
const LONGEST = 30 * 86400e3, A_SHARE = 3600e3, FRESH = 600e3, HERE = /^\/(cart|orders|cases|share)(\/|$)/;
const GUEST = 'guest';  // whoever shares something to the app before she has signed in
const bytes = text => Uint8Array.from(atob(text), c => c.charCodeAt(0));
const encoded = text => new TextEncoder().encode(text), decoded = data => new TextDecoder().decode(data);
const binding = (owner, id) => encoded(`${owner} ${id}`);
const me = () => keys.get('me').catch(() => {}), here = async () => (await me()) || keys.get(GUEST);
const tell = told => new BroadcastChannel('kept').postMessage(told);

// `spoken`: "owner.key" as the server wrote it on her page.
export async function open(spoken) {
  const [owner, raw] = spoken.split('.');
  const before = await here(), shared = before?.owner === GUEST ? await list() : [];
  if (before?.owner === owner) return;
  const mine = { owner, key: await crypto.subtle.importKey('raw', bytes(raw), 'AES-GCM', false, ['encrypt', 'decrypt']) };
  await keys.put('me', mine);
  // What was shared within the last hour is hers who signs in now.
  for (const item of shared) await put(mine, item.id, item.path, await read(item, before), 'waiting');
  await keys.drop(GUEST);
}

async function guest() {
  const made = { owner: GUEST, key: await crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt']) };
  await keys.put(GUEST, made);
  return made;
}

export const forget = () => keys.drop('me');
// Signing out, or somebody else's affairs.
export const leave = () => keys.clear();
export const wipePages = pages.clear;

async function seal({ owner, key }, id, plain) {
  const iv = crypto.getRandomValues(new Uint8Array(12));
  return { iv, data: await crypto.subtle.encrypt({ name: 'AES-GCM', iv, additionalData: binding(owner, id) }, key, plain) };
}

const unseal = ({ owner, key }, id, { iv, data }) =>
  crypto.subtle.decrypt({ name: 'AES-GCM', iv, additionalData: binding(owner, id) }, key, data);

// The same form of the same page replaces itself; a photo is one of many.
const named = form => form.get('key') || (form.get('seen') && [form.get('cart'), form.get('seen'), form.get('topic')].join(' ')) || crypto.randomUUID();

// A form on its way to `path`; rejects when nobody's key is here, unless it is something shared.
export async function keep(path, form) {
  const mine = (await me()) || (path === '/share' && ((await keys.get(GUEST)) || (await guest())));
  if (!mine) throw new Error('nobody');
  const id = named(form);
  await put(mine, id, path, form, mine.owner === GUEST ? 'stranger' : 'waiting');
  tell({ state: 'kept', id });
}

async function put(mine, id, path, form, state) {
  const parts = [];
  for (const [name, value] of form) {
    const plain = value instanceof Blob ? await value.arrayBuffer() : encoded(value);
    const file = value instanceof Blob && { file: true, type: value.type, title: await seal(mine, id, encoded(value.name)) };
    parts.push({ name: await seal(mine, id, encoded(name)), value: await seal(mine, id, plain), ...file });
  }
  await items.put(id, { id, owner: mine.owner, path, parts, at: Date.now(), state });
}

// All that is kept for whoever is here now: [{id, path, at, state}], oldest first. What is too old goes.
export async function list() {
  const mine = await here(), now = Date.now(), old = item => now - item.at > (item.owner === GUEST ? A_SHARE : LONGEST);
  const kept = await items.all();
  await Promise.all(kept.filter(old).map(item => items.drop(item.id)));
  return kept.filter(item => item.owner === mine?.owner && !old(item)).sort((a, b) => a.at - b.at);
}

export async function read(item, mine) {
  mine ||= await here();
  const form = new FormData(), text = async sealed => decoded(await unseal(mine, item.id, sealed));
  for (const part of item.parts) {
    const value = part.file && new File([await unseal(mine, item.id, part.value)], await text(part.title), { type: part.type });
    form.append(await text(part.name), value || await text(part.value));
  }
  return form;
}

// A page of hers, sealed as she last saw it, for going on without a network.
export async function keepPage(path, answer) {
  const mine = await me();
  if (mine && answer.ok) await pages.put(path, { owner: mine.owner, at: Date.now(), headers: [...answer.headers], ...await seal(mine, path, encoded(await answer.text())) });
}

export async function keptPage(path) {
  const mine = await me(), kept = mine && await pages.get(path);
  if (kept?.owner === mine?.owner && kept) return new Response(decoded(await unseal(mine, path, kept)).replace('<html', '<html data-kept'), { headers: kept.headers });
}

export const isFresh = async path => Date.now() - ((await pages.get(path))?.at || 0) < FRESH;

export const drop = id => items.drop(id).then(() => tell({ state: 'dropped', id }));

// One sender at a time over all tabs and the worker. Rejects while something still waits, so that Background Sync comes again.
export const flush = () => navigator.locks.request('kept', async () => {
  if (!(await me())) return;
  let again = false;
  for (const item of await list()) if (item.state !== 'refused') again = !(await send(item)) || again;
  if (again) throw new Error('later');
});

async function send(item) {
  const answer = await fetch(item.path, { method: 'POST', body: await read(item), credentials: 'same-origin' }).catch(() => {});
  const state = verdict(answer);
  await (state === 'sent' ? items.drop(item.id) : items.change(item.id, { state }));
  if (state !== item.state) tell({ state, id: item.id, path: item.path, at: item.at, go: answer?.url });
  return state === 'sent' || state === 'refused';
}

// Taken: the server led on to a page of the cart, the order or the case.
function verdict(answer) {
  if (!answer || /5..|429/.test(answer.status)) return 'waiting';
  const at = new URL(answer.url).pathname;
  if (answer.ok && HERE.test(at)) return 'sent';
  return /40[13]/.test(answer.status) || answer.redirected ? 'stranger' : 'refused';
}
