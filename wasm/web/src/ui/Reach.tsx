// The reach matrix: role by device by network. Shown only when the assessment
// holds it.
import { useMemo, useRef, useState } from 'preact/hooks';
import { matrix, type Cell, type ReachRow } from '../derive.ts';
import { DEVICES, NETWORKS, type Reach, type Verdict, type Witness } from '../model.ts';
import { t, word } from '../strings.ts';
import { Button, longName, Scroller } from './bits.tsx';
import { Icon, VERDICT_ICON, type IconName } from './icons.tsx';

/** tone says whether a verdict is good news at this place: a PAW should be let in, everything else kept out. */
function tone(cell: { device: string; verdict: Verdict }, emergency = false): string {
  if (emergency) return 'notApplicable';
  if (cell.verdict === 'unknown' || cell.verdict === 'notApplicable') return cell.verdict;
  return (cell.verdict === 'reaches') === (cell.device === 'paw') ? 'good' : cell.device === 'paw' ? 'locked' : 'bad';
}

const title = (row: ReachRow) => (row.emergency ? t.reach.breakGlass : row.role.name);

const icon = (cell: { device: string; verdict: Verdict }): IconName =>
  tone(cell) === 'good' && cell.verdict === 'blocked' ? 'shield' : VERDICT_ICON[cell.verdict];

