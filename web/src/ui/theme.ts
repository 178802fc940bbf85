import { useEffect, useState, useSyncExternalStore } from 'react';

export type ThemeChoice = 'system' | 'light' | 'dark';
export type Direction = 'ltr' | 'rtl';

const themeKey = 'firmground.theme';
const directionKey = 'firmground.direction';

/** Storage may be forbidden (private windows, kiosks): then a choice lasts as long as the page. */
export function stored(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

export function store(key: string, value: string) {
  try {
    localStorage.setItem(key, value);
  } catch {
    // Nothing to do: see above.
  }
}

const darkQuery = () => matchMedia('(prefers-color-scheme: dark)');

function useSystemDark(): boolean {
  return useSyncExternalStore(
    (changed) => {
      const query = darkQuery();
      query.addEventListener('change', changed);
      return () => query.removeEventListener('change', changed);
    },
    () => darkQuery().matches,
  );
}

export interface Appearance {
  choice: ThemeChoice;
  theme: 'light' | 'dark';
  direction: Direction;
  setChoice: (choice: ThemeChoice) => void;
  setDirection: (direction: Direction) => void;
}

/** Colours follow the system and direction follows the language until the reader decides otherwise. */
export function useAppearance(): Appearance {
  const systemDark = useSystemDark();
  const [choice, setChoice] = useState<ThemeChoice>(() => (stored(themeKey) as ThemeChoice | null) ?? 'system');
  const [direction, setDirection] = useState<Direction>(() => (stored(directionKey) === 'rtl' ? 'rtl' : 'ltr'));
  const theme = choice === 'system' ? (systemDark ? 'dark' : 'light') : choice;

  useEffect(() => {
    document.documentElement.dataset.theme = theme;
    store(themeKey, choice);
  }, [theme, choice]);

  useEffect(() => {
    document.documentElement.dir = direction;
    store(directionKey, direction);
  }, [direction]);

  return { choice, theme, direction, setChoice, setDirection };
}
