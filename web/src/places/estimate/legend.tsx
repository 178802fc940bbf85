import type { HazardLegend } from '../../api/hazard';
import { useText } from '../../i18n';
import { darkRasterColour } from '../../map/palette';

/** The classes of the coloured tiles, low to high, and the hatch that means "we do not know". */
export function Legend({ legend, theme, opacity }: { legend: HazardLegend; theme: 'light' | 'dark'; opacity: number }) {
  const t = useText();
  return (
    <div className="legend">
      <ol className="legend-classes">
        {legend.classes.map((entry) => (
          <li key={entry.label}>
            <i style={{ background: theme === 'dark' ? darkRasterColour(entry.colour) : entry.colour, opacity: Math.max(0.25, opacity / 100) }} />
            <span>{entry.label}</span>
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
