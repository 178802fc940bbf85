import { language, textNow } from '../i18n';

/** Every figure on screen passes here: grouped, rounded to what it can bear, and a dash with words for the unknown. */
const formats = new Map<string, Intl.NumberFormat>();

/**
 * Some browsers say that they support Azerbaijani and name its months "M01": they have no figures and dates of it. Then
 * those of a language that writes them alike are taken, without its words.
 */
const known = (wanted: string) => !/M\d/.test(new Intl.DateTimeFormat(wanted, { month: 'short' }).format(0));
const locale = () => (known(language()) ? language() : 'de');

function format(options: Intl.NumberFormatOptions): Intl.NumberFormat {
  const key = language() + JSON.stringify(options);
  let found = formats.get(key);
  if (!found) {
    found = new Intl.NumberFormat(locale(), options);
    formats.set(key, found);
  }
  return found;
}

export const unknown = '–';

/** "> 99%" keeps its sign in front in a right-to-left page: there "99% <" would say the opposite. */
const isolated = (text: string) => `\u2066${text}\u2069`;

export function whole(value: number | null | undefined): string {
  return value == null || !Number.isFinite(value) ? unknown : format({ maximumFractionDigits: 0 }).format(value);
}

/** Three significant digits below 1000, whole numbers above: enough for a mean of items or hectares. */
export function measured(value: number | null | undefined): string {
  if (value == null || !Number.isFinite(value)) return unknown;
  const magnitude = Math.abs(value);
  if (magnitude >= 100) return whole(value);
  if (magnitude >= 10) return format({ maximumFractionDigits: 1 }).format(value);
  return format({ maximumSignificantDigits: 2 }).format(value);
}

/** Never "0 %" of something that can be there, nor "100 %" of something that may not. */
export function probability(value: number | null | undefined): string {
  if (value == null || !Number.isFinite(value)) return unknown;
  const percent = format({ style: 'percent', maximumFractionDigits: value < 0.1 ? 1 : 0 });
  if (value < 0.001) return isolated(`< ${percent.format(0.001)}`);
  if (value > 0.99) return isolated(`> ${percent.format(0.99)}`);
  return percent.format(value);
}

export function share(value: number | null | undefined, digits = 0): string {
  return value == null || !Number.isFinite(value)
    ? unknown
    : format({ style: 'percent', maximumFractionDigits: digits, minimumFractionDigits: digits }).format(value);
}

/** "3 – 31", a dash where one end is not known; low before high in every script. */
export function interval(low: number | null | undefined, high: number | null | undefined): string {
  return low == null || high == null ? unknown : isolated(`${measured(low)} – ${measured(high)}`);
}

/** "6.9 ± 17": an expected number and its standard deviation. */
export const spread = (mean: number, sd: number) => isolated(`${measured(mean)} ± ${measured(sd)}`);

/** An amount that was computed: three digits are all it can bear. */
export function amount(value: number | null | undefined): string {
  return value == null || !Number.isFinite(value) ? unknown : isolated(format({ maximumSignificantDigits: 3 }).format(value));
}

/** A figure that people set, as they set it. */
export const asSet = (value: number) => format({ maximumFractionDigits: 4 }).format(value);

export function area(squareMetres: number | null | undefined): { value: string; unit: string } {
  if (squareMetres == null) return { value: unknown, unit: textNow('unit.ha') };
  if (squareMetres < 10_000) return { value: whole(squareMetres), unit: textNow('unit.m2') };
  const hectares = squareMetres / 10_000;
  return { value: format({ maximumFractionDigits: hectares < 100 ? 1 : 0 }).format(hectares), unit: textNow('unit.ha') };
}

/** An area in hectares; a sliver left by drawing is named as such instead of by its digits. */
export function hectares(value: number | null | undefined): string {
  if (value == null || !Number.isFinite(value)) return unknown;
  if (value > 0 && value < 0.1) return isolated(`< ${measured(0.1)}`);
  return measured(value);
}

/** 1.2 M, 340 k: for axes, where the full figure stands in the table. */
export function compact(value: number): string {
  return format({ notation: known(language()) ? 'compact' : 'standard', maximumFractionDigits: 1 }).format(value);
}

export function day(text: string | null | undefined): string {
  if (!text) return unknown;
  const date = new Date(text.length === 10 ? `${text}T00:00:00Z` : text);
  if (Number.isNaN(date.getTime())) return text;
  const month = known(language()) ? 'short' : '2-digit';
  return new Intl.DateTimeFormat(locale(), { day: 'numeric', month, year: 'numeric', timeZone: 'UTC' }).format(date);
}

export function distance(metres: number): string {
  return metres < 1000 ? `${whole(metres)} ${textNow('unit.m')}` : `${format({ maximumFractionDigits: 1 }).format(metres / 1000)} ${textNow('unit.km')}`;
}
