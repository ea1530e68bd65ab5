// Static files: fingerprinted, from the cache. Pages: from the network; kept for offline only where the server says "the same for everyone".
import { flush, forget, keep } from './js/kept_store.js';

const STATIC = 'static-' + __VERSION__, PAGES = 'pages-' + __VERSION__, OFFLINE = '/offline', KEPT = '/cart/kept';
// Forms that may wait on the phone for a network: answers, photos, the filing with its key, a correction.
const KEEPS = /^\/(cart\/(sheet|materials)|orders|cases\/[^/]+\/correction)$/, LEAVES = /^\/(sign-out|acting)$/;

const fill = async (name, urls) => (await caches.open(name)).addAll(urls.map(url => new Request(url, { cache: 'reload' })));
// After a wipe, in the mode and language she has now.
const refill = async () => (await caches.match(OFFLINE)) || fill(PAGES, [OFFLINE, KEPT]);

self.addEventListener('install', event => {
  self.skipWaiting();
  event.waitUntil(Promise.all([fill(STATIC, __PRECACHE__), fill(PAGES, [OFFLINE, KEPT])]));
});

self.addEventListener('activate', event => event.waitUntil((async () => {
  for (const name of await caches.keys()) if (name !== STATIC && name !== PAGES) await caches.delete(name);
  await self.registration.navigationPreload?.enable();
  await self.clients.claim();
})()));

self.addEventListener('fetch', event => {
  const { request } = event, url = new URL(request.url);
  if (url.origin !== location.origin) return;
  if (request.method === 'POST' && request.mode === 'navigate' && KEEPS.test(url.pathname)) return event.respondWith(sent(request, url));
  if (LEAVES.test(url.pathname) && request.method === 'POST') event.waitUntil(leave());
  if (request.method !== 'GET') return;
  if (url.pathname.startsWith('/static/')) return event.respondWith(caches.match(request).then(kept => kept || fetch(request)));
  if (request.mode === 'navigate') event.respondWith(page(event, url));
});

async function page(event, url) {
  try {
    const answer = (await event.preloadResponse) || await fetch(event.request);
    event.waitUntil(refill().catch(() => {}));
    // Opt-in, so that a page whose author forgot about this stays private.
    if (answer.ok && answer.headers.get('X-Offline') === 'public') {
      const copy = answer.clone();
      event.waitUntil(caches.open(PAGES).then(cache => cache.put(url.pathname, copy)));
      if (![OFFLINE, KEPT].includes(url.pathname)) event.waitUntil(forget());  // such a page is for nobody: whoever was here is signed out
    }
    return answer;
  } catch {
    return (await caches.match(url.pathname)) || (await caches.match(OFFLINE)) || Response.error();
  }
}

// Sent as ever; without an answer the form is sealed and waits here. Nothing is said to be filed before the server says so.
async function sent(request, url) {
  const copy = request.clone();
  const answer = await fetch(request).catch(() => null);
  if (answer && ![502, 503, 504].includes(answer.status)) return answer;
  try {
    await keep(url.pathname, await copy.formData());
  } catch {
    return answer || (await caches.match(OFFLINE)) || Response.error();
  }
  await self.registration.sync?.register('kept').catch(() => {});
  // A page with several photos to take stays where it is and says so; else the list of what waits comes up.
  return url.pathname.endsWith('/materials') ? new Response(null, { status: 204 }) : Response.redirect(KEPT, 303);
}

self.addEventListener('sync', event => { if (event.tag === 'kept') event.waitUntil(flush()); });

const wipe = () => caches.delete(PAGES), leave = () => Promise.all([wipe(), forget(), navigator.clearAppBadge?.()]);
const MESSAGES = { wipe, flush: () => flush().catch(() => {}) };
self.addEventListener('message', event => event.waitUntil(MESSAGES[event.data]?.()));

// The payload is Declarative Web Push JSON without personal data: newer iOS shows it even without this code.
self.addEventListener('push', event => event.waitUntil((async () => {
  let sent = {};
  try { sent = event.data.json(); } catch { /* a push without a readable body still deserves a word */ }
  const notice = sent.notification || {}, badge = notice.app_badge ?? sent.app_badge;
  await self.registration.showNotification(notice.title || '办件有新进展', {
    body: notice.body || '点一下查看', tag: notice.tag, lang: notice.lang || 'zh-CN', icon: __ICON__, badge: __ICON__,
    data: { navigate: notice.navigate || '/inbox' },
  });
  if (badge !== undefined) await navigator.setAppBadge?.(Number(badge)).catch(() => {});
})()));

self.addEventListener('notificationclick', event => {
  event.notification.close();
  event.waitUntil((async () => {
    const url = new URL(event.notification.data?.navigate || '/inbox', location.origin);
    if (url.origin !== location.origin) return;
    for (const client of await clients.matchAll({ type: 'window' })) {
      if ('focus' in client) { await client.focus(); return client.navigate(url.href); }
    }
    return clients.openWindow(url.href);
  })());
});

self.addEventListener('pushsubscriptionchange', event => event.waitUntil((async () => {
  const fresh = event.newSubscription || await self.registration.pushManager.subscribe(event.oldSubscription.options);
  await fetch('/push/renewal', {
    method: 'POST', headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ old: event.oldSubscription?.endpoint, subscription: fresh }),
  });
})()));
