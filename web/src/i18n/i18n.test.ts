import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import azerbaijani from './az.json';
import english from './en.json';
import { preferredLanguage } from './index';
import russian from './ru.json';

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
  for (const [key, text] of Object.entries(russian)) expect(text, key).not.toMatch(/безопасн/i);
  for (const [key, text] of Object.entries(azerbaijani)) expect(text, key).not.toMatch(/təhlükəsiz|zərərsiz/i);
});

const variables = (text: string) => (text.match(/\{\{\w+\}\}/g) ?? []).sort();

it.each([['ru', russian], ['az', azerbaijani]])('%s says all that English says, with the same figures in it', (_, catalogue) => {
  expect(Object.keys(catalogue)).toEqual(Object.keys(english));
  for (const [key, entry] of Object.entries(english)) {
    const text = (catalogue as Record<string, string>)[key]!;
    expect(text.trim().length, key).toBeGreaterThan(0);
    expect(variables(text), key).toEqual(variables(entry.text));
  }
});

it('a reader gets the language chosen before, else one of the browser, else English', () => {
  expect(preferredLanguage('az', ['ru-RU'])).toBe('az');
  expect(preferredLanguage(null, ['de-DE', 'ru-RU', 'en'])).toBe('ru');
  expect(preferredLanguage('tlh', ['de'])).toBe('en');
});
