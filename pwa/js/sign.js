// A signature drawn with a finger becomes the picture that the form would otherwise ask a photo of.
function offer() {
  const form = document.querySelector('form[data-sign]'), pad = form?.querySelector('.sign-pad'), canvas = pad?.querySelector('canvas');
  const pen = canvas?.getContext('2d');
  if (!pen || typeof DataTransfer !== 'function') return;
  let drawn = false;
  const clear = () => { pen.fillStyle = '#fff'; pen.fillRect(0, 0, canvas.width, canvas.height); drawn = false; };
  const at = event => { const box = canvas.getBoundingClientRect(); return [(event.clientX - box.left) * canvas.width / box.width, (event.clientY - box.top) * canvas.height / box.height]; };
  Object.assign(pen, { lineWidth: 6, lineCap: 'round', lineJoin: 'round', strokeStyle: '#000' });
  clear();
  const begin = event => { canvas.setPointerCapture(event.pointerId); pen.beginPath(); pen.moveTo(...at(event)); };
  canvas.addEventListener('pointerdown', begin);
  canvas.addEventListener('pointermove', event => {
    if (!event.buttons) return;
    if (!canvas.hasPointerCapture(event.pointerId)) return begin(event);  // put down outside the box, or while the page was still fading in
    pen.lineTo(...at(event));
    pen.stroke();
    drawn = true;
  });
  pad.querySelector('button').addEventListener('click', clear);
  form.addEventListener('submit', event => {
    const input = form.querySelector('input[type=file]');
    if (!drawn || input.files.length) return;
    event.preventDefault();
    canvas.toBlob(blob => {
      const carrier = new DataTransfer();
      carrier.items.add(new File([blob], 'signature.png', { type: 'image/png' }));
      input.files = carrier.files;
      form.elements.drawn.value = 'yes';
      form.submit();
    });
  });
  pad.hidden = false;
  form.querySelector('details').open = false;
}

offer();
