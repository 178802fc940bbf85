import type { ReactNode } from 'react';
import { useText } from '../../i18n';

export interface Computation {
  numerator: string;
  denominator: string | null;
  date: string;
  baseline: string | null;
  source: string;
}

interface Properties {
  id: string;
  title: string;
  value: string;
  unit?: string;
  /** 0..1, drawn as a thin bar; null when it is not a share or not known. */
  part?: number | null;
  computation: Computation;
  children?: ReactNode;
}

/** A figure with what it is made of: every number leads to its numerator, denominator, date, baseline and source. */
export function Indicator({ id, title, value, unit, part, computation, children }: Properties) {
  const t = useText();
  const rows: [string, string | null][] = [
    [t('computed.numerator'), computation.numerator],
    [t('computed.denominator'), computation.denominator],
    [t('computed.baseline'), computation.baseline],
    [t('computed.date'), computation.date],
    [t('computed.source'), computation.source],
  ];
  return (
    <article className="indicator" data-indicator={id}>
      <h3>{title}</h3>
      <p className="indicator-value"><strong data-value>{value}</strong>{unit && <span>{unit}</span>}</p>
      {part != null && <span className="meter" aria-hidden="true"><i style={{ inlineSize: `${100 * Math.min(1, part)}%` }} /></span>}
      <div className="indicator-lines">{children}</div>
      <details>
        <summary>{t('computed.title')}</summary>
        <dl>
          {rows.filter(([, text]) => text !== null).map(([name, text]) => (
            <div key={name}><dt>{name}</dt><dd>{text}</dd></div>
          ))}
        </dl>
      </details>
    </article>
  );
}
