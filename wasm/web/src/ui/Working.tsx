// While the engine works: real numbers, what each file was taken for, and a
// cancel that ends it at once.
import { useEffect, useRef } from 'preact/hooks';
import { engine, files, progress } from '../state.ts';
import { t } from '../strings.ts';
import { Button, Scroller } from './bits.tsx';
import { Icon } from './icons.tsx';
import type { InputFile } from '../engine/protocol.ts';

export function Working() {
  const title = useRef<HTMLHeadingElement>(null);
  useEffect(() => title.current?.focus(), []);
  const p = progress.value;
  const stages = t.work.stages;
  const at = p ? stages.findIndex((s) => s.id === p.stage) : files.value ? 1 : 0;
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
              <span class="visually-hidden">{t.work.state[state]}</span>
              {state === 'running' && p && <Amount />}
            </li>
          );
        })}
      </ol>
      <progress
        aria-label={current.title}
        {...(p && p.total > 0 ? { value: Math.min(p.done, p.total), max: p.total } : {})}
      />
      {files.value && <FileList files={files.value} />}
    </section>
  );
}

function Amount() {
  const p = progress.value!;
  const amount =
    p.stage === 'read' && p.total > 0
      ? t.work.progressBytes(t.bytes(p.done), t.bytes(p.total))
      : t.work.progress(p.done, p.total);
  return (
    <span class="amount">
      {p.name && <code>{p.name}</code>} {amount}
    </span>
  );
}

/** FileList says what each file was taken for; ignored files come first, for they are what a person wants to know. */
export function FileList({ files }: { files: InputFile[] }) {
  if (files.length === 0) return <p>{t.work.filesNone}</p>;
  const sorted = [...files].sort((a, b) => Number(!a.ignored) - Number(!b.ignored));
  return (
    <details class="files" open={files.length <= 30}>
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
              <tr key={f.path} class={f.ignored ? 'ignored' : ''}>
                <td>
                  <code>{f.path}</code>
                </td>
                <td>{f.ignored ? t.work.ignored(f.ignored) : f.dataset}</td>
                <td class="amount">{t.bytes(f.bytes)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </Scroller>
    </details>
  );
}
