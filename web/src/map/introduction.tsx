import { useState } from 'react';
import { useText } from '../i18n';

const key = 'firmground.introduced';

function seen(): boolean {
  try {
    return localStorage.getItem(key) === 'yes';
  } catch {
    return false;
  }
}

/** Three sentences for someone who sees such a map for the first time; put away once read. */
export function Introduction() {
  const t = useText();
  const [open, setOpen] = useState(() => !seen());
  if (!open) return null;
  const putAway = () => {
    setOpen(false);
    try {
      localStorage.setItem(key, 'yes');
    } catch {
      // Storage is forbidden: it will be shown again next time.
    }
  };
  return (
    <section className="introduction" aria-label={t('introduction.title')}>
      <h2>{t('introduction.title')}</h2>
      <ol>
        <li>{t('introduction.likely')}</li>
        <li>{t('introduction.hatched')}</li>
        <li>{t('introduction.click')}</li>
      </ol>
      <button type="button" className="button" onClick={putAway}>{t('introduction.close')}</button>
    </section>
  );
}
