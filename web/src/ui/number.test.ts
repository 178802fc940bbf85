import { describe, expect, it } from 'vitest';
import { area, day, hectares, measured, probability, share, unknown, whole } from './number';

describe('figures on screen', () => {
  it('an unknown figure is never written as zero', () => {
    for (const write of [whole, measured, probability, share, day]) expect(write(null)).toBe(unknown);
    expect(area(null).value).toBe(unknown);
  });

  it('a small probability is not rounded away to nothing, nor a high one to certainty', () => {
    expect(probability(0)).toBe('\u2066< 0.1%\u2069');
    expect(probability(0.0004)).toBe('\u2066< 0.1%\u2069');
    expect(probability(0.042)).toBe('4.2%');
    expect(probability(0.57)).toBe('57%');
    expect(probability(0.9999)).toBe('\u2066> 99%\u2069');
  });

  it('an area is read in the unit people walk it in', () => {
    expect([hectares(0.0004), hectares(0), hectares(9822.4)]).toEqual(['\u2066< 0.1\u2069', '0', '9,822']);
    expect(area(840)).toEqual({ value: '840', unit: 'm²' });
    expect(area(125_000)).toEqual({ value: '12.5', unit: 'ha' });
  });

  it('a date of information does not move with the reader’s time zone', () => {
    expect(day('2024-05-02')).toBe('May 2, 2024');
  });
});
