// What changed between two assessments.
import { useState } from 'preact/hooks';
import type { ComponentChildren } from 'preact';
import { alike, blames, byMove, empty, places, type Diff, type FindingMove, type PathMove, type PropertyChange, type ReachMove, type Way } from '../diff.ts';
import { t, word } from '../strings.ts';
import { Button, SeverityMark, StatusMark } from './bits.tsx';
import { ControlLink } from './ControlLink.tsx';
import { Icon, type IconName } from './icons.tsx';

const GOOD = ['fixed', 'better', 'closed', 'rose'];
const BAD = ['new', 'worse', 'opened', 'fell'];
const OPEN = ['undecided', 'acceptanceEnded'];

/** MoveMark says what became of something: icon, word and colour. */
export function MoveMark({ move, count }: { move: string; count?: number }) {
  const [tone, icon]: [string, IconName] = GOOD.includes(move)
    ? ['good', 'check']
    : BAD.includes(move)
      ? ['bad', 'warning']
      : OPEN.includes(move)
        ? ['unknown', 'question']
        : ['notApplicable', 'half'];
  return (
    <span class={`status k-${tone}`}>
      <Icon name={icon} />
      <span>
        {word(t.diff.move, move)}
        {count !== undefined && ` (${t.number(count)})`}
      </span>
    </span>
  );
}

/** DiffView shows a comparison. Of a change that was only tried the cause is known, so none is named. */
export function DiffView({ d, tried }: { d: Diff; tried?: boolean }) {
  return (
    <div class="diff">
      {d.warnings.map((w, i) => (
        <p key={i} class="callout">
          {w.text}
        </p>
      ))}
      {empty(d) ? <p>{t.diff.nothing}</p> : <Moves d={d} tried={tried} />}
    </div>
  );
}

function Moves({ d, tried }: { d: Diff; tried?: boolean }) {
  return (
    <>
      <Headline d={d} />
      {!tried && <Blames d={d} />}
      <Part title={t.diff.reach} list={alike(d.reach)} row={(g) => <ReachRow moves={g.moves} />} />
      <Part
        title={t.diff.paths}
        list={d.paths}
        row={(m) => <WayRow m={m} />}
      />
      <Part
        title={t.diff.lockouts}
        list={d.lockouts}
        row={(m) => (
          <>
            <MoveMark move={m.move} />{' '}
            {m.every ? t.diff.everybody : <bdi class="name">{m.targets.map((r) => r.name || r.id).join(', ')}</bdi>}{' '}
            <span class="sub">
              {t.diff.fromTo(t.diff.lockers(m.old?.surely ?? 0, m.old?.perhaps ?? 0), t.diff.lockers(m.new?.surely ?? 0, m.new?.perhaps ?? 0))}
            </span>
            <ul>
              {m.ways.map((way, i) => (
                <li key={i}>
                  <WayRow m={way} />
                </li>
              ))}
            </ul>
          </>
        )}
      />
      <Part
        title={t.diff.principals}
        list={d.principals}
        row={(m) => (
          <>
            <MoveMark move={m.move} /> <bdi class="name">{m.principal.name || m.principal.id}</bdi>{' '}
            <span class="sub">{(m.roles ?? []).map((r) => r.name).join(', ')}</span>
          </>
        )}
      />
      <Part
        title={t.diff.tier0}
        list={d.tier0}
        row={(m) => (
          <>
            <MoveMark move={m.move} /> <span class="sub">{m.kind}</span> <bdi class="name">{m.name || m.id}</bdi>
          </>
        )}
      />
      {d.findings.length > 0 && <h3>{t.diff.findings(d.findings.length, d.unchanged)}</h3>}
      {byMove(d.findings).map(({ move, list }) => (
        <details key={move} class="moves" open={move !== 'changed' && list.length <= 12}>
          <summary>
            <MoveMark move={move} count={list.length} />
          </summary>
          <ul class="entries">
            {list.map((f) => (
              <li key={f.control}>
                <FindingRow f={f} />
              </li>
            ))}
          </ul>
        </details>
      ))}
      <Part
        title={t.diff.configuration}
        list={d.configuration ?? []}
        row={(c) => (
          <>
            <MoveMark move={c.move} /> <span class="sub">{c.kind}</span> <bdi class="name">{c.name}</bdi>
            <ul class="properties">
              {(c.properties ?? []).map((p, i) => (
                <li key={i}>
                  <Property p={p} />
                </li>
              ))}
            </ul>
          </>
        )}
      />
      <Part
        title={t.diff.inputs}
        list={d.inputs}
        row={(m) => (
          <>
            <MoveMark move={m.move} /> <code>{m.name}</code>
          </>
        )}
      />
    </>
  );
}

const FIRST = 15;

/** Part is a list with a title; a long one starts short. */
function Part<T>({ title, list, row }: { title: string; list: readonly T[]; row: (item: T) => ComponentChildren }) {
  const [all, setAll] = useState(false);
  if (list.length === 0) return null;
  return (
    <>
      <h3>{title}</h3>
      <ul class="entries">
        {(all ? list : list.slice(0, FIRST)).map((item, i) => (
          <li key={i}>
            <div>{row(item)}</div>
          </li>
        ))}
      </ul>
      {!all && list.length > FIRST && <Button onClick={() => setAll(true)}>{t.detail.subjectsAll(list.length)}</Button>}
    </>
  );
}

