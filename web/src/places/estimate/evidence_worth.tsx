import type { PolygonEstimate, WithoutEvidence } from '../../api/records';
import { useText } from '../../i18n';
import { measured, probability } from '../../ui/number';
import { evidenceName } from './words';

/** A tick where the estimate stands, a bar as long as it would be without the evidence. */
function Bar({ items, now }: { items: number; now: number }) {
  const most = Math.max(items, now, 1e-9);
  return (
    <span className="worth-bar" aria-hidden="true">
      <i style={{ inlineSize: `${(100 * items) / most}%` }} />
      <b style={{ insetInlineStart: `calc(${(100 * now) / most}% - 1px)` }} />
    </span>
  );
}

function Worth({ without, now }: { without: WithoutEvidence; now: { items: number; none: number } }) {
  const t = useText();
  return (
    <li>
      <p>{t('worth.without', { evidence: evidenceName(t, without.evidence), items: measured(without.items_mean), now: measured(now.items) })}</p>
      <Bar items={without.items_mean} now={now.items} />
      <p className="muted small">{t('worth.any', { any: probability(1 - without.probability_none), now: probability(1 - now.none) })}</p>
    </li>
  );
}

/** What would be expected without each group of evidence, all else as it is. */
export function EvidenceWorth({ estimate }: { estimate: PolygonEstimate }) {
  const t = useText();
  const { without, items_mean: items, probability_none: none } = estimate;
  if (without === null || items === null || none === null) return null;
  return (
    <section className="worth">
      <h3>{t('worth.title')}</h3>
      {without.length === 0 ? <p className="muted">{t('worth.nothing')}</p> : (
        <ul>{without.map((group) => <Worth key={group.evidence} without={group} now={{ items, none }} />)}</ul>
      )}
      <p className="muted small">{t('worth.help')}</p>
    </section>
  );
}
