import { useEffect, useRef } from 'react';
import { useRecord, useRecordsNear, type Place } from '../../api/queries';
import type { RecordDetails, RecordField } from '../../api/records';
import { useText } from '../../i18n';
import { formatLatLon, formatProgramme } from '../../map/coordinates';
import { placeIn } from '../../map/geometry';
import { changeAddress } from '../../ui/address';
import { CloseIcon, TargetIcon } from '../../ui/icons';
import { area, day, distance, unknown, whole } from '../../ui/number';
import { Empty, ErrorNotice, Loading } from '../../ui/states';
import { EvidenceWorth } from '../estimate/evidence_worth';
import { EstimateFigures } from '../estimate/figures';
import { PlaceEstimate } from '../estimate/place_estimate';
import { PolygonKinds } from '../estimate/polygon_kinds';
import { NotToldOfPolygon, PolygonSurveys } from '../estimate/polygon_surveys';
import { Reasons } from '../estimate/reasons';
import { useKindName } from './kinds';

const isDate = (value: unknown): value is string => typeof value === 'string' && /^\d{4}-\d{2}-\d{2}([T ]|$)/.test(value);

function FieldValue({ field }: { field: RecordField }) {
  const t = useText();
  if (field.value === null || field.value === '') return <span className="muted">{t('record.unknown')}</span>;
  if (typeof field.value === 'boolean') return <>{t(field.value ? 'record.yes' : 'record.no')}</>;
  const text = isDate(field.value) ? day(field.value) : typeof field.value === 'number' && field.unit ? whole(field.value) : String(field.value);
  return <><bdi>{text}</bdi>{field.unit ? ` ${field.unit === 'm2' ? 'm²' : field.unit}` : ''}</>;
}

function Fields({ record }: { record: RecordDetails }) {
  const t = useText();
  const measuredArea = area(record.area_m2);
  const known = record.fields.filter((field) => field.value !== null && field.value !== '' && field.value !== record.id);
  const unknownNames = record.fields.filter((field) => field.value === null || field.value === '').map((field) => field.label);
  return (
    <section>
      <h3>{t('record.facts')}</h3>
      <dl className="facts">
        {record.area_m2 != null && (
          <div><dt title={t('record.area.help')}>{t('record.area')}</dt><dd>{`${measuredArea.value} ${measuredArea.unit}`}</dd></div>
        )}
        {known.map((field) => (
          <div key={field.name}><dt title={field.help ?? undefined}>{field.label}</dt><dd><FieldValue field={field} /></dd></div>
        ))}
      </dl>
      {unknownNames.length > 0 && <p className="muted small">{t('record.not_known', { names: unknownNames.join(', ') })}</p>}
    </section>
  );
}

function HowEntered({ record }: { record: RecordDetails }) {
  const t = useText();
  const entered = record.as_entered;
  if (!entered) return null;
  const facts: [string, string][] = [
    [t('record.entered_as.position'), entered.position],
    [t('record.entered_as.crs'), entered.crs],
    [t('record.entered_as.derived_by'), entered.derived_by],
    [t('record.entered_as.accuracy'), entered.accuracy_m === null ? '' : `${Number(entered.accuracy_m.toPrecision(2))} ${t('unit.m')}`],
  ];
  return (
    <section>
      <h3>{t('record.entered_as')}</h3>
      <dl className="facts">
        {facts.filter(([, value]) => value !== '').map(([name, value]) => (
          <div key={name}><dt>{name}</dt><dd><bdi>{value}</bdi></dd></div>
        ))}
      </dl>
    </section>
  );
}

function RecordButton({ kind, id, label, note }: { kind: string; id: string; label: string; note?: string }) {
  const kindName = useKindName();
  return (
    <button type="button" className="record-link" onClick={() => changeAddress({ selected: { kind, id }, at: null }, 'go')}>
      <span><bdi>{label}</bdi></span>
      <span className="muted">{kindName(kind)}{note ? ` · ${note}` : ''}</span>
    </button>
  );
}

function Versions({ record }: { record: RecordDetails }) {
  const t = useText();
  if (record.versions.length === 0) return null;
  return (
    <section>
      <h3>{t('record.history')}</h3>
      <ol className="versions">
        {record.versions.map((version) => (
          <li key={version.version}>
            <strong>{t('record.version', { version: version.version, date: day(version.information_date) })}</strong>
            <span>{t('record.entered', { date: day(version.entered_at), author: version.author ?? unknown })}</span>
            {version.source && <span className="muted"><bdi>{version.source}</bdi></span>}
            <span className="chip">{version.state}</span>
          </li>
        ))}
      </ol>
    </section>
  );
}

