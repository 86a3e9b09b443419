import pg from 'pg';
import { readFileSync } from 'node:fs';
import { openWorld, SECRET } from '../world.ts';
import { signViewerToken } from '../../src/access/viewer-token.ts';
import { viewerTokenKey } from '../../src/database/keys.ts';
const w = await openWorld(process.argv[2]!, 100000, console.log);
const viewer = w.viewer('100 %', 'one plane');
await w.superuser.query(readFileSync(process.argv[3]!, 'utf8'));
for (const ws of [w.few, w.many]) await w.viewers.knowledge(viewer, ws.id);
const c = new pg.Client({ connectionString: w.apiUrl, options: '-c role=rowplane_viewer -c search_path=pg_catalog -c jit=off' });
c.on('notice', (n) => console.log(n.message));
await c.connect();
const token = signViewerToken(viewerTokenKey(SECRET), viewer.id, Date.now() / 1000 + 6000);
await c.query('begin'); await c.query('select rowplane.enter($1)', [token]);
const calls = process.argv.slice(4).map((x) => x.replace('TOKEN', token));
for (const call of calls) {
  await c.query(`do $$ declare t timestamptz; best float := 1e9; x float; begin
    for r in 1..400 loop t := clock_timestamp(); for i in 1..10 loop perform ${call}; end loop; x := extract(epoch from clock_timestamp() - t) * 1e6 / 10; if x < best then best := x; end if; end loop;
    raise notice '% %', rpad($q$${call.slice(0, 50)}$q$, 52), round(best::numeric, 1); end $$`).catch((e) => console.log(call, e.message));
}
await c.query('rollback'); await c.end(); await w.stop();
