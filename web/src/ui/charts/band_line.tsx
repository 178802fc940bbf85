import { linear, niceTicks } from './scale';

interface Properties {
  label: string;
  at: number[];
  effect: number[];
  p05: number[];
  p95: number[];
  xTitle: string;
  axisFormat: (value: number) => string;
  /** "more likely" above the zero line, "less likely" below it. */
  above: string;
  below: string;
  width: number;
}

const height = 168;
const margin = { top: 12, right: 8, bottom: 36, left: 34 };

/** A smooth effect with its 90 % band about the zero line. */
export function BandLine({ label, at, effect, p05, p95, xTitle, axisFormat, above, below, width }: Properties) {
  const x = linear([Math.min(...at), Math.max(...at)], [margin.left, width - margin.right]);
  const yTicks = niceTicks(Math.min(0, ...p05), Math.max(0, ...p95), 4);
  const y = linear([yTicks[0]!, yTicks.at(-1)!], [height - margin.bottom, margin.top]);
  const xTicks = niceTicks(Math.min(...at), Math.max(...at), 4).filter((tick) => tick <= Math.max(...at) * 1.001);
  const points = (values: number[]) => values.map((value, i) => `${x(at[i]!).toFixed(1)},${y(value).toFixed(1)}`);
  const band = [...points(p95), ...points(p05).reverse()].join(' ');
  return (
    <svg className="plot" width={width} height={height} role="img" aria-label={label} direction="ltr">
      {yTicks.map((tick) => (
        <g key={tick}>
          <line className={tick === 0 ? 'axis-line' : 'grid'} x1={margin.left} x2={width - margin.right} y1={y(tick)} y2={y(tick)} />
          <text className="axis" x={margin.left - 6} y={y(tick) + 4} textAnchor="end">{tick > 0 ? `+${tick}` : tick}</text>
        </g>
      ))}
      <polygon className="band" points={band} />
      <polyline className="band-line" points={points(effect).join(' ')} />
      <text className="axis axis-on-plot" x={width - margin.right - 4} y={margin.top + 4} textAnchor="end">{above}</text>
      <text className="axis axis-on-plot" x={width - margin.right - 4} y={height - margin.bottom - 6} textAnchor="end">{below}</text>
      {xTicks.map((tick) => (
        <text key={tick} className="axis" x={x(tick)} y={height - margin.bottom + 15} textAnchor="middle">{axisFormat(tick)}</text>
      ))}
      <text className="axis" x={(margin.left + width - margin.right) / 2} y={height - 4} textAnchor="middle">{xTitle}</text>
    </svg>
  );
}
