import { seesArchive } from '../oracle/folders.ts';
import { mayUse } from '../oracle/functions.ts';
import { applicationsOf } from '../oracle/rights.ts';
import { seesUser } from '../oracle/viewers.ts';
import { FUNCTIONS, type Id, type World } from '../oracle/world.ts';
import type { Source, SqlSight } from './sql-sight.ts';
import type { Stage } from './stage.ts';

/** R5, P10, P11: what a viewer is told of rights, functions and locks. */
export function rightsSources(stage: Stage, world: World): Source[] {
  const functions = FUNCTIONS.map((name) => `'${name}'`).join();
  return [
    {
      name: 'rights',
      from: 'rowplane.viewer_applications()',
      read: (row) => [row.company_id, row.application, row.right_name, row.level],
    },
    ...world.workspaces.map(({ id }) => ({
      name: `functions ${id}`,
      from: `(select * from rowplane.viewer_functions(${String(stage.workspaceId(id))}) where name in (${functions}))`,
      read: (row: Record<string, string | null>) => [row.name, row.allowed],
    })),
    {
      name: 'locks',
      from: 'rowplane.visible_locks',
      read: (row) => [row.workspace_id, row.holder_id ?? null, row.is_mine],
    },
  ];
}

/** The same by the oracle. */
export function expectedRightsSight(stage: Stage, world: World, viewer: Id): SqlSight {
  const knows = (workspace: Id): boolean =>
    world.archives.some((archive) => archive.workspace === workspace && seesArchive(world, viewer, archive.id));
  const functions = world.workspaces.map(({ id }) => [
    `functions ${id}`,
    knows(id) ? FUNCTIONS.map((name) => [name, String(mayUse(world, viewer, id, name))]) : [],
  ]);
  return {
    rights: applicationsOf(world, viewer).map(({ company, application, right, level }) => [
      ...[stage.companyId(company), application, right, level],
    ]),
    ...(Object.fromEntries(functions) as SqlSight),
    locks: world.locks
      .filter(({ workspace }) => knows(workspace))
      .map(({ workspace, holder }) => [
        ...[String(stage.workspaceId(workspace)), seesUser(world, viewer, holder) ? holder : null],
        String(holder === viewer),
      ]),
  };
}
