import type { Administration } from '../../access/administrators.ts';
import { asRefusal, Refusal } from '../../access/refusals.ts';
import { ANONYMOUS } from '../../access/viewers.ts';
import type { Definitions } from '../../compiler/definition.ts';
import { refuseUsed } from '../groups.ts';
import { guardLastPlanes } from '../last-planes.ts';
import { ACCOUNT_STEPS } from './account-steps.ts';
import { differences, FACT_KINDS, isKept, type Change, type Fact, type FactKind } from './fact.ts';
import { type Names, namesIn } from './names.ts';
import { readFacts } from './read-facts.ts';
import { RIGHTS_STEPS } from './rights-steps.ts';
import type { Steps } from './step.ts';
import { TREE_STEPS } from './tree-steps.ts';
import { WORKSPACE_STEPS } from './workspace-steps.ts';

const STEPS: Readonly<Record<FactKind, Steps>> = {
  ...ACCOUNT_STEPS,
  ...RIGHTS_STEPS,
  ...WORKSPACE_STEPS,
  ...TREE_STEPS,
};

/** What is made in one go. A new workspace or archive brings facts of its own along, so what follows is compared anew. */
const STAGES: readonly (readonly FactKind[])[] = [
  ['company', 'user', 'group', 'member', 'subgroup', 'profile', 'rightsRole', 'bundledProfile', 'right'],
  ['workspace'],
  ['function', 'client', 'archive', 'assignment', 'clients', 'plane', 'planeGroup'],
  ['break'],
  ['entry'],
];

/** The whole permission state, as it is. */
export function readState(a: Administration): Promise<Fact[]> {
  return a.asOwner((owner) => readFacts(owner, FACT_KINDS));
}

/** What `applyState` would do, as far as can be told before: an archive or workspace that is new brings facts of its own. */
export async function compareState(a: Administration, wanted: readonly Fact[]): Promise<Change[]> {
  return differences(await readState(a), wanted);
}

export interface ApplyStateOptions {
  /** Also what needs a confirmation: deleting a group that is in use (U9), losing someone's last plane (A9), or one's own EDIT_PERMISSIONS (P7). */
  confirm?: boolean;
}

/**
 * Makes the permission state what the facts say, all or nothing: what they don't name is taken away, except what holds
 * people's or records' data (companies, users, workspaces, clients, archives), which stays. Answers what was changed.
 *
 * Throws NOT_FOUND for names that lead nowhere, and whatever the single operations refuse, with the fact that it is about.
 */
export async function applyState(
  a: Administration,
  definitions: Definitions,
  wanted: readonly Fact[],
  { confirm = false }: ApplyStateOptions = {},
): Promise<Change[]> {
  if (!confirm) await keepUsedGroups(a, wanted);
  const managed = await managedArchives(a);
  const people = [...(await a.query<{ id: string }>('select id from rowplane.users')).map(({ id }) => id), ANONYMOUS];
  const done = await guardLastPlanes(a, { people }, confirm, () => inStages(a, definitions, wanted));
  if (!confirm) await keepOwnPermissions(a, managed);
  return done;
}

async function inStages(a: Administration, definitions: Definitions, wanted: readonly Fact[]): Promise<Change[]> {
  const done: Change[] = [];
  const names = ownerNames(a);
  for (const kinds of STAGES) {
    const now = await a.asOwner((owner) => readFacts(owner, kinds));
    const next = wanted.filter(({ kind }) => kinds.includes(kind));
    for (const change of differences(now, next).filter((each) => !isKept(each))) {
      const { put, drop } = STEPS[change.kind];
      const step = change.after === null ? drop : put;
      await step?.({ a, definitions, names }, change.key, change).catch((error: unknown) => {
        throw placed(error, change);
      });
      done.push(change);
    }
  }
  return done;
}

/** `entry Office · Contracts · /Leases · user ben · VIEW` */
export function nameOf({ kind, key }: Pick<Change, 'kind' | 'key'>): string {
  return `${kind} ${key.join(' · ')}`;
}

function placed(error: unknown, change: Change): unknown {
  const refusal = asRefusal(error);
  if (!(refusal instanceof Refusal)) return error;
  return new Refusal(refusal.code, `${nameOf(change)}: ${refusal.message}`, refusal.details, { cause: error });
}

function ownerNames(a: Administration): Names {
  return namesIn({ query: (text, values) => a.asOwner((owner) => owner.query(text, values)) });
}

/** U9: looked at before anything changes, or what is given to a group would be gone before the group is. */
async function keepUsedGroups(a: Administration, wanted: readonly Fact[]): Promise<void> {
  const now = await a.asOwner((owner) => readFacts(owner, ['group']));
  const names = ownerNames(a);
  for (const change of differences(
    now,
    wanted.filter(({ kind }) => kind === 'group'),
  )) {
    const name = change.key[0]!;
    if (change.after === null) await refuseUsed(a, { id: await names.id('groups', name), name });
  }
}

/** P7: the archives whose permissions the acting administrator may edit. */
async function managedArchives(a: Administration): Promise<string[]> {
  const rows = await a.asOwner((owner) =>
    owner.query<{ id: string }>(
      `select v.archive_id as id from rowplane.viewer_scopes(array(select a.id from rowplane.archives a)) v
       where v.may_edit_permissions`,
    ),
  );
  return rows.map(({ id }) => id);
}

async function keepOwnPermissions(a: Administration, before: readonly string[]): Promise<void> {
  const after = new Set(await managedArchives(a));
  if (before.every((id) => after.has(id))) return;
  throw new Refusal(
    'LOCKED_OUT',
    'Afterwards you could not edit the permissions of an archive yourself any more. To do it all the same, set "confirm" (on the command line: --confirm).',
    { confirm: 'OWN_EDIT_PERMISSIONS' },
  );
}
