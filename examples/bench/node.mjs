// The benchmarks' question (see Answers in examples/tenants/synth) with JSON.parse,
// one page in memory at a time.
import { readdirSync, readFileSync } from "node:fs";
import { folder, report } from "./report.mjs";

const dir = folder();
const started = performance.now();

// pages lists the files of a data set: users.json, users.2.json, …
function pages(path) {
  const parent = path.includes("/") ? path.slice(0, path.lastIndexOf("/")) : ".";
  const stem = path.slice(path.lastIndexOf("/") + 1);
  return readdirSync(`${dir}/${parent}`)
    .filter((name) => name.startsWith(`${stem}.`) && /^\.(\d+\.)?json$/.test(name.slice(stem.length)))
    .map((name) => `${dir}/${parent}/${name}`);
}

function* records(path) {
  for (const file of pages(path)) yield* JSON.parse(readFileSync(file, "utf8")).value;
}

const add = (map, key, value) => (map.has(key) ? map.get(key).push(value) : map.set(key, [value]));

const enabled = new Set();
for (const u of records("users")) if (u.accountEnabled) enabled.add(u.id.toLowerCase());

const direct = new Map();
for (const group of readdirSync(`${dir}/groups`))
  for (const m of records(`groups/${group}/members`)) add(direct, m.id.toLowerCase(), group.toLowerCase());
function groupsOf(id) {
  const all = new Set();
  const queue = [...(direct.get(id) ?? [])];
  for (let next; (next = queue.pop()) !== undefined; )
    if (!all.has(next)) {
      all.add(next);
      queue.push(...(direct.get(next) ?? []));
    }
  return [...all];
}

const held = new Map();
for (const path of ["roleAssignments", "roleEligibilityScheduleInstances"])
  for (const a of records(`roleManagement/directory/${path}`)) add(held, a.principalId.toLowerCase(), a.roleDefinitionId);

const policies = [];
for (const p of records("identity/conditionalAccess/policies")) {
  const c = p.conditions;
  const g = p.grantControls;
  if (
    p.state === "enabled" && c.applications.includeApplications.includes("All") && c.clientAppTypes.includes("all") &&
    c.signInRiskLevels.length === 0 && c.userRiskLevels.length === 0 &&
    c.platforms === null && c.locations === null && c.devices === null && c.authenticationFlows === null && g !== null &&
    (g.builtInControls.length === 1 ? g.builtInControls[0] === "mfa" : g.builtInControls.length === 0 && g.authenticationStrength !== null)
  ) policies.push(c.users);
}
const covers = (p, id, groups, roles) =>
  (p.includeUsers.includes("All") || p.includeUsers.includes(id) || p.includeGroups.some((g) => groups.includes(g)) || p.includeRoles.some((r) => roles.includes(r))) &&
  !(p.excludeUsers.includes(id) || p.excludeGroups.some((g) => groups.includes(g)) || p.excludeRoles.some((r) => roles.includes(r)));

let privileged = 0;
const uncovered = new Set();
for (const id of enabled) {
  const groups = groupsOf(id);
  const roles = [...(held.get(id) ?? []), ...groups.flatMap((g) => held.get(g) ?? [])];
  if (roles.length === 0) continue;
  privileged++;
  if (!policies.some((p) => covers(p, id, groups, roles))) uncovered.add(id);
}

let singleFactor = 0;
for (const s of records("auditLogs/signIns"))
  if (s.status.errorCode === 0 && uncovered.has(s.userId.toLowerCase()) &&
    !s.appliedConditionalAccessPolicies.some((p) => p.result === "success" && p.enforcedGrantControls.includes("Mfa"))) singleFactor++;

report(started, { privileged, uncovered: uncovered.size, singleFactor });
