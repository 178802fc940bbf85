import { useId, type ReactNode } from 'react';
import { coloursOf, type MapColours } from '../../map/palette';

export type SwatchName =
  | 'cha' | 'sha' | 'minefield-record' | 'contact-line' | 'accident' | 'mine' | 'erw'
  | 'cleared' | 'reduced' | 'cancelled' | 'task' | 'team' | 'project' | 'district';

const burst = Array.from({ length: 16 }, (_, i) => {
  const radius = i % 2 === 0 ? 7 : 3.6;
  const angle = (i * Math.PI) / 8 - Math.PI / 2;
  return `${(13 + radius * Math.cos(angle)).toFixed(2)},${(9 + radius * Math.sin(angle)).toFixed(2)}`;
}).join(' ');

function drawing(name: SwatchName, c: MapColours, id: string): ReactNode {
  const box = { x: 1.5, y: 2, width: 23, height: 14, rx: 1.5 };
  const hatched = (fill: string, line: string, cross: boolean) => (
    <>
      <defs>
        <pattern id={id} width="5" height="5" patternUnits="userSpaceOnUse">
          <path d={cross ? 'M0 5 5 0M0 0 5 5' : 'M-1 1 1-1M0 5 5 0M4 6 6 4'} stroke={line} strokeWidth="0.8" fill="none" />
        </pattern>
      </defs>
      <rect {...box} fill={fill} fillOpacity="0.5" />
      <rect {...box} fill={`url(#${id})`} stroke={line} strokeWidth="1.2" />
    </>
  );
  switch (name) {
    case 'cha': return hatched(c.cha, c.chaOutline, true);
    case 'sha': return hatched(c.sha, c.shaOutline, false);
    case 'minefield-record': return <rect {...box} fill="none" stroke={c.minefieldRecord} strokeWidth="1.5" strokeDasharray="4.5 2.5" />;
    case 'contact-line':
      return <><path d="M1 13 9 7l7 3 9-6" stroke={c.contactLine} strokeOpacity="0.18" strokeWidth="5" fill="none" /><path d="M1 13 9 7l7 3 9-6" stroke={c.contactLine} strokeWidth="1.8" strokeDasharray="6 2 1.5 2" fill="none" /></>;
    case 'accident': return <><polygon points={burst} fill={c.accident} /><circle cx="13" cy="9" r="1.5" fill={c.halo} /></>;
    case 'mine': return <circle cx="13" cy="9" r="4" fill={c.find} stroke={c.findEdge} />;
    case 'erw': return <circle cx="13" cy="9" r="3.6" fill="none" stroke={c.find} strokeWidth="1.5" />;
    case 'cleared':
      return <><rect {...box} fill={c.clearedFill} stroke={c.cleared} strokeWidth="0.9" /><rect x="3.8" y="4.3" width="18.4" height="9.4" rx="0.8" fill="none" stroke={c.cleared} strokeWidth="0.9" /></>;
    case 'reduced':
      return (
        <>
          <defs><pattern id={id} width="5" height="5" patternUnits="userSpaceOnUse"><circle cx="1.4" cy="1.4" r="0.85" fill={c.reduced} /><circle cx="3.9" cy="3.9" r="0.85" fill={c.reduced} /></pattern></defs>
          <rect {...box} fill={`url(#${id})`} stroke={c.reduced} strokeWidth="0.9" />
        </>
      );
    case 'cancelled': return <rect {...box} fill="none" stroke={c.cancelled} strokeWidth="1.5" strokeLinecap="round" strokeDasharray="0.1 3" />;
    case 'task': return <rect {...box} fill={c.task} fillOpacity="0.12" stroke={c.task} strokeWidth="1.6" />;
    case 'team': return <><path d="M9 2v14" stroke={c.task} strokeWidth="1.8" strokeLinecap="round" /><path d="m9 3 10 3.6L9 10.4z" fill={c.task} /></>;
    case 'project': return <path d="M8 16V8.5L13 3l5 5.5V16z" fill={c.project} />;
    case 'district': return <path d="M1 11h24" stroke={c.district} strokeWidth="1.4" strokeDasharray="6 2.4 1.2 2.4" />;
  }
}

/** A legend sample drawn with the map's own colours. */
export function Swatch({ name, theme }: { name: SwatchName; theme: 'light' | 'dark' }) {
  const id = `swatch-${useId().replace(/[^a-zA-Z0-9]/g, '')}`;
  return (
    <svg className="swatch" viewBox="0 0 26 18" width="26" height="18" aria-hidden="true">
      {drawing(name, coloursOf(theme), id)}
    </svg>
  );
}
