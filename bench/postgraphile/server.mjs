// PostGraphile 5 on the benchmark's copies of the tables: `DATABASE_URL`, `PEER_ROLE`, `PEER_USER` and `POOL` say how.
// Prints its address when it serves.
import { createServer } from 'node:http';
import { postgraphile } from 'postgraphile';
import { makePgService } from 'postgraphile/adaptors/pg';
import { grafserv } from 'postgraphile/grafserv/node';
import { PostGraphileAmberPreset } from 'postgraphile/presets/amber';

const { DATABASE_URL, PEER_ROLE, PEER_USER, POOL } = process.env;
const instance = postgraphile({
  extends: [PostGraphileAmberPreset],
  pgServices: [
    makePgService({
      connectionString: DATABASE_URL,
      schemas: ['peer'],
      poolConfig: { max: Number(POOL), options: '-c jit=off -c max_parallel_workers_per_gather=0' },
    }),
  ],
  grafserv: { watch: false, graphiql: false },
  grafast: { explain: false, context: () => ({ pgSettings: { role: PEER_ROLE, 'bench.user': PEER_USER } }) },
});
const server = createServer();
await instance.createServ(grafserv).addTo(server);
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address();
  console.log(`http://127.0.0.1:${port}/graphql`);
});
process.once('SIGTERM', () => process.exit(0));
