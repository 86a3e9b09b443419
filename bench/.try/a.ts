import { openWorld } from '../world.ts';
import { ourReads } from '../ours.ts';
import { openHand, openNaive } from '../by-hand.ts';
import { timeInTurns } from '../timing.ts';
import { SHARES } from '../shares.ts';
const w = await openWorld(process.argv[2]!, Number(process.argv[3]), console.log);
for (const ws of [w.few, w.many]) for (const share of SHARES) {
  const viewer = w.viewer(share, 'one plane');
  const ours = ourReads(w.viewers, viewer, ws.id);
  const clients = (await w.superuser.query<any>('select client_id from peer.assignments a join rowplane.clients c on c.id=client_id where user_id=$1 and workspace_id=$2', [viewer.id, ws.id])).map(r=>r.client_id);
  const table = `ws_${ws.id}.document`;
  const list = await openHand(w.superuserUrl, table, { user: viewer.id, clients, style: 'list' });
  const tab = await openHand(w.superuserUrl, table, { user: viewer.id, clients, style: 'table' });
  const naive = await openNaive(w.superuserUrl, viewer.id);
  const page = await ours.page();
  const h = await tab.run({ kind: 'page' }); const l = await list.run({kind:'page'}); const n = ws===w.many? await naive.run({kind:'page'}):h;
  if (page.nodes.length !== Math.min(50,h.rows.length) || JSON.stringify(page.nodes.map(n=>n.row.id)) !== JSON.stringify(h.rows.slice(0,50).map((r:any)=>r.id))|| JSON.stringify(page.nodes.map(n=>n.row.id)) !== JSON.stringify(n.rows.slice(0,50).map((r:any)=>r.id))) console.log('DIFFERS', page.nodes.length, h.rows.length, l.rows.length, n.rows.length);
  const id = page.nodes[0]!.row.id as string;
  const t = await timeInTurns([
    { name: 'ours', run: () => ours.page() }, { name: 'table', run: () => tab.run({ kind: 'page' }) }, { name: 'list', run: () => list.run({ kind: 'page' }) }, { name: 'naive', run: () => naive.run({kind:'page'}) }], { budget: 500 });
  const byId = { where: 'd.id = $1', values: [id], kind: 'byId' as const };
  const u = await timeInTurns([
    { name: 'ours', run: () => ours.byId(id) }, { name: 'table', run: () => tab.run(byId) }, { name: 'list', run: () => list.run(byId) }, { name: 'naive', run: () => naive.run(byId) }], { budget: 500 });
  const f = (t: any) => Object.entries(t).map(([k, v]: any) => `${k} ${v.median.toFixed(3)}(${v.runs})`).join('  ');
  console.log(ws.realms.total, share, page.nodes.length, '\n  page', f(t), '\n  byId', f(u));
  await Promise.all([list.end(), tab.end(), naive.end()]);
}
await w.stop();
