// <div id data-live="/cases/7/events">: at each event the part is fetched again and put in place, announced once.
// What a person has opened or holds the focus on stays so.
import { say } from './say.js';

const POLL = 30000, known = new Map(), followed = new Map();

export function followLive() {
  document.querySelectorAll('[data-live]').forEach(part => {
    known.set(part.id, part.innerHTML);
    follow(part.dataset.live, () => refresh(part.id));
  });
}

// One stream an address, and only while the page is seen: a browser opens six connections to a host and no more.
export function follow(address, changed) {
  if (followed.has(address)) return followed.get(address).push(changed);
  const told = [changed], tell = () => told.forEach(one => one());
  let source, over = false;
  const close = () => { source?.close(); source = null; };
  const open = () => {
    if (source || over || document.hidden) return;
    if (source === null) tell();  // seen again: whatever happened meanwhile
    source = new EventSource(address);
    source.onmessage = tell;
    source.addEventListener('changed', tell);
    source.addEventListener('end', () => { over = true; close(); });
    // Refused (too many look on, or something on the way lets no stream through): looked at now and then instead.
    source.onerror = () => { if (source?.readyState === 2 && !over) { close(); setTimeout(open, 30000 + Math.random() * 30000); } };
    source.onerror = () => { if (source?.readyState === EventSource.CLOSED) later(); };
  };
  // Where no stream gets through (a proxy, a closed port), it is asked for again and again, and each time looked at once.
  const later = () => { close(); setTimeout(open, POLL); };
  followed.set(address, told);
  document.addEventListener('visibilitychange', () => (document.hidden ? close() : open()));
  addEventListener('pagehide', close);
  addEventListener('pageshow', open);
  open();
}

async function refresh(id) {
  const part = document.getElementById(id);
  const answer = await fetch(part.dataset.refresh || location.href, { credentials: 'same-origin' }).catch(() => null);
  if (!answer?.ok) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), 'text/html').getElementById(id);
  if (!fresh || fresh.innerHTML === known.get(id)) return;
  known.set(id, fresh.innerHTML);
  const opened = [...part.querySelectorAll('details')].map(details => details.open);
  const focused = part.contains(document.activeElement) && document.activeElement.getAttribute('href');
  part.replaceChildren(...fresh.childNodes);
  part.querySelectorAll('details').forEach((details, i) => { details.open ||= opened[i]; });
  if (focused) part.querySelector(`[href="${CSS.escape(focused)}"]`)?.focus();
  globalThis.htmx?.process(part);
  say(part.dataset.say);
}
