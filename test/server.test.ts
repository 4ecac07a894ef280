import { once } from 'node:events';
import { Agent, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { expect } from 'chai';
import { systemIds } from '../src/clock.ts';
import { CannotStart } from '../src/errors.ts';
import { createLogger } from '../src/logging.ts';
import { Server } from '../src/server.ts';

const anyPort = { host: '127.0.0.1', port: 0 };
const parts = { ids: systemIds, log: createLogger('error', { write: () => {} }) };

describe('the server', () => {
  it('has its port before it serves, and asks clients to try again until then', async () => {
    const server = await Server.listen(anyPort, parts);
    const early = await fetch(server.url);
    expect(early.status).to.equal(503);
    expect(early.headers.get('retry-after')).to.match(/^\d+$/);
    expect(await early.json()).to.include({
      code: 'service/busy',
      requestId: early.headers.get('x-request-id'),
    });
    server.answerWith((_request, response) => void response.end('ready'));
    expect(await (await fetch(server.url)).text()).to.equal('ready');
    await server.close();
  });

  it('says in one sentence that the port is taken', async () => {
    const server = await Server.listen(anyPort, parts);
    const port = Number(new URL(server.url).port);
    const refusal = await Server.listen({ ...anyPort, port }, parts).catch((error: unknown) => error);
    expect(refusal).to.be.instanceOf(CannotStart);
    expect(String(refusal)).to.match(new RegExp(`Port ${port} .* is in use by another program: .*--port`));
    await server.close();
  });

  it('says in one sentence that the address is not ours', async () => {
    const refusal = await Server.listen({ host: '192.0.2.1', port: 0 }, parts).catch(
      (error: unknown) => error,
    );
    expect(refusal).to.be.instanceOf(CannotStart);
    expect(String(refusal)).to.match(/check HOST and PORT/);
  });

  it('finishes a request in flight, and takes no new one, when it closes', async () => {
    const server = await Server.listen(anyPort, parts);
    const arrived = new Promise<ServerResponse>((resolve) => {
      server.answerWith((_request, response) => resolve(response));
    });
    // A connection that is kept alive must not keep the server open after its answer.
    const agent = new Agent({ keepAlive: true });
    const asking = request(server.url, { agent }).end();
    const answering = once(asking, 'response');
    const response = await arrived;
    const closed = server.close();
    const late = await fetch(server.url).catch((error: unknown) => error);
    expect(late).to.be.instanceOf(TypeError);
    response.end('finished');
    const [answer]: IncomingMessage[] = await answering;
    expect(answer === undefined ? '' : await text(answer)).to.equal('finished');
    const before = performance.now();
    await closed;
    expect(performance.now() - before).to.be.below(1_000);
    agent.destroy();
  });

  it('closes once, however often it is asked', async () => {
    const server = await Server.listen(anyPort, parts);
    expect(server.close()).to.equal(server.close());
    await server.close();
  });
});
