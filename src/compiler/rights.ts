import type { ObjectDefinition } from './definition.ts';
import { OWNER_ROLE, workspaceSchema } from './names.ts';
import type { Blueprint } from './restriction.ts';
import { literal, qualified, type SqlObject } from './sql-object.ts';

/**
 * R7: what the record tables of definitions that name a right have besides: restrictive policies that no plane can
 * loosen, and a guard that refuses by name. Definitions without one have nothing of this.
 */
export function rightObjects({ workspace, definitions }: Blueprint): SqlObject[] {
  return [...definitions.values()].flatMap((definition) =>
    definition.right === undefined ? [] : objectsOf(workspace, definition, definition.right),
  );
}

function objectsOf(workspace: number, { name, table }: ObjectDefinition, right: string): SqlObject[] {
  const on = qualified(workspaceSchema(workspace), table);
  const has = (level: 'DISPLAY' | 'EDIT'): string =>
    `${rightSql(workspace, right, level)} or (select current_user = '${OWNER_ROLE}')`;
  const policy = (policyName: string, rule: string, comment: string): SqlObject => ({
    kind: 'policy',
    name: `${policyName} on ${on}`,
    sql: `create policy ${policyName} on ${on} as restrictive ${rule}`,
    comment,
  });
  return [
    policy(
      'right_display',
      `using (${has('DISPLAY')}) with check (true)`,
      `R7: without the right ${right} at DISPLAY the records of definition ${name} are missing ones.`,
    ),
    policy(
      'right_edit',
      `using (true) with check (${has('EDIT')})`,
      `R7: nothing is written without the right ${right} at EDIT. The guard says so before, by name.`,
    ),
    {
      kind: 'trigger',
      name: `guard_0_right on ${on}`,
      sql: `create trigger guard_0_right before insert or update on ${on}
  for each statement
  when (current_user <> '${OWNER_ROLE}')
  execute function rowplane.guard_right(${workspace}, ${literal(right)})`,
      comment: `R7: refuses by name what needs the right ${right} at EDIT.`,
    },
  ];
}

/** Whether the viewer has a right in the company of a workspace, asked once per statement. */
export function rightSql(workspace: number, right: string, level: 'DISPLAY' | 'EDIT'): string {
  return `(select rowplane.viewer_right(${workspace}, ${literal(right)}, '${level}'))`;
}

/** A condition on the trash (W2): it shows only what the viewer may delete, and that takes EDIT (R7). */
export function trashRightSql(workspace: number, { right }: ObjectDefinition): string {
  return right === undefined ? '' : `\n    and ${rightSql(workspace, right, 'EDIT')}`;
}
