import { describe, expect, it } from 'vitest';
import { defaultAddress, formatAddress, parseAddress } from './address';

describe('the address bar', () => {
  it('brings a colleague to the same hazard in the same view', () => {
    const address = {
      ...defaultAddress,
      view: { zoom: 12.5, lat: 41.7, lon: 51.5 },
      layers: ['hazards', 'estimate'],
      selected: { kind: 'hazards', id: 'HA-0012/b, north' },
      at: { lat: 41.70125, lon: 51.5 },
      band: 'expected_items' as const,
      opacity: 55,
    };
    expect(parseAddress(formatAddress(address))).toEqual(address);
  });

  it('is empty for the view everyone starts with', () => {
    expect(formatAddress(defaultAddress)).toBe('');
    expect(parseAddress('')).toEqual(defaultAddress);
  });

  it('opens the page even when a link was broken on its way', () => {
    const broken = parseAddress('#map=12/4x/51&sel=hazards&at=95,10&band=colour&opacity=900');
    expect(broken).toEqual({ ...defaultAddress, opacity: 100 });
  });

  it('keeps an empty list of layers apart from the default ones', () => {
    expect(parseAddress('#layers=').layers).toEqual([]);
    expect(parseAddress('#report').page).toBe('report');
  });

  it('reads coordinates that carry a plus sign', () => {
    expect(parseAddress('#at=+41.5,+51.25').at).toEqual({ lat: 41.5, lon: 51.25 });
  });
});
