import { linear } from './scale';

export interface IntervalRow {
  name: string;
  note: string;
  /** Null: nothing searched yet, so nothing is known; drawn as a hatched row. */
  value: number | null;
  p05: number | null;
  p95: number | null;
}

const rowHeight = 44;

/** A share from 0 to 100 % with its 90 % interval, one row a source. */
export function IntervalRows({ label, rows, unknownText, format, width }: {
  label: string;
  rows: IntervalRow[];
  unknownText: string;
  format: (value: number) => string;
  width: number;
}) {
  const nameWidth = Math.min(170, width * 0.38);
  const x = linear([0, 1], [nameWidth + 14, width - 16]);
  const height = rows.length * rowHeight + 26;
  return (
    <svg className="plot" width={width} height={height} role="img" aria-label={label} direction="ltr">
      {[0, 0.25, 0.5, 0.75, 1].map((tick) => (
        <g key={tick}>
          <line className="grid" x1={x(tick)} x2={x(tick)} y1={0} y2={height - 22} />
          <text className="axis" x={x(tick)} y={height - 6} textAnchor="middle">{format(tick)}</text>
        </g>
      ))}
      {rows.map((row, i) => {
        const middle = i * rowHeight + rowHeight / 2;
        return (
          <g key={row.name}>
            <text className="row-name" x={nameWidth} y={middle - 2} textAnchor="end">{row.name.length > 24 ? `${row.name.slice(0, 23)}…` : row.name}</text>
            <text className="axis" x={nameWidth} y={middle + 14} textAnchor="end">{row.note}</text>
            {row.value === null ? (
              <>
                <rect className="look-unknown" x={x(0)} y={middle - 7} width={x(1) - x(0)} height={14} />
                <text className="axis axis-on-plot" x={x(0.5)} y={middle + 4} textAnchor="middle">{unknownText}</text>
              </>
            ) : (
              <>
                {row.p05 !== null && row.p95 !== null && (
                  <rect className="interval" x={x(row.p05)} y={middle - 5} width={Math.max(2, x(row.p95) - x(row.p05))} height={10} rx={5} />
                )}
                <circle className="interval-point" cx={x(row.value)} cy={middle} r={5.5} />
                <text className="row-value" x={x(Math.min(0.9, row.p95 ?? row.value)) + 10} y={middle + 4}>{format(row.value)}</text>
              </>
            )}
          </g>
        );
      })}
    </svg>
  );
}
