import type { Administration } from '../access/administrators.ts';
import { Refusal } from '../access/refusals.ts';

/** Someone who would be in no plane of a workspace any more. */
interface Loss {
  person: string;
  user: string;
  workspaceId: number;
  workspace: string;
}

const NAMED = 50;

/**
 * A9: makes a change that may take planes from whom these groups reach (or from these people). Who would lose the last
 * plane of a workspace is named in a refusal, unless the change is confirmed. The database itself is asked before and
 * after; the refusal undoes the change with its transaction.
 */
export async function guardLastPlanes<T>(
  a: Administration,
  affected: { groups?: readonly string[]; people?: readonly string[] },
  confirm: boolean,
  work: () => Promise<T>,
): Promise<T> {
  if (confirm) return work();
  const people = await a.asOwner((owner) =>
    owner.query<{ id: string }>(
      'select id from rowplane.people_reached($1) reached(id) union select unnest($2::uuid[])',
      [affected.groups ?? [], affected.people ?? []],
    ),
  );
  const ids = people.map(({ id }) => id);
  const before = await workspacesOf(a, ids);
  const result = await work();
  const after = new Set((await workspacesOf(a, ids)).map(keyOf));
  const losses = before.filter((one) => !after.has(keyOf(one)));
  if (losses.length > 0) throw needsConfirmation(losses);
  return result;
}

async function workspacesOf(a: Administration, people: string[]): Promise<Loss[]> {
  if (people.length === 0) return [];
  return a.asOwner((owner) =>
    owner.query<Loss>(
      `select distinct p.person, coalesce(u.name, 'anonymous') as user, w.id as "workspaceId", w.name as workspace
       from rowplane.planes_of($1) p
       join rowplane.workspaces w on w.id = p.workspace_id
       left join rowplane.users u on u.id = p.person
       order by 4, 2`,
      [people],
    ),
  );
}

function keyOf({ person, workspaceId }: Loss): string {
  return `${person} ${workspaceId}`;
}

function needsConfirmation(losses: Loss[]): Refusal {
  const count = losses.length === 1 ? 'One member' : `${losses.length} members`;
  return new Refusal(
    'VALIDATION_FAILED',
    `${count} would lose the last plane in a workspace and see nothing there any more. To do it all the same, set "confirm" (on the command line: --confirm).`,
    {
      problems: [{ path: 'confirm', message: 'is needed: someone loses the last plane in a workspace' }],
      losing: losses.slice(0, NAMED).map(({ user, workspace }) => ({ user, workspace })),
      losingCount: losses.length,
    },
  );
}
