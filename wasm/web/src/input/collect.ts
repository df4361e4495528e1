// From a drop, a chooser or a paste to an input. Only handles are taken; a file
// is read here only far enough to tell a saved assessment from an export.
import { looksLikeAssessment } from '../model.ts';
import type { Entry, Input } from '../engine/protocol.ts';

/** Given is what a person gave: an input to assess, or an assessment saved before. */
export type Given = Input | { kind: 'assessment'; bytes: Uint8Array<ArrayBuffer> };

/** InputProblem is a key of the strings table. */
export class InputProblem extends Error {
  readonly key: 'noFiles' | 'badPaste';
  constructor(key: InputProblem['key']) {
    super(key);
    this.key = key;
  }
}

const isZip = (f: File): boolean => /\.zip$/i.test(f.name) || f.type === 'application/zip';

/** MAX_SNIFF bounds what is read to see whether a lone JSON file is a saved assessment. */
const MAX_SNIFF = 256 * 1024 * 1024;

async function savedAssessment(file: File): Promise<Given | null> {
  if (file.size > MAX_SNIFF) return null;
  const head = await file.slice(0, 512).text();
  if (!/"schemaVersion"/.test(head)) return null;
  const bytes = new Uint8Array(await file.arrayBuffer());
  try {
    return looksLikeAssessment(JSON.parse(new TextDecoder().decode(bytes))) ? { kind: 'assessment', bytes } : null;
  } catch {
    return null; // Not ours: the engine says what is wrong with it.
  }
}

/** classify decides what a set of files is. */
export async function classify(entries: Entry[]): Promise<Given> {
  const [first] = entries;
  if (!first) throw new InputProblem('noFiles');
  if (entries.length === 1) {
    const saved = await savedAssessment(first.file);
    if (saved) return saved;
    // A file alone is a zip or one Graph response; the engine looks. In a folder, its path counts.
    if (!first.path.includes('/')) return { kind: 'file', file: first.file };
  } else if (entries.some((e) => isZip(e.file) && !e.path.includes('/'))) {
    return { kind: 'several', files: entries };
  }
  return { kind: 'files', files: withoutTop(entries) };
}

/** withoutTop drops the folder's own name, so that a path is the path inside the export. */
function withoutTop(entries: Entry[]): Entry[] {
  const top = entries[0]!.path.split('/', 1)[0]!;
  return entries.every((e) => e.path.startsWith(`${top}/`))
    ? entries.map((e) => ({ path: e.path.slice(top.length + 1), file: e.file }))
    : entries;
}

/** fromList takes the files of an input element. */
export const fromList = (files: Iterable<File>): Entry[] =>
  Array.from(files, (file) => ({ path: file.webkitRelativePath || file.name, file }));

/** fromTransfer takes a drop. What it holds must be taken before the first await. */
export async function fromTransfer(transfer: DataTransfer): Promise<Entry[]> {
  const roots = Array.from(transfer.items)
    .filter((item) => item.kind === 'file')
    .map((item) => ({
      file: item.getAsFile(),
      entry: item.webkitGetAsEntry(),
      // Chromium refuses the older entries on file://, and only it has handles.
      handle: (item as HandleItem).getAsFileSystemHandle?.().catch(() => null) ?? null,
    }));
  const found: Entry[] = [];
  for (const root of roots) {
    const handle = await root.handle;
    if (handle) await walkHandle(handle, '', found);
    else if (root.entry?.isDirectory) await walkEntry(root.entry, '', found);
    else if (root.file) found.push({ path: root.file.name, file: root.file });
  }
  return found;
}

/** HandleItem is what TypeScript does not know yet of a dropped item. */
interface HandleItem {
  getAsFileSystemHandle?(): Promise<FileSystemFileHandle | FolderHandle | null>;
}

interface FolderHandle {
  kind: 'directory';
  name: string;
  values(): AsyncIterable<FileSystemFileHandle | FolderHandle>;
}

async function walkHandle(handle: FileSystemFileHandle | FolderHandle, prefix: string, found: Entry[]): Promise<void> {
  const path = prefix + handle.name;
  if (handle.kind === 'directory') {
    for await (const child of handle.values()) await walkHandle(child, `${path}/`, found);
  } else {
    found.push({ path, file: await handle.getFile() });
  }
}

async function walkEntry(entry: FileSystemEntry, prefix: string, found: Entry[]): Promise<void> {
  const path = prefix + entry.name;
  if (entry.isFile) {
    const file = await new Promise<File>((resolve, reject) => (entry as FileSystemFileEntry).file(resolve, reject));
    found.push({ path, file });
    return;
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  for (;;) {
    // readEntries hands out a batch at a time until it hands out none.
    const batch = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
    if (batch.length === 0) return;
    for (const child of batch) await walkEntry(child, `${path}/`, found);
  }
}

/** fromText takes pasted JSON. */
export function fromText(text: string): Entry[] {
  const trimmed = text.trim();
  if (!/^[[{]/.test(trimmed)) throw new InputProblem('badPaste');
  return [{ path: 'pasted.json', file: new File([trimmed], 'pasted.json', { type: 'application/json' }) }];
}
