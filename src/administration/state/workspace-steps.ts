import { invalid } from '../../access/refusals.ts';
import type { PlaneContent } from '../../compiler/levels.ts';
import { disableClients, enableClients } from '../archive-clients.ts';
import { createArchive } from '../archives.ts';
import { assignClient, unassignClient, type AssignmentInput } from '../client-assignments.ts';
import { createClient } from '../clients.ts';
import { assignPlane, unassignPlane } from '../plane-groups.ts';
import { createPlane, deletePlane, updatePlane, type ContentInput } from '../planes.ts';
import { createWorkspace } from '../workspaces.ts';
import type { Change, FactValue } from './fact.ts';
import type { Steps, Work } from './step.ts';

/** By the operations that administrators have. */
export const WORKSPACE_STEPS = {
  workspace: {
    async put({ a, definitions, names }, [name], { before, after }) {
      if (before !== null) throw invalid([{ path: name!, message: 'belongs to another company, which stays so' }]);
      const companyId = await names.id('companies', (after as { company: string }).company);
      return createWorkspace(a, definitions, { companyId, name: name! });
    },
  },
  function: {
    put: (work, key, { after }) => decideFunction(work, key, after as string),
    drop: (work, key) => decideFunction(work, key, null),
  },
  client: {
    put: async ({ a, names }, [workspace, name]) =>
      createClient(a, { workspaceId: await names.workspace(workspace!), name: name! }),
  },
  archive: {
    put: async ({ a, names }, [workspace, name]) =>
      createArchive(a, { workspaceId: await names.workspace(workspace!), name: name! }),
  },
  assignment: {
    put: async (work, key) => assignClient(work.a, await assignmentOf(work, key)),
    drop: async (work, key) => unassignClient(work.a, await assignmentOf(work, key), '', true),
  },
  clients: {
    put: async ({ a, names }, [workspace, archive]) =>
      enableClients(a, await names.inWorkspace('archives', workspace!, archive!), { assignments: [] }),
    drop: async ({ a, names }, [workspace, archive]) =>
      disableClients(a, await names.inWorkspace('archives', workspace!, archive!)),
  },
  plane: {
    put: putPlane,
    drop: async ({ a, names }, [workspace, name]) => deletePlane(a, await names.plane(workspace!, name!), true),
  },
  planeGroup: {
    put: async ({ a, names, definitions }, [workspace, plane, group]) =>
      assignPlane(a, definitions, await names.plane(workspace!, plane!), [await names.id('groups', group!)]),
    drop: async ({ a, names, definitions }, [workspace, plane, group]) => {
      const id = await names.plane(workspace!, plane!);
      return unassignPlane(a, definitions, id, [await names.id('groups', group!)], true);
    },
  },
} satisfies Record<string, Steps>;

async function decideFunction(
  { a, names }: Work,
  [workspace, name, kind, principal]: readonly string[],
  decision: string | null,
): Promise<unknown> {
  const change = {
    function: name,
    principal: await names.id(kind === 'user' ? 'users' : 'groups', principal!),
    decision,
  };
  return a.query('select rowplane.set_function_entries($1, $2::jsonb)', [
    await names.workspace(workspace!),
    JSON.stringify([change]),
  ]);
}

async function assignmentOf(
  { names }: Work,
  [workspace, archive, client, kind, name]: readonly string[],
): Promise<AssignmentInput> {
  const who = [await names.id(kind === 'user' ? 'users' : 'groups', name!)];
  return {
    archive: await names.inWorkspace('archives', workspace!, archive!),
    client: await names.inWorkspace('clients', workspace!, client!),
    ...(kind === 'user' ? { users: who } : { groups: who }),
  };
}

async function putPlane({ a, names, definitions }: Work, [workspace, name]: readonly string[], change: Change) {
  const content = contentIn(change.after!);
  if (content === null)
    throw invalid([{ path: name!, message: 'is said to be full: only the plane of a new workspace is' }]);
  if (change.before === null)
    return createPlane(a, definitions, { workspaceId: await names.workspace(workspace!), name: name!, content });
  return updatePlane(a, definitions, await names.plane(workspace!, name!), { content });
}

/** What is enabled; null for a plane that shows everything. */
function contentIn(value: FactValue): ContentInput[] | null {
  const { full, definitions } = value as { full?: true; definitions?: PlaneContent };
  if (full) return null;
  return Object.entries(definitions ?? {}).map(([definition, enabled]) => ({ definition, ...enabled }));
}
