import { countByStatus, fixFirst, NO_FILTER, pathVerdict, undecided } from '../derive.ts';
import type { Assessment, PillarResult } from '../model.ts';
import { go } from '../state.ts';
import { t, word } from '../strings.ts';
import { SeverityMark, StatusMark } from './bits.tsx';
import { ControlLink } from './ControlLink.tsx';
import { Gaps } from './Gaps.tsx';
import { Icon, STATUS_ICON } from './icons.tsx';
import { Paths } from './Paths.tsx';
import { Radar } from './Radar.tsx';
import { ReachMatrix } from './Reach.tsx';

export function Overview({ a }: { a: Assessment }) {
  return (
    <>
      <Headline a={a} />
      <ReachMatrix reach={a.reach} />
      <Paths a={a} />
      <Gaps a={a} />
      <div class="two">
        <Ladders a={a} />
        <FixFirst a={a} />
      </div>
      <Domains a={a} />
    </>
  );
}

function Headline({ a }: { a: Assessment }) {
  const h = a.headline;
  const path = pathVerdict(a.reach);
  return (
    <section class="headline" aria-labelledby="headline-title">
      <h2 id="headline-title" class="visually-hidden">
        {t.result.views.overview}
      </h2>
      {path && path.verdict !== 'notApplicable' && (
        <div class={`path-verdict p-${path.verdict}`}>
          <Icon name={path.verdict === 'reaches' ? 'open' : path.verdict === 'blocked' ? 'shield' : 'question'} />
          <p>
            {h.path ||
              (path.verdict === 'reaches'
              ? t.headline.path.reaches(path.role, path.principals)
              : path.verdict === 'blocked'
                ? t.headline.path.blocked
                : t.headline.path.unknown(path.role))}
          </p>
        </div>
      )}
      <dl class="tiles">
        <div class="tile weakest">
          <dt>{t.headline.weakest}</dt>
          <dd>
            <strong class="big">{word(t.pillar, h.weakestPillar)}</strong>
            <span class="sub">{t.headline.weakestAt(h.maturity)}</span>
            <Rungs confirmed={h.maturity} potential={h.maturity} />
          </dd>
        </div>
        <div class="tile">
          <dt>{t.headline.score}</dt>
          <dd>
            <span class="figure">
              <strong class="big">{t.number(h.score)}</strong> <span class="sub">{t.headline.outOf}</span>
            </span>
            <Meter percent={h.score} />
            <span class="sub">
              <strong class="band">{h.band}</strong>
              {h.provisional && (
                <span class="tag" title={t.headline.provisionalWhy}>
                  {t.headline.provisional}
                </span>
              )}
            </span>
            {h.caps.length > 0 && (
              <span class="sub">
                {t.headline.caps}{' '}
                {h.caps.map((id, i) => (
                  <>
                    {i > 0 && ', '}
                    <ControlLink key={id} id={id} />
                  </>
                ))}
              </span>
            )}
          </dd>
        </div>
        <div class="tile">
          <dt>{t.headline.coverage}</dt>
          <dd>
            <span class="figure">
              <strong class="big">{t.number(a.coverage)} %</strong>
            </span>
            <Meter percent={a.coverage} />
            <span class="sub">{t.headline.coverageText}</span>
            {a.findings.some((f) => undecided(f.status)) && (
              <a
                class="sub"
                href="#unknowns"
                onClick={(e) => {
                  e.preventDefault();
                  go({ view: 'unknowns' });
                }}
              >
                {t.headline.coverageLink}
              </a>
            )}
          </dd>
        </div>
      </dl>
      <Counts a={a} />
    </section>
  );
}

/** Meter is a picture of a percentage that stands beside it in words. */
function Meter({ percent }: { percent: number }) {
  const width = Math.min(100, Math.max(0, percent));
  return (
    <svg class="meter" viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true" focusable="false">
      <rect class="meter-ground" width="100" height="4" rx="1" />
      <rect class="meter-value" width={width} height="4" rx="1" />
    </svg>
  );
}

/** Counts is a bar of the statuses, each part a way into the findings. */
function Counts({ a }: { a: Assessment }) {
  const counts = countByStatus(a.findings);
  return (
    <div class="counts" role="group" aria-label={t.headline.counts}>
      {counts.map(({ status, count }) => (
        <button
          key={status}
          type="button"
          class={`count-tile s-${status}`}
          title={t.headline.showOnly(t.status[status], count)}
          onClick={() => go({ view: 'findings', filter: { ...NO_FILTER, statuses: [status] } })}
        >
          <Icon name={STATUS_ICON[status]} />
          <strong>{t.number(count)}</strong>
          <span>{t.status[status]}</span>
        </button>
      ))}
    </div>
  );
}

