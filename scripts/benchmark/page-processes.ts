/**
 * The two processes beside the service when its pages are measured, told apart by the first argument: `floor`, an
 * express application with one route that reads the same document and nothing else; `load`, many phones.
 */
import { Agent, createServer, request } from 'node:http';
import express from 'express';
import { connectDatabase } from '../../src/database/connection.ts';

export interface PageJob {
  readonly origin: string;
  /** Asked for in turn. */
  readonly paths: readonly string[];
  readonly clients: number;
  readonly seconds: number;
}

/** Pages a second. */
export type PageOutcome = { readonly perSecond: number } | { readonly failed: string };

/** Tells its port to the parent. */
async function serveFloor(uri: string): Promise<void> {
  const { db } = await connectDatabase({ uri });
  const lots = db.collection<{ _id: string }>('lots');
  const app = express();
  app.get('/01/:gtin/10/:lot', async ({ params: { gtin, lot } }, response) => {
    response.json(await lots.findOne({ _id: `${gtin}/${lot}` }));
  });
  const server = createServer(app).listen(0, '127.0.0.1', () => {
    const address = server.address();
    process.send?.(typeof address === 'object' ? address?.port : undefined);
  });
}

function sendPages(): void {
  process.on('message', (job: PageJob) => {
    ask(job).then(
      (perSecond) => process.send?.({ perSecond }),
      (error: unknown) => process.send?.({ failed: String(error) }),
    );
  });
}

async function ask({ origin, paths, clients, seconds }: PageJob): Promise<number> {
  const agent = new Agent({ keepAlive: true, maxSockets: clients });
  const startedMs = performance.now();
  const untilMs = startedMs + seconds * 1000;
  let done = 0;
  const phone = async (first: number) => {
    for (let sent = first; performance.now() < untilMs; sent += 1) {
      await page(agent, new URL(paths[sent % paths.length] ?? '', origin), sent);
      done += 1;
    }
  };
  await Promise.all(Array.from({ length: clients }, (_, first) => phone(first)));
  agent.destroy();
  return done / ((performance.now() - startedMs) / 1000);
}

/** Phones of thousands of networks, behind a proxy on this machine: one of them may not ask as often as all. */
function page(agent: Agent, url: URL, sent: number): Promise<void> {
  const from = `198.18.${Math.floor(sent / 250) % 250}.${sent % 250}`;
  const headers = { 'x-forwarded-for': from, accept: 'text/html', 'accept-language': 'zh-CN' };
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { agent, headers }, (incoming) => {
      incoming.on('error', reject).on('end', resolve).resume();
      if (incoming.statusCode !== 200) reject(new Error(`${url} answered ${incoming.statusCode}`));
    });
    outgoing.on('error', reject).end();
  });
}

const [role, uri = ''] = process.argv.slice(2);
if (role === 'floor') await serveFloor(uri);
else sendPages();
process.on('disconnect', () => process.exit());
