// The share sheet of the telephone and the printer. Without them the page's address stands there to be copied.
export function offerShare() {
  for (const button of document.querySelectorAll('[data-print]')) button.hidden = false;
  if (navigator.share) for (const button of document.querySelectorAll('[data-share]')) button.hidden = false;
  document.addEventListener('click', event => {
    const button = event.target.closest?.('[data-share], [data-print]');
    if (!button) return;
    if ('print' in button.dataset) return print();
    navigator.share({ title: document.title, url: button.dataset.share }).catch(() => {});
  });
}
