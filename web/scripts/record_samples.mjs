// Records answers of a running server on a small demo for the tests of src/api: node scripts/record_samples.mjs http://127.0.0.1:8080
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const server = process.argv[2] ?? 'http://127.0.0.1:8080';
const folder = join(dirname(fileURLToPath(import.meta.url)), '..', 'src', 'api', 'samples');
const longest = 6;

/** Lists and rings are cut: the tests look at shapes, not at amounts. */
function cut(value) {
  if (Array.isArray(value)) return value.slice(0, longest).map(cut);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, key === 'layers' || key === 'fields' || key === 'classes' ? part : cut(part)]));
}

async function get(path) {
  const response = await fetch(server + path);
  return response.json();
}

async function record(name, path) {
  writeFileSync(join(folder, `${name}.json`), JSON.stringify(cut(await get(path)), null, 1) + '\n');
  console.log(`${name}: ${path}`);
}

mkdirSync(folder, { recursive: true });
await record('programme', '/api/programme');
await record('situation', '/api/situation');
await record('estimate', '/api/estimate');
await record('legend', '/api/hazard/legend?band=probability_any');
await record('search', '/api/search?q=HA-0');
const { results } = await get('/api/search?q=HA-0');
const { kind, id, lon, lat } = results.find((result) => result.kind === 'hazards');
await record('hazard_at', `/api/hazard/at?lon=${lon}&lat=${lat}`);
await record('record', `/api/records/${kind}/${encodeURIComponent(id)}`);
await record('surveys', '/api/surveys?limit=100');
const { ranking, polygons } = await get('/api/surveys?limit=1');
await record('record_told', `/api/records/${polygons}/${encodeURIComponent(ranking[0].id)}`);
const { results: tasks } = await get('/api/search?q=TK-0');
const task = tasks.find((result) => result.kind === 'tasks');
await record('record_not_told', `/api/records/tasks/${encodeURIComponent(task.id)}`);
await record('at', `/api/at?lon=${lon}&lat=${lat}&radius_m=500`);
await record('problem', '/api/records/hazards/none-of-this-name');
