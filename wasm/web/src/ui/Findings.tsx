import { useEffect } from 'preact/hooks';
import { countByStatus, grouped, NO_FILTER, type Filter, type SortKey } from '../derive.ts';
import { PILLARS, SEVERITIES, type Assessment, type Finding, type Status } from '../model.ts';
import { go, route, search, selected } from '../state.ts';
import { t, word } from '../strings.ts';
import { Button, SeverityMark, StatusMark } from './bits.tsx';
import { ControlLink } from './ControlLink.tsx';
import { Icon, STATUS_ICON } from './icons.tsx';

export function Findings({ a }: { a: Assessment }) {
  const filter = route.value.filter;
  const set = (change: Partial<Filter>) => go({ filter: { ...filter, ...change } });
  const rows = selected.value;
  const active = route.value.view === 'findings';
  useEffect(() => {
    if (!active) return;
    addEventListener('keydown', walk);
    return () => removeEventListener('keydown', walk);
  }, [active]);
  const filtered = search.value !== '' || filter.statuses.length > 0 || filter.severity !== '' || filter.pillar !== '';
  return (
    <section class="card findings" aria-labelledby="findings-title">
      <h2 id="findings-title">{t.findings.title}</h2>
      <form class="filters" onSubmit={(e) => e.preventDefault()}>
        <div class="field search">
          <label for="search">{t.findings.search}</label>
          <span class="search-box">
            <Icon name="search" />
            <input
              id="search"
              type="search"
              autocomplete="off"
              spellcheck={false}
              placeholder={t.findings.searchHint}
              value={search.value}
              onInput={(e) => (search.value = e.currentTarget.value)}
            />
          </span>
        </div>
        <div class="field">
          <label for="severity">{t.findings.severity}</label>
          <select
            id="severity"
            value={filter.severity}
            onChange={(e) => set({ severity: e.currentTarget.value as Filter['severity'] })}
          >
            <option value="">{t.findings.any}</option>
            {SEVERITIES.map((s) => (
              <option key={s} value={s}>
                {t.severity[s]}
              </option>
            ))}
          </select>
        </div>
        <div class="field">
          <label for="pillar">{t.findings.pillar}</label>
          <select id="pillar" value={filter.pillar} onChange={(e) => set({ pillar: e.currentTarget.value })}>
            <option value="">{t.findings.any}</option>
            {PILLARS.map((p) => (
              <option key={p} value={p}>
                {t.pillar[p]}
              </option>
            ))}
          </select>
        </div>
        <div class="field">
          <label for="group">{t.findings.group}</label>
          <select id="group" value={filter.group} onChange={(e) => set({ group: e.currentTarget.value as Filter['group'] })}>
            {Object.entries(t.findings.groups).map(([key, title]) => (
              <option key={key} value={key}>
                {title}
              </option>
            ))}
          </select>
        </div>
        <StatusChips findings={a.findings} filter={filter} set={set} />
      </form>
      <div class="table-head">
        <p role="status">{t.findings.shown(rows.length, a.findings.length)}</p>
        <p class="sub keys">{t.findings.keys}</p>
        {filtered && (
          <Button
            kind="quiet"
            onClick={() => {
              search.value = '';
              set({ ...NO_FILTER, group: filter.group, sort: filter.sort, descending: filter.descending });
            }}
          >
            {t.findings.clear}
          </Button>
        )}
      </div>
      {rows.length === 0 ? <p class="empty">{t.findings.none}</p> : <Table rows={rows} filter={filter} set={set} />}
    </section>
  );
}

function StatusChips(props: { findings: Finding[]; filter: Filter; set: (c: Partial<Filter>) => void }) {
  const chosen = props.filter.statuses;
  const toggle = (s: Status) =>
    props.set({ statuses: chosen.includes(s) ? chosen.filter((c) => c !== s) : [...chosen, s] });
  return (
    <fieldset class="chips">
      <legend>{t.findings.status}</legend>
      {countByStatus(props.findings).map(({ status, count }) => (
        <label key={status} class={`filter-chip s-${status}`}>
          <input type="checkbox" checked={chosen.includes(status)} onChange={() => toggle(status)} />
          <Icon name={STATUS_ICON[status]} />
          {t.status[status]} <span class="count">{t.number(count)}</span>
        </label>
      ))}
    </fieldset>
  );
}

const COLUMNS: SortKey[] = ['status', 'control', 'severity', 'pillar', 'level'];

function Table({ rows, filter, set }: { rows: Finding[]; filter: Filter; set: (c: Partial<Filter>) => void }) {
  return (
    <table class="findings-table">
      <caption class="visually-hidden">{t.findings.table}</caption>
      <thead>
        <tr>
          {COLUMNS.map((key) => {
            const active = filter.sort === key;
            return (
              <th
                key={key}
                scope="col"
                class={`c-${key}`}
                aria-sort={active ? (filter.descending ? 'descending' : 'ascending') : undefined}
              >
                <button type="button" onClick={() => set({ sort: key, descending: active && !filter.descending })}>
                  {t.findings.columns[key]}
                  {active && <Icon name={filter.descending ? 'down' : 'up'} />}
                </button>
              </th>
            );
          })}
        </tr>
      </thead>
      {grouped(rows, filter.group).map(({ key, list }) => (
        <tbody key={key}>
          {key && (
            <tr class="group">
              <th scope="rowgroup" colSpan={COLUMNS.length}>
                {groupTitle(filter.group, key)} <span class="count">{t.number(list.length)}</span>
              </th>
            </tr>
          )}
          {list.map((f) => (
            <Row key={f.control} f={f} />
          ))}
        </tbody>
      ))}
    </table>
  );
}

const groupTitle = (group: Filter['group'], key: string): string =>
  group === 'level' ? t.levelN(Number(key)) : word({ status: t.status, severity: t.severity, pillar: t.pillar, '': {} }[group], key);

/** walk moves between findings by keyboard. Keys that a person types into a field are the field's. */
function walk(e: KeyboardEvent): void {
  if (e.altKey || e.ctrlKey || e.metaKey || (e.target as Element).closest('input, select, textarea, dialog')) return;
  if (e.key === '/') {
    e.preventDefault();
    document.getElementById('search')!.focus();
    return;
  }
  const by = { j: 1, ArrowDown: 1, k: -1, ArrowUp: -1 }[e.key];
  const links = [...document.querySelectorAll<HTMLElement>('.findings-table .stretch')];
  const at = links.indexOf(document.activeElement as HTMLElement);
  if (!by || (at < 0 && e.key.startsWith('Arrow'))) return; // An arrow outside the list scrolls.
  const next = links[at < 0 ? 0 : at + by];
  if (!next) return;
  e.preventDefault();
  next.focus();
}

function Row({ f }: { f: Finding }) {
  return (
    <tr>
      <td class="c-status">
        <StatusMark status={f.status} />
      </td>
      <td class="c-control">
        <ControlLink id={f.control} class="stretch">
          <span class="id">{f.control}</span> {f.title}
        </ControlLink>
        <span class="narrow-only">
          <SeverityMark severity={f.severity} />
        </span>
        <span class="sub summary">
          {f.waived && <span class="tag">{t.findings.waived}</span>} {f.summary || word(t.reason, f.reason)}
        </span>
      </td>
      <td class="c-severity">
        <SeverityMark severity={f.severity} />
      </td>
      <td class="c-pillar">{word(t.pillar, f.pillar)}</td>
      <td class="c-level">
        {f.level > 0 && f.level}
        {f.gate && <span class="sub"> {t.findings.gate}</span>}
      </td>
    </tr>
  );
}
