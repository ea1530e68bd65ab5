// Static files: fingerprinted, from the cache. Pages: from the network; kept for offline only where the server says "the same for everyone".
const STATIC = 'static-' + __VERSION__, PAGES = 'pages-' + __VERSION__, OFFLINE = '/offline';

self.addEventListener('install', event => {
  self.skipWaiting();
  event.waitUntil(caches.open(STATIC).then(cache => cache.addAll([...__PRECACHE__, OFFLINE].map(url => new Request(url, { cache: 'reload' })))));
});

self.addEventListener('activate', event => event.waitUntil((async () => {
  for (const name of await caches.keys()) if (name !== STATIC && name !== PAGES) await caches.delete(name);
  await self.registration.navigationPreload?.enable();
  await self.clients.claim();
})()));

self.addEventListener('fetch', event => {
  const { request } = event, url = new URL(request.url);
  if (request.method !== 'GET' || url.origin !== location.origin) return;
  if (url.pathname.startsWith('/static/')) return event.respondWith(caches.match(request).then(kept => kept || fetch(request)));
  if (request.mode === 'navigate') event.respondWith(page(event, url));
});

async function page(event, url) {
  try {
    const answer = (await event.preloadResponse) || await fetch(event.request);
    // Opt-in, so that a page whose author forgot about this stays private.
    if (answer.ok && answer.headers.get('X-Offline') === 'public') {
      const copy = answer.clone();
      event.waitUntil(caches.open(PAGES).then(cache => cache.put(url.pathname, copy)));
    }
    return answer;
  } catch {
    return (await caches.match(url.pathname)) || (await caches.match(OFFLINE)) || Response.error();
  }
}

self.addEventListener('message', event => { if (event.data === 'wipe') event.waitUntil(caches.delete(PAGES)); });

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
