import { decades, linear } from './scale';

export interface ItemRow {
  name: string;
  note: string;
  value: number;
  p05: number;
  p95: number;
}

const rowHeight = 44;
/** Fewer than one is drawn here: expected numbers below it are "below 1". */
const least = 1;

/** Expected numbers with their 90 % intervals, one row a kind, on an axis of powers of ten: kinds differ a thousandfold. */
export function ItemRows({ label, rows, format, axisFormat, width }: {
  label: string;
  rows: ItemRow[];
  format: (value: number) => string;
  axisFormat: (value: number) => string;
  width: number;
}) {
  const radius = width < 480 ? 4 : 5.5;
  const nameWidth = Math.min(190, width * 0.42);
  const ticks = decades(least, Math.max(10, ...rows.map((row) => Math.max(row.value, row.p95))));
  const position = linear([0, Math.log10(ticks.at(-1)!)], [nameWidth + 18, width - 20]);
  const x = (value: number) => position(Math.log10(Math.max(least, value)));
  const height = rows.length * rowHeight + 26;
  return (
    <svg className="plot" width={width} height={height} role="img" aria-label={label} direction="ltr">
      {ticks.map((tick) => (
        <g key={tick}>
          <line className="grid" x1={x(tick)} x2={x(tick)} y1={0} y2={height - 22} />
          <text className="axis" x={x(tick)} y={height - 6} textAnchor="middle">{axisFormat(tick)}</text>
        </g>
      ))}
      {rows.map((row, i) => {
        const middle = i * rowHeight + rowHeight / 2;
        return (
          <g key={row.name}>
            <text className="row-name" x={nameWidth} y={middle - 2} textAnchor="end">{row.name}</text>
            <text className="axis" x={nameWidth} y={middle + 14} textAnchor="end">{row.note}</text>
            <rect className="interval" x={x(row.p05)} y={middle - 5} width={Math.max(2, x(row.p95) - x(row.p05))} height={10} rx={5} />
            <circle className="interval-point" cx={x(row.value)} cy={middle} r={radius} />
            <text className="row-value" x={x(row.value)} y={middle - 10} textAnchor="middle">{format(row.value)}</text>
          </g>
        );
      })}
    </svg>
  );
}
