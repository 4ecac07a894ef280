import { expect } from 'chai';
import { organisationKinds, permissionsOf, rolesFitting } from '../../src/access/permissions.ts';
import { openPaths } from '../../src/http/application.ts';
import { accessBench, type Bench } from './bench.ts';
import { concrete, publicLines, type Walker, walk } from './route-walk.ts';

describe('access: all routes, with every role and none', () => {
  let bench: Bench;
  let walkers: Walker[];
  before(async () => {
    bench = await accessBench();
    walkers = [];
    for (const kind of organisationKinds) {
      const organisation = bench.organisation(kind);
      for (const roles of [[], ...rolesFitting(kind).map((role) => [role])]) {
        const person = await bench.person(organisation, ...roles);
        walkers.push({ kind, roles, client: await person.signIn() });
        const token = await person.token([...permissionsOf(kind, roles)]);
        walkers.push({ kind, roles, client: bench.client({ token }) });
      }
    }
  });
  after(() => bench.close());

  it('lets in who the permission table says, and nobody else', async () => {
    expect(await walk(bench.routes, walkers, bench.client())).to.deep.equal([]);
    const knocks = bench.routes.length * (walkers.length + 1);
    expect(knocks).to.be.greaterThan(500);
  }).timeout(60_000);

  it('finds a route that is open by accident', async () => {
    const mistaken = bench.routes.map((route) =>
      route.path === '/probe/open' ? { ...route, permission: 'patient:read' as const } : route,
    );
    const wrong = await walk(mistaken, walkers, bench.client());
    expect(wrong.join('\n')).to.include('/probe/open (patient:read) answers 422 to nobody');
  }).timeout(60_000);

  it('has nothing public but what is listed here', async () => {
    expect(publicLines(bench.routes)).to.deep.equal(['POST /api/v1/sign-in', 'GET /probe/open']);
    expect(openPaths).to.deep.equal(['/health/live', '/health/ready', '/metrics', '/api/v1/openapi.json']);
    for (const path of openPaths) expect((await bench.client().get(path)).status, path).to.equal(200);
  });

  it('has no second way to write an address', async () => {
    const nobody = bench.client();
    for (const { method, path } of bench.routes.filter(({ permission }) => permission !== 'public')) {
      const address = concrete(path);
      for (const other of [
        `${address}/`,
        `/${address}`,
        address.toUpperCase(),
        `${address}%00`,
        `/x/..${address}`,
      ]) {
        const { status } = await nobody.send(method, other);
        expect(status, `${method} ${other}`).to.be.oneOf([401, 404, 405]);
      }
    }
  });
});
