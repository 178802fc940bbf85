import type { WhyNotTold } from '../../api/estimate';
import { useText } from '../../i18n';
import { notToldTexts } from './words';

interface Properties {
  why: WhyNotTold;
  /** Null where no command brings it. */
  command: string | null;
  children?: string | null;
}

/** Why the estimate says nothing of this, and the command that makes it. */
export function NotTold({ why, command, children }: Properties) {
  const t = useText();
  return (
    <div className="not-told">
      <p>{t(notToldTexts[why])}</p>
      {command && why !== 'presence-only' && why !== 'not-estimated' && (
        <>
          <p className="muted small">{t('told.command')}</p>
          <pre dir="ltr" tabIndex={0}><code>{command}</code></pre>
          {children && <p className="muted small">{children}</p>}
        </>
      )}
    </div>
  );
}
