// What would close the paths: the engine's own steps, or a change of one's own.
import { useEffect, useState } from 'preact/hooks';
import { mergePatch, type Advice, type Change, type Effect } from '../change.ts';
import { PILLARS, visible } from '../model.ts';
import { problem, suppose, supposed, tenant } from '../state.ts';
import { t, word } from '../strings.ts';
import { advice, ended, findSteps, forget, policies, readPolicies, saveChange, steps, tick, ticked, tried, tryChange, withheld, type Found, type Policy } from '../whatif.ts';
import { Button, CodeBlock } from './bits.tsx';
import { ControlLink } from './ControlLink.tsx';
import { DiffView } from './DiffView.tsx';
import { Icon } from './icons.tsx';

export function WhatIf() {
  if (!tenant.value) {
    return (
      <section class="card" aria-labelledby="whatif-title">
        <h2 id="whatif-title">{t.whatIf.title}</h2>
        <p class="sub">{t.whatIf.needsExport}</p>
      </section>
    );
  }
  return (
    <>
      <section class="card whatif" aria-labelledby="whatif-title">
        <h2 id="whatif-title">{t.whatIf.title}</h2>
        <p class="sub">{t.whatIf.text}</p>
        <Steps />
        <h3>{t.whatIf.own}</h3>
        <EditPolicy />
        <PasteChange />
      </section>
      <Outcome />
    </>
  );
}

function Steps() {
  const list = steps.value;
  return (
    <>
      <h3>{t.whatIf.steps}</h3>
      <p class="sub">{t.whatIf.stepsText}</p>
      {list.length > 0 && (
        <ol class="plan">
          {list.map((f, i) => (
            <StepRow key={i} f={f} index={i} />
          ))}
        </ol>
      )}
      {ended.value ? (
        <p>{list.length ? t.whatIf.noMore : t.whatIf.noStep}</p>
      ) : (
        <div class="buttons">
          <Button kind={list.length ? 'plain' : 'primary'} onClick={() => void findSteps(1)}>
            {list.length ? t.whatIf.findNext : t.whatIf.find}
          </Button>
          <Button onClick={() => void findSteps(5)}>{t.whatIf.findMore(5)}</Button>
        </div>
      )}
      <AdviceList title={t.whatIf.advice} list={advice.value} />
      <AdviceList title={t.whatIf.withheld} list={withheld.value} />
    </>
  );
}

function StepRow({ f, index }: { f: Found; index: number }) {
  const title = visible(f.step.change.title ?? '');
  return (
    <li>
      <label class="check">
        <input type="checkbox" checked={ticked.value.has(index)} onChange={(e) => void tick(index, e.currentTarget.checked)} />
        <span>
          <strong>{title}</strong>
          <span class="sub">{t.whatIf.effect(f.step.effect)}</span>
        </span>
      </label>
      <details>
        <summary>{t.whatIf.requests(f.step.requests.length)}</summary>
        <p class="sub">{t.whatIf.requestsText}</p>
        <CodeBlock title={t.detail.powershell} text={f.powershell} />
      </details>
    </li>
  );
}

function AdviceList({ title, list }: { title: string; list: Advice[] }) {
  if (list.length === 0) return null;
  return (
    <details class="advice">
      <summary>
        {title} ({t.number(list.length)})
      </summary>
      <dl>
        {list.map((a, i) => (
          <div key={i}>
            <dt>{visible(a.title)}</dt>
            <dd class="sub">{visible(a.why)}</dd>
          </div>
        ))}
      </dl>
    </details>
  );
}

const STATES = ['enabled', 'enabledForReportingButNotEnforced', 'disabled'];

/** EditPolicy tries an edited Conditional Access policy. */
function EditPolicy() {
  const [id, setId] = useState('');
  const [text, setText] = useState('');
  const list = policies.value;
  const policy = list?.find((p) => p.id === id);
  const choose = (next: Policy | undefined) => {
    setId(next?.id ?? '');
    setText(next ? JSON.stringify(next, null, 2) : '');
  };
  useEffect(() => {
    if (!list) choose(undefined);
  }, [list]);
  const go = () => {
    try {
      const record = mergePatch(policy!, JSON.parse(text) as Policy);
      if (!record) problem.value = { message: t.whatIf.same };
      else {
        void tryChange({
          format: 'privpath-change/1',
          title: t.whatIf.edited(policy!.displayName ?? id),
          operations: [{ op: 'patch', dataset: 'identity/conditionalAccess/policies', id, record }],
        });
      }
    } catch (e) {
      problem.value = { message: t.declare.notJSON((e as Error).message) };
    }
  };
  const state = (value: string) => {
    try {
      setText(JSON.stringify({ ...(JSON.parse(text) as Policy), state: value }, null, 2));
    } catch (e) {
      problem.value = { message: t.declare.notJSON((e as Error).message) };
    }
  };
  return (
    <details class="edit" onToggle={(e) => e.currentTarget.open && void readPolicies()}>
      <summary>{t.whatIf.edit}</summary>
      {list && (
        <>
          <div class="field">
            <label for="policy">{t.whatIf.policy}</label>
            <select id="policy" value={id} onChange={(e) => choose(list.find((p) => p.id === e.currentTarget.value))}>
              <option value="">{list.length ? t.whatIf.choose : t.whatIf.noPolicy}</option>
              {list.map((p) => (
                <option key={p.id} value={p.id}>
                  {visible(p.displayName ?? p.id)} ({word(t.whatIf.state, p.state ?? '')})
                </option>
              ))}
            </select>
          </div>
          {policy && (
            <>
              <div class="buttons" role="group" aria-label={t.whatIf.setState}>
                {STATES.map((s) => (
                  <Button key={s} onClick={() => state(s)}>
                    {word(t.whatIf.state, s)}
                  </Button>
                ))}
              </div>
              <div class="field">
                <label for="policy-text">{t.whatIf.policyText}</label>
                <textarea id="policy-text" rows={14} spellcheck={false} value={text} onInput={(e) => setText(e.currentTarget.value)} />
              </div>
              <Button kind="primary" onClick={go}>
                {t.whatIf.go}
              </Button>
            </>
          )}
        </>
      )}
    </details>
  );
}

