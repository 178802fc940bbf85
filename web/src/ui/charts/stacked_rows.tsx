import type { Series } from './frame';
import { linear } from './scale';

interface Properties {
  label: string;
  names: string[];
  series: Series[];
  /** values[name][series] */
  values: number[][];
  format: (value: number) => string;
  width: number;
}

const rowHeight = 30;

/** One bar a district, its name before it and its total behind it. */
export function StackedRows({ label, names, series, values, format, width }: Properties) {
  const nameWidth = Math.min(160, width * 0.34);
  const totals = values.map((row) => row.reduce((sum, value) => sum + value, 0));
  const x = linear([0, Math.max(1e-9, ...totals)], [nameWidth + 10, width - 66]);
  return (
    <svg className="plot" width={width} height={names.length * rowHeight + 4} role="img" aria-label={label} direction="ltr">
      {names.map((name, i) => {
        const middle = i * rowHeight + rowHeight / 2;
        let end = 0;
        return (
          <g key={name} className="column">
            <title>{[name, ...series.map((entry, j) => `${entry.name}: ${format(values[i]![j]!)}`)].join('\n')}</title>
            <rect className="column-reach" x={0} y={i * rowHeight} width={width} height={rowHeight} />
            <text className="row-name" x={nameWidth} y={middle + 4} textAnchor="end">{name.length > 24 ? `${name.slice(0, 23)}…` : name}</text>
            {series.map((entry, j) => {
              const value = values[i]![j]!;
              end += value;
              return value > 0 ? <rect key={entry.key} className={entry.look} x={x(end - value)} y={middle - 8} width={x(end) - x(end - value)} height={16} /> : null;
            })}
            <text className="axis" x={x(totals[i]!) + 6} y={middle + 4}>{format(totals[i]!)}</text>
          </g>
        );
      })}
    </svg>
  );
}
