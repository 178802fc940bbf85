import { EffectFrame, effectHeight, effectMargin } from './effect_frame';
import { linear, ticksWithin } from './scale';

interface Properties {
  label: string;
  at: number[];
  effect: number[];
  p05: number[];
  p95: number[];
  xTitle: string;
  axisFormat: (value: number) => string;
  above: string;
  below: string;
  width: number;
}

/** A smooth effect with its 90 % band about the zero line. */
export function BandLine({ label, at, effect, p05, p95, xTitle, axisFormat, above, below, width }: Properties) {
  const { left, right, bottom } = effectMargin;
  const ends: [number, number] = [Math.min(...at), Math.max(...at)];
  const x = linear(ends, [left, width - right]);
  return (
    <EffectFrame label={label} p05={p05} p95={p95} above={above} below={below} width={width}>
      {(y) => {
        const points = (values: number[]) => values.map((value, i) => `${x(at[i]!).toFixed(1)},${y(value).toFixed(1)}`);
        return (
          <>
            <polygon className="band" points={[...points(p95), ...points(p05).reverse()].join(' ')} />
            <polyline className="band-line" points={points(effect).join(' ')} />
            {ticksWithin(...ends, 5).map((tick) => (
              <g key={tick}>
                <line className="axis-line" x1={x(tick)} x2={x(tick)} y1={effectHeight - bottom} y2={effectHeight - bottom + 4} />
                <text className="axis" x={x(tick)} y={effectHeight - bottom + 16} textAnchor="middle">{axisFormat(tick)}</text>
              </g>
            ))}
            <text className="axis" x={(left + width - right) / 2} y={effectHeight - 4} textAnchor="middle">{xTitle}</text>
          </>
        );
      }}
    </EffectFrame>
  );
}
