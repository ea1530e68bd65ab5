// The telephone's own eye for square codes, where it has one; else the form sends a photograph. Only pages of ours are gone to.
const box = document.getElementById('scan'), said = document.getElementById('read');
const video = box.querySelector('video'), say = box.querySelector('[data-say]');

async function eye() {
  const formats = await globalThis.BarcodeDetector?.getSupportedFormats().catch(() => []);
  return formats?.includes('qr_code') && navigator.mediaDevices?.getUserMedia && new BarcodeDetector({ formats: ['qr_code'] });
}

function follow(text) {
  const url = URL.canParse?.(text) && new URL(text);
  if (url && url.origin === location.origin) return location.assign(url.pathname + url.search);
  said.querySelector('[data-read]').textContent = text;
  said.hidden = false;
}

async function look(detector) {
  const stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: 'environment' } });
  const end = () => stream.getTracks().forEach(track => track.stop());
  addEventListener('pagehide', end, { once: true });
  video.srcObject = stream;
  video.hidden = false;
  say.textContent = say.dataset.look;
  await video.play();
  for (;;) {
    const [code] = await detector.detect(video).catch(() => []);
    if (code) {
      end();
      video.hidden = true;
      say.textContent = '';
      return follow(code.rawValue);
    }
    await new Promise(next => setTimeout(next, 200));
  }
}

eye().then(detector => {
  if (!detector) return;
  box.hidden = false;
  box.querySelector('button').addEventListener('click', () => look(detector).catch(() => { say.textContent = say.dataset.denied; }));
});
