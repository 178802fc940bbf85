import { useEffect, useId, useRef, useState, type KeyboardEvent } from 'react';
import { useSearch } from '../../api/queries';
import type { SearchResult } from '../../api/search';
import { useText } from '../../i18n';
import { formatLatLon, parseLatLon } from '../../map/coordinates';
import { changeAddress, useAddress } from '../../ui/address';
import { PinIcon, SearchIcon } from '../../ui/icons';
import { useKindName } from './kinds';

interface Option {
  key: string;
  kind: string | null;
  label: string;
  choose: () => void;
}

function goTo(result: SearchResult, zoom: number) {
  const located = result.lon !== null && result.lat !== null;
  changeAddress(
    {
      page: 'map',
      selected: { kind: result.kind, id: result.id },
      at: located ? { lat: result.lat!, lon: result.lon! } : null,
      ...(located ? { view: { zoom, lat: result.lat!, lon: result.lon! } } : {}),
    },
    'go',
  );
}

/** Waits until typing pauses, so that a slow link carries one question instead of ten. */
function useSettled(text: string, milliseconds: number): string {
  const [settled, setSettled] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text), milliseconds);
    return () => clearTimeout(timer);
  }, [text, milliseconds]);
  return settled;
}

function useOptions(words: string): { options: Option[]; empty: boolean } {
  const t = useText();
  const [address] = useAddress();
  const zoom = Math.max(address.view?.zoom ?? 0, 13);
  const position = parseLatLon(words);
  const settled = useSettled(words.trim(), 180);
  const found = useSearch(position ? '' : settled);
  if (position) {
    const choose = () =>
      changeAddress({ page: 'map', selected: null, at: position, view: { zoom, ...position } }, 'go');
    return { options: [{ key: 'position', kind: null, label: t('search.go_to', { place: formatLatLon(position) }), choose }], empty: false };
  }
  if (words.trim().length < 2) return { options: [], empty: false };
  const options = (found.data?.results ?? []).map((result) => ({
    key: `${result.kind}/${result.id}`,
    kind: result.kind,
    label: result.label,
    choose: () => goTo(result, zoom),
  }));
  return { options, empty: found.isSuccess && !found.isPlaceholderData && options.length === 0 };
}

/** Places, ids and coordinates in one box; the arrow keys walk the answers, Ctrl-K comes here from anywhere. */
export function SearchBox() {
  const t = useText();
  const kindName = useKindName();
  const listId = useId();
  const input = useRef<HTMLInputElement>(null);
  const [words, setWords] = useState('');
  const [open, setOpen] = useState(false);
  const [active, setActive] = useState(0);
  const { options, empty } = useOptions(words);
  const shown = open && (options.length > 0 || empty);

  useEffect(() => {
    const focus = (event: globalThis.KeyboardEvent) => {
      if (!((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'k')) return;
      event.preventDefault();
      input.current?.focus();
      input.current?.select();
    };
    addEventListener('keydown', focus);
    return () => removeEventListener('keydown', focus);
  }, []);

  const choose = (option: Option | undefined) => {
    if (!option) return;
    option.choose();
    setOpen(false);
    input.current?.blur();
  };

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'ArrowDown') setActive((i) => Math.min(i + 1, options.length - 1));
    else if (event.key === 'ArrowUp') setActive((i) => Math.max(i - 1, 0));
    else if (event.key === 'Enter') choose(options[active]);
    else if (event.key === 'Escape') {
      setOpen(false);
      setWords('');
    } else return;
    event.preventDefault();
    event.stopPropagation();
  };

  return (
    <div className="search" role="search">
      <SearchIcon />
      <input
        ref={input}
        type="text"
        role="combobox"
        aria-expanded={shown}
        aria-controls={listId}
        aria-autocomplete="list"
        aria-activedescendant={shown && options[active] ? `${listId}-${active}` : undefined}
        aria-label={t('search.label')}
        placeholder={t('search.placeholder')}
        autoComplete="off"
        spellCheck={false}
        value={words}
        onChange={(event) => {
          setWords(event.target.value);
          setActive(0);
          setOpen(true);
        }}
        onFocus={() => setOpen(true)}
        onBlur={() => setTimeout(() => setOpen(false), 150)}
        onKeyDown={onKeyDown}
      />
      <ul id={listId} className="search-results" role="listbox" aria-label={t('search.results')} hidden={!shown}>
        {options.map((option, i) => (
          <li
            key={option.key}
            id={`${listId}-${i}`}
            role="option"
            aria-selected={i === active}
            onMouseDown={(event) => event.preventDefault()}
            onClick={() => choose(option)}
          >
            <PinIcon />
            <bdi>{option.label}</bdi>
            {option.kind && <span className="muted">{kindName(option.kind)}</span>}
          </li>
        ))}
        {empty && <li className="search-empty" role="option" aria-selected="false" aria-disabled="true">{t('search.nothing', { words })}</li>}
      </ul>
    </div>
  );
}
