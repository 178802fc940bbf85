import type { ReactNode } from 'react';
import { asProblem } from '../api/problem';
import { useText } from '../i18n';
import { WarningIcon } from './icons';

export function Loading({ what }: { what: string }) {
  return (
    <div className="loading" role="status">
      <span className="loading-dots" aria-hidden="true"><i /><i /><i /></span>
      {what}
    </div>
  );
}

/** The server's own words, with what to do about it. */
export function ErrorNotice({ error, retry }: { error: unknown; retry?: () => void }) {
  const t = useText();
  const problem = asProblem(error);
  const { title, detail, remedy, code } = problem.document;
  return (
    <div className="notice notice-error" role="alert">
      <WarningIcon />
      <div>
        <strong>{problem.unreachable ? t('error.unreachable') : problem.status === -1 ? t('error.unexpected') : title}</strong>
        {detail && !problem.unreachable && detail !== title && <p>{detail}</p>}
        <p className="muted">{problem.unreachable ? t('error.unreachable.remedy') : remedy}</p>
        <p className="notice-foot">
          {code && <code>{code}</code>}
          {retry && <button type="button" className="link" onClick={retry}>{t('error.retry')}</button>}
        </p>
      </div>
    </div>
  );
}

export function Empty({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <div className="empty">
      <strong>{title}</strong>
      {children && <p className="muted">{children}</p>}
    </div>
  );
}

/** The estimate was made before the register changed: said wherever its figures stand. */
export function StaleNotice({ madeAt }: { madeAt: string }) {
  const t = useText();
  return (
    <div className="notice notice-stale" role="status">
      <WarningIcon />
      <div>
        <strong>{t('estimate.stale')}</strong>
        <p>{t('estimate.stale.remedy', { date: madeAt })}</p>
      </div>
    </div>
  );
}
