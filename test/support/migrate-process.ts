// A process that does nothing but migrate: node migrate-process.ts <url> <secret> [<sql folder>]
import { migrate } from '../../src/database/migrate.ts';

const [url = '', secret = '', directory] = process.argv.slice(2);
const { applied } = await migrate(url, { secret, directory });
process.stdout.write(`${JSON.stringify(applied)}\n`);
