// The five pillars as a radar; the ladders beside it say the same in words.
import type { PillarResult } from '../model.ts';
import { t, word } from '../strings.ts';

const WIDTH = 340;
const HEIGHT = 220;
const RADIUS = 84;

/** corner is where a level of one of the pillars lies. */
function corner(i: number, of: number, level: number): [number, number] {
  const angle = (i / of) * 2 * Math.PI - Math.PI / 2;
  const r = (RADIUS * level) / 5;
  return [WIDTH / 2 + r * Math.cos(angle), HEIGHT / 2 + 10 + r * Math.sin(angle)];
}

export function Radar({ pillars }: { pillars: PillarResult[] }) {
  if (pillars.length < 3) return null;
  const shape = (level: (p: PillarResult) => number) =>
    pillars.map((p, i) => corner(i, pillars.length, level(p)).map((v) => v.toFixed(1)).join(',')).join(' ');
  return (
    <svg class="radar" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={t.ladder.radar(pillars.map((p) => `${word(t.pillar, p.id)} ${p.confirmed}`).join(', '))}>
      {[1, 2, 3, 4, 5].map((l) => (
        <polygon key={l} class="ring" points={shape(() => l)} />
      ))}
      <polygon class="possible" points={shape((p) => p.potential)} />
      <polygon class="confirmed" points={shape((p) => p.confirmed)} />
      {pillars.map((p, i) => {
        const [x, y] = corner(i, pillars.length, 6);
        return (
          <text key={p.id} x={x} y={y + 4} text-anchor={Math.abs(x - WIDTH / 2) < 8 ? 'middle' : x < WIDTH / 2 ? 'end' : 'start'}>
            {word(t.pillar, p.id)}
          </text>
        );
      })}
    </svg>
  );
}
