import type { Reason } from '../../api/hazard';
import { useText } from '../../i18n';

/** Above this factor a bar is full: e^2.5, about twelve times the odds. */
const fullBar = 2.5;

/** What raised and what lowered the estimate here, largest first. The bar is the change of the log odds. */
export function Reasons({ reasons }: { reasons: Reason[] }) {
  const t = useText();
  if (reasons.length === 0) return null;
  return (
    <section className="reasons">
      <h3>{t('reasons.title')}</h3>
      <ul>
        {reasons.map((reason) => {
          const raises = reason.contribution >= 0;
          const length = Math.min(1, Math.abs(reason.contribution) / fullBar) * 50;
          return (
            <li key={reason.text}>
              <span className="reason-text">{reason.text}</span>
              <span className="reason-bar" aria-hidden="true">
                <i className={raises ? 'raises' : 'lowers'} style={{ inlineSize: `${Math.max(2, length)}%`, insetInlineStart: raises ? '50%' : `${50 - Math.max(2, length)}%` }} />
              </span>
              <span className="reason-word">{t(raises ? 'reasons.raises' : 'reasons.lowers')}</span>
            </li>
          );
        })}
      </ul>
      <p className="muted small">{t('reasons.help')}</p>
    </section>
  );
}
