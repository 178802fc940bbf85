/** Coordinates as people type and read them. The map itself speaks WGS 84 longitude, latitude. */
export interface Position {
  lon: number;
  lat: number;
}

/** "41.70125, 51.5" and "41.7 51.5" are latitude first, as in the field; an N/S/E/W letter overrules the order. */
export function parseLatLon(text: string): Position | null {
  const match = /^\s*([NSEW])?\s*([+-]?\d+(?:\.\d+)?)\s*°?\s*([NSEW])?\s*[,;\s]\s*([NSEW])?\s*([+-]?\d+(?:\.\d+)?)\s*°?\s*([NSEW])?\s*$/i.exec(
    text,
  );
  if (!match) return null;
  const letters = [match[1] ?? match[3], match[4] ?? match[6]].map((letter) => letter?.toUpperCase());
  const signed = [Number(match[2]), Number(match[5])].map((value, i) =>
    letters[i] === 'S' || letters[i] === 'W' ? -value : value,
  );
  const eastFirst = letters[0] === 'E' || letters[0] === 'W' || letters[1] === 'N' || letters[1] === 'S';
  const [lat, lon] = eastFirst ? [signed[1]!, signed[0]!] : [signed[0]!, signed[1]!];
  return Math.abs(lat) <= 90 && Math.abs(lon) <= 180 ? { lon, lat } : null;
}

const padded = (value: number, digits: number, width: number) => value.toFixed(digits).padStart(width, '0');

/** Decimal degrees to about a decimetre, always with the hemisphere's letter. */
export function formatLatLon({ lon, lat }: Position): string {
  const north = `${padded(Math.abs(lat), 5, 8)}° ${lat < 0 ? 'S' : 'N'}`;
  const east = `${padded(Math.abs(lon), 5, 8)}° ${lon < 0 ? 'W' : 'E'}`;
  return `${north}, ${east}`;
}

const radians = Math.PI / 180;
const semiMajorAxisM = 6378137;
const flattening = 1 / 298.257223563;
const scaleOnCentralMeridian = 0.9996;

/** Krüger's series to n^4 (about 0.1 mm within a zone): Karney 2011, "Transverse Mercator with an accuracy of a few nanometers", eq. 7-11, 35. */
function transverseMercator(position: Position, centralMeridian: number): { eastingM: number; northingM: number } {
  const n = flattening / (2 - flattening);
  const rectifyingRadius = (semiMajorAxisM / (1 + n)) * (1 + n ** 2 / 4 + n ** 4 / 64);
  const alpha = [
    n / 2 - (2 / 3) * n ** 2 + (5 / 16) * n ** 3 + (41 / 180) * n ** 4,
    (13 / 48) * n ** 2 - (3 / 5) * n ** 3 + (557 / 1440) * n ** 4,
    (61 / 240) * n ** 3 - (103 / 140) * n ** 4,
    (49561 / 161280) * n ** 4,
  ];
  const e = Math.sqrt(flattening * (2 - flattening));
  const sinLat = Math.sin(position.lat * radians);
  const lambda = (position.lon - centralMeridian) * radians;
  const conformal = Math.sinh(Math.atanh(sinLat) - e * Math.atanh(e * sinLat));
  const xi = Math.atan2(conformal, Math.cos(lambda));
  const eta = Math.asinh(Math.sin(lambda) / Math.hypot(conformal, Math.cos(lambda)));
  let x = eta;
  let y = xi;
  alpha.forEach((a, i) => {
    const k = 2 * (i + 1);
    x += a * Math.cos(k * xi) * Math.sinh(k * eta);
    y += a * Math.sin(k * xi) * Math.cosh(k * eta);
  });
  return {
    eastingM: 500000 + scaleOnCentralMeridian * rectifyingRadius * x,
    northingM: scaleOnCentralMeridian * rectifyingRadius * y,
  };
}

/** The position in the programme's own grid where that is WGS 84 UTM (EPSG 326zz north, 327zz south); null for any other. */
export function formatProgramme(position: Position, epsg: number | null): string | null {
  const zone = epsg === null ? 0 : epsg % 100;
  const south = epsg !== null && Math.floor(epsg / 100) === 327;
  const utm = epsg !== null && (Math.floor(epsg / 100) === 326 || south) && zone >= 1 && zone <= 60;
  if (!utm) return null;
  const centralMeridian = zone * 6 - 183;
  // Farther than this the grid has no meaning, and the series loses its accuracy.
  if (Math.abs(position.lon - centralMeridian) > 12) return null;
  const { eastingM, northingM } = transverseMercator(position, centralMeridian);
  return `${zone}${south ? 'S' : 'N'} ${eastingM.toFixed(0)} E ${(south ? northingM + 10_000_000 : northingM).toFixed(0)} N`;
}
