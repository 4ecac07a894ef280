/**
 * The process behind scripts/label-job: prints one job on a service of its own and fetches its file, while somebody
 * else asks small questions. Says when the first byte came, how long the whole took, how much memory the service held
 * at its highest, and how long the others waited.
 */
import { once } from 'node:events';
import { Agent, type IncomingMessage, request } from 'node:http';
import { systemIds } from '../src/clock.ts';
import { exchange } from '../src/demo/exchange.ts';
import { percentile } from './benchmark/figures.ts';
import { endServices, serviceOn, setUpMachine } from './benchmark/machine.ts';
import { setUpWorld } from './benchmark/world.ts';

const [labels = '10000', template = 'unit-60x40'] = process.argv.slice(2);
const say = (line: string) => process.stdout.write(`${line}\n`);

const machine = await setUpMachine(say);
try {
  const database = await machine.open('labels');
  const { maker, bySerial } = await setUpWorld(database);
  const service = await serviceOn(machine, 'labels');
  await measure(service, maker.token, bySerial[0] ?? '');
  await service.stop();
  await database.close();
} finally {
  endServices();
  await machine.remove();
}

type Service = Awaited<ReturnType<typeof serviceOn>>;

async function measure(service: Service, token: string, gtin: string): Promise<void> {
  const agent = new Agent({ keepAlive: true });
  const ask = (method: 'GET' | 'POST', path: string, body?: object) =>
    exchange(agent, service.url, { method, path, body, token }, {});
  const commandId = systemIds.uuid();
  const dates = { manufacturedOn: '2026-11-02', expiresOn: '2029-11-01' };
  const beganMs = performance.now();
  const made = await ask('POST', '/api/v1/label-jobs', {
    ...{ commandId, gtin, lot: 'L1', ...dates, template },
    ...{ quantity: Number(labels), numbering: { kind: 'unguessable' } },
  });
  if (made.status !== 201) throw new Error(`${made.status} ${made.bytes.toString('utf8')}`);
  const { job } = JSON.parse(made.bytes.toString('utf8')) as { job: string };
  say(`${labels} labels of ${template}: job made in ${Math.round(performance.now() - beganMs)} ms`);
  const before = await service.memory();
  let over = false;
  const others = waits(
    () => over,
    () => ask('POST', '/api/v1/udi/parse', { text: gtin }),
  );
  const { firstMs, wholeMs, bytes } = await fetched(
    `${service.url}/api/v1/label-jobs/${job}/labels.pdf`,
    token,
  );
  over = true;
  const waited = await others;
  const after = await service.memory();
  agent.destroy();
  say(
    `first byte ${Math.round(firstMs)} ms, whole file ${(wholeMs / 1000).toFixed(1)} s, ${Math.round(bytes / 1e6)} MB`,
  );
  say(`memory ${before?.nowMb.toFixed(0)} MB before, ${after?.peakMb.toFixed(0)} MB at its highest`);
  const at = (share: number) => Math.round(percentile(waited, share));
  say(
    `others meanwhile: ${waited.length} answers, median ${at(50)} ms, 99 % within ${at(99)} ms, longest ${at(100)} ms`,
  );
}

async function waits(over: () => boolean, ask: () => Promise<unknown>): Promise<number[]> {
  const waited: number[] = [];
  while (!over()) {
    const beganMs = performance.now();
    await ask();
    waited.push(performance.now() - beganMs);
  }
  return waited;
}

async function fetched(url: string, token: string) {
  const beganMs = performance.now();
  const outgoing = request(url, { headers: { authorization: `Bearer ${token}` } });
  outgoing.end();
  const [incoming] = (await once(outgoing, 'response')) as [IncomingMessage];
  let firstMs = 0;
  let bytes = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    if (bytes === 0) firstMs = performance.now() - beganMs;
    bytes += chunk.length;
  }
  if (incoming.statusCode !== 200) throw new Error(`the file was answered with ${incoming.statusCode}`);
  return { firstMs, wholeMs: performance.now() - beganMs, bytes };
}
