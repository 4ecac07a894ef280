import { expect } from 'chai';
import { Stage, Stopped } from '../../src/demo/stage.ts';
import { createLogger } from '../../src/logging.ts';

const log = createLogger('error', { write: () => {} });

describe('the stage', () => {
  let stage: Stage;
  beforeEach(async () => {
    stage = await Stage.open('seed', log);
  });
  afterEach(() => stage.close());

  /** Answers with the time and an id that the request finds, and busy as often as told. */
  function answerAfter(busy: number): void {
    let left = busy;
    stage.answerWith((_request, response) => {
      const body = JSON.stringify({ now: stage.clock.now().toISOString(), id: stage.ids.uuid() });
      response.writeHead(left > 0 ? 503 : 200, { 'Content-Type': 'application/json' });
      left -= 1;
      response.end(body);
    });
  }

  const get = { method: 'GET', path: '/' } as const;
  const step = (name: string, at: string) => ({ name, at: new Date(at) });

  it('gives each request its own time and ids, however many are sent at once', async () => {
    answerAfter(0);
    const times = Array.from(
      { length: 20 },
      (_, n) => `2026-03-${String(n + 1).padStart(2, '0')}T00:00:00.000Z`,
    );
    const replies = await Promise.all(times.map((at, n) => stage.send(step(`request ${n}`, at), get)));
    expect(replies.map(({ body }) => (body as { now: string }).now)).to.deep.equal(times);
    const ids = replies.map(({ body }) => (body as { id: string }).id);
    expect(new Set(ids).size).to.equal(20);
    const other = await Stage.open('seed', log);
    try {
      const again = await other.during(step('request 7', '2020-01-01T00:00:00Z'), async () =>
        other.ids.uuid(),
      );
      expect(again).to.equal(ids[7]);
    } finally {
      await other.close();
    }
  });

  it('comes back with the same ids where the service is busy', async () => {
    answerAfter(0);
    const seeded = await stage.during(step('other', '2026-03-01T00:00:00Z'), async () => stage.ids.uuid());
    answerAfter(1);
    const late = await stage.send(step('busy', '2026-03-01T00:00:00Z'), get);
    expect(late.status).to.equal(200);
    const other = await Stage.open('seed', log);
    try {
      const first = await other.during(step('busy', '2026-03-01T00:00:00Z'), async () => other.ids.uuid());
      expect((late.body as { id: string }).id).to.equal(first);
      expect(first).to.not.equal(seeded);
    } finally {
      await other.close();
    }
  });

  it('takes a name once, tells nobody the time outside a step, and sends nothing once it was stopped', async () => {
    answerAfter(0);
    await stage.send(step('once', '2026-03-01T00:00:00Z'), get);
    const twice = await stage
      .send(step('once', '2026-03-01T00:00:00Z'), get)
      .catch((error: unknown) => error);
    expect(String(twice)).to.include('two steps are called once');
    expect(() => stage.clock.now()).to.throw('outside any step');
    stage.stop();
    const late = await stage.send(step('late', '2026-03-01T00:00:00Z'), get).catch((error: unknown) => error);
    expect(late).to.be.instanceOf(Stopped);
  });
});
