import type { Administration } from '../access/administrators.ts';
import { openAdministrators } from '../access/administrators.ts';
import { Refusal } from '../access/refusals.ts';
import { ANONYMOUS } from '../access/viewers.ts';
import { createArchive } from '../administration/archives.ts';
import { enableClients } from '../administration/archive-clients.ts';
import { createClient } from '../administration/clients.ts';
import { createCompany } from '../administration/companies.ts';
import { addMembers } from '../administration/group-members.ts';
import { createGroup } from '../administration/groups.ts';
import { setPermissions } from '../administration/permissions.ts';
import { assignPlane, unassignPlane } from '../administration/plane-groups.ts';
import { createPlane, listAllPlanes } from '../administration/planes.ts';
import { createUser } from '../administration/users.ts';
import { createWorkspace, FULL_ACCESS, type Workspace } from '../administration/workspaces.ts';
import type { Definitions } from '../compiler/definition.ts';
import { connect, type Queryable } from '../database/queryable.ts';
import { insertRecords, type Place } from './insert-records.ts';
import { fillMailboxes } from './mailboxes.ts';
import { ADMINISTRATOR, CLIENTS, GROUPS, PEOPLE } from './people.ts';
import { REVIEW_PLANES } from './planes.ts';
import { batches, contractFolders, contracts, processes, reviewDocuments, SHARED_FOLDER } from './records.ts';
import { giveRights } from './rights.ts';

export interface DemoOptions {
  /** A database role that may become rowplane_owner. */
  ownerUrl: string;
  /** As rowplane_admin. */
  adminUrl: string;
  /** `viewerTokenKey(secret)`. */
  key: Buffer;
  definitions: Definitions;
  /** Leaves a database that is somebody's own alone, instead of refusing. */
  ifEmpty?: boolean;
}

/** Ids by name. */
type Ids = Record<string, string>;

/**
 * Loads the demo into an empty database: through the functions of administration what administrators make, and the records
 * as the owner. All of it in one transaction, so that a start that is killed leaves nothing half-done behind. The same each
 * time. Answers whether there was anything to do; throws IN_USE where the database is somebody's own.
 */
export async function loadDemo(
  { ownerUrl, adminUrl, key, definitions, ifEmpty = false }: DemoOptions,
  onStart: () => void = () => undefined,
): Promise<boolean> {
  const owner = await connect(ownerUrl, 'rowplane demo');
  try {
    await owner.query(`set role rowplane_owner; set rowplane.door = 'CLI'`);
    const [found] = await owner.query<{ demo: boolean; used: boolean }>(
      `select demo, exists (select from rowplane.workspaces) or exists (select from rowplane.users u where u.name <> $1) as used
       from rowplane.deployment`,
      [ADMINISTRATOR],
    );
    if (found?.demo || (found?.used && ifEmpty)) return false;
    if (found?.used)
      throw new Refusal('IN_USE', 'This database has users or workspaces of its own. The demo needs an empty one.');
    onStart();
    const administrator = await firstAdministrator(owner);
    const administrators = openAdministrators({ url: adminUrl, key, connections: 1, door: 'CLI' });
    try {
      await administrators.change({ id: administrator }, (a) => build(a, definitions));
    } finally {
      await administrators.end();
    }
    // Fresh statistics: the first statements are planned well, and viewers who see little are known as such.
    await owner.query('analyze');
    return true;
  } finally {
    await owner.end();
  }
}

/** The one account that nobody can create but the owner: everything else is done by it. */
async function firstAdministrator(owner: Queryable): Promise<string> {
  const [row] = await owner.query<{ id: string }>(
    `insert into rowplane.users (name, display_name, role) values ($1, $2, 'ADMINISTRATOR')
     on conflict (name) do update set display_name = excluded.display_name returning id`,
    [ADMINISTRATOR, PEOPLE.find(({ name }) => name === ADMINISTRATOR)?.displayName],
  );
  return row?.id ?? '';
}

async function build(a: Administration, definitions: Definitions): Promise<void> {
  const people: Ids = { [ADMINISTRATOR]: a.viewer.id };
  for (const { note: _note, ...person } of PEOPLE)
    if (person.name !== ADMINISTRATOR) people[person.name] = (await createUser(a, person)).id;
  const groups: Ids = {};
  for (const [name, members] of Object.entries(GROUPS)) {
    const group = await createGroup(a, { name });
    groups[name] = group.id;
    await addMembers(a, group.id, idsOf(people, members));
  }
  const first = await createCompany(a, { name: 'A-GmbH' });
  const second = await createCompany(a, { name: 'B-GmbH' });
  const office = await createWorkspace(a, definitions, { companyId: first.id, name: 'Office' });
  const review = await createWorkspace(a, definitions, { companyId: second.id, name: 'Review' });
  await fillOffice(a, definitions, office, people);
  await fillReview(a, definitions, review, people, groups);
  await giveRights(a, people, { [first.name]: first.id, [second.name]: second.id });
  await a.asOwner((owner) => owner.query('update rowplane.deployment set demo = true'));
}

