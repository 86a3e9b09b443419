import pg from 'pg';
import { openWorld, SECRET } from '../world.ts';
import { runUnit } from '../../src/access/unit.ts';
import { signViewerToken } from '../../src/access/viewer-token.ts';
import { viewerTokenKey } from '../../src/database/keys.ts';
const w = await openWorld(process.argv[2]!, 100000, console.log);
const ws = w.few;
const viewer = w.viewer('100 %', 'one plane');
await w.viewers.knowledge(viewer, ws.id);
const c = new pg.Client({ connectionString: w.apiUrl, options: '-c role=rowplane_viewer -c search_path=pg_catalog -c default_transaction_isolation=repeatable\\ read -c default_transaction_read_only=on -c jit=off -c max_parallel_workers_per_gather=0' });
await c.connect();
const su = new pg.Client({ connectionString: w.superuserUrl }); await su.connect();
const token = signViewerToken(viewerTokenKey(SECRET), viewer.id, Date.now() / 1000 + 6000);
const enter = { text: 'select viewer, stamp, mode from rowplane.enter($1, $2)', values: [token, [ws.id]] };
const id = '01a2008d-aac7-782d-a1b7-af1d5a946277';
const P = `plane_${ws.fullPlane}`;
const q = (t: string) => async () => { const [, r] = await runUnit(c, [enter, { text: `explain (analyze, summary) ${t}`, values: [id] }]); return r!; };
const h = (t: string) => async () => (await su.query(`explain (analyze, summary) ${t}`, [id])).rows;
const S: Record<string, () => Promise<any[]>> = {
  matter: q(`select id, name, place from ${P}.matter where id = $1`),
  process: q(`select id, reference, channel from ${P}.process where id = $1`),
  document: q(`select id, title, code, status, priority from ${P}.document where id = $1`),
  'document+ref': q(`select id, title, code, status, process_id from ${P}.document where id = $1`),
  'sight': q(`select id from ws_${ws.id}_sight.document where id = $1`),
  'hand': h(`select id, title, code, status, priority from ws_${ws.id}.document where id = $1 and deleted_at is null`),
  'hand matter': h(`select id, name, place from ws_${ws.id}.matter where id = $1 and deleted_at is null`),
  'const': q(`select $1::uuid`),
  'enter': async () => (await runUnit(c, [{ text: `explain (analyze, summary) ${enter.text}`, values: enter.values }]))[0]!,
  'flags': q(`select $1::uuid, (rowplane.viewer_flags(${ws.id}, 'VIEW'))[1]`),
  'inplane': q(`select $1::uuid, rowplane.viewer_in_plane(${ws.fullPlane})`),
  'viewer': q(`select $1::uuid, rowplane.viewer()`),
};
const N = Number(process.argv[3] ?? 300);
for (const [k, f] of Object.entries(S)) {
  const pt: number[] = [], et: number[] = [];
  for (let i = 0; i < N; i++) for (const r of await f()) { const l = r['QUERY PLAN'] as string; const m = /(Planning|Execution) Time: ([\d.]+)/.exec(l); if (m) (m[1] === 'Planning' ? pt : et).push(Number(m[2]) * 1000); }
  pt.sort((a, b) => a - b); et.sort((a, b) => a - b);
  console.log(k.padEnd(16), 'planning p10', pt[Math.floor(N * 0.1)]!.toFixed(0), 'p50', pt[Math.floor(N * 0.5)]!.toFixed(0), ' exec p10', et[Math.floor(N * 0.1)]!.toFixed(0), 'p50', et[Math.floor(N * 0.5)]!.toFixed(0));
}
await c.end(); await su.end(); await w.stop();
