/** The service as so many processes of its own, `node src/main.ts`, on the test's database behind a round robin. */
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { roundRobin } from '../crash/round-robin.ts';
import { faultsIn } from '../crash/scenes.ts';
import { Service } from '../crash/service.ts';
import { type TestDatabase, testBinary } from '../support/mongod.ts';
import type { Services } from './stage.ts';

export async function serviceProcesses(count: number, { uri }: TestDatabase): Promise<Services> {
  const home = await mkdtemp(join(tmpdir(), 'pps-trace-histories-'));
  const { path: mongodBinary } = await testBinary();
  const logFile = join(home, 'service.log');
  const masterKey = randomBytes(32).toString('base64');
  const services = await Promise.all(
    Array.from({ length: count }, (_, nth) =>
      Service.start({
        dataDirectory: join(home, `service-${nth}`),
        mongodBinary,
        mongodbUri: uri,
        masterKey,
        logFile,
      }),
    ),
  );
  const front = await roundRobin(services.map(({ port }) => port));
  return {
    ports: [front.port],
    close: async () => {
      await front.close();
      await Promise.all(services.map((service) => service.stop()));
      const faults = [...services.flatMap(({ surprises }) => surprises), ...(await faultsIn(logFile))];
      await rm(home, { recursive: true, force: true });
      if (faults.length > 0) throw new Error(`the services failed on the way:\n${faults.join('\n')}`);
    },
  };
}