/** Permits, with clients; Contracts, with a folder tree, of which a guest sees one folder and anonymous one document. */
async function fillOffice(a: Administration, definitions: Definitions, { id: workspaceId }: Workspace, people: Ids) {
  const permits = await createArchive(a, { workspaceId, name: 'Permits' });
  const clients: Ids = {};
  for (const name of Object.keys(CLIENTS)) clients[name] = (await createClient(a, { workspaceId, name })).id;
  await enableClients(a, permits.id, {
    assignments: Object.entries(CLIENTS).map(([client, users]) => ({
      client: idOf(clients, client),
      users: idsOf(people, users),
    })),
  });
  const contractsArchive = await createArchive(a, { workspaceId, name: 'Contracts' });

  const shared = await a.asOwner(async (owner) => {
    const records = { owner, workspace: workspaceId, definitions, people };
    const permitProcesses = processes();
    await insertRecords(records, 'process', permitProcesses, ({ client }) => ({
      archive: permits.id,
      folder: permits.id,
      client: idOf(clients, client),
    }));
    await fillMailboxes(owner, workspaceId, permitProcesses, people);
    const folders = await createFolders(owner, contractsArchive.id, contractFolders());
    const documents = contracts(permitProcesses, folders.length);
    await insertRecords(records, 'document', documents, ({ folder }) => ({
      archive: contractsArchive.id,
      folder: folders[folder] ?? contractsArchive.id,
      client: null,
    }));
    return { folder: folders[contractFolders().indexOf(SHARED_FOLDER)]!, document: documents[0]!.id };
  });
  const allow = { permission: 'VIEW', decision: 'ALLOW' } as const;
  await setPermissions(a, [
    { object: { id: shared.folder, workspace: workspaceId }, principal: idOf(people, 'hana'), ...allow },
    { object: { id: shared.document, workspace: workspaceId }, principal: ANONYMOUS, ...allow },
  ]);
}

/** Matter 1, seen through two planes instead of Full access. */
async function fillReview(
  a: Administration,
  definitions: Definitions,
  { id: workspaceId }: Workspace,
  people: Ids,
  groups: Ids,
) {
  for (const { name, group, content } of REVIEW_PLANES) {
    const plane = await createPlane(a, definitions, { workspaceId, name, content });
    await assignPlane(a, definitions, plane.id, [idOf(groups, group)]);
  }
  const full = (await listAllPlanes(a, definitions, workspaceId)).find(({ name }) => name === FULL_ACCESS.name);
  const [everyone] = await a.query<{ id: string }>(`select id from rowplane.groups where builtin = 'EVERYONE'`);
  // A9: reviewers would escape their planes through Full access.
  if (full && everyone) await unassignPlane(a, definitions, full.id, [everyone.id], true);

  const matter = await createArchive(a, { workspaceId, name: 'Matter 1' });
  await a.asOwner(async (owner) => {
    const records = { owner, workspace: workspaceId, definitions, people };
    const place: Place = { archive: matter.id, folder: matter.id, client: null };
    const matterBatches = batches();
    await insertRecords(records, 'batch', matterBatches, () => place);
    await insertRecords(records, 'document', reviewDocuments(matterBatches), () => place);
  });
}

/** Makes folders from paths, parents first; answers their ids in the same order. */
async function createFolders(owner: Queryable, archive: string, paths: readonly string[]): Promise<string[]> {
  const made: Ids = {};
  for (const path of paths) {
    const slash = path.lastIndexOf('/');
    const parent = slash < 0 ? archive : idOf(made, path.slice(0, slash));
    const [row] = await owner.query<{ id: string }>(
      'insert into rowplane.folders (archive_id, parent_id, name) values ($1, $2, $3) returning id',
      [archive, parent, path.slice(slash + 1)],
    );
    made[path] = row?.id ?? '';
  }
  return paths.map((path) => idOf(made, path));
}

function idOf(ids: Ids, name: string): string {
  const id = ids[name];
  if (id === undefined) throw new Error(`the demo names ${name}, but doesn't make it`);
  return id;
}

function idsOf(ids: Ids, names: readonly string[]): string[] {
  return names.map((name) => idOf(ids, name));
}
