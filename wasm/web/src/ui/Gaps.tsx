// What Privileged Identity Management alone leaves open, with what the assessment
// says of each.
import { gapResults, undecided, type GapResult } from '../derive.ts';
import type { Assessment } from '../model.ts';
import { about } from '../state.ts';
import { t } from '../strings.ts';
import { StatusMark } from './bits.tsx';
import { ControlLink } from './ControlLink.tsx';
import { Icon } from './icons.tsx';

export function Gaps({ a }: { a: Assessment }) {
  const gaps = gapResults(a.findings, about.value);
  if (gaps.length === 0) return null;
  return (
    <section class="card gaps" aria-labelledby="gaps-title">
      <h2 id="gaps-title">{t.gaps.title}</h2>
      <p class="sub">{t.gaps.text}</p>
      <ul>
        {gaps.map((g) => (
          <Gap key={g.key} g={g} />
        ))}
      </ul>
    </section>
  );
}

function Gap({ g }: { g: GapResult }) {
  const verdict = g.open.length ? 'open' : g.undecided.length + g.missing ? 'unknown' : 'closed';
  return (
    <li class="gap">
      <details>
        <summary>
          <span class={`status k-${{ open: 'bad', unknown: 'unknown', closed: 'good' }[verdict]}`}>
            <Icon name={{ open: 'open', unknown: 'question', closed: 'shield' }[verdict] as 'open'} />
            <span>{t.gaps.verdict[verdict]}</span>
          </span>{' '}
          <span class="id">{g.key}</span> <strong>{g.title}</strong>
          <span class="sub"> · {t.gaps.counts(g.open.length, g.undecided.length + g.missing, g.closed.length)}</span>
        </summary>
        <ul class="entries">
          {[...g.open, ...g.undecided, ...g.closed].map((f) => (
            <li key={f.control}>
              <div>
                <StatusMark status={f.status} />{' '}
                <ControlLink id={f.control}>
                  <span class="id">{f.control}</span> {f.title}
                </ControlLink>
                <p class="sub">{(undecided(f.status) && f.remedy) || f.summary}</p>
              </div>
            </li>
          ))}
        </ul>
      </details>
      {g.open[0] && (
        <p class="sub gap-evidence">
          <ControlLink id={g.open[0].control} class="id" /> {g.open[0].summary || g.open[0].title}
        </p>
      )}
    </li>
  );
}
