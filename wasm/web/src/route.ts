// What the hash holds: the view, the control whose detail is open, and the
// filters. Never anything of a tenant.
import { NO_FILTER, type Filter, type GroupKey, type SortKey } from './derive.ts';
import { PILLARS, SEVERITIES, STATUSES } from './model.ts';

export const VIEWS = ['overview', 'findings', 'unknowns', 'inputs', 'declarations', 'whatif', 'compare'] as const;
export type View = (typeof VIEWS)[number];

export interface Route {
  view: View;
  control: string;
  filter: Filter;
}

const CONTROL = /^[A-Z]{2,12}-[A-Za-z0-9-]{1,24}$/;
const GROUPS: readonly GroupKey[] = ['status', 'severity', 'pillar', 'level'];
const SORTS: readonly SortKey[] = ['control', 'status', 'severity', 'pillar', 'level'];

const known = <T extends string>(all: readonly T[], v: string | null): T | '' =>
  all.includes(v as T) ? (v as T) : '';

/** parseRoute reads "#findings/ISO-01?status=fail&sort=-severity"; "#ISO-01" alone opens that control's detail. */
export function parseRoute(hash: string): Route {
  const [path = '', query = ''] = hash.replace(/^#\/?/, '').split('?', 2);
  const [first = '', second = ''] = path.split('/', 2);
  const params = new URLSearchParams(query);
  const sort = params.get('sort') ?? '';
  const direct = CONTROL.test(first);
  return {
    view: direct ? 'findings' : known(VIEWS, first) || 'overview',
    control: direct ? first : CONTROL.test(second) ? second : '',
    filter: {
      statuses: (params.get('status') ?? '').split(',').filter((s) => STATUSES.includes(s as never)) as Filter['statuses'],
      severity: known(SEVERITIES, params.get('severity')),
      pillar: known(PILLARS, params.get('pillar')),
      group: known(GROUPS, params.get('group')),
      sort: known(SORTS, sort.replace(/^-/, '')) || NO_FILTER.sort,
      descending: sort.startsWith('-'),
    },
  };
}

/** formatRoute is the inverse of parseRoute. */
export function formatRoute(r: Route): string {
  const params = new URLSearchParams();
  if (r.filter.statuses.length) params.set('status', r.filter.statuses.join(','));
  if (r.filter.severity) params.set('severity', r.filter.severity);
  if (r.filter.pillar) params.set('pillar', r.filter.pillar);
  if (r.filter.group) params.set('group', r.filter.group);
  if (r.filter.sort !== NO_FILTER.sort || r.filter.descending) {
    params.set('sort', (r.filter.descending ? '-' : '') + r.filter.sort);
  }
  const query = params.toString().replaceAll('%2C', ',');
  return `#${r.view}${r.control ? `/${r.control}` : ''}${query ? `?${query}` : ''}`;
}
