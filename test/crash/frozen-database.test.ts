import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { holderOf } from '../../src/database/directory-claim.ts';
import { seededChance } from '../../src/demo/chance.ts';
import { Clients } from './clients.ts';
import { embeddedScene, furnish, type Scene } from './scenes.ts';
import { within } from './service.ts';
import { Judge } from './verdict.ts';

/** Two heartbeats and a silence (database/connection.ts), a command's deadline, and the time to look for a server. */
const refusalLimitMs = 20_000;
const limitMs = 30_000;

describe('a database that does not answer', function () {
  this.timeout(120_000);
  let directory: string;
  let scene: Scene;
  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'pps-trace-frozen-'));
    scene = await embeddedScene(join(directory, 'data'));
  });
  after(async () => {
    await scene.close();
    await rm(directory, { recursive: true, force: true });
  });

  it('is refused with a 503 while it is silent, and served again when it speaks, without hands', async () => {
    let accepted: () => void = () => undefined;
    const clients = new Clients({
      ...(await furnish(scene)),
      port: scene.port,
      clients: 4,
      chance: seededChance('frozen', ''),
      onAccepted: () => accepted(),
    });
    const { claims } = clients;
    await clients.prepare();
    clients.start();
    const { mongodPid = 0 } = (await holderOf(join(directory, 'data'))) ?? {};
    process.kill(mongodPid, 'SIGSTOP');
    try {
      await within(refusalLimitMs, claims.refused(), 'nobody was told');
    } finally {
      process.kill(mongodPid, 'SIGCONT');
    }
    await within(
      limitMs,
      new Promise<void>((resolve) => {
        accepted = resolve;
      }),
      'the service did not recover',
    );
    await clients.pause();
    await new Judge(clients).judge(await scene.uri());
    clients.close();
    expect(claims.breaches).to.deep.equal([]);
    expect(scene.services[0]?.surprises).to.deep.equal([]);
  });
});
