import i18next from 'i18next';
import { useCallback } from 'react';
import { initReactI18next, useTranslation } from 'react-i18next';
import english from './en.json';

/** en.json: each text with a note for the translator. A plural has one key per form of the language (_one, _other). */
type Catalogue = Record<string, { text: string; note: string }>;
type Keys = keyof typeof english;
type WithoutPlural<K> = K extends `${infer Stem}_one` | `${infer Stem}_other` ? Stem : K;
export type TextKey = WithoutPlural<Keys>;
export type Variables = Record<string, string | number>;
export type Translate = (key: TextKey, variables?: Variables) => string;

/** Languages the page can be shown in; one is fetched when it is chosen. Another one is a file like ru.json and a line here. */
export const languages = {
  en: { name: 'English', read: null },
  ru: { name: 'Русский', read: () => import('./ru.json') },
  az: { name: 'Azərbaycanca', read: () => import('./az.json') },
} as const;
export type Language = keyof typeof languages;

const isLanguage = (text: string | null): text is Language => text !== null && Object.hasOwn(languages, text);

/** What was chosen before, else the first language of the browser that there is, else English. */
export function preferredLanguage(chosen: string | null, ofBrowser: readonly string[]): Language {
  if (isLanguage(chosen)) return chosen;
  return ofBrowser.map((tag) => tag.slice(0, 2).toLowerCase()).find(isLanguage) ?? 'en';
}

export function texts(catalogue: Catalogue): Record<string, string> {
  return Object.fromEntries(Object.entries(catalogue).map(([key, entry]) => [key, entry.text]));
}

void i18next.use(initReactI18next).init({
  lng: 'en',
  fallbackLng: 'en',
  resources: { en: { translation: texts(english) } },
  keySeparator: false,
  nsSeparator: false,
  interpolation: { escapeValue: false },
  initAsync: false,
});

/** Shows the page in a language. Texts that cannot be fetched leave it in the one it is in. */
export async function showLanguage(wanted: Language): Promise<void> {
  const { read } = languages[wanted];
  try {
    if (read && !i18next.hasResourceBundle(wanted, 'translation')) i18next.addResourceBundle(wanted, 'translation', (await read()).default);
    await i18next.changeLanguage(wanted);
  } catch {
    return;
  }
  if (typeof document !== 'undefined') document.documentElement.lang = wanted;
}

export function useLanguage(): Language {
  const { i18n } = useTranslation();
  return i18n.language as Language;
}

export function useText(): Translate {
  const { t } = useTranslation();
  return useCallback((key, variables) => t(key as never, variables as never) as unknown as string, [t]);
}

export const language = () => i18next.language;

/** A text outside of what is rendered by a component; whoever shows it is rendered anew with the language. */
export const textNow: Translate = (key, variables) => i18next.t(key as never, variables as never) as unknown as string;
