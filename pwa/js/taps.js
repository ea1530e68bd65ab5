// A second tap on the same button does nothing while the first is on its way. The server's idempotency key is the real guard.
const sent = new WeakSet();

export function guardTaps() {
  document.addEventListener('submit', event => {
    const form = event.target;
    if (event.defaultPrevented || form.method === 'get') return;
    if (sent.has(form)) return event.preventDefault();
    sent.add(form);
    form.setAttribute('aria-busy', 'true');
    setTimeout(() => release(form), 15000);
  });
  addEventListener('pageshow', event => { if (event.persisted) document.querySelectorAll('form[aria-busy]').forEach(release); });
  document.addEventListener('htmx:finally:request', event => { const form = event.target.closest?.('form'); if (form) release(form); });
}

function release(form) {
  sent.delete(form);
  form.removeAttribute('aria-busy');
}
