import pg from 'pg';
import { openWorld } from '../world.ts';
import { runUnit } from '../../src/access/unit.ts';
import { signViewerToken } from '../../src/access/viewer-token.ts';
import { viewerTokenKey } from '../../src/database/keys.ts';
import { SECRET } from '../world.ts';
const w = await openWorld(process.argv[2]!, 100000, console.log);
const ws = process.argv[3] === 'few' ? w.few : w.many;
const viewer = w.viewer('100 %', 'one plane');
await w.viewers.knowledge(viewer, ws.id);
const c = new pg.Client({ connectionString: w.apiUrl, options: '-c role=rowplane_viewer -c search_path=pg_catalog -c default_transaction_isolation=repeatable\\ read -c default_transaction_read_only=on -c jit=off -c max_parallel_workers_per_gather=0' });
await c.connect();
const su = new pg.Client({ connectionString: w.superuserUrl }); await su.connect();
const token = signViewerToken(viewerTokenKey(SECRET), viewer.id, Date.now() / 1000 + 6000);
const [{ id }] = await w.superuser.query<any>(`select id from ws_${ws.id}.document limit 1`) as any;
const enter = { text: 'select viewer, stamp, mode from rowplane.enter($1, $2)', values: [token, [ws.id]] };
const P = `plane_${ws.fullPlane}`;
const S: Record<string, () => Promise<unknown>> = {
  'select 1': () => runUnit(c, [{ text: 'select 1', values: [] }]),
  'enter': () => runUnit(c, [enter]),
  'enter + select 1': () => runUnit(c, [enter, { text: 'select 1', values: [] }]),
  'enter + viewer()': () => runUnit(c, [enter, { text: 'select rowplane.viewer()', values: [] }]),
  'enter + flags': () => runUnit(c, [enter, { text: `select (rowplane.viewer_flags(${ws.id}, 'VIEW'))[1]`, values: [] }]),
  'enter + in_plane': () => runUnit(c, [enter, { text: `select rowplane.viewer_in_plane(${ws.fullPlane})`, values: [] }]),
  'enter + explain byid': () => runUnit(c, [enter, { text: `explain select id, title, code, status, priority from ${P}.document where id = $1`, values: [id] }]),
  'enter + byid': () => runUnit(c, [enter, { text: `select id, title, code, status, priority from ${P}.document where id = $1`, values: [id] }]),
  'enter + page': () => runUnit(c, [enter, { text: `select id, title, code, status, priority from ${P}.document order by id desc limit $1`, values: [51] }]),
  'hand begin byid commit': async () => { await su.query('begin'); await su.query(`select id, title, code, status, priority from ws_${ws.id}.document where id = $1 and deleted_at is null and client_id is not null`, [id]); await su.query('commit'); },
  'hand byid table': async () => { await su.query('begin'); await su.query(`select id, title, code, status, priority from ws_${ws.id}.document d where id = $1 and deleted_at is null and exists (select from peer.assignments a where a.client_id = d.client_id and a.user_id = $2)`, [id, viewer.id]); await su.query('commit'); },
  'hand page table': async () => { await su.query('begin'); await su.query(`select id, title, code, status, priority from ws_${ws.id}.document d where deleted_at is null and exists (select from peer.assignments a where a.client_id = d.client_id and a.user_id = $1) order by id desc limit 51`, [viewer.id]); await su.query('commit'); },
};
const times = new Map(Object.keys(S).map((k) => [k, [] as number[]]));
for (let i = 0; i < 20; i++) for (const f of Object.values(S)) await f();
const N = Number(process.argv[4] ?? 300);
for (let i = 0; i < N; i++) for (const [k, f] of Object.entries(S)) { const s = performance.now(); await f(); times.get(k)!.push(performance.now() - s); }
for (const [k, t] of times) { t.sort((a, b) => a - b); console.log(k.padEnd(26), 'p10', (t[Math.floor(N * 0.1)]! * 1000).toFixed(0), 'p50', (t[Math.floor(N * 0.5)]! * 1000).toFixed(0), 'µs'); }
await c.end(); await su.end(); await w.stop();
