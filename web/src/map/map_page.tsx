import type { Map as MapLibreMap } from 'maplibre-gl';
import type { FeatureCollection, Geometry } from 'geojson';
import './map.css';
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import type { Programme } from '../api/programme';
import { useRecord } from '../api/queries';
import { useText } from '../i18n';
import { EstimatePanel } from '../places/estimate/estimate_panel';
import { DetailsPanel } from '../places/register/details_panel';
import { LayerList } from '../places/register/layer_list';
import { useAddress } from '../ui/address';
import { CloseIcon, LayersIcon } from '../ui/icons';
import { Empty } from '../ui/states';
import { PositionReadout } from './controls/position_readout';
import { ScaleBar } from './controls/scale_bar';
import { ZoomButtons } from './controls/zoom_buttons';
import type { Position } from './coordinates';
import { boundsOf } from './geometry';
import { Introduction } from './introduction';
import { fitPadding, MapView, type Picked, type ViewPosition } from './map_view';
import { coloursOf } from './palette';
import { defaultLayers, mapStyle } from './style';

function collection(geometry: Geometry | null | undefined): FeatureCollection {
  return {
    type: 'FeatureCollection',
    features: geometry ? [{ type: 'Feature', properties: {}, geometry }] : [],
  };
}

/** The default layers, in their own order, give the short address. */
function layersForAddress(shown: ReadonlySet<string>): string[] | null {
  const same = shown.size === defaultLayers.length && defaultLayers.every((name) => shown.has(name));
  return same ? null : [...shown];
}

function isWide() {
  return matchMedia('(min-width: 901px)').matches;
}

/** What the details leave of the map: beside them, or on a phone above them. */
function besideDetails(map: MapLibreMap) {
  const { clientWidth, clientHeight } = map.getContainer();
  const room = fitPadding(clientWidth);
  return isWide() ? { ...room, right: 440 } : { ...room, top: 70, bottom: Math.round(0.62 * clientHeight) + 20 };
}

export default function MapPage({ programme, theme }: { programme: Programme; theme: 'light' | 'dark' }) {
  const t = useText();
  const [address, change] = useAddress();
  const [map, setMap] = useState<MapLibreMap | null>(null);
  const [pointer, setPointer] = useState<Position | null>(null);
  const [panelOpen, setPanelOpen] = useState(isWide);
  const [failure, setFailure] = useState<string | null>(null);
  const { selected, at, band, opacity, layers } = address;
  const record = useRecord(selected?.kind, selected?.id);
  const geometry = selected ? record.data?.geometry : null;

  const shown = useMemo(() => new Set(layers ?? defaultLayers), [layers]);
  const style = useMemo(
    () =>
      mapStyle({
        programme,
        colours: coloursOf(theme),
        shown,
        band,
        opacityPercent: opacity,
        origin: location.origin,
        selection: collection(geometry),
        pointedAt: collection(at && { type: 'Point', coordinates: [at.lon, at.lat] }),
      }),
    [programme, theme, shown, band, opacity, geometry, at],
  );

  const close = useCallback(() => {
    change({ selected: null, at: null }, 'go');
    map?.getCanvas().focus();
  }, [change, map]);

  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key === 'Escape' && (selected || at)) close();
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, [close, selected, at]);

  const onPicked = useCallback(
    (picked: Picked) => change({ selected: picked.record, at: { lat: picked.position.lat, lon: picked.position.lon } }, 'go'),
    [change],
  );
  const onMoved = useCallback((view: ViewPosition) => change({ view }, 'refine'), [change]);

  const onSwitch = (name: string, on: boolean) => {
    const next = new Set(shown);
    if (on) next.add(name);
    else next.delete(name);
    change({ layers: layersForAddress(next) }, 'refine');
  };

  const zoomTo = useCallback(
    (duration: number) => {
      const bounds = geometry && boundsOf(geometry);
      if (bounds && map) map.fitBounds(bounds, { padding: besideDetails(map), maxZoom: 15.5, duration });
    },
    [geometry, map],
  );

  // A link that names a record but no view, as people type it, goes to the record.
  const cameWithoutView = useRef(address.view === null && selected !== null);
  useEffect(() => {
    if (!cameWithoutView.current || !map || !geometry) return;
    cameWithoutView.current = false;
    zoomTo(0);
  }, [map, geometry, zoomTo]);

  const detailsOpen = selected !== null || at !== null;
  return (
    <div className={`map-page${detailsOpen ? ' map-page-details' : ''}${panelOpen ? ' map-page-panel' : ''}`}>
      <h1 className="visually-hidden">{t('page.map')}</h1>
      {failure ? (
        <div className="map-failed"><Empty title={t('map.no_webgl')}>{t('map.no_webgl.remedy')}</Empty><p className="muted small">{failure}</p></div>
      ) : (
        <MapView
          style={style}
          theme={theme}
          bounds={programme.bounds}
          view={address.view}
          label={t('map.label')}
          onMoved={onMoved}
          onPicked={onPicked}
          onPointer={setPointer}
          onReady={setMap}
          onFailed={setFailure}
        />
      )}
      <button type="button" className="panel-button" aria-expanded={panelOpen} onClick={() => setPanelOpen(!panelOpen)}>
        <LayersIcon />
        {t('panel.open')}
      </button>
      {panelOpen && (
        <aside className="panel" aria-label={t('panel.label')}>
          <button type="button" className="tool panel-close" onClick={() => setPanelOpen(false)} aria-label={t('panel.close')} title={t('panel.close')}>
            <CloseIcon />
          </button>
          <div className="panel-body" tabIndex={0} role="group" aria-label={t('panel.label')}>
            <Introduction />
            <EstimatePanel
              programme={programme}
              theme={theme}
              shown={shown.has('estimate')}
              band={band}
              opacity={opacity}
              onShow={(on) => onSwitch('estimate', on)}
              onBand={(name) => change({ band: name }, 'refine')}
              onOpacity={(percent) => change({ opacity: percent }, 'refine')}
            />
            <LayerList programme={programme} theme={theme} shown={shown} onSwitch={onSwitch} />
          </div>
          <p className="panel-foot">{t('map.footnote')}</p>
        </aside>
      )}
      {map && (
        <div className="map-tools">
          <span className="north" title={t('map.north')} role="img" aria-label={t('map.north')}><i aria-hidden="true" />{t('map.north.letter')}</span>
          <ZoomButtons map={map} bounds={programme.bounds} />
        </div>
      )}
      <div className="map-foot">
        {map && <ScaleBar map={map} />}
        <PositionReadout position={pointer} epsg={programme.epsg} />
        <span className="map-foot-note">{t('map.footnote')}</span>
      </div>
      {detailsOpen && (
        <DetailsPanel
          selected={selected}
          at={at}
          epsg={programme.epsg}
          estimateAvailable={programme.hazard_raster.available}
          onClose={close}
          onZoomTo={geometry ? () => zoomTo(700) : null}
        />
      )}
    </div>
  );
}
