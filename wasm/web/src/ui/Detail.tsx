// The detail of one control: a sheet at the side, opened by the hash.
import { useEffect, useRef, useState } from 'preact/hooks';
import { undecided } from '../derive.ts';
import { visible, type Assessment, type Evidence, type Finding, type Remediation, type Subject } from '../model.ts';
import { about, go, route, selected } from '../state.ts';
import { t, word } from '../strings.ts';
import { Button, CodeBlock, Linked, longName, Scroller, SeverityMark, StatusMark } from './bits.tsx';
import { Icon } from './icons.tsx';

export function Detail({ a }: { a: Assessment }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = route.value.control;
  const finding = a.findings.find((f) => f.control === id);
  useEffect(() => {
    const d = dialog.current!;
    if (id && !d.open) d.showModal();
    if (!id && d.open) d.close();
    if (d.open) d.scrollTop = 0;
  }, [id]);

  // The sheet walks the list that the table shows; a control outside it has no neighbours.
  const list = selected.value;
  const at = list.findIndex((f) => f.control === id);
  const step = (by: number) => {
    const next = at < 0 ? undefined : list[at + by];
    if (next) go({ control: next.control });
  };
  const keys = (e: KeyboardEvent) => {
    if (e.altKey || e.ctrlKey || e.metaKey || (e.target as Element).closest('pre, .scroller, input, select')) return;
    if (e.key === 'ArrowLeft') step(-1);
    if (e.key === 'ArrowRight') step(1);
  };

  return (
    <dialog
      ref={dialog}
      class="sheet"
      aria-labelledby="detail-title"
      onClose={() => route.value.control && go({ control: '' })}
      onClick={(e) => e.target === dialog.current && dialog.current!.close()}
      onKeyDown={keys}
    >
      {id && (
        <div class="sheet-body">
          <div class="dialog-head">
            <div class="stepper">
              <Button kind="quiet" label={t.detail.previous} onClick={() => step(-1)} disabled={at <= 0}>
                <Icon name="up" />
              </Button>
              <Button
                kind="quiet"
                label={t.detail.next}
                onClick={() => step(1)}
                disabled={at < 0 || at >= list.length - 1}
              >
                <Icon name="down" />
              </Button>
              {at >= 0 && <span class="sub">{t.detail.position(at + 1, list.length)}</span>}
            </div>
            <Button kind="quiet" label={t.detail.close} onClick={() => dialog.current!.close()}>
              <Icon name="close" />
            </Button>
          </div>
          {finding ? <Body key={id} f={finding} /> : <h2 id="detail-title">{t.detail.missing(id)}</h2>}
        </div>
      )}
    </dialog>
  );
}

function Body({ f }: { f: Finding }) {
  const info = about.value.controls.get(f.control);
  const title = useRef<HTMLHeadingElement>(null);
  useEffect(() => title.current?.focus(), []);
  return (
    <>
      <p class="id">{f.control}</p>
      <h2 id="detail-title" ref={title} tabIndex={-1}>
        {f.title}
      </h2>
      <div class="marks">
        <StatusMark status={f.status} />
        <SeverityMark severity={f.severity} />
        <span class="sub">
          {[
            word(t.pillar, f.pillar),
            f.level > 0 && (f.gate ? t.detail.gate(f.level) : t.detail.level(f.level)),
            f.confidence && word(t.confidence, f.confidence),
          ]
            .filter(Boolean)
            .join(' · ')}
        </span>
      </div>
      <dl class="expected">
        {info?.decides && (
          <div>
            <dt>{t.detail.expected}</dt>
            <dd>{info.decides}</dd>
          </div>
        )}
        <div>
          <dt>{t.detail.found}</dt>
          <dd class="summary">{f.summary || t.status[f.status]}</dd>
        </div>
      </dl>
      {(f.reason || f.remedy) && (
        <div class="callout">
          {undecided(f.status) && <h3>{t.detail.reason}</h3>}
          {f.reason && <p>{word(t.reason, f.reason)}</p>}
          {f.remedy && <p>{t.detail.remedy(f.remedy)}</p>}
        </div>
      )}
      {f.waived && (
        <div class="callout">
          <h3>{t.detail.waived}</h3>
          <p>{f.waived.reason}</p>
          <p class="sub">{t.detail.waivedText(f.waived.owner, f.waived.expires)}</p>
        </div>
      )}
      <Subjects subjects={f.subjects} />
      <Fix fix={f.remediation} />
      {info?.rationale && (
        <>
          <h3>{t.detail.why}</h3>
          <p>{info.rationale}</p>
        </>
      )}
      <References references={f.references} />
    </>
  );
}

