import { asks, undecided } from '../derive.ts';
import type { Assessment, Finding } from '../model.ts';
import { t, word } from '../strings.ts';
import { SeverityMark, StatusMark } from './bits.tsx';
import { ControlLink } from './ControlLink.tsx';

export function Unknowns({ a }: { a: Assessment }) {
  const open = a.findings.filter((f) => undecided(f.status));
  const wanted = asks(a);
  const statements = open.filter((f) => f.status !== 'unknown');
  const rest = open.filter((f) => f.status === 'unknown');
  return (
    <section class="card unknowns" aria-labelledby="unknowns-title">
      <h2 id="unknowns-title">{t.unknowns.title}</h2>
      <p class="sub">{open.length ? t.unknowns.text : t.unknowns.none}</p>
      {wanted.length > 0 && (
        <>
          <h3>{t.unknowns.files}</h3>
          <ul class="asks-list">
            {wanted.map(({ need, controls }, i) => (
              <li key={i}>
                <p class="add">
                  <code>{need.dataset}.json</code>
                  <span class="sub">{word(t.reason, need.reason)}</span>
                </p>
                {need.permission && (
                  <p>
                    {t.unknowns.permission} <code>{need.permission}</code>
                  </p>
                )}
                {need.detail && <p>{need.detail}</p>}
                <p class="sub missing">
                  {t.unknowns.settles(controls.length)}:{' '}
                  {controls.map((id) => (
                    <ControlLink key={id} id={id} class="chip" />
                  ))}
                </p>
              </li>
            ))}
          </ul>
        </>
      )}
      {statements.length > 0 && (
        <>
          <h3>{t.unknowns.statements}</h3>
          <p class="sub">{t.unknowns.statementsText}</p>
          <OpenList findings={statements} />
        </>
      )}
      {rest.length > 0 && (
        <>
          <h3>{t.unknowns.controls}</h3>
          <OpenList findings={rest} />
        </>
      )}
    </section>
  );
}

function OpenList({ findings }: { findings: Finding[] }) {
  return (
    <ul class="open-list">
      {findings.map((f) => (
        <li key={f.control}>
          <p class="open-head">
            <StatusMark status={f.status} />
            <SeverityMark severity={f.severity} />
          </p>
          <div>
            <ControlLink id={f.control} class="stretch">
              <span class="id">{f.control}</span> {f.title}
            </ControlLink>
            <p class="sub">{f.remedy || f.summary || word(t.reason, f.reason)}</p>
          </div>
        </li>
      ))}
    </ul>
  );
}
