import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { expect } from 'chai';
import { holderOf } from '../../src/database/directory-claim.ts';
import { type OpenOptions, openDatabase, visitDatabase } from '../../src/database/open.ts';
import { testBinary } from '../support/mongod.ts';

describe('opening the database', () => {
  let directory: string;
  let options: OpenOptions;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'pps-trace-test-'));
    const { path } = await testBinary();
    options = {
      mongodbUri: undefined,
      dataDirectory: directory,
      mongod: { explicit: path, searchPath: '', cache: directory },
      progress: () => undefined,
    };
  });
  afterEach(() => rm(directory, { recursive: true, force: true }));

  /** @returns the next number of the embedded server's process */
  async function restarted(former: number | undefined): Promise<number> {
    for (;;) {
      const { mongodPid, uri } = (await holderOf(directory)) ?? {};
      if (mongodPid !== undefined && mongodPid !== former && uri !== undefined) return mongodPid;
      await setTimeout(20);
    }
  }

  it('starts the embedded server again when it is killed, as often as that happens; nothing is lost', async () => {
    const said: string[] = [];
    const database = await openDatabase({ ...options, progress: (sentence) => said.push(sentence) });
    const facts = database.db.collection('facts');
    let former: number | undefined;
    for (const fact of [1, 2, 3]) {
      await facts.insertOne({ fact });
      former = (await holderOf(directory))?.mongodPid;
      process.kill(former ?? 0, 'SIGKILL');
      await restarted(former);
    }
    const kept = await facts.find().sort({ fact: 1 }).toArray();
    await database.close();
    expect(kept.map(({ fact }) => fact)).to.deep.equal([1, 2, 3]);
    expect(await holderOf(directory)).to.equal(undefined);
    expect(said.filter((sentence) => /serves again/.test(sentence))).to.have.length(3);
  });

  it('can be closed while the embedded server is being started again', async () => {
    const database = await openDatabase(options);
    const killed = (await holderOf(directory))?.mongodPid ?? 0;
    process.kill(killed, 'SIGKILL');
    await database.close();
    expect(await holderOf(directory)).to.equal(undefined);
    const next = await openDatabase(options);
    expect((await holderOf(directory))?.mongodPid).not.to.equal(killed);
    await next.close();
  });

  it('lets a script visit the database of a running service, and leaves it running', async () => {
    const service = await openDatabase(options);
    await service.db.collection('facts').insertOne({ fact: 1 });
    const visitor = await visitDatabase(options);
    expect(await visitor.db.collection('facts').countDocuments()).to.equal(1);
    await visitor.close();
    expect(await service.db.collection('facts').countDocuments()).to.equal(1);
    await service.close();
  });

  it('lets a script open it for itself where no service runs', async () => {
    const visitor = await visitDatabase(options);
    expect((await holderOf(directory))?.pid).to.equal(process.pid);
    await visitor.close();
    expect(await holderOf(directory)).to.equal(undefined);
  });
});
