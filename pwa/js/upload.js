// A chosen file goes ahead in pieces and goes on by itself where the line broke; the form then names what has arrived.
// Without this, or where anything here is refused for a reason we have no words for, the form carries the file as it always did.
const SMALL = 1 << 16, BIG = 1 << 21, MOST = 20 << 20;
const PATIENCE = 6;  // pauses of three seconds; then the worker, where there is one, keeps the file for later
const sending = new WeakSet();
const kept = () => navigator.serviceWorker?.controller && document.getElementById('kept-note');

async function ask(method, path, headers, body) {
  const answer = await fetch(path, { method, headers: { 'Tus-Resumable': '1.0.0', ...headers }, body, signal: AbortSignal.timeout?.(40000) });
  if (answer.ok) return answer;
  if ([400, 413, 422].includes(answer.status)) throw { say: (await answer.json()).problems[0].say };
  throw { plain: [401, 403].includes(answer.status) };
}

const soon = () => new Promise(go => { setTimeout(go, 3000); addEventListener('online', go, { once: true }); });
const base64 = text => btoa(String.fromCharCode(...new TextEncoder().encode(text)));
const hashed = async file => [...new Uint8Array(await crypto.subtle.digest('SHA-256', await file.slice(0, MOST).arrayBuffer()))]
  .map(byte => byte.toString(16).padStart(2, '0')).join('');

// Its id, once all of it is there.
async function send(file, tell) {
  const sha = await hashed(file);
  const about = { 'Upload-Length': file.size, 'Upload-Metadata': `filename ${base64(file.name)},sha256 ${base64(sha)}`, 'Idempotency-Key': sha };
  for (let piece = 2 * SMALL, pauses = 0; ;) {
    try {
      let answer = await ask('POST', '/api/v1/uploads', about);
      const place = answer.headers.get('Location');
      for (;;) {
        const at = +answer.headers.get('Upload-Offset'), began = performance.now();
        tell('going', at);
        if (at >= file.size) return place.split('/').pop();
        answer = await ask('PATCH', place, { 'Upload-Offset': at, 'Content-Type': 'application/offset+octet-stream' }, file.slice(at, at + piece));
        pauses = 0;
        piece = Math.min(BIG, performance.now() - began < 700 ? piece * 2 : piece);
      }
    } catch (wrong) {
      if (wrong.say || wrong.plain) throw wrong;
      if ((!navigator.onLine || ++pauses > PATIENCE) && kept()) throw { plain: true };
      piece = SMALL;
      tell('waiting');
      await soon();
    }
  }
}

async function sendAhead(form, input) {
  const box = form.querySelector('.sending'), bar = box.querySelector('progress'), words = box.querySelector('[role=status]');
  const say = key => { if (words.textContent !== box.dataset[key]) words.textContent = box.dataset[key]; };
  box.hidden = false;
  say('going');
  await input.shrunk;
  const files = [...input.files], ids = [], all = files.reduce((sum, file) => sum + file.size, 0);
  let before = 0;
  for (const file of files) {
    ids.push(await send(file, (state, at = 0) => { say(state); if (state === 'going') bar.value = (before + at) / all; }));
    before += file.size;
  }
  say('arrived');
  for (const id of ids) form.append(Object.assign(document.createElement('input'), { type: 'hidden', name: 'upload', value: id }));
  input.disabled = true;
}

document.addEventListener('submit', async event => {
  const form = event.target, input = form.querySelector('input[type=file][data-ahead]');
  if (!input?.files.length || !globalThis.crypto?.subtle) return;
  event.preventDefault();
  if (sending.has(form)) return;
  sending.add(form);
  try {
    await sendAhead(form, input);
  } catch (wrong) {
    if (wrong.say) {
      sending.delete(form);
      form.querySelector('.sending [role=status]').textContent = wrong.say;
      return;
    }
  }
  form.submit();
  sending.delete(form);
});
