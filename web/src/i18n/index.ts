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

/** Languages the page can be shown in. Another one is a file like en.json and a line here. */
export const languages = { en: { name: 'English', direction: 'ltr' } } as const;

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

export function useText(): Translate {
  const { t } = useTranslation();
  return useCallback((key, variables) => t(key as never, variables as never) as unknown as string, [t]);
}

export const language = () => i18next.language;
