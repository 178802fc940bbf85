import { expect, it } from 'vitest';
import { toCsv } from './csv';

it('a table leaves the page as CSV with its unknowns empty and its commas quoted', () => {
  expect(toCsv(['district', 'cleared, ha'], [['North "A"', 12.5], ['South', null]])).toBe(
    'district,"cleared, ha"\r\n"North ""A""",12.5\r\nSouth,\r\n',
  );
});

it('a district named like a formula is text to a spreadsheet, a negative number stays a number', () => {
  expect(toCsv(['a', 'b'], [['=1+1', -2]])).toBe("a,b\r\n'=1+1,-2\r\n");
});
