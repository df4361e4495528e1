import type { Assessment } from '../model.ts';
import { files, missing, tenant } from '../state.ts';
import { t, word } from '../strings.ts';
import { CopyButton, Scroller } from './bits.tsx';
import { Earlier } from './Earlier.tsx';
import { Icon, type IconName } from './icons.tsx';
import { FileList, MissingList } from './Working.tsx';

const ICON: Record<string, IconName> = { complete: 'check', partial: 'half', missing: 'dash' };

export function Inputs({ a }: { a: Assessment }) {
  return (
    <section class="card inputs" aria-labelledby="inputs-title">
      <h2 id="inputs-title">{t.inputs.title}</h2>
      {a.digest && (
        <p class="digest sub">
          {t.inputs.digest} <code>{a.digest}</code> <CopyButton text={a.digest} what={t.inputs.digest} />
        </p>
      )}
      {a.datasets.length === 0 ? (
        <p>{t.inputs.none}</p>
      ) : (
        <Scroller label={t.inputs.table}>
          <table>
            <thead>
              <tr>
                <th scope="col">{t.inputs.dataset}</th>
                <th scope="col">{t.inputs.status}</th>
                <th scope="col" class="amount">
                  {t.inputs.count}
                </th>
                <th scope="col">{t.inputs.reason}</th>
              </tr>
            </thead>
            <tbody>
              {a.datasets.map((d) => (
                <tr key={d.name}>
                  <td>
                    <code>{d.name}</code>
                  </td>
                  <td>
                    <span class={`status d-${d.status}`}>
                      <Icon name={ICON[d.status] ?? 'question'} />
                      <span>{word(t.inputs.state, d.status)}</span>
                    </span>
                  </td>
                  <td class="amount">{d.count === null ? '' : t.number(d.count)}</td>
                  <td>{[word(t.reason, d.reason), d.detail].filter(Boolean).join(': ')}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </Scroller>
      )}
      {tenant.value && (
        <>
          <h3>{t.inputs.files}</h3>
          {files.value ? <FileList files={files.value} /> : <p role="status">{t.inputs.listing}</p>}
          <MissingList list={missing.value} />
        </>
      )}
      <Earlier />
      <p class="sub">{t.result.engine(a.engine.version, a.engine.catalogue)}</p>
    </section>
  );
}
