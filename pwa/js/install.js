// "Put it on the home screen": once a person and once a phone, and only where this browser can or where we know the way.
const box = document.getElementById('install'), ANSWERED = 'install-answered', agent = navigator.userAgent;
const iPhone = /iP(hone|ad|od)/.test(agent) || (navigator.platform === 'MacIntel' && navigator.maxTouchPoints > 1);
const installed = navigator.standalone || matchMedia('(display-mode: standalone)').matches;
const answered = () => { try { return localStorage.getItem(ANSWERED); } catch { return ''; } };

function offer(way) {
  if (!box.hidden || answered() || installed) return;
  box.querySelector(`[data-way=${way}]`).hidden = false;
  box.hidden = false;
}

function settle() {
  try { localStorage.setItem(ANSWERED, 'yes'); } catch { /* then the account alone remembers */ }
  const form = box.querySelector('form');
  fetch(form.action, { method: 'POST', body: new URLSearchParams(new FormData(form)), keepalive: true, redirect: 'manual' }).catch(() => {});
  box.hidden = true;
}

async function install() {
  await globalThis.installer.prompt();
  await globalThis.installer.userChoice;
  settle();
}

function begin() {
  if (/MicroMessenger/i.test(agent)) return offer('elsewhere');
  if (iPhone) return offer('iphone');
  if (globalThis.installer) return offer('prompt');
  addEventListener('beforeinstallprompt', () => offer('prompt'));
}

if (box) {
  box.querySelector('[data-way=prompt] button').addEventListener('click', install);
  box.querySelector('form').addEventListener('submit', event => { event.preventDefault(); event.stopImmediatePropagation(); settle(); }, true);
  addEventListener('appinstalled', settle);
  if (box.dataset.when === 'now') begin(); else document.addEventListener('kept', begin, { once: true });
}
