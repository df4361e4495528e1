// The ways into Tier 0. The engine lays each one out in columns and rows; the
// picture draws that, and the ordered list beside it says the same in words.
import { useId, useRef, useState } from 'preact/hooks';
import type { Assessment, Hop, Path, PathHop, PathNode } from '../model.ts';
import { t, word } from '../strings.ts';
import { Button, Scroller } from './bits.tsx';
import { EvidenceTable } from './Detail.tsx';
import { Icon } from './icons.tsx';

const FIRST = 20;

export function Paths({ a }: { a: Assessment }) {
  const [all, setAll] = useState(false);
  const others = a.tier0.filter((m) => !m.declared);
  const lockouts = a.lockouts.filter((l) => l.paths.length > 0);
  if (a.paths.length === 0 && others.length === 0 && lockouts.length === 0) return null;
  const shown = all ? a.paths : a.paths.slice(0, FIRST);
  return (
    <section class="card paths" aria-labelledby="paths-title">
      <h2 id="paths-title">{t.paths.title}</h2>
      <p class="sub">{t.paths.text}</p>
      <ul class="ways">
        {shown.map((p, i) => (
          <li key={i}>
            <Way p={p} verdict={t.paths.verdict} />
          </li>
        ))}
      </ul>
      {shown.length < a.paths.length && (
        <Button onClick={() => setAll(true)}>{t.paths.more(a.paths.length - shown.length)}</Button>
      )}
      {others.length > 0 && (
        <>
          <h3>{t.paths.others}</h3>
          <ul class="controls-tier0">
            {others.map((m, i) => (
              <li key={i}>
                <span class="sub">{m.kind}</span> <bdi class="name">{m.name}</bdi>: {m.reason}
                {!m.certain && <span class="sub"> ({t.paths.perhaps})</span>}
              </li>
            ))}
          </ul>
        </>
      )}
      {a.cut && a.cut.hops.length > 0 && (
        <>
          <h3>{t.paths.cut}</h3>
          <ul>
            {a.cut.hops.map((h, i) => (
              <li key={i}>
                <HopWords h={h} />
              </li>
            ))}
          </ul>
          {!a.cut.exact && <p class="sub">{t.paths.rough}</p>}
        </>
      )}
      {a.chokePoints.length > 0 && (
        <>
          <h3>{t.paths.chokes}</h3>
          <ul>
            {a.chokePoints.map((c, i) => (
              <li key={i}>
                <span class="sub">{t.paths.choke(c.cuts, c.of)}</span> <HopWords h={c} />
              </li>
            ))}
          </ul>
        </>
      )}
      {lockouts.length > 0 && (
        <>
          <h3>{t.paths.lockouts}</h3>
          {lockouts.map((l, i) => (
            <div key={i}>
              <p class="sub">
                {t.paths.lockout(
                  l.targets.map((r) => r.name),
                  l.every,
                  l.surely,
                  l.perhaps,
                )}
              </p>
              <ul class="ways">
                {l.paths.map((p, j) => (
                  <li key={j}>
                    <Way p={p} verdict={t.paths.locksOut} />
                  </li>
                ))}
              </ul>
            </div>
          ))}
        </>
      )}
    </section>
  );
}

function HopWords({ h }: { h: PathHop }) {
  return (
    <>
      <bdi class="name">{h.from.name}</bdi> {h.explanation}
    </>
  );
}

