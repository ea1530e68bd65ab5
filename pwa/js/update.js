// A new version waits until she says so, or until nothing of ours is open. It never takes a page away that something was typed into.
const { newer, later } = document.getElementById('toast').dataset;

const changed = field => field.type !== 'hidden' && (field.type === 'checkbox' || field.type === 'radio' ? field.checked !== field.defaultChecked
  : field.type === 'file' ? field.files.length : 'defaultValue' in field && field.value !== field.defaultValue);
const typed = () => document.getElementById('problems') || [...document.querySelectorAll('form[method=post] :enabled')].some(changed);

const button = Object.assign(document.createElement('button'), { className: 'ribbon ribbon-amber newer', type: 'button', textContent: newer });
button.onclick = async () => {
  if (typed()) return button.textContent = later;
  navigator.serviceWorker.addEventListener('controllerchange', () => location.reload());
  (await navigator.serviceWorker.getRegistration()).waiting?.postMessage('update');
};
document.querySelector('.top').prepend(button);
