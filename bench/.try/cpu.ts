import pg from 'pg';
import { readFileSync } from 'node:fs';
import { openWorld, SECRET } from '../world.ts';
import { runUnit } from '../../src/access/unit.ts';
import { signViewerToken } from '../../src/access/viewer-token.ts';
import { viewerTokenKey } from '../../src/database/keys.ts';
const w = await openWorld(process.argv[2]!, 100000, console.log);
const ws = process.argv[3] === 'few' ? w.few : w.many;
const N = Number(process.argv[4] ?? 400);
const viewer = w.viewer('100 %', 'one plane');
await w.viewers.knowledge(viewer, ws.id);
const c = new pg.Client({ connectionString: w.apiUrl, options: '-c role=rowplane_viewer -c search_path=pg_catalog -c default_transaction_isolation=repeatable\\ read -c default_transaction_read_only=on -c jit=off -c max_parallel_workers_per_gather=0' });
await c.connect();
const su = new pg.Client({ connectionString: w.superuserUrl }); await su.connect();
const token = signViewerToken(viewerTokenKey(SECRET), viewer.id, Date.now() / 1000 + 6000);
const [{ id }] = await w.superuser.query<any>(`select id from ws_${ws.id}.document limit 1`) as any;
const enter = { text: 'select viewer, stamp, mode from rowplane.enter($1, $2)', values: [token, [ws.id]] };
const P = `plane_${ws.fullPlane}`;
const u = (...s: [string, unknown[]?][]) => ({ c, f: () => runUnit(c, s.map(([text, values]) => text === 'enter' ? enter : ({ text, values: values ?? [] }))) });
const tx = (t: string, v: unknown[]) => ({ c: su, f: async () => { await su.query('begin'); const r = await su.query(t, v); await su.query('commit'); return r; } });
const S: Record<string, { c: pg.Client; f: () => Promise<unknown> }> = {
  'select 1': u(['select 1']),
  'enter': u(['enter']),
  'enter2': u(['select viewer, stamp, mode from rowplane.enter2($1, $2)', [token, [ws.id]]]),
  'enter2 composite': u(['select rowplane.enter2($1, $2) as e', [token, [ws.id]]]),
  'enter2 sub': u(['select (x.e).viewer, (x.e).stamp, (x.e).mode from (select rowplane.enter2($1, $2) as e offset 0) x', [token, [ws.id]]]),
  'enter + select 1': u(['enter'], ['select 1']),
  'enter + viewer()': u(['enter'], ['select rowplane.viewer()']),
  'enter + flags': u(['enter'], [`select (rowplane.viewer_flags(${ws.id}, 'VIEW'))[1]`]),
  'enter + in_plane': u(['enter'], [`select rowplane.viewer_in_plane(${ws.fullPlane})`]),
  'enter + missing byid': u(['enter'], [`select id, title, code, status, priority from ${P}.document where id = $1`, ['00000000-aac7-782d-a1b7-af1d5a946277']]),
  'enter + byid': u(['enter'], [`select id, title, code, status, priority from ${P}.document where id = $1`, [id]]),
  'enter + page': u(['enter'], [`select id, title, code, status, priority from ${P}.document order by id desc limit $1`, [51]]),
  'enter + matter byid': u(['enter'], [`select id, name from ${P}.matter where id = $1`, ['00000000-aac7-782d-a1b7-af1d5a946277']]),
  'hand simple byid': tx(`select id, title, code, status, priority from ws_${ws.id}.document where id = $1 and deleted_at is null`, [id]),
  'hand byid table': tx(`select id, title, code, status, priority from ws_${ws.id}.document d where id = $1 and deleted_at is null and exists (select from peer.assignments a where a.client_id = d.client_id and a.user_id = $2)`, [id, viewer.id]),
  'hand page simple': tx(`select id, title, code, status, priority from ws_${ws.id}.document d where deleted_at is null order by id desc limit 51`, []),
  'hand page table': tx(`select id, title, code, status, priority from ws_${ws.id}.document d where deleted_at is null and exists (select from peer.assignments a where a.client_id = d.client_id and a.user_id = $1) order by id desc limit 51`, [viewer.id]),
};
const only = process.argv[5]?.split(',');
const pid = async (x: pg.Client) => (await x.query('select pg_backend_pid() as p')).rows[0].p;
const pids = new Map([[c, await pid(c)], [su, await pid(su)]]);
const cpu = (x: pg.Client) => Number(readFileSync(`/proc/${pids.get(x)}/schedstat`, 'utf8').split(' ')[0]) / 1000;
const acc = new Map<string, { cpu: number; node: number; wall: number[] }>();
for (let i = 0; i < 30; i++) for (const s of Object.values(S)) await s.f();
for (let r = 0; r < 10; r++) for (const [k, s] of Object.entries(S)) {
  if (only && !only.some(o => k.includes(o))) continue;
  const a = acc.get(k) ?? { cpu: 0, node: 0, wall: [] }; acc.set(k, a);
  const c0 = cpu(s.c), n0 = process.cpuUsage();
  for (let i = 0; i < N / 10; i++) { const t = performance.now(); await s.f(); a.wall.push(performance.now() - t); }
  a.cpu += cpu(s.c) - c0; const n = process.cpuUsage(n0); a.node += n.user + n.system;
}
for (const [k, a] of acc) { a.wall.sort((x, y) => x - y); console.log(k.padEnd(24), 'pg cpu', (a.cpu / N).toFixed(0).padStart(5), ' node cpu', (a.node / N).toFixed(0).padStart(4), ' wall p2', (a.wall[Math.floor(N / 50)]! * 1000).toFixed(0).padStart(5), 'p50', (a.wall[Math.floor(N / 2)]! * 1000).toFixed(0)); }
await c.end(); await su.end(); await w.stop();
