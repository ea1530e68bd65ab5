// What stands behind the # of a scanned code goes into the form and is sent by itself; nothing of it stays in the address.
const text = decodeURIComponent(location.hash.slice(1)), form = document.getElementById('carried');
if (text && form) {
  history.replaceState(null, '', location.pathname);
  form.elements.text.value = text;
  form.requestSubmit();
}
