// Reading aloud is offered where the browser can speak; what does it comes with the first tap.
export function offerReading() {
  if (!('speechSynthesis' in globalThis)) return;
  for (const button of document.querySelectorAll('[data-read]')) {
    button.classList.add('read-can');
    button.addEventListener('click', async () => (await import(button.dataset.read)).read(button));
  }
}
