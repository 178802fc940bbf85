import { Problem, unreachable, type ProblemDocument } from './problem';

function isProblem(body: unknown): body is ProblemDocument {
  return typeof body === 'object' && body !== null && 'title' in body;
}

async function refusal(response: Response, path: string): Promise<Problem> {
  try {
    const body: unknown = await response.json();
    if (isProblem(body)) return new Problem({ ...body, status: response.status });
  } catch {
    // Not JSON: a proxy or a crash answered; the status line is all there is.
  }
  return new Problem({ title: `${response.status} ${response.statusText}`.trim(), status: response.status, detail: path });
}

/** GET a JSON resource of this server. Throws Problem, never anything else. ETag and 304 are the browser's work. */
export async function getJson<T>(path: string, signal?: AbortSignal): Promise<T> {
  let response: Response;
  try {
    response = await fetch(path, { headers: { Accept: 'application/json' }, signal: signal ?? null });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw unreachable(path);
  }
  if (!response.ok) throw await refusal(response, path);
  return (await response.json()) as T;
}
