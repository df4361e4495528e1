// Writes cold.txt: runs dist/privpath.wasm with a mark in every function over what the first part of the program is for,
// which is to start, to assess, and to assess again with declarations, and lists what was not called.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { LIST, namesOver, runsAtStart } from '../cold.mjs';
import { functionNames, memoryOf, Reader, readSections, uleb } from '../pack.mjs';
import { appended, functionBodies, program, sized, vector } from '../split.mjs';
import { loose, pasted, startEngine, TENANTS, web, zipped } from './engine.mjs';

/** WORTH is how many bytes of code an entry must cover to be worth a line. */
const WORTH = 300;

/** TIMED are the packages of which the time decides what is called; DIAGNOSES is what of the runtime only a fault or a profile calls. */
const TIMED = /^(runtime|internal\/runtime\/\w+|internal\/sync|sync)\./;
const DIAGNOSES = /^runtime\..*(trace|print|dump|panic|fatal|throw|profil|error|frames|func\)|checkmark|checkdead|checkfinal|synctest|goroutineheader|typesequal)/i;

/** RARE is what the samples call and few tenants need: the time zones, which weigh 90 KiB. */
const RARE = ['time/tzdata.loadFromEmbeddedTZData'];

const [GLOBAL, EXPORT, CODE] = [6, 7, 10];

/** marked gives every function a global of its own, which it sets to 1. */
function marked(sections) {
  const bodies = functionBodies(sections.get(CODE));
  const globals = new Reader(sections.get(GLOBAL)).uleb();
  const marks = bodies.map((_, f) => globals + f);
  return program(new Map(sections)
    .set(GLOBAL, appended(sections.get(GLOBAL), marks.map(() => [0x7f, 1, 0x41, 0, 0x0b])))
    .set(EXPORT, appended(sections.get(EXPORT), marks.map((mark, f) => [...sized(Buffer.from(`mark${f}`)), 3, ...uleb(mark)])))
    .set(CODE, vector(bodies.map((body, f) => sized(withMark(body, marks[f]))))));
}

function withMark(body, mark) {
  const r = new Reader(body);
  r.take(2 * r.uleb()); // locals
  return Buffer.concat([body.subarray(0, r.at), Buffer.from([0x41, 1, 0x24]), uleb(mark), body.subarray(r.at)]);
}

async function runSamples(engine) {
  const some = { '@odata.context': 'https://graph.microsoft.com/v1.0/$metadata#users', value: [{ id: '1', userPrincipalName: 'anna@example.com' }] };
  const asOf = { asOf: '2026-11-20T09:00:00Z' };
  await engine.do('about', {});
  for (const input of [...TENANTS.flatMap((name) => [zipped(name), loose(name)]), pasted(some)]) {
    await engine.do('inventory', { input });
    const { json } = await engine.do('assess', { input, options: asOf });
    await engine.do('open', { document: Buffer.from(json) });
    const { own } = await engine.do('declarations', { input, options: {} });
    await engine.do('assess', { input, options: { ...asOf, declarations: own } });
    await engine.do('assess', { input, options: { ...asOf, previous: [Buffer.from(json)] } });
  }
}

const wasm = readFileSync(join(web, 'dist', 'privpath.wasm'));
const sections = new Map(readSections(wasm).map(({ id, body }) => [id, body]));
const names = functionNames(memoryOf(wasm));
const engine = startEngine({ first: marked(sections) });
await runSamples(engine);

const ran = new Set();
names.forEach((name, f) => {
  const called = engine.instance.exports[`mark${f}`].value || (TIMED.test(name) && !DIAGNOSES.test(name));
  if (called && !runsAtStart(name) && !RARE.includes(name)) for (const over of namesOver(name)) ran.add(over);
});
const worth = new Map();
functionBodies(sections.get(CODE)).forEach((body, f) => {
  // Names of types that are written out change with every field.
  const entry = names[f].includes('{') ? undefined : namesOver(names[f]).find((over) => !ran.has(over));
  if (entry && !runsAtStart(names[f])) worth.set(entry, (worth.get(entry) ?? 0) + body.length);
});
const entries = [...worth].filter(([entry, bytes]) => bytes >= WORTH || RARE.includes(entry)).map(([entry]) => entry).sort();
writeFileSync(LIST, `# What the second part of the program holds (cold.mjs). Written by npm run cold.\n${entries.join('\n')}\n`);
console.log(`${LIST}: ${entries.length} entries`);
process.exit(0);
