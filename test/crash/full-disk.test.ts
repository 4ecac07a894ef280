import { expect } from 'chai';
import { seededChance } from '../../src/demo/chance.ts';
import { Clients } from './clients.ts';
import { embeddedScene, furnish, type Scene } from './scenes.ts';
import { within } from './service.ts';
import { type SmallDisk, smallDisk } from './small-disk.ts';
import { Judge } from './verdict.ts';

/** A new database takes 300 MB, most of it journal that is laid out beforehand. */
const diskMegabytes = 600;
const limitMs = 60_000;

describe('a full disk', function () {
  this.timeout(180_000);
  let disk: SmallDisk | undefined;
  let scene: Scene | undefined;
  after(async () => {
    await scene?.close();
    await disk?.remove();
  });

  it('is refused in words, loses nothing, and is forgotten when there is room again, without hands', async () => {
    const told: string[] = [];
    disk = await smallDisk(diskMegabytes, (sentence) => told.push(sentence));
    if (disk === undefined) {
      process.stdout.write(`    ${told.join()}\n`);
      return;
    }
    scene = await embeddedScene(`${disk.directory}/data`);
    let accepted: () => void = () => undefined;
    const options = {
      ...(await furnish(scene)),
      port: scene.port,
      clients: 8,
      chance: seededChance('full', ''),
    };
    const clients = new Clients({ ...options, onAccepted: () => accepted() });
    const { claims } = clients;
    await clients.prepare();
    clients.start();
    await disk.fill();
    await within(limitMs, claims.refused(), 'nobody was told');
    const again = new Promise<void>((resolve) => {
      accepted = resolve;
    });
    await disk.empty();
    await within(limitMs, again, 'the service did not recover');
    await clients.pause();
    await new Judge(clients).judge(await scene.uri());
    clients.close();
    // Among them: any answer but success and 503 with Retry-After.
    expect(claims.breaches).to.deep.equal([]);
  });
});
