import { createSecretKey } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { systemClock, systemIds } from '../../src/clock.ts';
import { createPatients } from '../../src/patients/patients.ts';
import { runScript } from '../support/programs.ts';
import { createWorld, members } from '../support/world.ts';
import { stapler } from '../support/world-facts.ts';
import { newLot, stocked, use } from '../support/world-play.ts';

const former = Buffer.alloc(32, 7);

describe('scripts/rotate-master-key', () => {
  it('puts a new key in force under which every patient is still found, and the old one opens nothing', async () => {
    const world = await createWorld();
    const directory = await mkdtemp(join(tmpdir(), 'pps-trace-key-'));
    const line = { gtin: stapler, lot: newLot(), quantity: 1 };
    await stocked(world, line);
    await use(world, [line]);
    const file = join(directory, 'next.key');
    const rotate = () =>
      runScript('rotate-master-key', [file, '--data-dir', directory], {
        ...{ MONGODB_URI: world.database.uri, MASTER_KEY: former.toString('base64') },
      });
    const first = await rotate();
    expect([first.code, first.stdout.slice(0, 26)]).to.deep.equal([0, '1 hospital keys are sealed']);
    // Run again, as after a crash of which nobody knows how far it got.
    const second = await rotate();
    expect([second.code, second.stdout.slice(0, 15)]).to.deep.equal([0, '0 hospital keys']);

    const under = (key: Buffer) =>
      createPatients({
        db: world.database.db,
        masterKey: createSecretKey(key),
        clock: systemClock,
        ids: systemIds,
      });
    const next = under(Buffer.from(await readFile(file, 'utf8'), 'base64'));
    await next.ready();
    const found = await next.findUses({
      organisation: members.hospitalA.id,
      query: { inpatientNumber: 'ZY-1' },
      reader: { person: world.people.nurseA, organisation: members.hospitalA.id, requestId: 'test' },
      purpose: 'care',
    });
    expect(found?.pseudonyms).to.have.length(1);
    const refused = await under(former)
      .ready()
      .catch((error: unknown) => error);
    expect(refused).to.be.instanceOf(Error).with.property('name', 'CannotStart');
    await world.close();
    await rm(directory, { recursive: true });
  });
});
