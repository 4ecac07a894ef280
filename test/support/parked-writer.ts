/**
 * A writer that stops in the middle of its transaction, with its holdings written and not committed, until it is
 * killed. Arguments: the database's URI, the lot, the hospital. Says `parked` when it has got there.
 */
import { writeSync } from 'node:fs';
import { connectDatabase } from '../../src/database/connection.ts';
import { Ledger } from '../../src/ledger/run.ts';
import { commandOf, maker, stapler, supply, tickingClock } from './ledger-play.ts';

const [uri, lot, hospital] = process.argv.slice(2);
if (uri === undefined || lot === undefined || hospital === undefined)
  throw new Error('arguments are missing');

const { client, db } = await connectDatabase({ uri });
const park = () => {
  writeSync(1, 'parked\n');
  // Projectors run when holdings are written. Nothing of this process runs any more, as after a kill.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  return [];
};
const ledger = new Ledger({
  client,
  db,
  clock: tickingClock(),
  commandKey: new Uint8Array(32),
  projectors: [park],
});
await ledger.run(
  commandOf(maker, 'parked', crypto.randomUUID()),
  supply({ gtin: stapler, lot }, hospital, 1),
);
