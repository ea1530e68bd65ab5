// Static files: fingerprinted, from the cache. Pages: from the network; kept for offline only where the server says "the same for everyone".
import { flush, forget, keep, keepPage, keptPage, leave, wipePages } from './js/kept_store.js';

const STATIC = 'static-' + __VERSION__, PAGES = 'pages-' + __VERSION__, OFFLINE = '/offline', KEPT = '/cart/kept';
// Forms that may wait on the phone for a network: answers, photos, the filing with its key, a correction, what another app shares.
const KEEPS = /^\/(share|cart\/(sheet|materials)|orders|cases\/[^/]+\/correction)$/, LEAVES = /^\/(sign-out|acting)$/;
// Pages of hers that are sealed as she sees them, so that she can go on filling in.
const HERS = /^\/cart(\/(sheet|materials))?$|\/carried\/./, DAY = 86400e3, SLOW = 9000;

const nothing = async () => (await caches.match(OFFLINE)) || Response.error();

// The two pages that are there without a network, in her mode and language, with all they are made of.
async function fill() {
  for (const path of [OFFLINE, KEPT]) {
    const answer = await fetch(path, { cache: 'reload' }), html = await answer.clone().text();
    await (await caches.open(STATIC)).addAll([...new Set(html.match(/\/static\/[^"#]+/g))]);
    await put(PAGES, path, answer);
  }
}

const on = (what, work) => addEventListener(what, event => event.waitUntil(work(event)));

on('install', fill);

on('activate', async () => {
  const old = (await caches.keys()).filter(name => ![STATIC, PAGES].includes(name));
  const last = old.filter(name => name.startsWith('static-')).pop();  // for pages of the last version that are still open
  for (const name of old) if (name !== last) await caches.delete(name);
  await registration.navigationPreload?.enable();
  await clients.claim();
});

addEventListener('fetch', event => {
  const { request } = event, url = new URL(request.url);
  if (url.origin !== origin) return;
  const posts = request.method === 'POST', navigates = request.mode === 'navigate';
  if (posts && navigates && KEEPS.test(url.pathname)) return event.respondWith(sent(request, url));
  if (posts && LEAVES.test(url.pathname)) event.waitUntil(left());
  if (url.pathname === '/sign-out' && request.mode === 'navigate') event.respondWith(signedOut(event));
  if (request.method !== 'GET') return;
  if (url.pathname.startsWith('/static/')) return event.respondWith(asset(request));
  if (navigates) event.respondWith(page(event, url));
});

const put = async (name, key, answer) => (await caches.open(name)).put(key, answer);

const asset = async request => (await caches.match(request)) || fetch(request).then(answer => {
  if (answer.ok) put(STATIC, request, answer.clone());
  return answer;
});

async function page(event, url) {
  try {
    const answer = (await event.preloadResponse) || await fetch(event.request);
    event.waitUntil(remember(url, answer.clone()).then(async () => (await caches.match(KEPT)) || fill()).catch(() => {}));
    return answer;
  } catch {
    return (await keptPage(url.pathname + url.search)) || (await caches.match(url.pathname)) || nothing();
  }
}

// Opt-in, so that a page whose author forgot about this stays private. What stands behind a question mark may be an answer: never kept.
async function remember(url, answer) {
  const { pathname, search } = url, whose = answer.headers.get('X-Offline');
  if (HERS.test(pathname)) return keepPage(pathname + search, answer);
  if (!/^[ps]/.test(whose)) return;  // public, stranger; only a page that was found says so
  if (whose === 'public' && ![OFFLINE, KEPT].includes(pathname)) await forget();  // such a page is for nobody: whoever was here is signed out
  return whose === 'public' && !search ? put(PAGES, pathname, answer) : strange(pathname, answer);
}

// Signed in, or with answers in the address, she keeps what a stranger would see of the same page, in her language and mode.
async function strange(path, answer) {
  const kept = await caches.match(path);
  if (kept && Date.now() - Date.parse(kept.headers.get('Date')) < DAY) return;
  const copy = await fetch(path, { credentials: 'omit', headers: { 'X-Kept': answer.headers.get('X-Mode') } });
  if (copy.headers.get('X-Offline') === 'public') await put(PAGES, path, copy);
}

// Sent as ever; without an answer the form is sealed and waits here. Nothing is said to be filed before the server says so.
async function sent(request, url) {
  const copy = request.clone(), shared = url.pathname === '/share';
  const answer = await fetch(request, shared ? { signal: AbortSignal.timeout?.(SLOW) } : {}).catch(() => {});
  if (answer && !(shared ? /40[13]|50[234]/ : /50[234]/).test(answer.status)) return answer;
  let next;
  try {
    const form = await copy.formData();
    await keep(url.pathname, form);
    next = url.pathname.endsWith('/sheet') && form.get('next');
  } catch {
    return answer || nothing();
  }
  await registration.sync?.register('kept').catch(() => {});
  // A page with several photos to take stays where it is and says so; the sheet goes on to the next page; else the list of what waits.
  if (url.pathname.endsWith('/materials')) return new Response(null, { status: 204 });
  return Response.redirect(next && await keptPage(next) ? next : KEPT, 303);
}

on('sync', flush);

const wipe = () => Promise.all([caches.delete(PAGES), wipePages()]), left = () => Promise.all([wipe(), leave(), navigator.clearAppBadge?.()]);
// Her other tabs show nothing of hers any more either: each asks for its page anew, and is asked who is there.
async function signedOut({ request, clientId }) {
  await silence().catch(() => {});
  const answer = await fetch(request);
  for (const tab of await clients.matchAll()) if (tab.id !== clientId) tab.navigate(tab.url).catch(() => {});
  return answer;
}

// Signed out, the phone says nothing more of hers: what lies on its screen goes, and her notices do not come here any more.
async function silence() {
  (await registration.getNotifications?.())?.forEach(shown => shown.close());
  await (await registration.pushManager?.getSubscription())?.unsubscribe();
}
// `update`: she said so, or nothing is open that could be lost.
const MESSAGES = { wipe, flush: () => flush().catch(() => {}), update: () => skipWaiting() };
on('message', async ({ data }) => MESSAGES[data]?.());

// The payload is Declarative Web Push JSON without personal data: newer iOS shows it even without this code.
on('push', async event => {
  let sent = {};
  try { sent = event.data.json(); } catch { /* a push without a readable body still deserves a word */ }
  const notice = sent.notification || {}, badge = notice.app_badge ?? sent.app_badge;
  await registration.showNotification(notice.title || '办件有新进展', {
    body: notice.body || '点一下查看', tag: notice.tag, lang: notice.lang || 'zh-CN', icon: __ICON__,
    data: { navigate: notice.navigate || '/inbox' },
  });
  if (badge != null) await navigator.setAppBadge?.(+badge);
});

on('notificationclick', async ({ notification }) => {
  notification.close();
  const url = new URL(notification.data.navigate, origin);
  if (url.origin !== origin) return;
  const [open] = await clients.matchAll();
  return open ? open.focus().then(() => open.navigate(url)) : clients.openWindow(url);
});

on('pushsubscriptionchange', async event => {
  const old = event.oldSubscription, subscription = event.newSubscription || await registration.pushManager.subscribe(old.options);
  await fetch('/push/renewal', {
    method: 'POST', headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ old: old?.endpoint, subscription }),
  });
});