export function ReachMatrix({ reach }: { reach: Reach[] }) {
  const rows = useMemo(() => matrix(reach), [reach]);
  const [open, setOpen] = useState<{ row: ReachRow; cell: Cell } | null>(null);
  const dialog = useRef<HTMLDialogElement>(null);
  if (rows.length === 0) return null;
  const show = (row: ReachRow, cell: Cell) => {
    setOpen({ row, cell });
    dialog.current!.showModal();
  };
  return (
    <section class="card reach" aria-labelledby="reach-title">
      <h2 id="reach-title">{t.reach.title}</h2>
      <p class="sub">{t.reach.text}</p>
      <Scroller label={t.reach.table}>
        <table class="matrix">
          <thead>
            <tr>
              <th scope="col" rowSpan={2}>
                {t.reach.role}
              </th>
              {DEVICES.map((d) => (
                <th key={d} scope="colgroup" colSpan={NETWORKS.length}>
                  {t.reach.device[d]}
                </th>
              ))}
            </tr>
            <tr>
              {DEVICES.flatMap((d) =>
                NETWORKS.map((n) => (
                  <th key={d + n} scope="col" class="network">
                    {t.reach.network[n]}
                  </th>
                )),
              )}
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={row.emergency ? 'break glass' : row.role.id}>
                <th scope="row">
                  {title(row)}
                  <span class="sub">
                    {[row.emergency ? t.reach.meant : row.role.tier >= 0 && t.reach.tier(row.role.tier), t.reach.holders(row.holders.length)]
                      .filter(Boolean)
                      .join(' · ')}
                  </span>
                </th>
                {row.cells.map((cell) => (
                  <td key={cell.device + cell.network}>
                    <button
                      type="button"
                      class={`cell k-${tone(cell, row.emergency)}`}
                      onClick={() => show(row, cell)}
                    >
                      <span class="visually-hidden">
                        {t.reach.cell(title(row), t.reach.device[cell.device], t.reach.network[cell.network])}
                      </span>
                      <span class="cell-use">
                        <Icon name={icon(cell)} />
                        {t.reach.verdict[cell.verdict]}
                      </span>{' '}
                      <span class="cell-activation">{t.reach.activation[cell.activation]}</span>
                    </button>
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </Scroller>
      <p class="sub">{t.reach.legend}</p>
      <dialog
        ref={dialog}
        class="sheet"
        aria-labelledby="reach-dialog-title"
        onClose={() => setOpen(null)}
        onClick={(e) => e.target === dialog.current && dialog.current!.close()}
      >
        {open && <Holders row={open.row} cell={open.cell} close={() => dialog.current!.close()} />}
      </dialog>
    </section>
  );
}

function Holders({ row, cell, close }: { row: ReachRow; cell: Cell; close: () => void }) {
  return (
    <div class="sheet-body">
      <div class="dialog-head">
        <p class="sub">{t.reach.place(t.reach.device[cell.device], t.reach.network[cell.network])}</p>
        <Button kind="quiet" label={t.detail.close} onClick={close}>
          <Icon name="close" />
        </Button>
      </div>
      <h2 id="reach-dialog-title">{title(row)}</h2>
      <ul class="subjects">
        {row.holders.map((h, i) => (
          <Holder key={i} h={h} cell={cell} />
        ))}
      </ul>
    </div>
  );
}

function Holder({ h, cell }: { h: Reach; cell: Cell }) {
  const here = h.from.find((f) => f.device === cell.device && f.network === cell.network);
  const use = here?.verdict ?? 'unknown';
  const activation = here?.activation ?? 'unknown';
  const attackers = Object.entries(h.attackers);
  return (
    <li class="subject">
      <div class="subject-head">
        <VerdictMark verdict={use} device={cell.device} />
        <h3 class="name" {...longName(h.principal.name)}>
          <bdi>{h.principal.name || h.principal.id || t.detail.unnamed}</bdi>
        </h3>
      </div>
      <p class="sub">
        {[
          h.principal.kind,
          word(t.reach.holding, h.holding),
          h.via.length > 0 && t.reach.via(h.via.length),
          t.reach.activation[activation],
        ]
          .filter(Boolean)
          .join(' · ')}
      </p>
      {h.unknown.length > 0 && (
        <p class="sub">
          {t.reach.settles}{' '}
          {h.unknown.map((n, i) => (
            <code key={i} class="ref">
              {n.dataset}.json
            </code>
          ))}
        </p>
      )}
      {h.weakest.slice(0, 3).map((w, i) => (
        <WitnessBox key={i} w={w} cell={cell} />
      ))}
      {attackers.length > 0 && (
        <>
          <h4>{t.reach.attackers}</h4>
          <ul class="attackers">
            {attackers.map(([name, verdict]) => (
              <li key={name}>
                <VerdictMark verdict={verdict} device={name} /> {word(t.reach.attacker, name)}
              </li>
            ))}
          </ul>
        </>
      )}
    </li>
  );
}

function VerdictMark({ verdict, device }: { verdict: Verdict; device: string }) {
  const cell = { device, verdict };
  return (
    <span class={`status verdict k-${tone(cell)}`}>
      <Icon name={icon(cell)} />
      <span>{t.reach.verdict[verdict]}</span>
    </span>
  );
}

function WitnessBox({ w, cell }: { w: Witness; cell: Cell }) {
  const { device, network } = w.context;
  const elsewhere = device && network && (device !== cell.device || network !== cell.network);
  return (
    <div class="witness">
      <h4>{word(t.reach.weakest, w.step)}</h4>
      {elsewhere && (
        <p class="sub">{t.reach.from(word(t.reach.device, device).toLowerCase(), word(t.reach.network, network))}</p>
      )}
      {w.explanation && <p>{w.explanation}</p>}
      <dl class="references">
        <div>
          <dt>{t.reach.demands}</dt>
          <dd>
            {w.requires.length === 0
              ? t.reach.nothing
              : w.requires.map((r) => (
                  <code key={r} class="ref">
                    {r}
                  </code>
                ))}
          </dd>
        </div>
        <div>
          <dt>{t.reach.context}</dt>
          <dd>
            {Object.entries(w.context).map(([k, v]) => (
              <code key={k} class="ref">
                {k}: {v}
              </code>
            ))}
          </dd>
        </div>
      </dl>
      {w.because.length > 0 && (
        <>
          <h4>{t.reach.because}</h4>
          <ul class="because">
            {w.because.map((b, i) => (
              <li key={i}>
                <bdi>
                  <strong>{b.name || b.policy}</strong>
                </bdi>{' '}
                {b.why}
              </li>
            ))}
          </ul>
        </>
      )}
    </div>
  );
}
