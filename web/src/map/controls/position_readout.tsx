import { useText } from '../../i18n';
import { formatLatLon, formatProgramme, type Position } from '../coordinates';

/** The place under the cursor, in WGS 84 and, where the page can compute it, in the programme's grid. */
export function PositionReadout({ position, epsg }: { position: Position | null; epsg: number | null }) {
  const t = useText();
  if (!position) return <div className="position-readout muted">{t('map.position.none')}</div>;
  const grid = formatProgramme(position, epsg);
  return (
    <div className="position-readout" dir="ltr">
      <span>{formatLatLon(position)}</span>
      {grid && <span>{`UTM ${grid}`}</span>}
    </div>
  );
}