/** Way is a path; verdict says what it comes to, surely or perhaps. */
function Way({ p, verdict }: { p: Path; verdict: Record<string, string> }) {
  const hops = useRef<HTMLOListElement>(null);
  /** open shows what a line of the picture rests on; by keyboard the list does. */
  const open = (i: number) => {
    const item = hops.current!.children[i]!;
    const evidence = item.querySelector('details');
    if (evidence) evidence.open = true;
    item.scrollIntoView({ block: 'nearest' });
    (item.querySelector('summary') ?? hops.current!).focus();
  };
  return (
    <details class="way">
      <summary>
        <span class={`status verdict k-${p.verdict === 'reaches' ? 'bad' : 'unknown'}`}>
          <Icon name={p.verdict === 'reaches' ? 'open' : 'question'} />
          <span>{word(verdict, p.verdict)}</span>
        </span>{' '}
        <bdi class="name">{p.from.name}</bdi> {word(t.paths.attacker, p.attacker)}
        <span class="sub"> · {t.paths.steps(p.hops.length)}</span>
      </summary>
      <Scroller label={t.paths.scroll(p.from.name)}>
        <Picture p={p} open={open} />
      </Scroller>
      <h3>{t.paths.list}</h3>
      <ol class="hops" ref={hops} tabIndex={-1}>
        {p.hops.map((h, i) => (
          <li key={i}>
            <bdi class="name">{h.from.name}</bdi> {h.explanation}
            {h.with && t.paths.with(h.with.name, h.with.kind)}
            {h.requires.length > 0 && (
              <span class="sub">
                {' '}
                {t.paths.demands}: {h.requires.join(', ')}
              </span>
            )}
            {h.evidence.length > 0 && (
              <details>
                <summary>{t.detail.evidence(h.evidence.length)}</summary>
                <EvidenceTable evidence={h.evidence} />
              </details>
            )}
          </li>
        ))}
      </ol>
      {p.unknown.length > 0 && (
        <ul class="sub">
          {p.unknown.map((n, i) => (
            <li key={i}>
              {t.paths.settles}: {n.detail} <code class="ref">{n.dataset}</code>
            </li>
          ))}
        </ul>
      )}
    </details>
  );
}

// The picture's measures. A box holds two lines; a name that is too long ends in
// an ellipsis, and the list has all of it.
const BOX = { width: 212, height: 44, column: 272, row: 72, margin: 8 };
const LONGEST = 26;

const shorten = (s: string) => ([...s].length > LONGEST ? [...s].slice(0, LONGEST - 1).join('') + '…' : s);
const left = (n: PathNode) => BOX.margin + n.layer * BOX.column;
const top = (n: PathNode) => BOX.margin + n.row * BOX.row;

function Picture({ p, open }: { p: Path; open: (hop: number) => void }) {
  const id = useId();
  if (p.nodes.length === 0) return null;
  const width = Math.max(...p.nodes.map(left)) + BOX.width + BOX.margin;
  const height = Math.max(...p.nodes.map(top)) + BOX.height + BOX.margin;
  return (
    <svg class="picture" role="img" aria-labelledby={id} viewBox={`0 0 ${width} ${height}`} width={width} height={height}>
      <title id={id}>{t.paths.picture(p.from.name)}</title>
      {p.hops.map((h, i) => (
        <Line key={i} h={h} p={p} open={() => open(i)} />
      ))}
      {p.nodes.map((n, i) => (
        <g key={i} class={`node ${n.kind === 'role' ? 'goal' : ''}`}>
          <rect x={left(n)} y={top(n)} width={BOX.width} height={BOX.height} rx="6" />
          <text x={left(n) + 10} y={top(n) + 19}>
            {shorten(n.name)}
          </text>
          <text class="kind" x={left(n) + 10} y={top(n) + 35}>
            {n.kind}
          </text>
        </g>
      ))}
    </svg>
  );
}

function Line({ h, p, open }: { h: Hop; p: Path; open: () => void }) {
  const from = p.nodes[h.source];
  const to = p.nodes[h.target];
  if (!from || !to || from === to) return null;
  const x1 = left(from) + BOX.width;
  const y1 = top(from) + BOX.height / 2;
  const x2 = left(to);
  const y2 = top(to) + BOX.height / 2;
  const bend = Math.max(30, (x2 - x1) / 2);
  const curve = `M${x1} ${y1}C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}`;
  return (
    <g class="line" onClick={open}>
      <path class={p.verdict === 'reaches' ? 'edge' : 'edge perhaps'} d={`${curve}m-7 -4l7 4l-7 4`} />
      <path class="hit" d={curve}>
        <title>{h.explanation}</title>
      </path>
    </g>
  );
}
