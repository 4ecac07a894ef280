/**
 * A process that holds an embedded database until it is killed: `hold-mongod.ts DIRECTORY BINARY VERSION`. It prints
 * a line when the database serves, and one when it is sent a Ctrl+C, which it survives.
 */

import { startEmbeddedMongod } from '../../src/database/embedded-mongod.ts';

const [directory = '', path = '', version = ''] = process.argv.slice(2);
await startEmbeddedMongod({ directory, binary: { path, version }, cacheGigabytes: 0.25 });
process.on('SIGINT', () => process.stdout.write('interrupted\n'));
process.stdout.write('serving\n');
setInterval(() => undefined, 60_000);
