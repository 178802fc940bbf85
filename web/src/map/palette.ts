/** Map colours. Hazard fills are IMAS 07.11's (TN 07.11/01); nothing on the map is green: readers take green as permission. */
export interface MapColours {
  theme: 'light' | 'dark';
  sea: string;
  land: string;
  coast: string;
  /** 0..1 of the shaded relief. */
  reliefOpacity: number;
  road: string;
  roadEdge: string;
  district: string;
  contactLine: string;
  ink: string;
  halo: string;
  cha: string;
  sha: string;
  chaOutline: string;
  shaOutline: string;
  cleared: string;
  clearedFill: string;
  reduced: string;
  cancelled: string;
  minefieldRecord: string;
  accident: string;
  find: string;
  findEdge: string;
  project: string;
  task: string;
  selection: string;
}

/** IMAS 07.11: confirmed (CHA) and suspected (SHA) hazardous areas, filled at half strength in every theme. */
const imas = { cha: '#FF0000', sha: '#F4A718' } as const;

export const lightColours: MapColours = {
  theme: 'light',
  sea: '#d3e0e6',
  land: '#f6f4ec',
  coast: '#9fb4bd',
  reliefOpacity: 0.55,
  road: '#fffdf6',
  roadEdge: '#b3a58a',
  district: '#6f7b80',
  contactLine: '#3a3f58',
  ink: '#263238',
  halo: '#fbfaf5',
  ...imas,
  chaOutline: '#b80000',
  shaOutline: '#8f5600',
  cleared: '#2c6480',
  clearedFill: '#e2eef3',
  reduced: '#6a757a',
  cancelled: '#7d8589',
  minefieldRecord: '#4b2f1d',
  accident: '#9c1c0f',
  find: '#1f2528',
  findEdge: '#fffdf6',
  project: '#245a9c',
  task: '#12486b',
  selection: '#00708f',
};

export const darkColours: MapColours = {
  theme: 'dark',
  sea: '#0d161b',
  land: '#1d272c',
  coast: '#41545d',
  reliefOpacity: 0.35,
  road: '#4c5a60',
  roadEdge: '#11191d',
  district: '#8b989e',
  contactLine: '#c3c8ea',
  ink: '#e8edef',
  halo: '#141c20',
  ...imas,
  chaOutline: '#ff6b5e',
  shaOutline: '#ffc257',
  cleared: '#8fc3dd',
  clearedFill: '#2a4554',
  reduced: '#aab4b8',
  cancelled: '#9aa4a8',
  minefieldRecord: '#e3c9a4',
  accident: '#ff8f7a',
  find: '#f2f4f4',
  findEdge: '#10181c',
  project: '#7fb2ee',
  task: '#8cc6ea',
  selection: '#5fe0ff',
};

export const coloursOf = (theme: 'light' | 'dark') => (theme === 'dark' ? darkColours : lightColours);

/** On dark ground the raster's scale is turned over (dark = low), hue kept: MapLibre's shader does the same to its tiles, this does it to the legend. */
export const darkRasterPaint = { 'raster-hue-rotate': 180, 'raster-brightness-min': 1, 'raster-brightness-max': 0 } as const;

export function darkRasterColour(hex: string): string {
  const match = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})?$/i.exec(hex);
  if (!match) return hex;
  const [r, g, b] = [match[1]!, match[2]!, match[3]!].map((part) => parseInt(part, 16));
  // A hue rotation by 180 degrees about grey: each channel becomes 2/3 of the two others less 1/3 of itself; then light and dark change places.
  const turned = [
    (-r! + 2 * g! + 2 * b!) / 3,
    (2 * r! - g! + 2 * b!) / 3,
    (2 * r! + 2 * g! - b!) / 3,
  ].map((channel) => 255 - Math.min(255, Math.max(0, channel)));
  return '#' + turned.map((channel) => Math.round(channel).toString(16).padStart(2, '0')).join('') + (match[4] ?? '');
}
