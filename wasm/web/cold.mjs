// Which functions go to the second part of the program (split.mjs): those that cold.txt covers. An entry covers the
// function of its name and what continues that with "." or "-": a package's functions, a type's methods, a function's
// closures. What is new is not covered, so it goes to the first part. `npm run cold` writes the list anew.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export const LIST = join(import.meta.dirname, 'cold.txt');

/** coldFunctions yields what says of a function, by its name, whether it goes to the second part. */
export function coldFunctions() {
  const entries = new Set(readFileSync(LIST, 'utf8').split('\n').filter((line) => line !== '' && !line.startsWith('#')));
  return (name) => !runsAtStart(name) && namesOver(name).some((entry) => entries.has(entry));
}

/** runsAtStart knows how Go's compiler names what prepares a package. */
export const runsAtStart = (name) => /\.init(\.\d+)?$|\.map\.init\.\d+$/.test(name);

/** namesOver lists the names that a function's continues, the shortest first, and its own. Type arguments are [...]. */
export const namesOver = (name) => [...[...name.matchAll(/(?<![[.])[.-]/g)].map(({ index }) => name.slice(0, index)), name];
