import type { Programme } from '../api/programme';
import { useText, type TextKey } from '../i18n';
import { SearchBox } from '../places/register/search_box';
import { formatAddress, useAddress, type Address } from './address';
import { DirectionIcon, Mark, MoonIcon, SunIcon } from './icons';
import { LanguageChoice } from './language_choice';
import { day } from './number';
import type { Appearance } from './theme';

const pages: { page: Address['page']; text: TextKey }[] = [
  { page: 'map', text: 'page.map' },
  { page: 'report', text: 'page.report' },
];

function Pages() {
  const t = useText();
  const [address, change] = useAddress();
  return (
    <nav className="pages" aria-label={t('frame.pages')}>
      {pages.map(({ page, text }) => (
        <a
          key={page}
          href={formatAddress({ ...address, page }) || '#'}
          aria-current={address.page === page ? 'page' : undefined}
          onClick={(event) => {
            if (event.metaKey || event.ctrlKey || event.shiftKey) return;
            event.preventDefault();
            change({ page }, 'go');
          }}
        >
          {t(text)}
        </a>
      ))}
    </nav>
  );
}

export function TopBar({ programme, appearance }: { programme: Programme | undefined; appearance: Appearance }) {
  const t = useText();
  const { theme, direction, setChoice, setDirection } = appearance;
  const themeText = t(theme === 'dark' ? 'frame.theme.light' : 'frame.theme.dark');
  const directionText = t(direction === 'rtl' ? 'frame.direction.ltr' : 'frame.direction.rtl');
  return (
    <header className="top-bar">
      <div className="brand">
        <Mark />
        <div>
          <span className="brand-name">Firmground</span>
          {programme && (
            <span className="brand-programme">
              <bdi>{programme.name}</bdi>
              {programme.as_of && <span className="brand-date"> · {t('frame.as_of', { date: day(programme.as_of) })}</span>}
            </span>
          )}
        </div>
      </div>
      <Pages />
      <SearchBox />
      <div className="top-bar-tools">
        <LanguageChoice />
        <button type="button" className="tool" aria-label={directionText} title={directionText}
          onClick={() => setDirection(direction === 'rtl' ? 'ltr' : 'rtl')}>
          <DirectionIcon />
        </button>
        <button type="button" className="tool" aria-label={themeText} title={themeText}
          onClick={() => setChoice(theme === 'dark' ? 'light' : 'dark')}>
          {theme === 'dark' ? <SunIcon /> : <MoonIcon />}
        </button>
      </div>
    </header>
  );
}
