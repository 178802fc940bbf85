import { languages, showLanguage, useLanguage, useText, type Language } from '../i18n';
import { store } from './theme';

export const languageKey = 'firmground.language';

/** The languages of the page, by the codes that people find in any script. */
export function LanguageChoice() {
  const t = useText();
  const shown = useLanguage();
  const choose = (language: Language) => {
    store(languageKey, language);
    void showLanguage(language);
  };
  return (
    <select className="language" aria-label={t('frame.language')} value={shown} onChange={(event) => choose(event.target.value as Language)}>
      {Object.entries(languages).map(([code, { name }]) => (
        <option key={code} value={code} lang={code} title={name}>{code.toUpperCase()}</option>
      ))}
    </select>
  );
}
