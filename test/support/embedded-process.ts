// A process with an embedded server: node embedded-process.ts <folder> [durable]. Says "ready <url>" and stays, until it reads
// SIGTERM (stops the server), or SIGUSR2 (ends at once, with the server still running).
import { startEmbedded } from '../../src/database/embedded.ts';

const [directory = '', durable] = process.argv.slice(2);
const server = await startEmbedded({ directory, durable: durable !== undefined });
process.on('SIGTERM', () => void server.stop().then(() => process.exit(0)));
process.on('SIGUSR2', () => process.exit(3));
process.stdout.write(`ready ${server.started ? 'started' : 'joined'} ${server.url}\n`);
setInterval(() => undefined, 1000);
