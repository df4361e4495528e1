// The result: one bar, four views, and the detail sheet over them. Every view
// stays in the document, so that printing shows the whole assessment.
import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { undecided } from '../derive.ts';
import { VIEWS, type View } from '../route.ts';
import { go, reset, route, save, settle, supposed, type Shown } from '../state.ts';
import { t } from '../strings.ts';
import { Button } from './bits.tsx';
import { Compare } from './Compare.tsx';
import { Declarations } from './Declarations.tsx';
import { Detail } from './Detail.tsx';
import { Export } from './Export.tsx';
import { Findings } from './Findings.tsx';
import { Icon } from './icons.tsx';
import { Inputs } from './Inputs.tsx';
import { Overview } from './Overview.tsx';
import { TaskBar } from './Task.tsx';
import { Unknowns } from './Unknowns.tsx';
import { WhatIf } from './WhatIf.tsx';

export function Result({ shown }: { shown: Shown }) {
  const a = shown.assessment;
  const title = useRef<HTMLHeadingElement>(null);
  useEffect(() => title.current?.focus(), [shown]);
  const counts: Partial<Record<View, number>> = {
    findings: a.findings.length,
    unknowns: a.findings.filter((f) => undecided(f.status)).length,
    inputs: a.datasets.length,
  };
  return (
    <div class="result">
      <div class="result-head">
        <div>
          <h1 ref={title} tabIndex={-1}>
            {a.tenant.displayName || t.result.unnamed}
          </h1>
          <p class="as-of">
            {t.result.asOf(t.date(a.asOf))}
            {a.tenant.id && <code class="tenant-id">{a.tenant.id}</code>}
          </p>
        </div>
        <div class="buttons">
          {!supposed.value && (
            <>
              <Button kind="primary" onClick={save}>
                <Icon name="save" />
                {t.result.save}
              </Button>
              <Export />
            </>
          )}
          <Button onClick={() => print()}>
            <Icon name="print" />
            {t.result.print}
          </Button>
          <Button onClick={reset}>
            <Icon name="back" />
            {t.result.again}
          </Button>
        </div>
      </div>
      {supposed.value && (
        <div class="callout supposed">
          <p>{t.whatIf.supposed(supposed.value.title)}</p>
          <Button onClick={settle}>{t.whatIf.settle}</Button>
        </div>
      )}
      <nav class="views" aria-label={t.result.nav}>
        <ul>
          {VIEWS.map((view) => (
            <li key={view}>
              <a
                href={`#${view}`}
                aria-current={route.value.view === view ? 'page' : undefined}
                onClick={(e) => {
                  e.preventDefault();
                  go({ view, control: '' });
                }}
              >
                {t.result.views[view]}
                {counts[view] !== undefined && <span class="count">{t.number(counts[view]!)}</span>}
              </a>
            </li>
          ))}
        </ul>
      </nav>
      <Panel view="overview">
        <Overview a={a} />
      </Panel>
      <Panel view="findings">
        <Findings a={a} />
      </Panel>
      <Panel view="unknowns">
        <Unknowns a={a} />
      </Panel>
      <Panel view="inputs">
        <Inputs a={a} />
      </Panel>
      <Panel view="declarations">
        <Declarations a={a} active={route.value.view === 'declarations'} />
      </Panel>
      <Panel view="whatif">
        <WhatIf />
      </Panel>
      <Panel view="compare">
        <Compare />
      </Panel>
      <Detail a={a} />
      <TaskBar />
    </div>
  );
}

function Panel({ view, children }: { view: View; children: ComponentChildren }) {
  return (
    <div class="panel" hidden={route.value.view !== view} data-view={view}>
      {children}
    </div>
  );
}
