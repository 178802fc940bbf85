import type { ReactNode } from 'react';
import { linear, niceTicks } from './scale';

export const effectHeight = 168;
export const effectMargin = { top: 12, right: 8, bottom: 36, left: 34 };

interface Properties {
  label: string;
  p05: number[];
  p95: number[];
  /** "more likely" above the zero line, "less likely" below it. */
  above: string;
  below: string;
  width: number;
  children: (y: (value: number) => number) => ReactNode;
}

/** Lines of equal effect with the zero line among them; what is drawn goes between these and the words. */
export function EffectFrame({ label, p05, p95, above, below, width, children }: Properties) {
  const { top, right, bottom, left } = effectMargin;
  const yTicks = niceTicks(Math.min(0, ...p05), Math.max(0, ...p95), 4);
  const y = linear([yTicks[0]!, yTicks.at(-1)!], [effectHeight - bottom, top]);
  return (
    <svg className="plot" width={width} height={effectHeight} role="img" aria-label={label} direction="ltr">
      {yTicks.map((tick) => (
        <g key={tick}>
          <line className={tick === 0 ? 'axis-line' : 'grid'} x1={left} x2={width - right} y1={y(tick)} y2={y(tick)} />
          <text className="axis" x={left - 6} y={y(tick) + 4} textAnchor="end">{tick > 0 ? `+${tick}` : tick}</text>
        </g>
      ))}
      {children(y)}
      <text className="axis axis-on-plot" x={width - right - 4} y={top + 4} textAnchor="end">{above}</text>
      <text className="axis axis-on-plot" x={width - right - 4} y={effectHeight - bottom - 6} textAnchor="end">{below}</text>
    </svg>
  );
}
