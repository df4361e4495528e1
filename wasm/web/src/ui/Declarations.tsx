// The declarations editor: what no export can tell, stated by the owner. Guesses
// count for nothing until they are stated.
import { useEffect, useMemo, useState } from 'preact/hooks';
import {
  added,
  byHand,
  DAYS,
  format,
  guesses,
  shownAs,
  unstated,
  without,
  type Declarations as Stated,
  type Guess,
  type Item,
  type List,
  type Paw,
  type Tier0,
  type WorkingHours,
} from '../declarations.ts';
import { begin, saveDeclarations, since, state, stated, suggested } from '../declare.ts';
import { principals, roles, undecided, type Known } from '../derive.ts';
import type { Assessment } from '../model.ts';
import { problem, tenant } from '../state.ts';
import { t } from '../strings.ts';
import { Button, StatusMark } from './bits.tsx';
import { ControlLink } from './ControlLink.tsx';
import { Form, type FormField } from './Form.tsx';
import { Icon } from './icons.tsx';

export function Declarations({ a, active }: { a: Assessment; active: boolean }) {
  useEffect(() => {
    if (active) void begin();
  }, [active, tenant.value?.input]);
  const people = useMemo(() => principals(a), [a]);
  const known = useMemo(() => roles(a), [a]);
  const d = stated.value;
  return (
    <section class="card declarations" aria-labelledby="declare-title">
      <div class="card-head">
        <h2 id="declare-title">{t.declare.title}</h2>
        {d && (
          <Button onClick={saveDeclarations}>
            <Icon name="save" />
            {t.declare.save}
          </Button>
        )}
      </div>
      <p class="sub">{tenant.value ? t.declare.text : t.declare.needsExport}</p>
      {d && (
        <>
          <Since />
          <People people={people} />
          <Roles roles={known} />
          <BreakGlass d={d} people={people} />
          <PawRule d={d} />
          <Questionnaire a={a} d={d} />
          <Accepted a={a} d={d} people={people} />
          <Standing d={d} people={people} roles={known} />
          <Owners d={d} people={people} />
          <Locations d={d} />
          <TierZero d={d} roles={known} />
          <Naming d={d} />
          <Hours d={d} />
          <AsText d={d} />
        </>
      )}
    </section>
  );
}

