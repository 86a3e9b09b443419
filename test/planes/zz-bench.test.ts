import { test } from 'vitest';
import { readFileSync } from 'node:fs';
import { savePlane } from '../../src/administration/compile.ts';
import { define, text, choice, integer, reference, date } from '../../src/compiler/definition.ts';
import { definitionsOf } from '../../src/compiler/load-definitions.ts';
import { connect } from '../../src/database/queryable.ts';
import { withOwner } from '../support/database.ts';
import { createReview, enable, only } from './review.ts';
const N = Number(process.env.PLANES ?? 3);
test('bench', async () => {
  const names = ['a','b','c','d','e','f','g','h','i','j'];
  const defs = definitionsOf(names.map((n) => define({ name: `def${n.toUpperCase()}`, plural: `defs${n.toUpperCase()}`, title: n,
    fields: { ...Object.fromEntries(Array.from({length: 10}, (_, i) => [`text${i}`, text({title: 't'})])), relevancy: choice({title:'r', choices:{A:'a',B:'b'}}), pages: integer({title:'p'}), day: date({title:'d'}), other: reference({title:'o', to: 'defA'}) },
    views: { list: { title: 'l', fields: ['text0','text1','other'] } }, layouts: { edit: { title: 'e', edits: ['text0','text1','relevancy','other'] } } })));
  const review = await createReview(defs);
  const content = (k: number) => Object.fromEntries([...defs.keys()].map((n) => [n, enable({ views: ['list'], layouts: k % 2 ? ['edit'] : [], abilities: ['CREATE','DELETE'], restriction: k % 3 ? only('pages','greaterThan', k) : null })]));
  for (let k = 0; k < N; k++) {
    const saved = await withOwner(review.database, (o) => savePlane(o, defs, { workspaceId: review.workspace, name: `p${k}`, content: content(k) }));
    for (const s of saved.afterCommit) await review.owner.query(s);
  }
  const session = await connect(review.database.ownerUrl);
  const [{ pid }] = (await session.query<{ pid: number }>('select pg_backend_pid() as pid')) as [{ pid: number }];
  const cpu = () => { const f = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' '); return (Number(f[11]) + Number(f[12])) * 10; };
  const costs = new Map<string, number>();
  const wrapped = { query: async (t: string, v?: unknown[]) => { const c = cpu(); const r = await session.query(t, v as unknown[]); const k = t.slice(0, 50).replaceAll('\n', ' '); costs.set(k, (costs.get(k) ?? 0) + cpu() - c); return r; } } as typeof session;
  const node = process.cpuUsage(); const c0 = cpu();
  const rounds = 10;
  for (let r = 0; r < rounds; r++) {
    await session.query('begin');
    await savePlane(wrapped, defs, { workspaceId: review.workspace, name: `x`, content: content(100) });
    await session.query('rollback');
  }
  const used = process.cpuUsage(node);
  console.log('per save: node ms', (used.user + used.system) / 1000 / rounds, 'postgres ms', (cpu() - c0) / rounds);
  for (const [k, v] of [...costs].sort((a, b) => b[1] - a[1]).slice(0, 8)) console.log('  ', v / rounds, k);
  await session.end();
  await review.end();
}, 600000);
