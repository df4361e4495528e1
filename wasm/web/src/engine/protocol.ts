// Messages between the page and its worker.

/** Entry is one file that a person gave: a handle, never its bytes. */
export interface Entry {
  path: string;
  file: File;
}

/** Input is what to assess. */
export type Input =
  | { kind: 'zip'; file: File }
  | { kind: 'files'; files: Entry[] }
  | { kind: 'sample'; name: string };

/** Progress is one step of a run; total is 0 while unknown. */
export interface Progress {
  stage: string;
  name: string;
  done: number;
  total: number;
}

/** InputFile says what one file of the input was taken for. */
export interface InputFile {
  path: string;
  dataset: string;
  bytes: number;
  ignored: string;
}

export type ToWorker =
  | { type: 'start'; module: WebAssembly.Module }
  | { type: 'assess'; input: Input };

export type FromWorker =
  | { type: 'ready'; about: Uint8Array<ArrayBuffer> }
  | { type: 'files'; json: Uint8Array<ArrayBuffer> }
  | { type: 'progress'; progress: Progress }
  | { type: 'assessment'; json: Uint8Array<ArrayBuffer> }
  | { type: 'failed'; message: string; crash: boolean };
