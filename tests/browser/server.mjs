import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const patienceMs = 60_000;

/** Starts `firmground serve` on a free port; made programmes go away with it. */
export async function startServer(root) {
  const binary = resolve(process.env.FIRMGROUND_BINARY ?? process.env.FIRMGROUND ?? join(root, 'build', 'release', 'firmground'));
  let made = null;
  let programme = process.env.FIRMGROUND_DEMO;
  if (!programme) {
    made = mkdtempSync(join(tmpdir(), 'firmground-browser-'));
    programme = join(made, 'demo.gpkg');
    console.log('Making a small demo programme …');
    execFileSync(binary, ['demo', '--into', programme, '--size', 'small', '--quiet'], { stdio: ['ignore', 'ignore', 'inherit'] });
  }
  const child = spawn(binary, ['serve', programme, '--port', '0', '--web', join(root, 'web', 'dist'), '--quiet'], { stdio: ['ignore', 'pipe', 'pipe'] });
  const stop = async () => {
    const ended = new Promise((resolveEnd) => child.once('exit', resolveEnd));
    if (child.exitCode === null && child.kill('SIGTERM')) await ended;
    if (made) rmSync(made, { recursive: true, force: true });
  };
  try {
    const origin = await addressOf(child);
    const api = async (path) => (await fetch(origin + path)).json();
    return { origin, api, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** The server prints where it listens. */
function addressOf(child) {
  return new Promise((found, lost) => {
    let printed = '';
    const timer = setTimeout(() => lost(new Error(`The server did not start:\n${printed}`)), patienceMs);
    const read = (bytes) => {
      printed += bytes;
      const address = /http:\/\/127\.0\.0\.1:\d+/.exec(printed);
      if (!address) return;
      clearTimeout(timer);
      found(address[0]);
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    child.once('exit', (code) => {
      clearTimeout(timer);
      lost(new Error(`The server ended with ${code}:\n${printed}`));
    });
  });
}
