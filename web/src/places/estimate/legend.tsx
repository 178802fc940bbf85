import type { HazardLegend, LegendClass } from '../../api/hazard';
import { useText } from '../../i18n';
import { darkRasterColour } from '../../map/palette';

/** The figure between two classes, as short as the scale allows. */
export function boundary(legend: HazardLegend, entry: LegendClass): string {
  return legend.band === 'expected_items' ? String(entry.from) : `${Number((entry.from * 100).toPrecision(6))}%`;
}

/** The classes of the coloured tiles, low to high, and the hatch that means "we do not know". */
export function Legend({ legend, theme, opacity }: { legend: HazardLegend; theme: 'light' | 'dark'; opacity: number }) {
  const t = useText();
  return (
    <div className="legend" data-testid="legend">
      <ol className="legend-classes">
        {legend.classes.map((entry, i) => (
          <li key={entry.label} title={entry.label}>
            <i style={{ background: theme === 'dark' ? darkRasterColour(entry.colour) : entry.colour, opacity: Math.max(0.25, opacity / 100) }} />
            <span className="visually-hidden">{entry.label}</span>
            {i > 0 && <b aria-hidden="true">{boundary(legend, entry)}</b>}
          </li>
        ))}
      </ol>
      <p className="legend-hatch">
        <i className="hatch" aria-hidden="true" />
        <span>{t('legend.hatched')}</span>
      </p>
    </div>
  );
}
