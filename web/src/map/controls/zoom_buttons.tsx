import type { Map as MapLibreMap } from 'maplibre-gl';
import { useText } from '../../i18n';
import { HomeIcon, MinusIcon, PlusIcon } from '../../ui/icons';
import { fitPadding } from '../map_view';

interface Properties {
  map: MapLibreMap;
  bounds: [number, number, number, number] | null;
}

export function ZoomButtons({ map, bounds }: Properties) {
  const t = useText();
  const whole = () => {
    if (bounds) map.fitBounds(bounds, { padding: fitPadding(map.getContainer().clientWidth), duration: 600 });
  };
  return (
    <div className="zoom-buttons" role="group" aria-label={t('map.zoom')}>
      <button type="button" onClick={() => map.zoomIn()} aria-label={t('map.zoom.in')} title={t('map.zoom.in')}><PlusIcon /></button>
      <button type="button" onClick={() => map.zoomOut()} aria-label={t('map.zoom.out')} title={t('map.zoom.out')}><MinusIcon /></button>
      {bounds && (
        <button type="button" onClick={whole} aria-label={t('map.zoom.whole')} title={t('map.zoom.whole')}><HomeIcon /></button>
      )}
    </div>
  );
}
