import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import english from './en.json';

const source = join(import.meta.dirname, '..');
const code = readdirSync(source, { recursive: true, encoding: 'utf8' })
  .filter((file) => /\.tsx?$/.test(file) && !/\.test\.tsx?$/.test(file))
  .map((file) => readFileSync(join(source, file), 'utf8'))
  .join('\n');

it('each text has a note for its translator and is used on a screen', () => {
  for (const [key, entry] of Object.entries(english)) {
    expect(entry.note.length, key).toBeGreaterThan(5);
    expect(code.includes(`'${key}'`), `${key} is not used`).toBe(true);
  }
});

it('no screen calls land safe', () => {
  for (const [key, entry] of Object.entries(english)) expect(entry.text, key).not.toMatch(/\bsafe/i);
});
