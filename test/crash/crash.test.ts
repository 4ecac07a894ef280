import { expect } from 'chai';
import { describeRound, type Played, play, writableLimitMs } from './rounds.ts';
import { embeddedScene, type Kill, type Scene, setScene } from './scenes.ts';

describe('crashes under load', function () {
  this.timeout(180_000);
  let scene: Scene;
  afterEach(() => scene.close());

  async function survives(kills: readonly Kill[]): Promise<Played> {
    const played = await play({ scene, seed: 'suite', kills });
    expect(played.breaches, played.rounds.map(describeRound).join('\n')).to.deep.equal([]);
    for (const { lots } of played.rounds) {
      for (const { writableMs } of lots) expect(writableMs).to.be.below(writableLimitMs);
    }
    expect(played.rounds).to.have.length(kills.length);
    return played;
  }

  it('of the service, of its embedded database, and of both lose nothing and double nothing', async () => {
    scene = await embeddedScene();
    const { commands } = await survives(['service', 'database', 'both']);
    expect(commands).to.be.above(50);
  });

  it('of the primary of a replica set, frozen or killed, and of one of two services beside it', async () => {
    scene = await setScene(2);
    const { commands } = await survives(['primary-killed', 'primary-stopped', 'service-killed']);
    expect(commands).to.be.above(50);
  });
});
