import type { Administration } from '../access/administrators.ts';
import { Refusal } from '../access/refusals.ts';

type Noun =
  'companies' | 'workspaces' | 'archives' | 'clients' | 'planes' | 'groups' | 'users' | 'profiles' | 'rights_roles';

const SINGULAR: Record<Noun, string> = {
  companies: 'company',
  workspaces: 'workspace',
  archives: 'archive',
  clients: 'client',
  planes: 'plane',
  groups: 'group',
  users: 'user',
  profiles: 'profile',
  rights_roles: 'rights role',
};

/**
 * The id of something that is called by its name, or by its id. Archives, clients and planes have names of their own in
 * each workspace: `workspace` says which one is meant. Throws NOT_FOUND, or VALIDATION_FAILED where several are meant.
 */
export async function find<Id extends string | number = string>(
  a: Administration,
  noun: Noun,
  called: string,
  workspace?: number,
): Promise<Id> {
  const inWorkspace = workspace === undefined ? '' : 'and t.workspace_id = $2';
  const found = await a.query<{ id: Id }>(
    `select t.id from rowplane.${noun} t where (t.name = $1 or t.id::text = $1) ${inWorkspace} order by t.id::text = $1 desc limit 2`,
    workspace === undefined ? [called] : [called, workspace],
  );
  const [first, second] = found;
  if (first === undefined) throw new Refusal('NOT_FOUND', `There is no ${SINGULAR[noun]} "${called}".`);
  if (second !== undefined && workspace === undefined) {
    throw new Refusal(
      'VALIDATION_FAILED',
      `Several are called "${called}": say which with --workspace, or give the id.`,
    );
  }
  return first.id;
}

/** The number of a workspace by name or number; undefined for undefined. */
export async function findWorkspace(a: Administration, called: string | undefined): Promise<number | undefined> {
  return called === undefined ? undefined : find<number>(a, 'workspaces', called);
}

/** The ids of several things, each called by name or id. */
export async function findAll(a: Administration, noun: Noun, called: readonly string[] = []): Promise<string[]> {
  const ids: string[] = [];
  for (const each of called) ids.push(await find(a, noun, each));
  return ids;
}
