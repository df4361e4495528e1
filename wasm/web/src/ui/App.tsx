// The frame: header, problem bar, one of three views, footer; and the whole
// window as a drop target.
import { useEffect, useRef, useState } from 'preact/hooks';
import { compareWith } from '../compare.ts';
import { fromTransfer } from '../input/collect.ts';
import type { Input, Options } from '../engine/protocol.ts';
import { busy, problem, route, run, shown, theme } from '../state.ts';
import { t } from '../strings.ts';
import { Button, CopyButton } from './bits.tsx';
import { Icon, Mark } from './icons.tsx';
import { Result } from './Result.tsx';
import { dropped, pasted, Start } from './Start.tsx';
import { Working } from './Working.tsx';

export function App() {
  const hovering = useDrop();
  return (
    <>
      <a class="skip" href="#main" onClick={skip}>
        {t.skip}
      </a>
      <header class="top">
        <p class="brand">
          <Mark />
          <span>{t.product}</span>
        </p>
        <Theme />
      </header>
      <main id="main" tabIndex={-1}>
        <ProblemBar />
        {busy.value ? <Working /> : shown.value ? <Result shown={shown.value} /> : <Start hovering={hovering} />}
      </main>
      <footer class="foot">
        <p>{t.footer.credit}</p>
        <p>{t.footer.label}</p>
      </footer>
    </>
  );
}

/** skip moves the focus without touching the hash, which holds the route. */
function skip(e: Event): void {
  e.preventDefault();
  document.getElementById('main')!.focus();
}

function Theme() {
  return (
    <label class="theme">
      <Icon name="moon" />
      <span class="visually-hidden">{t.theme.label}</span>
      <select value={theme.value} onChange={(e) => (theme.value = e.currentTarget.value as typeof theme.value)}>
        <option value="system">{t.theme.system}</option>
        <option value="light">{t.theme.light}</option>
        <option value="dark">{t.theme.dark}</option>
      </select>
    </label>
  );
}

function ProblemBar() {
  const bar = useRef<HTMLDivElement>(null);
  const p = problem.value;
  useEffect(() => bar.current?.focus(), [p]);
  if (!p) return null;
  return (
    <div class="problem" role="alert" ref={bar} tabIndex={-1}>
      <Icon name="warning" />
      <div>
        <p>
          <strong>{t.problem.title}</strong>
        </p>
        <p class="message">{p.message}</p>
        {p.needsTime && <AskTime {...p.needsTime} />}
        {p.report && (
          <>
            <pre tabIndex={0}>{p.report}</pre>
            <CopyButton text={p.report} what={t.problem.copy} />
          </>
        )}
      </div>
      <Button kind="quiet" label={t.problem.dismiss} onClick={() => (problem.value = null)}>
        <Icon name="close" />
      </Button>
    </div>
  );
}

/** AskTime asks when an export was collected; the newest file's own time is the proposal. */
function AskTime({ input, options }: { input: Input; options: Options }) {
  const given = input.kind === 'file' ? [input.file] : input.files.map((f) => f.file);
  const newest = given.reduce((latest, file) => Math.max(latest, file.lastModified), 0);
  const [time, setTime] = useState(() => new Date(newest || Date.now()).toISOString().slice(0, 16));
  return (
    <form
      class="ask-time"
      onSubmit={(e) => {
        e.preventDefault();
        if (time) void run(input, { ...options, asOf: `${time}:00Z` });
      }}
    >
      <label for="as-of">{t.problem.timeLabel}</label>
      <input id="as-of" type="datetime-local" required value={time} onInput={(e) => setTime(e.currentTarget.value)} />
      <button type="submit" class="button primary">
        {t.problem.timeGo}
      </button>
    </form>
  );
}

/** useDrop makes the window a drop and paste target while nothing runs. */
function useDrop(): boolean {
  const [hovering, setHovering] = useState(false);
  useEffect(() => {
    const over = (e: DragEvent) => {
      if (!e.dataTransfer?.types.includes('Files')) return;
      e.preventDefault();
      setHovering(!busy.value);
    };
    const leave = (e: DragEvent) => {
      if (!e.relatedTarget) setHovering(false);
    };
    const drop = (e: DragEvent) => {
      e.preventDefault();
      setHovering(false);
      if (busy.value || !e.dataTransfer) return;
      if (shown.value && route.value.view === 'compare') void compareWith(fromTransfer(e.dataTransfer));
      else dropped(e.dataTransfer);
    };
    const paste = (e: ClipboardEvent) => {
      const field = e.target instanceof Element && e.target.closest('input, textarea');
      if (field || busy.value || shown.value || !e.clipboardData) return;
      if (e.clipboardData.files.length) dropped(e.clipboardData);
      else if (e.clipboardData.getData('text')) pasted(e.clipboardData.getData('text'));
    };
    addEventListener('dragover', over);
    addEventListener('dragleave', leave);
    addEventListener('drop', drop);
    addEventListener('paste', paste);
    return () => {
      removeEventListener('dragover', over);
      removeEventListener('dragleave', leave);
      removeEventListener('drop', drop);
      removeEventListener('paste', paste);
    };
  }, []);
  return hovering;
}
