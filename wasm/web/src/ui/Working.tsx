// While the engine works: real numbers, what each file was taken for, and a
// cancel that ends it at once.
import { useEffect, useRef } from 'preact/hooks';
import { engine, files, missing, progress } from '../state.ts';
import { visible } from '../model.ts';
import { t, word } from '../strings.ts';
import { Button, Scroller } from './bits.tsx';
import { Icon, type IconName } from './icons.tsx';
import type { InputFile, Missing, Progress } from '../engine/protocol.ts';

export function Working() {
  const title = useRef<HTMLHeadingElement>(null);
  useEffect(() => title.current?.focus(), []);
  const p = progress.value;
  // A large export is recognised after the result: then it is no stage of the wait.
  const stages = t.work.stages.filter((s) => s.id !== 'recognise' || p?.stage === s.id || files.value !== null);
  const at = p ? stages.findIndex((s) => s.id === p.stage) : 0;
  const current = stages[Math.max(0, at)]!;
  return (
    <section class="working card" aria-labelledby="working-title">
      <div class="card-head">
        <h1 id="working-title" ref={title} tabIndex={-1}>
          {t.work.title}
        </h1>
        <Button onClick={() => engine.cancel()}>{t.work.cancel}</Button>
      </div>
      {/* Only a change of stage is announced; the numbers move too fast to be read out. */}
      <p class="visually-hidden" role="status">
        {t.work.working(current.title)}
      </p>
      <ol class="stages">
        {stages.map((stage, i) => {
          const state = i < at ? 'done' : i === at ? 'running' : 'waiting';
          return (
            <li key={stage.id} class={state}>
              <Icon name={state === 'done' ? 'check' : state === 'running' ? 'clock' : 'dash'} />
              <span>{stage.title}</span>
              <span class="visually-hidden">{t.work.stageState[state]}</span>
              {state === 'running' && p && <Amount p={p} />}
            </li>
          );
        })}
      </ol>
      <progress
        aria-label={current.title}
        {...(p && p.total > 0 ? { value: Math.min(p.done, p.total), max: p.total } : {})}
      />
      {p && p.memory > 0 && (
        <p class="engine-memory" data-bytes={p.memory}>
          {t.work.memory(t.bytes(p.memory))}
        </p>
      )}
      {files.value && <FileList files={files.value} />}
      <MissingList list={missing.value} />
    </section>
  );
}

/** Amount is how much of a stage is done. */
export function Amount({ p }: { p: Progress }) {
  const amount =
    p.stage === 'simulate'
      ? t.task.simulations(p.done)
      : (p.stage === 'read' || p.stage === 'recognise') && p.total > 0
        ? t.work.progressBytes(t.bytes(p.done), t.bytes(p.total))
        : t.work.progress(p.done, p.total);
  return (
    <span class="amount">
      {p.name && <code>{p.name}</code>} {amount}
    </span>
  );
}

const FILE_ICON: Record<string, IconName> = { complete: 'check', partial: 'half', malformed: 'cross', ignored: 'dash' };

/** FileList says what each file was taken for; files that were not read whole come first, for they are what a person wants to know. */
export function FileList({ files }: { files: InputFile[] }) {
  if (files.length === 0) return <p>{t.work.filesNone}</p>;
  const sorted = [...files].sort((a, b) => Number(a.status === 'complete') - Number(b.status === 'complete'));
  return (
    <details class="files" open={files.length <= 30 || sorted[0]!.status !== 'complete'}>
      <summary>{t.work.files(files.length)}</summary>
      <Scroller label={t.work.files(files.length)}>
        <table>
          <thead>
            <tr>
              <th scope="col">{t.work.file}</th>
              <th scope="col">{t.work.takenFor}</th>
              <th scope="col" class="amount">
                {t.work.size}
              </th>
            </tr>
          </thead>
          <tbody>
            {sorted.map((f) => (
              <tr key={f.path}>
                <td>
                  <code>{visible(f.path)}</code>
                </td>
                <td>
                  <span class={`status f-${f.status}`}>
                    <Icon name={FILE_ICON[f.status] ?? 'question'} />
                    <span>{word(t.work.state, f.status)}</span>
                  </span>{' '}
                  {f.dataset ? (
                    <>
                      <code>{visible(f.dataset)}</code> <span class="sub">{t.work.records(f.records)}</span>
                    </>
                  ) : (
                    f.kind !== 'ignored' && word(t.work.kind, f.kind)
                  )}
                  {[f.reason, ...(f.notes ?? [])].filter(Boolean).map((text, i) => (
                    <p key={i} class="sub">
                      {visible(text!)}
                    </p>
                  ))}
                </td>
                <td class="amount">{t.bytes(f.size)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </Scroller>
    </details>
  );
}

/** MissingList says what to add, and with which request. */
export function MissingList({ list }: { list: Missing[] }) {
  if (list.length === 0) return null;
  return (
    <details class="files">
      <summary>{t.work.missing(list.length)}</summary>
      <p class="sub">{t.work.missingText}</p>
      <Scroller label={t.work.missing(list.length)}>
        <table>
          <thead>
            <tr>
              <th scope="col">{t.inputs.dataset}</th>
              <th scope="col">{t.work.request}</th>
              <th scope="col">{t.work.permission}</th>
              <th scope="col">{t.work.purpose}</th>
            </tr>
          </thead>
          <tbody>
            {list.map((m) => (
              <tr key={m.dataset}>
                <td>
                  <code>{m.dataset}</code>
                </td>
                <td>
                  <code>{m.request}</code>
                </td>
                <td>
                  <code>{m.delegated ?? m.application}</code>
                </td>
                <td>{m.purpose}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </Scroller>
    </details>
  );
}
