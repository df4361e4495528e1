// Messages between the page and its worker.

/** Entry is one file that a person gave: a handle, never its bytes. */
export interface Entry {
  path: string;
  file: File;
}

/** Input is what to assess. */
export type Input =
  | { kind: 'file'; file: File }
  | { kind: 'files'; files: Entry[] };

/** Progress is one step of a run; total is 0 while unknown. */
export interface Progress {
  stage: string;
  name: string;
  done: number;
  total: number;
  /** memory is what the program holds, in bytes; it never shrinks. */
  memory: number;
}

/** Options are what the engine does not read from the input. */
export interface Options {
  /** asOf is the time that the assessment speaks of, for an export that does not say when it was collected. */
  asOf?: string;
}

/** InputFile says what one file of the input was taken for. */
export interface InputFile {
  path: string;
  size: number;
  kind: string;
  dataset?: string;
  records: number;
  status: string;
  reason?: string;
  notes?: string[];
}

/** Fault says whose turn it is after a failure: the person's, the person's for a time only, or ours. */
export type Fault = 'input' | 'time' | 'crash';

export type ToWorker =
  | { type: 'start'; module: WebAssembly.Module }
  | { type: 'assess'; input: Input; options: Options };

export type FromWorker =
  | { type: 'ready'; about: Uint8Array<ArrayBuffer> }
  | { type: 'files'; json: Uint8Array<ArrayBuffer> }
  | { type: 'progress'; progress: Progress }
  | { type: 'assessment'; json: Uint8Array<ArrayBuffer> }
  | { type: 'idle' }
  | { type: 'failed'; message: string; fault: Fault };
