import { useCallback, useSyncExternalStore } from 'react';
import { hazardBands, type HazardBand } from '../api/hazard';

/** What the address bar holds: enough to come back to the same view, or to send it to someone. */
export interface Address {
  page: 'map' | 'report';
  view: { zoom: number; lat: number; lon: number } | null;
  /** Null: the layers shown by default. */
  layers: string[] | null;
  selected: { kind: string; id: string } | null;
  at: { lat: number; lon: number } | null;
  band: HazardBand;
  /** Of the hazard raster, 0..100. */
  opacity: number;
}

export const defaultAddress: Address = {
  page: 'map',
  view: null,
  layers: null,
  selected: null,
  at: null,
  band: 'probability_any',
  opacity: 80,
};

function numbers(text: string | null, separator: string, count: number): number[] | null {
  if (text === null || text === '') return null;
  const parts = text.split(separator).map(Number);
  return parts.length === count && parts.every(Number.isFinite) ? parts : null;
}

const onEarth = (lat: number, lon: number) => Math.abs(lat) <= 90 && Math.abs(lon) <= 180;

/** Anything unreadable in an address falls back to its default; a broken link still opens the page. */
export function parseAddress(hash: string): Address {
  const parameters = new URLSearchParams(hash.replace(/^#/, '').replace(/\+/g, '%2B'));
  const view = numbers(parameters.get('map'), '/', 3);
  const at = numbers(parameters.get('at'), ',', 2);
  const selected = parameters.get('sel');
  const slash = selected?.indexOf('/') ?? -1;
  const band = parameters.get('band') as HazardBand | null;
  const opacity = Number(parameters.get('opacity') ?? Number.NaN);
  return {
    page: parameters.has('report') ? 'report' : 'map',
    view: view && onEarth(view[1]!, view[2]!) ? { zoom: view[0]!, lat: view[1]!, lon: view[2]! } : null,
    layers: parameters.has('layers') ? (parameters.get('layers') ?? '').split(',').filter((name) => name !== '') : null,
    selected: selected && slash > 0 ? { kind: selected.slice(0, slash), id: selected.slice(slash + 1) } : null,
    at: at && onEarth(at[0]!, at[1]!) ? { lat: at[0]!, lon: at[1]! } : null,
    band: band && hazardBands.includes(band) ? band : defaultAddress.band,
    opacity: Number.isFinite(opacity) ? Math.min(100, Math.max(0, Math.round(opacity))) : defaultAddress.opacity,
  };
}

/** encodeURIComponent, but a slash or comma stays readable. */
const readable = (text: string) => encodeURIComponent(text).replace(/%2F/gi, '/').replace(/%2C/gi, ',');

export function formatAddress(address: Address): string {
  const parts: string[] = [];
  if (address.page === 'report') parts.push('report');
  if (address.view) {
    const { zoom, lat, lon } = address.view;
    parts.push(`map=${Number(zoom.toFixed(2))}/${lat.toFixed(5)}/${lon.toFixed(5)}`);
  }
  if (address.layers) parts.push(`layers=${readable(address.layers.join(','))}`);
  if (address.selected) parts.push(`sel=${readable(`${address.selected.kind}/${address.selected.id}`)}`);
  if (address.at) parts.push(`at=${address.at.lat.toFixed(6)},${address.at.lon.toFixed(6)}`);
  if (address.band !== defaultAddress.band) parts.push(`band=${address.band}`);
  if (address.opacity !== defaultAddress.opacity) parts.push(`opacity=${address.opacity}`);
  return parts.length > 0 ? `#${parts.join('&')}` : '';
}

const listeners = new Set<() => void>();
let current = typeof location === 'undefined' ? defaultAddress : parseAddress(location.hash);
let written = typeof location === 'undefined' ? '' : location.hash;

function reread() {
  if (location.hash === written) return;
  written = location.hash;
  current = parseAddress(location.hash);
  listeners.forEach((listener) => listener());
}

function subscribe(listener: () => void) {
  if (listeners.size === 0) {
    addEventListener('popstate', reread);
    addEventListener('hashchange', reread);
  }
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    removeEventListener('popstate', reread);
    removeEventListener('hashchange', reread);
  };
}

/** `go` is a step the back button undoes (a selection, another page); `refine` is not (panning, a slider). */
export type AddressStep = 'go' | 'refine';

export function changeAddress(change: Partial<Address>, step: AddressStep) {
  current = { ...current, ...change };
  const hash = formatAddress(current);
  if (hash !== written) {
    written = hash;
    const url = hash === '' ? location.pathname + location.search : hash;
    if (step === 'go') history.pushState(null, '', url);
    else history.replaceState(null, '', url);
  }
  listeners.forEach((listener) => listener());
}

export function useAddress(): [Address, (change: Partial<Address>, step: AddressStep) => void] {
  const address = useSyncExternalStore(subscribe, () => current);
  return [address, useCallback(changeAddress, [])];
}
