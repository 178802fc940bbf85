import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import react from '@vitejs/plugin-react';
import type { Plugin } from 'vite';
import { defineConfig } from 'vitest/config';

/** `npm run dev` shows a running `firmground serve`; FIRMGROUND_SERVER names another one. */
const server = process.env.FIRMGROUND_SERVER ?? 'http://127.0.0.1:8080';

/** Compressed once here, so that the server only hands files out: it takes NAME.br or NAME.gz where a browser accepts them. */
function compressed(): Plugin {
  return {
    name: 'firmground-compressed',
    apply: 'build',
    writeBundle(options) {
      for (const entry of readdirSync(options.dir!, { recursive: true, withFileTypes: true })) {
        if (!entry.isFile() || !/\.(js|css|html|svg)$/.test(entry.name)) continue;
        const file = join(entry.parentPath, entry.name);
        const bytes = readFileSync(file);
        writeFileSync(`${file}.gz`, gzipSync(bytes, { level: 9 }));
        writeFileSync(`${file}.br`, brotliCompressSync(bytes));
      }
    },
  };
}

export default defineConfig({
  plugins: [react(), compressed()],
  build: {
    target: 'es2022',
    // No data: URLs for fonts: each face is fetched once, from our own server, only when a text needs it.
    assetsInlineLimit: 0,
    // scripts/budget.mjs reads which files a page needs from it.
    manifest: true,
    chunkSizeWarningLimit: 1200,
  },
  server: { proxy: { '/api': server, '/tiles': server, '/health': server } },
  test: { include: ['src/**/*.test.ts', 'src/**/*.test.tsx'], environment: 'node' },
});
