import type { TextKey } from '../../i18n';
import type { SwatchName } from './swatch';

export interface LayerKey {
  swatch: SwatchName;
  text: TextKey;
}

export interface LayerEntry {
  kind: string;
  text: TextKey;
  keys: LayerKey[];
}

export interface LayerGroup {
  title: TextKey;
  entries: LayerEntry[];
}

/** The layer list, which is also the legend: what each look stands for, beside the switch that shows it. */
export const layerGroups: LayerGroup[] = [
  {
    title: 'layers.known',
    entries: [
      {
        kind: 'hazards',
        text: 'layers.hazards',
        keys: [
          { swatch: 'cha', text: 'layers.hazards.cha' },
          { swatch: 'sha', text: 'layers.hazards.sha' },
        ],
      },
      { kind: 'minefield-records', text: 'layers.minefield-records', keys: [{ swatch: 'minefield-record', text: 'layers.minefield-records.key' }] },
      { kind: 'contact-line', text: 'layers.contact-line', keys: [{ swatch: 'contact-line', text: 'layers.contact-line.key' }] },
    ],
  },
  {
    title: 'layers.met',
    entries: [
      { kind: 'accidents', text: 'layers.accidents', keys: [{ swatch: 'accident', text: 'layers.accidents.key' }] },
      {
        kind: 'finds',
        text: 'layers.finds',
        keys: [
          { swatch: 'mine', text: 'layers.finds.mine' },
          { swatch: 'erw', text: 'layers.finds.erw' },
        ],
      },
    ],
  },
  {
    title: 'layers.done',
    entries: [
      {
        kind: 'land-release',
        text: 'layers.land-release',
        keys: [
          { swatch: 'cleared', text: 'layers.land-release.cleared' },
          { swatch: 'reduced', text: 'layers.land-release.reduced' },
          { swatch: 'cancelled', text: 'layers.land-release.cancelled' },
        ],
      },
      { kind: 'tasks', text: 'layers.tasks', keys: [{ swatch: 'task', text: 'layers.tasks.key' }] },
      { kind: 'teams', text: 'layers.teams', keys: [{ swatch: 'team', text: 'layers.teams.key' }] },
    ],
  },
  {
    title: 'layers.needs',
    entries: [
      { kind: 'projects', text: 'layers.projects', keys: [{ swatch: 'project', text: 'layers.projects.key' }] },
      { kind: 'districts', text: 'layers.districts', keys: [{ swatch: 'district', text: 'layers.districts.key' }] },
    ],
  },
];
