// What runs beside the assessment that is shown, and what came of it.
import { engine, notice, progress, task } from '../state.ts';
import { t } from '../strings.ts';
import { Button } from './bits.tsx';
import { Icon } from './icons.tsx';
import { Amount } from './Working.tsx';

export function TaskBar() {
  const text = task.value || notice.value;
  return (
    <>
      <p role="status" class="visually-hidden">
        {text}
      </p>
      {text && (
        <div class="task-bar">
          <p>{text}</p>
          {task.value ? <Running /> : <Dismiss />}
        </div>
      )}
    </>
  );
}

function Running() {
  const p = progress.value;
  return (
    <>
      {p && <Amount p={p} />}
      <progress aria-label={task.value} {...(p && p.total > 0 ? { value: Math.min(p.done, p.total), max: p.total } : {})} />
      <Button onClick={() => engine.cancel()}>{t.work.cancel}</Button>
    </>
  );
}

function Dismiss() {
  return (
    <Button kind="quiet" label={t.problem.dismiss} onClick={() => (notice.value = '')}>
      <Icon name="close" />
    </Button>
  );
}
