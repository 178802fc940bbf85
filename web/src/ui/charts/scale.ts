/** Ticks at 1, 2 or 5 x 10^n that cover [0 or low, high]; the last tick is not below the data. */
export function niceTicks(low: number, high: number, about: number): number[] {
  if (!(high > low)) return low === 0 ? [0, 1] : [Math.min(0, low), Math.max(0, low)];
  const rough = (high - low) / Math.max(1, about);
  const decade = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * decade).find((size) => size >= rough)!;
  const first = Math.floor(low / step + 1e-9);
  const last = Math.ceil(high / step - 1e-9);
  return Array.from({ length: last - first + 1 }, (_, i) => Number(((first + i) * step).toPrecision(12)));
}

export function linear([d0, d1]: [number, number], [r0, r1]: [number, number]): (value: number) => number {
  const span = d1 - d0 || 1;
  return (value) => r0 + ((value - d0) / span) * (r1 - r0);
}

/** Every year label is shown while there is room for it, then every second, fifth, tenth. */
export function labelStride(count: number, room: number): number {
  const needed = Math.ceil(count / Math.max(1, room));
  return [1, 2, 5, 10, 20].find((stride) => stride >= needed) ?? needed;
}

/** Powers of ten from the one at or below `low` to the one at or above `high`.  REQUIRES: 0 < low < high. */
export function decades(low: number, high: number): number[] {
  const first = Math.floor(Math.log10(low) + 1e-9);
  const last = Math.ceil(Math.log10(high) - 1e-9);
  return Array.from({ length: last - first + 1 }, (_, i) => 10 ** (first + i));
}

/** Round ticks that lie between low and high: for an axis that ends where its data end. */
export function ticksWithin(low: number, high: number, about: number): number[] {
  const slack = 1e-6 * (high - low);
  const rough = niceTicks(low, high, about).filter((tick) => tick >= low - slack && tick <= high + slack);
  return rough.length >= 3 || about > 12 ? rough : ticksWithin(low, high, about * 2);
}
