// <div id data-live="/cases/7/events">: at each event the part is fetched again and put in place, announced once.
// What a person has opened or holds the focus on stays so.
import { say } from './say.js';

const known = new Map();

export function followLive() {
  document.querySelectorAll('[data-live]').forEach(part => {
    const source = new EventSource(part.dataset.live);
    known.set(part.id, part.innerHTML);
    source.onmessage = () => refresh(part.id);
    source.addEventListener('changed', () => refresh(part.id));
    source.addEventListener('end', () => source.close());
    addEventListener('pagehide', () => source.close());
  });
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
