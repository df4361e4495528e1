// Messages between the page and its worker.

/** Entry is one file that a person gave: a handle, never its bytes. */
export interface Entry {
  path: string;
  file: File;
}

/** Input is what to assess. */
export type Input =
  | { kind: 'file'; file: File }
  | { kind: 'files'; files: Entry[] }
  /** several zips, and perhaps loose files, of one tenant */
  | { kind: 'several'; files: Entry[] };

export const sizeOf = (input: Input): number =>
  input.kind === 'file' ? input.file.size : input.files.reduce((sum, f) => sum + f.file.size, 0);

/** Progress is one step of a run; total is 0 while unknown. */
export interface Progress {
  stage: string;
  name: string;
  done: number;
  total: number;
  /** memory is what the program holds, in bytes; it never shrinks. */
  memory: number;
}

/** Bytes is a document as the engine wrote it. */
export type Bytes = Uint8Array<ArrayBuffer>;

/** Options are what the engine does not read from the input. */
export interface Options {
  /** asOf is the time that the assessment speaks of, for an export that does not say when it was collected. */
  asOf?: string;
  /** declarations is the text that takes the place of the export's own declarations.json. */
  declarations?: string;
  /** previous are earlier assessments of the tenant. */
  previous?: Bytes[];
  /** change is a simulated change of the tenant, as the text of a change.json. */
  change?: string;
}

/** Subject is a tenant to assess, or an assessment that was saved. */
export type Subject = { input: Input; options: Options } | { document: Bytes };

/** Jobs are what the engine does, with what it takes and the names of the documents that it answers. */
export interface Jobs {
  about: { takes: Record<never, never>; gives: 'json' };
  inventory: { takes: { input: Input }; gives: 'json' | 'missing' };
  assess: { takes: { input: Input; options: Options }; gives: 'json' };
  open: { takes: { document: Bytes }; gives: never };
  report: { takes: Subject & { format: string; redact: boolean; key: string }; gives: 'report' };
  declarations: { takes: { input: Input; options: Options }; gives: 'start' | 'own' };
  compare: { takes: { old: Subject; now: Subject; prove: boolean }; gives: 'json' | 'text' | 'markdown' | 'sarif' };
  policies: { takes: { input: Input; options: Options }; gives: 'json' };
  plan: { takes: { input: Input; options: Options }; gives: 'json' | 'powershell' };
  whatIf: {
    takes: { input: Input; options: Options; proposal: string; document: Bytes };
    gives: 'effect' | 'assessment' | 'diff';
  };
}
export type JobName = keyof Jobs;
export type Results<J extends JobName> = Record<Jobs[J]['gives'], Bytes>;

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

/** Missing is a data set that the export does not hold, with what would supply it. */
export interface Missing {
  dataset: string;
  request: string;
  delegated?: string;
  application?: string;
  licence: string;
  purpose: string;
}

/** Fault says whose turn it is after a failure: the person's, the person's for a time only, the network's, or ours. */
export type Fault = 'input' | 'time' | 'network' | 'crash';

/** Part is where a worker gets a part of the program from: its address, its gzipped bytes, or what was compiled before. */
export type Part = string | Bytes | WebAssembly.Module;

/** Program is in two parts: the first starts and assesses, the rest joins when it is there, or needed. */
export interface Program {
  first: Part;
  rest: Part;
}

/** ToWorker starts a worker as the one that runs the program or as the one that hashes beside it, joined by a channel; or asks for a job. */
export type ToWorker =
  | { type: 'start'; program: Program; digests: MessagePort }
  | { type: 'hash'; digests: MessagePort }
  | { type: 'job'; name: JobName; args: object };

export type FromWorker =
  | { type: 'ready'; module: WebAssembly.Module }
  | { type: 'joined'; module: WebAssembly.Module }
  | { type: 'progress'; progress: Progress }
  | { type: 'results'; results: Record<string, Bytes> }
  | { type: 'failed'; message: string; fault: Fault };
