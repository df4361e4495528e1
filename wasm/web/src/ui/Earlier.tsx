// Earlier assessments of the tenant, for controls that ask for repetition.
import { parse } from '../model.ts';
import { decode } from '../engine/client.ts';
import type { Entry } from '../engine/protocol.ts';
import { notice, problem, reassess, shown, tenant } from '../state.ts';
import { delta } from '../derive.ts';
import { t } from '../strings.ts';
import { Choose } from './Choose.tsx';

export function Earlier() {
  if (!tenant.value) return null;
  const earlier = tenant.value.options.previous ?? [];
  return (
    <>
      <h3>{t.earlier.title}</h3>
      <p class="sub">{t.earlier.text}</p>
      {earlier.length > 0 && (
        <ul>
          {earlier.map((bytes, i) => (
            <li key={i}>{t.result.asOf(t.date(parse(decode(bytes)).asOf))}</li>
          ))}
        </ul>
      )}
      <Choose id="earlier" onChoose={(entries) => void add(entries)} />
    </>
  );
}

/** add assesses again with earlier assessments beside those that are known. */
async function add(entries: Entry[]): Promise<void> {
  const before = shown.value!.assessment;
  const files = await Promise.all(entries.map(async (e) => new Uint8Array(await e.file.arrayBuffer())));
  try {
    for (const bytes of files) parse(decode(bytes));
  } catch (e) {
    problem.value = { message: t.problem.notAssessment((e as Error).message) };
    return;
  }
  if (await reassess(t.earlier.assessing, { previous: [...(tenant.value!.options.previous ?? []), ...files] })) {
    notice.value = t.declare.moved(delta(before, shown.value!.assessment));
  }
}
