// npm run build: css/, js/ and icons/ → dist/, each under a name that carries its content's fingerprint,
// with .br, .gz and (Node.js 22.15 and newer) .zst beside what compresses; dist/assets.json says app.css → app.1a2b3c4d5e.css; dist/sw.js keeps its name.
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import zlib from 'node:zlib';
import { build } from 'esbuild';

const HERE = dirname(fileURLToPath(import.meta.url)), DIST = join(HERE, 'dist');
const TARGET = ['chrome99', 'safari15.4'];
const names = {}, written = new Set();
// Every lucide icon is drawn with the same pen: .icon in css/base.css holds it, once.
const PEN = / (?:fill="none"|stroke="currentColor"|stroke-linecap="round"|stroke-linejoin="round"|stroke-width="2")/g;
const read = (...path) => readFileSync(join(HERE, ...path));
const fingerprint = bytes => createHash('sha256').update(bytes).digest('hex').slice(0, 10);

function keep(name, bytes) {
  writeFileSync(join(DIST, name), bytes);
  written.add(name);
}

function write(name, content) {
  const bytes = Buffer.from(content);
  keep(name, bytes);
  if (/\.(css|js|svg)$/.test(name)) {
    const { BROTLI_PARAM_QUALITY, BROTLI_PARAM_SIZE_HINT, ZSTD_c_compressionLevel } = zlib.constants;
    keep(name + '.br', zlib.brotliCompressSync(bytes, { params: { [BROTLI_PARAM_QUALITY]: 11, [BROTLI_PARAM_SIZE_HINT]: bytes.length } }));
    keep(name + '.gz', zlib.gzipSync(bytes, { level: 9 }));
    if (zlib.zstdCompressSync) keep(name + '.zst', zlib.zstdCompressSync(bytes, { params: { [ZSTD_c_compressionLevel]: 19 } }));
  }
}

function publish(name, content) {
  names[name] = name.replace(/(\.\w+)$/, `.${fingerprint(content)}$1`);
  write(names[name], content);
}

async function bundle(path, define = {}, format = 'iife') {
  const made = await build({ entryPoints: [join(HERE, path)], bundle: true, minify: true, write: false, format, target: TARGET,
    charset: 'utf8', legalComments: 'none', define, logLevel: 'warning' });
  return made.outputFiles[0].contents;
}

// What is on many pages comes once for all (names.txt); what is on few is drawn into these (rare.txt).
function drawings(list) {
  const lucide = JSON.parse(read('node_modules', '@iconify-json', 'lucide', 'icons.json'));
  return read('icons', list).toString().trim().split('\n').map(name => {
    const drawing = lucide.icons[name] || lucide.icons[lucide.aliases[name]?.parent];
    if (!drawing) throw new Error(`icons/${list}: there is no lucide icon "${name}"`);
    return [name, drawing.body.replace(PEN, '')];
  });
}

function sprite() {
  const symbols = drawings('names.txt').map(([name, body]) => `<symbol id="${name}" viewBox="0 0 24 24">${body}</symbol>`);
  return `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join('')}</svg>`;
}

const address = name => '/static/' + names[name];

mkdirSync(DIST, { recursive: true });
publish('app.css', await bundle('css/app.css'));
publish('desk.css', await bundle('css/desk.css'));
publish('phone.css', await bundle('css/phone.css'));  // only where something waits on the phone, is shared or scanned, or the app is offered
publish('looks.css', await bundle('css/looks.css'));  // only where the elder version or other colours were chosen
publish('app.js', await bundle('js/app.js'));
publish('passkey.js', await bundle('js/passkey.js'));  // only where one is made or used
publish('push.js', await bundle('js/push.js'));  // only where reminders are offered
publish('sign.js', await bundle('js/sign.js'));  // only where somebody signs
publish('show.js', await bundle('js/show.js'));  // only where a certificate is shown
publish('carried.js', await bundle('js/carried.js'));  // only where a code that was carried along is checked
publish('scan.js', await bundle('js/scan.js'));  // only where codes are scanned
publish('update.js', await bundle('js/update.js'));  // only where a new version waits
publish('install.js', await bundle('js/install.js'));  // only where the app is offered
publish('kept.js', await bundle('js/kept.js'));  // only where a form may wait for a network
publish('read.js', await bundle('js/read.js', {}, 'esm'));  // only when a page is to be read aloud
publish('desk.js', await bundle('js/desk.js'));  // officers' keys and viewer
publish('upload.js', await bundle('js/upload.js'));  // only where files are given
publish('icons.svg', sprite());
keep('rare-icons.json', JSON.stringify(Object.fromEntries(drawings('rare.txt'))));
for (const file of readdirSync(join(HERE, 'icons')).filter(name => /\.(svg|png|webp)$/.test(name))) publish(file, read('icons', file));

// The offline page is kept by the worker, so a change of its template is a new worker too.
const version = fingerprint(JSON.stringify(names) + read('pages', 'offline.html') + read('pages', 'cart', 'kept.html') + read('layouts', 'page.html') + read('layouts', 'base.html'));
write('sw.js', await bundle('sw.js', { __VERSION__: JSON.stringify(version), __ICON__: JSON.stringify(address('app-192.png')) }));
keep('assets.json', JSON.stringify(names, null, 1));
// Last, so that a server starting in the middle of a build still finds what the old list names.
for (const stale of readdirSync(DIST).filter(name => !written.has(name))) rmSync(join(DIST, stale), { recursive: true });
