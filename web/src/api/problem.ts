/** An answer the server refused, in its own words (RFC 9457). The screen shows title, detail and remedy as they are. */
export interface ProblemDocument {
  type?: string;
  title: string;
  status: number;
  detail?: string;
  remedy?: string;
  code?: string;
}

export class Problem extends Error {
  readonly document: ProblemDocument;

  constructor(document: ProblemDocument) {
    super(document.detail ?? document.title);
    this.name = 'Problem';
    this.document = document;
  }

  get status(): number {
    return this.document.status;
  }

  /** No answer at all: the server stopped or the network is down. */
  get unreachable(): boolean {
    return this.document.status === 0;
  }
}

/** Status 0 stands for "no answer". */
export function unreachable(path: string): Problem {
  return new Problem({ title: 'unreachable', status: 0, detail: path });
}

export function asProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  return new Problem({ title: 'unexpected', status: -1, detail: error instanceof Error ? error.message : String(error) });
}
