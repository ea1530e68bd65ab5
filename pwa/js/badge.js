// How many notices are unread: on the tab, and on the icon of the installed app, while a page is open.
import { follow } from './live.js';

export function followInbox() {
  const tabs = document.querySelector('[data-inbox]');
  if (tabs) follow(tabs.dataset.inbox, () => count(tabs));
}

async function count(tabs) {
  const answer = await fetch('/api/v1/notices?limit=0', { credentials: 'same-origin' }).catch(() => null);
  if (!answer?.ok) return;
  const { unread } = await answer.json(), tab = tabs.querySelector('[href="/me"]');
  tab.querySelector('.count')?.remove();
  if (unread) tab.append(number(unread, tabs.dataset.unread));
  navigator.setAppBadge?.(unread).catch(() => {});
}

function number(unread, words) {
  const mark = document.createElement('span'), spoken = document.createElement('span');
  mark.className = 'count';
  spoken.className = 'sr';
  spoken.textContent = words;
  mark.append(String(unread), spoken);
  return mark;
}
