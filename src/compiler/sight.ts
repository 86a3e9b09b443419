import type { ObjectDefinition } from './definition.ts';
import { planesRole, sightRole, sightSchema, trashRole, VIEWER_ROLE, workspaceSchema } from './names.ts';
import { ownedView } from './owned-view.ts';
import { selectText } from './record-columns.ts';
import { exposedSql, type Blueprint } from './restriction.ts';
import { identifier, qualified, type SqlObject } from './sql-object.ts';

/**
 * Which records the viewer sees at all, through whichever plane: the ids that references may show (and be given, W8).
 * The views come first, as planes that are compiled later read them.
 */
export function sightObjects(blueprint: Blueprint): SqlObject[] {
  const { tag, workspace, definitions } = blueprint;
  const role = identifier(sightRole(tag, workspace));
  const schema = identifier(sightSchema(workspace));
  // Planes and the trash show references, and so follow them.
  const readers = [planesRole(tag, workspace), trashRole(tag, workspace)].map(identifier).join(', ');
  return [
    { kind: 'grant', name: `create on ${schema} to ${role}`, sql: `grant create on schema ${schema} to ${role}` },
    { kind: 'grant', name: `usage on ${schema} to ${readers}`, sql: `grant usage on schema ${schema} to ${readers}` },
    ...[...definitions.values()].flatMap((definition) => sightOf(blueprint, definition, role, readers)),
  ];
}

function sightOf(blueprint: Blueprint, definition: ObjectDefinition, role: string, readers: string): SqlObject[] {
  const table = qualified(workspaceSchema(blueprint.workspace), definition.table);
  const name = qualified(sightSchema(blueprint.workspace), definition.table);
  const exposed = exposedSql(blueprint, definition);
  return [
    { kind: 'grant', name: `${role} on ${table}`, sql: `grant select (id) on ${table} to ${role}` },
    {
      kind: 'policy',
      name: `sight on ${table}`,
      sql: `create policy sight on ${table} for select to ${role}\n  using (deleted_at is null and (\n    ${exposed}))`,
      comment: `V1: the records of definition ${definition.name} that any plane of the viewer exposes.`,
    },
    ownedView({
      name,
      owner: role,
      select: selectText(['t.id'], `${table} t`, []),
      grants: [`select on ${name} to ${VIEWER_ROLE}, ${readers}`],
      forbidden: 'update',
      comment: `V1, W8: which records of definition ${definition.name} the viewer sees.`,
    }),
  ];
}
