// What a first visit costs, compressed, page by page: `npm run build && npm run budget`. Exit status 1 when a page is over.
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

const dist = join(dirname(fileURLToPath(import.meta.url)), '..', 'dist');
const manifest = JSON.parse(readFileSync(join(dist, '.vite', 'manifest.json'), 'utf8'));

// design.md section 8, in bytes of gzip (brotli, which the server prefers, is smaller still).
const pages = [
  { name: 'dashboard', entries: ['index.html', 'src/places/report/dashboard.tsx'], limit: 300_000 },
  { name: 'map', entries: ['index.html', 'src/map/map_page.tsx'], limit: 750_000, also: /maplibre-gl-worker/ },
];

function filesOf(key, found) {
  const entry = manifest[key];
  found.add(entry.file);
  for (const style of entry.css ?? []) found.add(style);
  for (const imported of entry.imports ?? []) filesOf(imported, found);
  return found;
}

/** Fonts a page in a Latin script fetches: two weights. */
const fonts = Object.values(manifest).map((entry) => entry.file).filter((file) => /noto-sans-latin-\d+.*\.woff2$/.test(file));
const assets = Object.values(manifest).flatMap((entry) => [entry.file, ...(entry.assets ?? [])]);

let over = 0;
for (const page of pages) {
  const files = new Set(['index.html', ...fonts]);
  for (const key of page.entries) filesOf(key, files);
  if (page.also) assets.filter((file) => page.also.test(file)).forEach((file) => files.add(file));
  const bytes = [...files].reduce((sum, file) => sum + (/\.woff2$/.test(file) ? readFileSync(join(dist, file)).length : gzipSync(readFileSync(join(dist, file)), { level: 9 }).length), 0);
  const fits = bytes <= page.limit;
  if (!fits) over += 1;
  console.log(`${page.name}: ${(bytes / 1000).toFixed(1)} kB of ${page.limit / 1000} kB in ${files.size} files${fits ? '' : '  OVER BUDGET'}`);
}
console.log(`${pages.length - over} passed, ${over} failed`);
process.exit(over === 0 ? 0 : 1);
