import { expect } from 'chai';
import { migrations } from '../../src/app.ts';
import { connectDatabase } from '../../src/database/connection.ts';
import { seededChance } from '../../src/demo/chance.ts';
import { Clients } from './clients.ts';
import { furnish, type Scene, setScene } from './scenes.ts';
import { Judge } from './verdict.ts';

describe('several processes on one replica set', function () {
  this.timeout(180_000);
  let scene: Scene;
  before(async () => {
    scene = await setScene(4);
  });
  after(() => scene.close());

  it('have started at once on an empty database, and what is done once was done once', async () => {
    const database = await connectDatabase({ uri: await scene.uri() });
    const count = (name: string, filter: object = {}) => database.db.collection(name).countDocuments(filter);
    const counted = {
      migrations: await count('migrations'),
      operators: await count('organisations', { kind: 'operator' }),
      administrators: await count('people', { roles: 'administrator' }),
      masterKeys: await count('masterKeyCheck'),
    };
    await database.close();
    const once = { operators: 1, administrators: 1, masterKeys: 1 };
    expect(counted).to.deep.equal({ migrations: migrations.length, ...once });
  });

  it('are restarted one after the other under load: clients see nothing but success and a 503', async () => {
    const cast = await furnish(scene);
    const clients = new Clients({
      ...cast,
      port: scene.port,
      clients: 6,
      chance: seededChance('rolling', ''),
    });
    const { claims } = clients;
    await clients.prepare();
    clients.start();
    const codes: (number | null)[] = [];
    for (const service of scene.services) codes.push(await service.restart());
    await clients.pause();
    await new Judge(clients).judge(await scene.uri());
    clients.close();
    expect(codes).to.deep.equal([0, 0, 0, 0]);
    expect(claims.breaches).to.deep.equal([]);
    // A request that a process had taken was answered; one that none took went to the next.
    expect([...claims.answers.keys()].filter((answer) => !/^(200|201|503 )/.test(answer))).to.deep.equal([]);
    expect(claims.all.length).to.be.above(50);
  });
});
