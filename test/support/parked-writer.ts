/**
 * A writer that stops in the middle of its transaction, with its holdings written and not committed, until it is
 * killed. Arguments: the database's URI, the lot, the hospital. Says `parked` when it has got there.
 */
import { writeSync } from 'node:fs';
import { mongo } from 'mongoose';
import { Ledger } from '../../src/ledger/run.ts';
import { commandOf, maker, stapler, supply, tickingClock } from './ledger-play.ts';

const [uri, lot, hospital] = process.argv.slice(2);
if (uri === undefined || lot === undefined || hospital === undefined)
  throw new Error('arguments are missing');

const client = new mongo.MongoClient(uri, { monitorCommands: true });
client.on('commandStarted', ({ commandName }) => {
  if (commandName !== 'commitTransaction') return;
  writeSync(1, 'parked\n');
  // All is written and the commit not sent. Nothing of this process runs any more, as after a kill.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
});
const ledger = new Ledger({
  client,
  db: client.db(),
  clock: tickingClock(),
  commandKey: new Uint8Array(32),
  projectors: [],
});
await ledger.run(
  commandOf(maker, 'parked', crypto.randomUUID()),
  supply({ gtin: stapler, lot }, hospital, 1),
);
