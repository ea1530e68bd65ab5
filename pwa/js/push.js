// "Tell me on this phone". subscribe() never settles where the browser's push service cannot be reached, so it races a clock.
const PATIENCE = 8000;

async function subscribe(offer, worker) {
  const words = offer.querySelector('p'), button = offer.querySelector('button');
  words.setAttribute('role', 'status');
  words.textContent = offer.dataset.waiting;
  button.disabled = true;
  const told = await allowed(worker, offer.dataset.push).then(subscription => keep(offer.dataset.action, subscription)).catch(() => false);
  words.textContent = told ? offer.dataset.done : offer.dataset.refused;
  button.hidden = true;
}

async function allowed(worker, applicationServerKey) {
  if (await Notification.requestPermission() !== 'granted') throw new Error('denied');
  const late = new Promise((_, fail) => setTimeout(() => fail(new Error('timeout')), PATIENCE));
  return Promise.race([worker.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey }), late]);
}

const keep = async (action, subscription) => (await fetch(action, {
  method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(subscription),
})).ok;

// What to do instead is said when she asks for it, not before: on an iPhone only the app on the home screen can, and no window inside WeChat.
const iPhone = /iP(hone|ad|od)/.test(navigator.userAgent) || (navigator.platform === 'MacIntel' && navigator.maxTouchPoints > 1);
const installed = navigator.standalone || matchMedia('(display-mode: standalone)').matches;
const weChat = /MicroMessenger/i.test(navigator.userAgent);
const instead = weChat ? '[data-elsewhere]' : iPhone && (installed ? '[data-old]' : '[data-install]');

function explain(offer) {
  offer.hidden = false;
  offer.querySelector('button').addEventListener('click', event => {
    event.currentTarget.hidden = true;
    const steps = offer.querySelector(instead);
    steps.hidden = false;
    steps.focus();
  });
}

document.querySelectorAll('[data-push]').forEach(async offer => {
  const able = !weChat && 'serviceWorker' in navigator && 'PushManager' in window && 'Notification' in window;
  if (!able) return instead && explain(offer);
  const worker = await navigator.serviceWorker.ready;
  if (await worker.pushManager.getSubscription()) return;
  offer.hidden = false;
  offer.querySelector('button').addEventListener('click', () => subscribe(offer, worker));
});
