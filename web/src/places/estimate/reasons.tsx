import type { Reason } from '../../api/hazard';
import { useText } from '../../i18n';
import { changeAddress } from '../../ui/address';

type Weighed = Reason & { contribution: number };

const isWeighed = (reason: Reason): reason is Weighed => reason.contribution !== null;

/** Beyond this a bar is full: e^3, about twenty times the odds. */
const fullBar = 3;

function Bar({ contribution }: { contribution: number }) {
  const length = Math.max(2, Math.min(1, Math.abs(contribution) / fullBar) * 50);
  const raises = contribution >= 0;
  return (
    <span className="reason-bar" aria-hidden="true">
      <i className={raises ? 'raises' : 'lowers'} style={{ inlineSize: `${length}%`, insetInlineStart: raises ? '50%' : `${50 - length}%` }} />
    </span>
  );
}

/** A sentence of the register; where it speaks of a record, it leads there. */
function Fact({ reason }: { reason: Reason }) {
  const { kind, id } = reason;
  if (!kind || !id) return <li><bdi>{reason.text}</bdi></li>;
  return (
    <li>
      <button type="button" className="link" onClick={() => changeAddress({ selected: { kind, id }, at: null }, 'go')}><bdi>{reason.text}</bdi></button>
    </li>
  );
}

/** What raised and what lowered the estimate, largest first. The bar is the change of the log odds. */
export function Reasons({ reasons }: { reasons: Reason[] }) {
  const t = useText();
  const weighed = reasons.filter(isWeighed);
  if (weighed.length === 0) return null;
  return (
    <section className="reasons">
      <h3>{t('reasons.title')}</h3>
      <ul>
        {weighed.map((reason, i) => (
          <li key={i}>
            <span className="reason-text">{reason.text}</span>
            <Bar contribution={reason.contribution} />
            <span className="reason-word">{t(reason.contribution >= 0 ? 'reasons.raises' : 'reasons.lowers')}</span>
          </li>
        ))}
      </ul>
      <p className="muted small">{t('reasons.help')}</p>
    </section>
  );
}

/** What the register says of the place, in sentences that lead to the records. */
export function Facts({ reasons }: { reasons: Reason[] }) {
  const t = useText();
  const told = reasons.filter((reason) => !isWeighed(reason));
  if (told.length === 0) return null;
  return (
    <section className="told">
      <h3>{t('reasons.told')}</h3>
      <ul>{told.map((reason, i) => <Fact key={i} reason={reason} />)}</ul>
    </section>
  );
}
