// <div id data-live="/cases/7/stream">: at each event the part is fetched again and put in place, announced once.
import { say } from './say.js';

export function followLive() {
  document.querySelectorAll('[data-live]').forEach(part => {
    const source = new EventSource(part.dataset.live);
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
  if (!fresh || fresh.innerHTML === part.innerHTML) return;
  part.replaceChildren(...fresh.childNodes);
  globalThis.htmx?.process(part);
  say(part.dataset.say);
}