function Ladders({ a }: { a: Assessment }) {
  return (
    <section class="card ladders" aria-labelledby="ladder-title">
      <h2 id="ladder-title">{t.ladder.title}</h2>
      <p class="sub">{t.ladder.text}</p>
      <Radar pillars={a.pillars} />
      <ul>
        {a.pillars.map((p) => (
          <Ladder key={p.id} p={p} />
        ))}
      </ul>
      <p class="legend sub">
        <svg viewBox="0 0 14 14" aria-hidden="true" focusable="false">
          <rect class="rung confirmed" x="1" y="1" width="12" height="12" rx="2" />
        </svg>
        {t.ladder.confirmed}
        <svg viewBox="0 0 14 14" aria-hidden="true" focusable="false">
          <rect class="rung potential" x="1" y="1" width="12" height="12" rx="2" />
        </svg>
        {t.ladder.potential}
      </p>
    </section>
  );
}

const SHOWN_MISSING = 6;

function Ladder({ p }: { p: PillarResult }) {
  const missing = p.next?.missing ?? [];
  const more = missing.length - SHOWN_MISSING;
  return (
    <li class="ladder">
      <Rungs confirmed={p.confirmed} potential={p.potential} />
      <div class="ladder-text">
        <h3>
          {word(t.pillar, p.id)}
          <span class="asks">{word(t.pillarAsks, p.id)}</span>
        </h3>
        <p>
          <strong>{t.level(p.confirmed)}</strong>
          <span class="sub">
            {t.ladder.row(p.confirmed, p.potential)}
            {p.basis && `, ${word(t.ladder.basis, p.basis)}`}
          </span>
        </p>
        {!p.next ? (
          p.confirmed === 5 && <p class="sub">{t.ladder.top}</p>
        ) : missing.length === 0 ? (
          <p class="sub">{t.ladder.nextPlain(p.next.level)}</p>
        ) : (
          <p class="missing sub">
            {t.ladder.next(p.next.level)}:{' '}
            {missing.slice(0, SHOWN_MISSING).map((id) => (
              <ControlLink key={id} id={id} class="chip" />
            ))}
            {more > 0 && <span> {t.ladder.more(more)}</span>}
          </p>
        )}
      </div>
    </li>
  );
}

/** Rungs draws five steps: solid is confirmed, hatched is possible, empty is neither. The words stand beside it. */
function Rungs({ confirmed, potential }: { confirmed: number; potential: number }) {
  return (
    <svg class="rungs" viewBox="0 0 96 48" aria-hidden="true" focusable="false">
      {[1, 2, 3, 4, 5].map((l) => {
        const height = 8 + l * 7.5;
        const kind = l <= confirmed ? 'confirmed' : l <= potential ? 'potential' : 'empty';
        return (
          <g key={l}>
            <rect class={`rung ${kind}`} x={(l - 1) * 19.5 + 1} y={47 - height} width="16" height={height} rx="2.5" />
            <text class={`rung-number ${kind}`} x={(l - 1) * 19.5 + 9} y="43" text-anchor="middle">
              {l}
            </text>
          </g>
        );
      })}
    </svg>
  );
}

const SHOWN_FIXES = 6;

function FixFirst({ a }: { a: Assessment }) {
  const fixes = fixFirst(a.findings);
  const open = a.findings.filter((f) => undecided(f.status)).length;
  return (
    <section class="card fixes" aria-labelledby="fix-title">
      <h2 id="fix-title">{t.fix.title}</h2>
      {fixes.length === 0 ? (
        <p>{open ? t.fix.noneUnknown(open) : t.fix.none}</p>
      ) : (
        <>
          <p class="sub">{t.fix.text}</p>
          <ol>
            {fixes.slice(0, SHOWN_FIXES).map((f) => (
              <li key={f.control} class="fix">
                <div class="fix-head">
                  <SeverityMark severity={f.severity} />
                  {f.status === 'partial' && <StatusMark status={f.status} />}
                  <span class="sub">
                    {word(t.pillar, f.pillar)}
                    {f.gate && ` · ${t.fix.gate(f.level)}`}
                  </span>
                </div>
                <h3>
                  <ControlLink id={f.control} class="stretch">
                    <span class="id">{f.control}</span> {f.title}
                  </ControlLink>
                </h3>
                <p class="sub">{f.remediation.summary || f.summary}</p>
              </li>
            ))}
          </ol>
          {fixes.length > SHOWN_FIXES && (
            <p>
              <a
                href="#findings?status=fail,partial"
                onClick={(e) => {
                  e.preventDefault();
                  go({ view: 'findings', filter: { ...NO_FILTER, statuses: ['fail', 'partial'] } });
                }}
              >
                {t.fix.all(fixes.length)}
              </a>
            </p>
          )}
        </>
      )}
    </section>
  );
}

function Domains({ a }: { a: Assessment }) {
  if (a.domains.length === 0) return null;
  return (
    <section class="card domains" aria-labelledby="domain-title">
      <h2 id="domain-title">{t.domains.title}</h2>
      <dl>
        {a.domains.map((d) => (
          <div key={d.id}>
            <dt>{word(t.domain, d.id)}</dt>
            <dd>
              <Meter percent={d.percent} />
              <span>{t.number(d.percent)} %</span>
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
