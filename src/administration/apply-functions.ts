import type { Functions } from '../compiler/functions.ts';
import { transaction, type Queryable } from '../database/queryable.ts';
import { DefinitionsRefused, type ApplyOptions } from './definitions.ts';

interface Stored {
  name: string;
  title: string;
  /** Entries besides those that a new function has (P6). */
  decided: number;
}

/**
 * Makes the stored functions those of `schema/functions.ts`. A new one is allowed to Everyone in all workspaces (P6).
 * Answers what changed, a line each. Throws DefinitionsRefused where a function goes with decisions that somebody made,
 * and `allowDestructive` isn't given. `owner` is one session, as rowplane_owner, outside a transaction.
 */
export async function applyFunctions(
  owner: Queryable,
  wanted: Functions,
  { allowDestructive = false }: ApplyOptions = {},
): Promise<string[]> {
  return transaction(owner, async (session) => {
    await session.query('lock table rowplane.functions in share row exclusive mode');
    const stored = await readStored(session);
    const removed = stored.filter(({ name }) => !Object.hasOwn(wanted, name));
    const lost = removed.filter(({ decided }) => decided > 0);
    if (lost.length > 0 && !allowDestructive)
      throw new DefinitionsRefused(
        'schema/functions.ts would take functions away:',
        lost.map(({ name, decided }) => `${name}, with ${decided} decisions about who may use it`),
        'Nothing was changed. To go ahead, run rowplane migrate --allow-destructive; else restore the file.',
      );
    await session.query('delete from rowplane.functions where name = any ($1)', [removed.map(({ name }) => name)]);
    const before = new Map(stored.map(({ name, title }) => [name, title]));
    const changed = Object.entries(wanted).filter(([name, title]) => before.get(name) !== title);
    for (const entry of changed)
      await session.query(
        'insert into rowplane.functions values ($1, $2) on conflict (name) do update set title = excluded.title',
        entry,
      );
    return [
      ...removed.map(({ name }) => `function ${name} removed`),
      ...changed.map(([name]) => `function ${name} ${before.has(name) ? 'renamed' : 'added'}`),
    ];
  });
}

function readStored(owner: Queryable): Promise<Stored[]> {
  return owner.query<Stored>(
    `select f.name, f.title, (select count(*)::int from rowplane.function_entries e
       where e.function = f.name and (e.decision, e.group_id) is distinct from ('ALLOW', '00000000-0000-0000-0000-0000000000e1'::uuid)) as decided
     from rowplane.functions f order by f.name`,
  );
}