function PasteChange() {
  const [text, setText] = useState('');
  const go = () => {
    try {
      void tryChange(JSON.parse(text) as Change);
    } catch (e) {
      problem.value = { message: t.declare.notJSON((e as Error).message) };
    }
  };
  return (
    <details class="edit">
      <summary>{t.whatIf.paste}</summary>
      <div class="field">
        <label for="change-text">{t.whatIf.pasteText}</label>
        <textarea id="change-text" rows={8} spellcheck={false} value={text} onInput={(e) => setText(e.currentTarget.value)} />
      </div>
      <Button onClick={go} disabled={!text.trim()}>
        {t.whatIf.go}
      </Button>
    </details>
  );
}

function Outcome() {
  const now = tried.value;
  if (!now) return null;
  const title = visible(now.change.title || t.whatIf.unnamed);
  return (
    <section class="card outcome" aria-labelledby="outcome-title">
      <div class="card-head">
        <h2 id="outcome-title">{t.whatIf.outcome}</h2>
        <div class="buttons">
          {!supposed.value && (
            <Button kind="primary" onClick={() => suppose(title, now.after)}>
              {t.whatIf.suppose}
            </Button>
          )}
          <Button onClick={saveChange}>
            <Icon name="save" />
            {t.whatIf.save}
          </Button>
          <Button onClick={forget}>{t.whatIf.forget}</Button>
        </div>
      </div>
      <p>{title}</p>
      <EffectView e={now.effect} />
      <DiffView d={now.diff} tried />
    </section>
  );
}

function EffectView({ e }: { e: Effect }) {
  return (
    <>
      <div class={`path-verdict p-${e.lockout.safe ? 'blocked' : 'reaches'}`}>
        <Icon name={e.lockout.safe ? 'shield' : 'warning'} />
        <div>
          <p>{e.lockout.safe ? t.whatIf.safe : t.whatIf.unsafe}</p>
          <p class="sub">{visible(e.lockout.why)}</p>
          {(e.lockout.loses ?? []).length > 0 && <p class="sub">{t.whatIf.loses(e.lockout.loses!.map(visible).join('; '))}</p>}
        </div>
      </div>
      <dl class="tiles">
        <div class="tile">
          <dt>{t.headline.score}</dt>
          <dd>
            <strong class="big">{t.diff.fromTo(t.number(e.before.score), t.number(e.after.score))}</strong>
            <span class="sub">{e.after.band}</span>
          </dd>
        </div>
        <div class="tile">
          <dt>{t.whatIf.places}</dt>
          <dd>
            <strong class="big">{t.number(e.closed)}</strong>
            <span class="sub">{t.whatIf.placesText(e.opened)}</span>
          </dd>
        </div>
        <div class="tile">
          <dt>{t.whatIf.attackers}</dt>
          <dd>
            <strong class="big">{t.number(e.stopped)}</strong>
            <span class="sub">{t.whatIf.attackersText(e.let)}</span>
          </dd>
        </div>
      </dl>
      <p class="sub">
        {PILLARS.map((p) => `${t.pillar[p]} ${t.diff.fromTo(String(e.before.levels[p] ?? 0), String(e.after.levels[p] ?? 0))}`).join(' · ')}
      </p>
      <Controls title={t.whatIf.met} ids={e.met} />
      <Controls title={t.whatIf.lost} ids={e.lost} />
    </>
  );
}

function Controls({ title, ids }: { title: string; ids?: string[] }) {
  if (!ids?.length) return null;
  return (
    <p class="sub missing">
      {title}{' '}
      {ids.map((id) => (
        <ControlLink key={id} id={id} class="chip" />
      ))}
    </p>
  );
}
