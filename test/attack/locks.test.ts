import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ATTACKERS, DENIED, failure } from './attackers.ts';
import { openVault, type Vault } from './vault.ts';

let vault: Vault;
beforeAll(async () => {
  vault = await openVault();
});
afterAll(() => vault.close());

/** Everything of ours that a viewer may do anything with. */
const REACHABLE = `
  select format('%I.%I', n.nspname, c.relname) as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
  where n.nspname !~ '^(pg_|information_schema)' and c.relkind in ('r', 'v', 'm', 'p') and has_schema_privilege('rowplane_viewer', n.oid, 'usage')
    and (has_table_privilege('rowplane_viewer', c.oid, 'select, insert, update, delete, truncate, references, trigger, maintain')
      or has_any_column_privilege('rowplane_viewer', c.oid, 'select, insert, update'))
  order by 1`;

/** The weakest modes that keep others from writing, or from changing permissions. */
const CONFLICTING = ['share', 'share row exclusive', 'exclusive', 'access exclusive'];

describe.each(ATTACKERS)('%s', (_, attacker) => {
  test('locks nothing against those who write', async () => {
    const tables = await vault.owner.query<{ name: string }>(REACHABLE);
    expect(tables.length).toBeGreaterThan(10);
    const locked = await attacker(vault, 'keeper', async (sql) => {
      const taken: string[] = [];
      for (const { name } of tables)
        for (const mode of CONFLICTING)
          if ((await failure(sql, `lock table ${name} in ${mode} mode nowait`)) === null)
            taken.push(`${name}: ${mode}`);
      return taken;
    });
    expect(locked).toEqual([]);
  });

  test('takes nothing away from saved queries but by the functions for it', async () => {
    await attacker(vault, 'keeper', async (sql) => {
      for (const attempt of ['delete from rowplane.saved_queries', 'delete from rowplane.saved_query_groups'])
        expect(await failure(sql, attempt)).toBe(DENIED);
    });
  });
});
