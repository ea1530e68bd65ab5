// The code on the holder's screen: counts down, is renewed before it ends while the page is seen, and the page follows when somebody has looked.
import { say } from './say.js';

const TICK = 1000, ASK = 3;
let since = 0;

async function fetched(method, path) {
  const answer = await fetch(path, { method, credentials: 'same-origin' }).catch(() => null);
  if (!answer?.ok) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), 'text/html').getElementById('showing');
  const part = document.getElementById('showing');
  if (!fresh || !part) return;
  if (fresh.dataset.state !== part.dataset.state) {
    part.replaceWith(fresh);
    if (fresh.dataset.state === 'looked') { say(fresh.dataset.say); navigator.vibrate?.(200); }
  } else if (method === 'POST') part.replaceWith(fresh);
}

function tick() {
  const part = document.getElementById('showing');
  if (!part || part.dataset.state !== 'open' || document.hidden) return;
  const left = Math.max(0, part.dataset.left - 1), seconds = part.querySelector('[data-seconds]');
  part.dataset.left = left;
  if (seconds) seconds.textContent = left;
  if (left <= part.dataset.renew && left % 5 === 0) return fetched('POST', part.dataset.codes);
  since = (since + 1) % ASK;
  if (!since) fetched('GET', location.href);
}

setInterval(tick, TICK);