function Since() {
  const moved = since.value;
  if (!moved) return null;
  return (
    <div class="callout since">
      <h3>{t.declare.since}</h3>
      <p>{t.declare.moved(moved)}</p>
      {moved.findings.length > 0 && (
        <ul>
          {moved.findings.map((f) => (
            <li key={f.control}>
              <ControlLink id={f.control}>
                <span class="id">{f.control}</span> {f.title}
              </ControlLink>{' '}
              <StatusMark status={f.from} /> → <StatusMark status={f.to} />
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

/** People offers the users that the assessment names to fields for an object id. */
function People({ people }: { people: Map<string, Known> }) {
  return (
    <datalist id="known-users">
      {[...people.values()]
        .filter((p) => p.kind === 'user')
        .map((p) => (
          <option key={p.id} value={p.id}>
            {p.name}
          </option>
        ))}
    </datalist>
  );
}

/** Roles offers the roles that the assessment names to fields for a role's template id. */
function Roles({ roles }: { roles: Map<string, string> }) {
  return (
    <datalist id="known-roles">
      {[...roles].map(([id, name]) => (
        <option key={id} value={id}>
          {name}
        </option>
      ))}
    </datalist>
  );
}

const nameOf = (people: Map<string, Known>, id: string) => people.get(id)?.name ?? shownAs(id);

/** Entries shows what is stated in a list, and takes one back. */
function Entries({ d, list, show }: { d: Stated; list: List; show: (item: Item) => { title: string; sub: string } }) {
  return (
    <ul class="entries">
      {(d[list] ?? []).map((item, i) => {
        const { title, sub } = show(item);
        return (
          <li key={i}>
            <div>
              <bdi class="name">{title}</bdi>
              <p class="sub">{sub}</p>
            </div>
            <Button kind="quiet" label={t.declare.remove(title)} onClick={() => void state(without(d, list, item))}>
              <Icon name="close" />
            </Button>
          </li>
        );
      })}
    </ul>
  );
}

/** Guesses shows what may be stated; go, when given, says what the button does instead. */
function Guesses({ list, show, onState, go = t.declare.stateThis }: { list: Guess[]; show: (g: Guess) => string; onState: (g: Guess) => void; go?: string }) {
  if (list.length === 0) return null;
  return (
    <div class="guesses">
      <h4>{t.declare.guesses}</h4>
      <ul class="entries">
        {list.map((g, i) => (
          <li key={i}>
            <div>
              <bdi class="name">{show(g)}</bdi>
              <p class="sub">{shownAs(g.why)}</p>
            </div>
            <Button label={t.declare.about(go, show(g))} onClick={() => onState(g)}>
              {go}
            </Button>
          </li>
        ))}
      </ul>
    </div>
  );
}

function BreakGlass({ d, people }: { d: Stated; people: Map<string, Known> }) {
  const list = d.breakGlass ?? [];
  const w = t.declare.breakGlass;
  return (
    <>
      <h3>{w.title}</h3>
      <p class="sub">{w.text}</p>
      {!d.breakGlass && <p>{t.declare.nothing}</p>}
      {d.breakGlass?.length === 0 && <p>{w.none}</p>}
      <Entries d={d} list="breakGlass" show={(b) => ({ title: nameOf(people, String(b.id)), sub: [shownAs(b.id), shownAs(b.note)].filter(Boolean).join(' · ') })} />
      <Guesses
        list={guesses(suggested.value, 'breakGlass', (g) => list.some((b) => b.id === g.value))}
        show={(g) => shownAs(g.name ?? g.value)}
        onState={(g) => void state(added(d, 'breakGlass', { id: g.value! }))}
      />
      <Form
        label={w.title}
        fields={[
          { name: 'id', label: w.id, list: 'known-users', required: true },
          { name: 'note', label: w.note },
        ]}
        go={t.declare.add}
        onGo={(item) => void state(added(d, 'breakGlass', item))}
      >
        {!d.breakGlass && (
          <Button kind="quiet" onClick={() => void state({ ...d, breakGlass: [] })}>
            {w.stateNone}
          </Button>
        )}
      </Form>
    </>
  );
}

function PawRule({ d }: { d: Stated }) {
  const w = t.declare.paw;
  const { paw } = d;
  const fields: FormField[] = [
    { name: 'deviceFilter', label: w.deviceFilter, hint: w.filterHint, value: paw?.deviceFilter },
    { name: 'groupIds', label: w.groupIds, kind: 'lines', value: paw?.groupIds?.join('\n') },
    { name: 'deviceIds', label: w.deviceIds, kind: 'lines', value: paw?.deviceIds?.join('\n') },
    {
      name: 'formFactor',
      label: w.formFactor,
      choices: ['', 'physical', 'virtual', 'windows365', 'avd'].map((value) => ({ value, label: w.form[value]! })),
      value: paw?.formFactor ?? '',
    },
  ];
  return (
    <>
      <h3>{w.title}</h3>
      <p class="sub">{w.text}</p>
      {!paw && <p>{t.declare.nothing}</p>}
      <Guesses
        list={guesses(suggested.value, 'deviceFilter', (g) => g.value === paw?.deviceFilter)}
        show={(g) => shownAs(g.name ?? g.value)}
        onState={(g) => void state({ ...d, paw: { ...paw, deviceFilter: g.value! } })}
      />
      <Form key={JSON.stringify(paw ?? null)} label={w.title} fields={fields} go={w.set} onGo={(item) => void state({ ...d, paw: item as Paw })}>
        {paw && (
          <Button kind="quiet" onClick={() => void state(unstated(d, 'paw'))}>
            {t.declare.unset}
          </Button>
        )}
      </Form>
    </>
  );
}

/** Questionnaire asks what only a dated statement can settle. */
function Questionnaire({ a, d }: { a: Assessment; d: Stated }) {
  const w = t.declare.attest;
  const statements = d.attestations ?? [];
  const findings = new Map(a.findings.map((f) => [f.control, f]));
  return (
    <>
      <h3>{w.title}</h3>
      <p class="sub">{w.text}</p>
      <ul class="questions">
        {(suggested.value.attestations ?? []).map(({ control = '', asks }) => {
          const given = statements.filter((s) => s.control === control);
          const finding = findings.get(control);
          return (
            <li key={control}>
              <details>
                <summary>
                  {finding && <StatusMark status={finding.status} />} <span class="id">{control}</span> {shownAs(asks)}
                </summary>
                {finding && (
                  <p class="sub about">
                    <ControlLink id={control}>{w.about}</ControlLink>
                    {undecided(finding.status) && finding.remedy ? ` · ${t.detail.remedy(finding.remedy)}` : ''}
                  </p>
                )}
                {given.map((s, i) => (
                  <div key={i} class="callout">
                    <p>{shownAs(s.statement)}</p>
                    <p class="sub">{w.given(shownAs(s.owner), shownAs(s.performed), shownAs(s.expires), shownAs(s.evidence))}</p>
                    <Button onClick={() => void state(without(d, 'attestations', s))}>{w.withdraw}</Button>
                  </div>
                ))}
                <Form
                  label={`${w.title}: ${control}`}
                  fields={[
                    { name: 'statement', label: w.statement, kind: 'long', required: true },
                    { name: 'owner', label: t.declare.owner, required: true },
                    { name: 'performed', label: w.performed, kind: 'date', required: true },
                    { name: 'expires', label: t.declare.expires, kind: 'date', required: true },
                    { name: 'evidence', label: w.evidence, kind: 'lines' },
                  ]}
                  go={w.go}
                  onGo={(item) => void state(added(d, 'attestations', { control, ...item }))}
                />
              </details>
            </li>
          );
        })}
      </ul>
    </>
  );
}

function Accepted({ a, d, people }: { a: Assessment; d: Stated; people: Map<string, Known> }) {
  const w = t.declare.accepted;
  const failing = a.findings.filter((f) => f.status === 'fail' || f.waived);
  return (
    <>
      <h3>{w.title}</h3>
      <p class="sub">{w.text}</p>
      <Entries
        d={d}
        list="exceptions"
        show={(e) => ({
          title: `${shownAs(e.control)}${e.principalId ? `: ${nameOf(people, String(e.principalId))}` : ''}`,
          sub: [shownAs(e.reason), t.detail.waivedText(shownAs(e.owner), shownAs(e.expires))].join(' · '),
        })}
      />
      <Form
        label={w.title}
        fields={[
          { name: 'control', label: w.control, choices: [{ value: '', label: w.choose }, ...failing.map((f) => ({ value: f.control, label: `${f.control} ${f.title}` }))], required: true },
          { name: 'principalId', label: w.principal, hint: w.principalHint, list: 'known-users' },
          { name: 'reason', label: w.reason, kind: 'long', required: true },
          { name: 'owner', label: t.declare.owner, required: true },
          { name: 'approvedBy', label: w.approvedBy },
          { name: 'expires', label: t.declare.expires, kind: 'date', required: true },
        ]}
        go={w.go}
        onGo={(item) => void state(added(d, 'exceptions', item))}
      />
    </>
  );
}

function Owners({ d, people }: { d: Stated; people: Map<string, Known> }) {
  const w = t.declare.owners;
  const list = d.adminOwners ?? [];
  return (
    <>
      <h3>{w.title}</h3>
      <p class="sub">{w.text}</p>
      <Entries d={d} list="adminOwners" show={(o) => ({ title: nameOf(people, String(o.adminId)), sub: nameOf(people, String(o.ownerId)) })} />
      <Guesses
        list={guesses(suggested.value, 'adminOwners', (g) => list.some((o) => o.adminId === g.adminId))}
        show={(g) => `${nameOf(people, g.adminId!)} → ${nameOf(people, g.ownerId!)}`}
        onState={(g) => void state(added(d, 'adminOwners', { adminId: g.adminId!, ownerId: g.ownerId! }))}
      />
      <Form
        label={w.title}
        fields={[
          { name: 'adminId', label: w.admin, list: 'known-users', required: true },
          { name: 'ownerId', label: w.owner, required: true },
        ]}
        go={t.declare.add}
        onGo={(item) => void state(added(d, 'adminOwners', item))}
      />
    </>
  );
}

function Locations({ d }: { d: Stated }) {
  const w = t.declare.locations;
  const list = d.trustedLocations ?? [];
  const open = guesses(suggested.value, 'trustedLocations', (g) => list.includes(g.value!));
  if (list.length === 0 && open.length === 0) return null;
  const names = new Map((suggested.value.trustedLocations ?? []).map((g) => [g.value!, g.name ?? g.value!]));
  return (
    <>
      <h3>{w.title}</h3>
      <p class="sub">{w.text}</p>
      <ul class="entries">
        {list.map((id) => (
          <li key={id}>
            <bdi class="name">{shownAs(names.get(id) ?? id)}</bdi>
            <Button
              kind="quiet"
              label={t.declare.remove(shownAs(names.get(id) ?? id))}
              onClick={() => void state({ ...d, trustedLocations: list.filter((other) => other !== id) })}
            >
              <Icon name="close" />
            </Button>
          </li>
        ))}
      </ul>
      <Guesses list={open} show={(g) => shownAs(g.name ?? g.value)} onState={(g) => void state({ ...d, trustedLocations: [...list, g.value!] })} />
    </>
  );
}

function Standing({ d, people, roles }: { d: Stated; people: Map<string, Known>; roles: Map<string, string> }) {
  const w = t.declare.standing;
  const [principal, setPrincipal] = useState('');
  const list = d.standing ?? [];
  const role = (id: Item[string] | undefined) => shownAs(roles.get(String(id)) ?? id);
  return (
    <>
      <h3>{w.title}</h3>
      <p class="sub">{w.text}</p>
      <Entries
        d={d}
        list="standing"
        show={(s) => ({
          title: `${nameOf(people, String(s.principalId))}: ${role(s.roleId)}`,
          sub: [shownAs(s.reason), t.detail.waivedText(shownAs(s.owner), shownAs(s.expires))].join(' · '),
        })}
      />
      <Guesses
        list={guesses(suggested.value, 'standing', (g) => list.some((s) => s.principalId === g.value))}
        show={(g) => shownAs(g.name ?? g.value)}
        onState={(g) => setPrincipal(g.value!)}
        go={w.take}
      />
      <Form
        key={principal}
        label={w.title}
        fields={[
          { name: 'principalId', label: w.principal, list: 'known-users', required: true, value: principal },
          { name: 'roleId', label: w.role, list: 'known-roles', required: true },
          { name: 'reason', label: t.declare.accepted.reason, kind: 'long', required: true },
          { name: 'owner', label: t.declare.owner, required: true },
          { name: 'expires', label: t.declare.expires, kind: 'date', required: true },
        ]}
        go={t.declare.add}
        onGo={(item) => {
          setPrincipal('');
          void state(added(d, 'standing', item));
        }}
      />
    </>
  );
}

/** One is a declaration that is no list: its form holds what is stated, and a button takes that back. */
function One(props: { d: Stated; name: 'tier0' | 'adminNaming' | 'workingHours'; words: { title: string; text: string }; fields: FormField[]; take: (item: Item) => Stated }) {
  const { d, name, words } = props;
  return (
    <>
      <h3>{words.title}</h3>
      <p class="sub">{words.text}</p>
      {!d[name] && <p>{t.declare.nothing}</p>}
      <Form key={JSON.stringify(d[name] ?? null)} label={words.title} fields={props.fields} go={t.declare.add} onGo={(item) => void state(props.take(item))}>
        {d[name] && (
          <Button kind="quiet" label={t.declare.about(t.declare.unset, words.title)} onClick={() => void state(unstated(d, name))}>
            {t.declare.unset}
          </Button>
        )}
      </Form>
    </>
  );
}

function TierZero({ d, roles }: { d: Stated; roles: Map<string, string> }) {
  const w = t.declare.tier0;
  const named = (ids: string[] = []) => ids.map((id) => roles.get(id)).filter(Boolean);
  const field = (name: keyof Tier0, label: string): FormField => {
    const known = named(d.tier0?.[name]);
    return { name, label, kind: 'lines', value: d.tier0?.[name]?.join('\n'), ...(known.length > 0 && { hint: shownAs(known as string[]) }) };
  };
  return (
    <One
      d={d}
      name="tier0"
      words={w}
      fields={[field('addRoles', w.addRoles), field('removeRoles', w.removeRoles), field('addGroups', w.addGroups), field('addServicePrincipals', w.addServicePrincipals)]}
      take={(item) => (Object.keys(item).length ? { ...d, tier0: item as Tier0 } : unstated(d, 'tier0'))}
    />
  );
}

function Naming({ d }: { d: Stated }) {
  const w = t.declare.naming;
  return (
    <One
      d={d}
      name="adminNaming"
      words={w}
      fields={[{ name: 'adminNaming', label: w.pattern, hint: w.hint, required: true, value: d.adminNaming ?? '' }]}
      take={({ adminNaming }) => ({ ...d, adminNaming: String(adminNaming) })}
    />
  );
}

function Hours({ d }: { d: Stated }) {
  const w = t.declare.hours;
  const stated = d.workingHours;
  const zones = useMemo(() => Intl.supportedValuesOf('timeZone'), []);
  return (
    <>
      <datalist id="time-zones">
        {zones.map((zone) => (
          <option key={zone} value={zone} />
        ))}
      </datalist>
      <One
        d={d}
        name="workingHours"
        words={w}
        fields={[
          { name: 'timezone', label: w.timezone, list: 'time-zones', required: true, value: stated?.timezone },
          { name: 'from', label: w.from, kind: 'time', required: true, value: stated?.from },
          { name: 'to', label: w.to, kind: 'time', required: true, value: stated?.to },
          {
            name: 'days',
            label: w.days,
            kind: 'set',
            required: true,
            choices: DAYS.map((value) => ({ value, label: w.day[value]! })),
            // A day may be written in full, too.
            value: (stated?.days ?? DAYS.slice(0, 5)).map((day) => day.slice(0, 3).toLowerCase()).join('\n'),
          },
        ]}
        take={(item) => ({ ...d, workingHours: item as unknown as WorkingHours })}
      />
    </>
  );
}

/** AsText shows everything, and takes what a person would rather write. */
function AsText({ d }: { d: Stated }) {
  const [text, setText] = useState(format(d));
  useEffect(() => setText(format(d)), [d]);
  const apply = () => {
    try {
      void state(byHand(text));
    } catch (e) {
      problem.value = { message: t.declare.notJSON((e as Error).message) };
    }
  };
  return (
    <details class="as-text">
      <summary>{t.declare.asText}</summary>
      <label for="declarations-text" class="visually-hidden">
        declarations.json
      </label>
      <textarea id="declarations-text" rows={16} spellcheck={false} value={text} onInput={(e) => setText(e.currentTarget.value)} />
      <Button onClick={apply} disabled={text === format(d)}>
        {t.declare.apply}
      </Button>
    </details>
  );
}