function Nearby({ place, besides }: { place: Place; besides: { kind: string; id: string } | null }) {
  const t = useText();
  const near = useRecordsNear(place, 250);
  const records = (near.data?.records ?? []).filter((record) => record.kind !== besides?.kind || record.id !== besides.id).slice(0, 8);
  if (near.isError) return <ErrorNotice error={near.error} />;
  if (!near.data) return null;
  return (
    <section>
      <h3>{t('place.nearby')}</h3>
      {records.length === 0 && <p className="muted">{t('place.nearby.none')}</p>}
      {records.map((record) => (
        <RecordButton key={`${record.kind}/${record.id}`} kind={record.kind} id={record.id} label={record.title}
          note={record.distance_m < 1 ? t('place.here') : distance(record.distance_m)} />
      ))}
    </section>
  );
}

function Record({ record, at, available }: { record: RecordDetails; at: Place | null; available: boolean }) {
  const t = useText();
  const place = at ?? (record.geometry ? placeIn(record.geometry) : null);
  return (
    <>
      {record.estimate && (
        <EstimateFigures
          probabilityAny={record.estimate.probability_none === null ? null : 1 - record.estimate.probability_none}
          mean={record.estimate.items_mean}
          p05={record.estimate.items_p05}
          p95={record.estimate.items_p95}
          evidence={record.estimate.evidence}
          where={t('figures.where.area')}
        />
      )}
      {record.estimate?.reasons && <Reasons reasons={record.estimate.reasons} />}
      {record.estimate && (
        <>
          <PolygonKinds estimate={record.estimate} />
          <EvidenceWorth estimate={record.estimate} />
          <PolygonSurveys estimate={record.estimate} />
          <NotToldOfPolygon estimate={record.estimate} kind={record.kind} />
        </>
      )}
      {place && <PlaceEstimate place={place} available={available} reasonsOnly={record.estimate !== null} />}
      <Fields record={record} />
      <HowEntered record={record} />
      {record.links.length > 0 && (
        <section>
          <h3>{t('record.links')}</h3>
          {record.links.map((link) => <RecordButton key={`${link.kind}/${link.id}`} {...link} />)}
        </section>
      )}
      <Versions record={record} />
      {place && <Nearby place={place} besides={record} />}
    </>
  );
}

interface Properties {
  selected: { kind: string; id: string } | null;
  at: Place | null;
  epsg: number | null;
  estimateAvailable: boolean;
  onClose: () => void;
  onZoomTo: (() => void) | null;
}

/** Everything about what was pointed at: the estimate and its reasons, the record with its sources and versions, what lies near. */
export function DetailsPanel({ selected, at, epsg, estimateAvailable, onClose, onZoomTo }: Properties) {
  const t = useText();
  const kindName = useKindName();
  const record = useRecord(selected?.kind, selected?.id);
  const heading = useRef<HTMLHeadingElement>(null);
  const subject = selected ? `${selected.kind}/${selected.id}` : `${at?.lat},${at?.lon}`;

  useEffect(() => heading.current?.focus({ preventScroll: true }), [subject]);

  const place = at ? [formatLatLon(at), formatProgramme(at, epsg)].filter(Boolean).join(' · ') : null;
  return (
    <aside className="details" aria-label={t('details.label')} data-testid="details">
      <header>
        <div>
          <p className="kicker">{selected ? kindName(selected.kind) : t('place.kicker')}</p>
          <h2 ref={heading} tabIndex={-1}><bdi>{selected ? (record.data?.title ?? selected.id) : at ? formatLatLon(at) : ''}</bdi></h2>
          {selected && <p className="muted small">{record.data && !record.data.title.includes(selected.id) ? <bdi>{selected.id}</bdi> : null}</p>}
          {place && selected && <p className="muted small" dir="ltr">{place}</p>}
          {!selected && at && formatProgramme(at, epsg) && <p className="muted small" dir="ltr">{`UTM ${formatProgramme(at, epsg)}`}</p>}
        </div>
        <div className="details-tools">
          {onZoomTo && (
            <button type="button" className="tool" onClick={onZoomTo} aria-label={t('details.zoom')} title={t('details.zoom')}><TargetIcon /></button>
          )}
          <button type="button" className="tool" onClick={onClose} aria-label={t('details.close')} title={t('details.close')}><CloseIcon /></button>
        </div>
      </header>
      <div className="details-body" tabIndex={0} role="group" aria-label={t('details.label')}>
        {selected ? (
          <>
            {record.isPending && <Loading what={t('record.loading')} />}
            {record.isError && <ErrorNotice error={record.error} retry={() => void record.refetch()} />}
            {record.data && <Record record={record.data} at={at} available={estimateAvailable} />}
            {record.data?.fields.length === 0 && <Empty title={t('record.no_fields')} />}
          </>
        ) : (
          at && (
            <>
              <PlaceEstimate place={at} available={estimateAvailable} reasonsOnly={false} />
              <Nearby place={at} besides={null} />
            </>
          )
        )}
        <p className="muted small caution">{t('map.caution')}</p>
      </div>
    </aside>
  );
}
