// The quiet line above the tab bar. Texts come from the page, so they are in the person's language.
const toast = () => document.getElementById('toast');
let clearing;

export function say(text, seconds = 8) {
  const line = toast();
  if (!line || !text) return;
  line.textContent = text;
  clearTimeout(clearing);
  clearing = setTimeout(() => { line.textContent = ''; }, seconds * 1000);
}

export const sayKnown = key => say(toast()?.dataset[key]);
