// A photo of 12 megapixels becomes 1600 px before it is sent: ten times faster on a slow line, and the place it was taken is gone.
import { sayKnown } from './say.js';

const LONGEST = 1600, WORTH_IT = 600_000;

export function shrinkPhotos() {
  document.addEventListener('change', event => {
    const input = event.target;
    if (input.matches?.('input[type=file][data-photo]') && input.files?.length) input.shrunk = shrink(input);  // upload.js waits for it
  });
}

async function shrink(input) {
  const files = await Promise.all([...input.files].map(file => smaller(file).catch(() => file)));
  if (files.every((file, i) => file === input.files[i])) return;
  const carrier = new DataTransfer();
  files.forEach(file => carrier.items.add(file));
  input.files = carrier.files;
  sayKnown('shrunk');
}

async function smaller(file) {
  if (!/^image\/(jpeg|png|webp|hei[cf])/.test(file.type) || file.size < WORTH_IT) return file;
  const picture = await createImageBitmap(file, { imageOrientation: 'from-image' });
  const scale = Math.min(1, LONGEST / Math.max(picture.width, picture.height));
  const canvas = document.createElement('canvas');
  canvas.width = Math.round(picture.width * scale);
  canvas.height = Math.round(picture.height * scale);
  canvas.getContext('2d').drawImage(picture, 0, 0, canvas.width, canvas.height);
  const blob = await new Promise(done => canvas.toBlob(done, 'image/jpeg', .85));
  if (!blob || blob.size >= file.size) return file;
  return new File([blob], file.name.replace(/\.\w+$/, '') + '.jpg', { type: 'image/jpeg' });
}
