import 'maplibre-gl/dist/maplibre-gl.css';
import { Map as MapLibreMap, setWorkerUrl, type StyleSpecification } from 'maplibre-gl';
import workerUrl from 'maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url';
import { useEffect, useRef } from 'react';
import type { Position } from './coordinates';
import { kindOfLayer } from './layers/layer';
import { coloursOf } from './palette';
import { patterns, symbols } from './patterns';
import { clickOrder } from './style';

setWorkerUrl(workerUrl);

export interface Picked {
  position: Position;
  /** Most particular first; null when the click met the ground alone. */
  record: { kind: string; id: string } | null;
}

export interface ViewPosition {
  zoom: number;
  lat: number;
  lon: number;
}

interface Properties {
  style: StyleSpecification;
  theme: 'light' | 'dark';
  bounds: [number, number, number, number] | null;
  view: ViewPosition | null;
  label: string;
  onMoved: (view: ViewPosition) => void;
  onPicked: (picked: Picked) => void;
  onPointer: (position: Position | null) => void;
  onReady: (map: MapLibreMap | null) => void;
  onFailed: (message: string) => void;
}

/** Room for the panels that float over the map; on a phone they lie below it. */
export function fitPadding(width: number) {
  return width > 900 ? { top: 40, bottom: 60, left: 350, right: 60 } : { top: 30, bottom: 60, left: 20, right: 20 };
}

function addImages(map: MapLibreMap, theme: 'light' | 'dark', update: boolean) {
  const colours = coloursOf(theme);
  for (const [name, image] of Object.entries({ ...patterns(colours), ...symbols(colours) })) {
    if (!map.hasImage(name)) map.addImage(name, image, { pixelRatio: 2 });
    else if (update) map.updateImage(name, image);
  }
}

function pick(map: MapLibreMap, point: { x: number; y: number }): Picked {
  const reach = 6;
  const { lng, lat } = map.unproject([point.x, point.y]);
  const features = map.queryRenderedFeatures([
    [point.x - reach, point.y - reach],
    [point.x + reach, point.y + reach],
  ]);
  // A polygon must hold the point itself; a line or a symbol may lie within reach of a finger.
  const under = new Set(map.queryRenderedFeatures([point.x, point.y]).map((feature) => `${feature.layer.id}/${feature.properties.id}`));
  const candidates = features.filter(
    (feature) => feature.layer.type !== 'fill' || under.has(`${feature.layer.id}/${feature.properties.id}`),
  );
  for (const kind of clickOrder) {
    const found = candidates.find((feature) => kindOfLayer(feature.layer.id) === kind && feature.properties.id != null);
    if (found) return { position: { lon: lng, lat }, record: { kind, id: String(found.properties.id) } };
  }
  return { position: { lon: lng, lat }, record: null };
}

function start(container: HTMLElement, properties: Properties): MapLibreMap {
  const { bounds, view, style } = properties;
  const camera = view
    ? { center: [view.lon, view.lat] as [number, number], zoom: view.zoom }
    : bounds
      ? { bounds, fitBoundsOptions: { padding: fitPadding(container.clientWidth) } }
      : {};
  const map = new MapLibreMap({
    container,
    style,
    ...camera,
    attributionControl: false,
    dragRotate: false,
    pitchWithRotate: false,
    maxPitch: 0,
    maxZoom: 19,
    minZoom: 3,
    // Screenshots and printing read the canvas after the frame is done.
    canvasContextAttributes: { preserveDrawingBuffer: true },
  });
  map.touchZoomRotate.disableRotation();
  map.keyboard.disableRotation();
  return map;
}

/** The map as a React component: a style goes in, what the reader does comes out. North is always up. */
export function MapView(properties: Properties) {
  const container = useRef<HTMLDivElement>(null);
  const map = useRef<MapLibreMap>(null);
  const latest = useRef(properties);
  latest.current = properties;
  const drawn = useRef<StyleSpecification>(null);

  useEffect(() => {
    let created: MapLibreMap;
    try {
      created = start(container.current!, latest.current);
    } catch (error) {
      latest.current.onFailed(error instanceof Error ? error.message : String(error));
      return;
    }
    map.current = created;
    created.setMissingStyleImageResolver(() => addImages(created, latest.current.theme, false));
    const canvas = created.getCanvas();
    canvas.setAttribute('aria-label', latest.current.label);
    created.on('click', (event) => latest.current.onPicked(pick(created, event.point)));
    created.on('mousemove', (event) => {
      latest.current.onPointer({ lon: event.lngLat.lng, lat: event.lngLat.lat });
    });
    created.on('mouseout', () => latest.current.onPointer(null));
    created.on('moveend', () => {
      const centre = created.getCenter();
      latest.current.onMoved({ zoom: created.getZoom(), lat: centre.lat, lon: centre.lng });
    });
    created.on('idle', () => container.current?.setAttribute('data-idle', 'true'));
    created.on('movestart', () => container.current?.setAttribute('data-idle', 'false'));
    canvas.addEventListener('keydown', (event) => {
      if (event.key !== 'Enter') return;
      const { clientWidth, clientHeight } = canvas;
      latest.current.onPicked(pick(created, { x: clientWidth / 2, y: clientHeight / 2 }));
    });
    drawn.current = latest.current.style;
    latest.current.onReady(created);
    return () => {
      latest.current.onReady(null);
      created.remove();
      map.current = null;
    };
  }, []);

  useEffect(() => {
    if (!map.current || drawn.current === properties.style) return;
    container.current?.setAttribute('data-idle', 'false');
    addImages(map.current, properties.theme, true);
    map.current.setStyle(properties.style, { diff: true });
    drawn.current = properties.style;
  }, [properties.style, properties.theme]);

  useEffect(() => {
    map.current?.getCanvas().setAttribute('aria-label', properties.label);
  }, [properties.label]);

  // The programme may be replaced, or another view come in by the back button.
  const { view } = properties;
  useEffect(() => {
    if (!map.current || !view) return;
    const centre = map.current.getCenter();
    const near = Math.abs(centre.lng - view.lon) < 2e-5 && Math.abs(centre.lat - view.lat) < 2e-5;
    if (!near || Math.abs(map.current.getZoom() - view.zoom) > 0.01) {
      if (!map.current.isMoving()) map.current.jumpTo({ center: [view.lon, view.lat], zoom: view.zoom });
    }
  }, [view]);

  return (
    <div className="map-canvas">
      <div ref={container} className="map-container" data-testid="map" />
      <div className="crosshair" aria-hidden="true" />
    </div>
  );
}