function Headline({ d }: { d: Diff }) {
  if (d.headline.length + d.pillars.length === 0) return null;
  return (
    <dl class="moved">
      {d.pillars.map((p) => (
        <div key={p.id}>
          <dt>{word(t.pillar, p.id)}</dt>
          <dd>
            <MoveMark move={p.move} /> {t.diff.levels(p.old?.confirmed ?? 0, p.new?.confirmed ?? 0)}
          </dd>
        </div>
      ))}
      {d.headline.map((h) => (
        <div key={h.name} class={h.name === 'path' ? 'wide' : ''}>
          <dt>{word(t.diff.headline, h.name)}</dt>
          <dd>
            {h.name !== 'path' && <MoveMark move={h.move} />} {t.diff.fromTo(h.old || t.diff.none, h.new || t.diff.none)}
          </dd>
        </div>
      ))}
    </dl>
  );
}

function Blames({ d }: { d: Diff }) {
  const list = blames(d);
  return (
    <Part
      title={t.diff.blames}
      list={list}
      row={({ cause, holdings, opened }) => (
        <>
          <MoveMark move={opened ? 'opened' : 'closed'} /> <bdi class="name">{cause.name || cause.id}</bdi>
          <p class="sub">{t.diff.blame(holdings, word(t.diff.proof, cause.proof))}</p>
        </>
      )}
    />
  );
}

function ReachRow({ moves }: { moves: ReachMove[] }) {
  const m = moves[0]!;
  return (
    <>
      <ul>
        {moves.map((h, i) => (
          <li key={i}>
            <bdi class="name">{h.principal.name || h.principal.id}</bdi> · {h.role.name}{' '}
            <span class="sub">
              {[word(t.reach.holding, h.holding), h.breakGlass && t.reach.breakGlass, h.held !== 'unchanged' && word(t.diff.move, h.held)]
                .filter(Boolean)
                .join(', ')}
            </span>
          </li>
        ))}
      </ul>
      {places(m).map((g, i) => (
        <p key={i} class="places">
          <MoveMark move={g.move} /> {word(t.diff.step, g.step)}:{' '}
          {g.places.map((p) => t.diff.place(p.devices.map((x) => word(t.reach.device, x)).join(', '), word(t.reach.network, p.network))).join('; ')}
        </p>
      ))}
      {m.attackers.length > 0 && (
        <p class="places">
          {m.attackers.map((x) => (
            <span key={x.attacker} class="ref">
              <MoveMark move={x.move} /> {word(t.reach.attacker, x.attacker)}
            </span>
          ))}
        </p>
      )}
    </>
  );
}

function WayRow({ m }: { m: PathMove }) {
  return (
    <>
      <MoveMark move={m.move} /> <bdi class="name">{m.from.name || m.from.id}</bdi>
      <details>
        <summary>{t.paths.list}</summary>
        <WayWords label={t.diff.before} way={m.old} />
        <WayWords label={t.diff.after} way={m.new} />
      </details>
    </>
  );
}

function WayWords({ label, way }: { label: string; way?: Way }) {
  if (!way) return null;
  return (
    <p class="sub">
      {label}: {word(t.paths.attacker, way.attacker)}; {way.hops.join('; ')}
    </p>
  );
}

function FindingRow({ f }: { f: FindingMove }) {
  const subjects = f.subjects ?? [];
  return (
    <div>
      <ControlLink id={f.control}>
        <span class="id">{f.control}</span> {f.title}
      </ControlLink>
      <p class="transition">
        {f.old && <StatusMark status={f.old.status} />} {f.old && f.new && '→'} {f.new && <StatusMark status={f.new.status} />}{' '}
        <SeverityMark severity={f.severity} />
      </p>
      <p class="sub">{f.new?.summary || f.old?.summary}</p>
      {subjects.length > 0 && (
        <details>
          <summary>{t.diff.subjects(subjects.length)}</summary>
          <ul>
            {subjects.map((s, i) => (
              <li key={i}>
                <MoveMark move={s.move} /> <bdi class="name">{s.name || s.id}</bdi> <span class="sub">{s.newDetail || s.oldDetail}</span>
              </li>
            ))}
          </ul>
        </details>
      )}
    </div>
  );
}

const value = (v: unknown) => (v === undefined ? t.diff.none : typeof v === 'string' ? v : JSON.stringify(v));
const names = (list: { value: unknown; name?: string }[]) => list.map((i) => i.name || value(i.value)).join(', ');

function Property({ p }: { p: PropertyChange }) {
  return (
    <>
      <code>{p.path}</code>
      {': '}
      {p.notExported
        ? t.diff.notExported(p.notExported === 'old')
        : p.added || p.removed
          ? [p.added && t.diff.added(names(p.added)), p.removed && t.diff.removed(names(p.removed))].filter(Boolean).join('; ')
          : t.diff.fromTo(value(p.old), value(p.new))}
    </>
  );
}
