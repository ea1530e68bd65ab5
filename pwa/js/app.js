// Everything here makes a page that already works a little quicker or kinder. Nothing depends on it.
import htmx from 'htmx.org';
import { followInbox } from './badge.js';
import { followLive } from './live.js';
import { offerReading } from './aloud.js';
import { shrinkPhotos } from './photo.js';
import { offerShare } from './share.js';
import { sayKnown } from './say.js';
import { guardTaps } from './taps.js';

globalThis.htmx = htmx;

function tellFailures() {
  document.addEventListener('htmx:error', () => sayKnown('offline'));
  document.addEventListener('htmx:response:error', event => { if (event.detail.ctx?.response?.status >= 500) sayKnown('failed'); });
  addEventListener('offline', () => sayKnown('offline'));
}

// A form that came back with something to put right is read from its summary on, as after a whole page.
const showProblems = () => document.getElementById('problems')?.focus();

// A new version is ready and waits: update.js asks her. Its address is that of the version this page belongs to, kept by the old worker.
function offerUpdate(worker) {
  const src = document.getElementById('toast')?.dataset.update;
  const offer = () => {
    if (src && worker.waiting && navigator.serviceWorker.controller && !document.querySelector(`[src="${src}"]`)) document.body.append(Object.assign(document.createElement('script'), { src }));
  };
  offer();
  worker.addEventListener('updatefound', () => worker.installing?.addEventListener('statechange', offer));
}

function startWorker() {
  if (!('serviceWorker' in navigator)) return;
  navigator.serviceWorker.register('/sw.js', { updateViaCache: 'none' }).then(offerUpdate).catch(() => {});
  const flush = () => navigator.serviceWorker.controller?.postMessage('flush');  // what could not be sent before
  addEventListener('online', flush);
  flush();
  // Log-out, another principal, another mode or language: pages kept for offline reading are no longer the right ones.
  document.addEventListener('submit', event => {
    if (event.target.matches('form[data-wipe]')) navigator.serviceWorker.controller?.postMessage('wipe');
  });
}

const begin = () => {
  showProblems();
  document.addEventListener('htmx:after:swap', showProblems);
  followLive();
  followInbox();
  offerShare();
  offerReading();
};

// The browser's own offer to install comes before she knows what for: install.js makes it when it is of use.
addEventListener('beforeinstallprompt', event => { event.preventDefault(); globalThis.installer = event; });
guardTaps();
shrinkPhotos();
tellFailures();
startWorker();
if (document.readyState === 'loading') document.addEventListener('DOMContentLoaded', begin); else begin();
