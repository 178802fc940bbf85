import { EffectFrame, effectHeight, effectMargin } from './effect_frame';

interface Properties {
  label: string;
  names: string[];
  effect: number[];
  p05: number[];
  p95: number[];
  above: string;
  below: string;
  width: number;
}

/** The effect of each of some statements with its 90 % interval: nothing lies between them, so no line joins them. */
export function CategoryBand({ label, names, effect, p05, p95, above, below, width }: Properties) {
  const { left, right, bottom } = effectMargin;
  const step = (width - left - right) / Math.max(1, names.length);
  return (
    <EffectFrame label={label} p05={p05} p95={p95} above={above} below={below} width={width}>
      {(y) => names.map((name, i) => {
        const x = left + (i + 0.5) * step;
        return (
          <g key={name}>
            <rect className="interval" x={x - 5} y={y(p95[i]!)} width={10} height={Math.max(2, y(p05[i]!) - y(p95[i]!))} rx={5} />
            <circle className="interval-point" cx={x} cy={y(effect[i]!)} r={5.5} />
            <text className="axis" x={x} y={effectHeight - bottom + 16} textAnchor="middle">{name}</text>
          </g>
        );
      })}
    </EffectFrame>
  );
}
