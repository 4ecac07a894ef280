import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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

  it('is told when the embedded server ends without being asked', async () => {
    const database = await openDatabase(options);
    const holder = await holderOf(directory);
    process.kill(holder?.mongodPid ?? 0, 'SIGKILL');
    await database.lost;
    await database.close();
    expect(await holderOf(directory)).to.equal(undefined);
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
