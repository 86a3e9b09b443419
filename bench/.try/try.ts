import { openWorld } from '/work/main/bench/world.ts';
const w = await openWorld(process.argv[2]!, Number(process.argv[3]), console.log);
console.log(await w.superuser.query('select realm_id, count(*) from ws_'+w.few.id+'.document group by 1 order by 1'));
console.log(await w.superuser.query('select case when realm_id=1 then 1 when realm_id<=51 then 2 when realm_id<=551 then 3 else 4 end, count(*), count(distinct realm_id) from ws_'+w.many.id+'.document group by 1 order by 1'));
await w.stop();