const SHOWN_SUBJECTS = 25;

function Subjects({ subjects }: { subjects: Subject[] }) {
  const [all, setAll] = useState(false);
  if (subjects.length === 0) return null;
  return (
    <>
      <h3>{t.detail.subjects(subjects.length)}</h3>
      <ul class="subjects">
        {(all ? subjects : subjects.slice(0, SHOWN_SUBJECTS)).map((s, i) => (
          <SubjectRow key={i} s={s} />
        ))}
      </ul>
      {!all && subjects.length > SHOWN_SUBJECTS && (
        <Button onClick={() => setAll(true)}>{t.detail.subjectsAll(subjects.length)}</Button>
      )}
    </>
  );
}

function SubjectRow({ s }: { s: Subject }) {
  return (
    <li class="subject">
      <div class="subject-head">
        <StatusMark status={s.status} />
        <bdi class="name" {...longName(s.name)}>
          {s.name || s.id || t.detail.unnamed}
        </bdi>
      </div>
      <p class="sub">
        {s.kind} {s.name && s.id && <code>{s.id}</code>}
      </p>
      {s.detail && <p>{s.detail}</p>}
      {s.evidence.length > 0 && (
        <details>
          <summary>{t.detail.evidence(s.evidence.length)}</summary>
          <EvidenceTable evidence={s.evidence} />
        </details>
      )}
    </li>
  );
}

/** EvidenceTable names each fact by its place in the export. */
export function EvidenceTable({ evidence }: { evidence: Evidence[] }) {
  return (
    <Scroller label={t.detail.evidence(evidence.length)}>
      <table class="evidence">
        <thead>
          <tr>
            <th scope="col">{t.detail.file}</th>
            <th scope="col">{t.detail.pointer}</th>
            <th scope="col">{t.detail.value}</th>
          </tr>
        </thead>
        <tbody>
          {evidence.map((e, i) => (
            <tr key={i}>
              <td>
                <code>{e.file || e.dataset}</code>
              </td>
              <td>
                <code>{e.pointer}</code>
              </td>
              <td>{e.hasValue ? <code class="value">{visible(JSON.stringify(e.value, null, 1))}</code> : t.detail.absent}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scroller>
  );
}

function Fix({ fix }: { fix: Remediation }) {
  if (!fix.summary && !fix.portal && !fix.graph && !fix.powershell) return null;
  return (
    <>
      <h3>{t.detail.fix}</h3>
      {fix.summary && <p>{fix.summary}</p>}
      {fix.portal && (
        <div class="portal">
          <h4>{t.detail.portal}</h4>
          <p>
            <Linked text={fix.portal} />
          </p>
        </div>
      )}
      {fix.graph && <CodeBlock title={t.detail.graph} text={fix.graph} />}
      {fix.powershell && <CodeBlock title={t.detail.powershell} text={fix.powershell} />}
    </>
  );
}

function References({ references }: { references: Record<string, string[]> }) {
  const names = Object.keys(references);
  if (names.length === 0) return null;
  return (
    <>
      <h3>{t.detail.references}</h3>
      <dl class="references">
        {names.map((name) => (
          <div key={name}>
            <dt>{word(t.detail.referenceNames, name)}</dt>
            <dd>
              {references[name]!.map((id, i) => (
                <span key={i} class="ref">
                  <Linked text={id} />
                </span>
              ))}
            </dd>
          </div>
        ))}
      </dl>
    </>
  );
}
