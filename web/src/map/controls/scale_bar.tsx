import type { Map as MapLibreMap } from 'maplibre-gl';
import { useEffect, useState } from 'react';
import { useText } from '../../i18n';

/** The longest of 1, 2, 5 x 10^n metres that fits into `room` pixels. */
export function scaleStep(metresPerPixel: number, room: number): { metres: number; pixels: number } {
  const longest = metresPerPixel * room;
  const decade = 10 ** Math.floor(Math.log10(longest));
  const metres = [5, 2, 1].map((step) => step * decade).find((step) => step <= longest) ?? decade;
  return { metres, pixels: metres / metresPerPixel };
}

/** Ground metres under one screen pixel at the middle of the map (Web Mercator stretches by 1/cos latitude). */
export function metresPerPixel(latitude: number, zoom: number): number {
  return (40075016.686 * Math.cos((latitude * Math.PI) / 180)) / (512 * 2 ** zoom);
}

export function ScaleBar({ map }: { map: MapLibreMap }) {
  const t = useText();
  const [bar, setBar] = useState({ metres: 0, pixels: 0 });
  useEffect(() => {
    const measure = () => setBar(scaleStep(metresPerPixel(map.getCenter().lat, map.getZoom()), 120));
    measure();
    map.on('move', measure);
    return () => void map.off('move', measure);
  }, [map]);
  const text = bar.metres >= 1000 ? `${bar.metres / 1000} ${t('unit.km')}` : `${bar.metres} ${t('unit.m')}`;
  return (
    <div className="scale-bar" dir="ltr">
      <div className="scale-bar-rule" style={{ width: bar.pixels }}><i /><i /></div>
      <span>{text}</span>
    </div>
  );
}
