import type { Programme } from '../../api/programme';
import { useText } from '../../i18n';
import { whole } from '../../ui/number';
import { layerGroups } from './layer_groups';
import { Swatch } from './swatch';

interface Properties {
  programme: Programme;
  theme: 'light' | 'dark';
  shown: ReadonlySet<string>;
  onSwitch: (kind: string, on: boolean) => void;
}

/** Only kinds the programme has records of; a kind without any is named below, for none recorded is not none there. */
export function LayerList({ programme, theme, shown, onSwitch }: Properties) {
  const t = useText();
  const counts = new Map(programme.layers.map((layer) => [layer.name, layer.count]));
  const missing = layerGroups
    .flatMap((group) => group.entries)
    .filter((entry) => !counts.get(entry.kind))
    .map((entry) => t(entry.text));
  return (
    <div className="layer-list">
      {layerGroups.map((group) => {
        const entries = group.entries.filter((entry) => (counts.get(entry.kind) ?? 0) > 0);
        if (entries.length === 0) return null;
        return (
          <fieldset key={group.title}>
            <legend>{t(group.title)}</legend>
            {entries.map((entry) => (
              <div key={entry.kind} className="layer">
                <label className="switch-row">
                  <input
                    type="checkbox"
                    role="switch"
                    checked={shown.has(entry.kind)}
                    onChange={(event) => onSwitch(entry.kind, event.target.checked)}
                  />
                  <span>{t(entry.text)}</span>
                  <span className="count">{whole(counts.get(entry.kind))}</span>
                </label>
                {shown.has(entry.kind) && (
                  <ul className="layer-keys">
                    {entry.keys.map((key) => (
                      <li key={key.swatch}><Swatch name={key.swatch} theme={theme} />{t(key.text)}</li>
                    ))}
                  </ul>
                )}
              </div>
            ))}
          </fieldset>
        );
      })}
      {missing.length > 0 && <p className="muted layer-none">{t('layers.none', { names: missing.join(', ') })}</p>}
    </div>
  );
}
