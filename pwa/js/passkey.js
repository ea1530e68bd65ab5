// <form hidden data-passkey="create|get" data-challenge="/address">: the device signs what the server asks, the answer goes
// into the form's field `credential`, and the form is sent like any other. Without passkeys in the browser it stays hidden.
import { say, sayKnown } from './say.js';

const asked = async address => {
  const answer = await fetch(address, { method: 'POST' }).catch(() => null);
  return answer?.ok ? answer.json() : null;
};

const signed = (deed, options) => (deed === 'create'
  ? navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options) })
  : navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options) }));

if (globalThis.PublicKeyCredential?.parseCreationOptionsFromJSON) {
  document.querySelectorAll('form[data-passkey]').forEach(form => {
    form.hidden = false;
    form.addEventListener('submit', async event => {
      event.preventDefault();
      const options = await asked(form.dataset.challenge);
      if (!options) return sayKnown('failed');
      const made = await signed(form.dataset.passkey, options).catch(() => null);
      if (!made) return say(form.dataset.failed);
      form.elements.credential.value = JSON.stringify(made);
      form.submit();
    });
  });
}
