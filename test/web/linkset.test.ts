import { createSecretKey } from 'node:crypto';
import { expect } from 'chai';
import fc from 'fast-check';
import { createApp } from '../../src/app.ts';
import { systemClock, systemIds } from '../../src/clock.ts';
import { createLogger } from '../../src/logging.ts';
import { linksetForms } from '../../src/web/linkset.ts';
import { formOf, languageOf } from '../../src/web/negotiation.ts';
import { at, serve, textAt } from '../support/http.ts';
import { implant, stapler, unknown } from '../support/world-facts.ts';
import { createLabelScene, type LabelScene, slashed } from './label-scene.ts';

const base = 'http://127.0.0.1:8080';
const voc = 'https://ref.gs1.org/voc/';

describe('the links behind a label', () => {
  let scene: LabelScene;
  let unit: string;
  before(async function () {
    this.timeout(30_000);
    scene = await createLabelScene({ whole: false });
    unit = `/01/${implant}/10/${scene.lots.units}/21/U1`;
  });
  after(() => scene.close());

  const anchorsOf = (body: unknown) => {
    const levels = at(body, '/linkset');
    return Array.isArray(levels) ? levels.map((level) => textAt(level, '/anchor')) : [];
  };

  /** As the OpenAPI document says. */
  const expectDescribed = (type: string, body: unknown) => {
    const [, schema] = Object.entries(linksetForms).find(([name]) => type.startsWith(name)) ?? [];
    expect(schema?.safeParse(body).error, type).to.equal(undefined);
    expect(schema?.safeParse({ ...Object(body), more: 1 }).success).to.equal(false);
  };

  it('are a linkset (RFC 9264) of the unit, its lot and its product, each with one default link', async () => {
    const { status, headers, body } = await scene.phone.get(unit, { accept: 'application/linkset+json' });
    expect(status).to.equal(200);
    expect(headers['content-type']).to.equal('application/linkset+json');
    expect(headers['cache-control']).to.equal('no-store');
    expect(headers.link).to.include('rel="http://www.w3.org/ns/json-ld#context"');
    const product = `${base}/01/${implant}`;
    expect(anchorsOf(body)).to.deep.equal([`${product}/21/U1`, `${product}/10/${scene.lots.units}`, product]);
    for (const level of at(body, '/linkset') as Record<string, object[]>[]) {
      expect(level[`${voc}defaultLink`]?.map((link) => Object.keys(link))).to.deep.equal([['href', 'title']]);
      for (const type of ['pip', 'recallStatus']) {
        const [link] = level[`${voc}${type}`] ?? [];
        expect(link).to.include({ type: 'text/html' });
        expect(at(link, '/hreflang')).to.deep.equal(['zh', 'en']);
        expect(textAt(link, '/title')).to.match(/[\u4e00-\u9fff]/);
      }
    }
  });

  it('are asked for by Accept or by linkType, in three forms', async () => {
    for (const [path, accept, type] of [
      [unit, 'application/json', 'application/json; charset=utf-8'],
      [unit, 'application/json, text/plain, */*', 'application/json; charset=utf-8'],
      [unit, 'application/ld+json', 'application/ld+json'],
      [`${unit}?linkType=linkset`, 'text/html', 'application/linkset+json'],
      [`${unit}?linkType=all`, '*/*', 'application/linkset+json'],
      [`${unit}?linkType=all`, 'application/json', 'application/json; charset=utf-8'],
      [unit, '*/*', 'text/html; charset=utf-8'],
      [unit, 'image/png', 'text/html; charset=utf-8'],
      [unit, 'text/html;q=0.2, application/linkset+json;q=0.9', 'application/linkset+json'],
      [unit, 'application/*;q=0.5, text/*', 'text/html; charset=utf-8'],
    ] as const) {
      const { status, headers, body } = await scene.phone.get(path, { accept });
      expect([status, headers['content-type']], `${path} ${accept}`).to.deep.equal([200, type]);
      expect(headers.vary).to.equal('Accept, Accept-Language');
      if (!type.startsWith('text/')) expectDescribed(type, body);
    }
    const ld = await scene.phone.get(unit, { accept: 'application/ld+json' });
    expectDescribed('application/ld+json', ld.body);
    expect(textAt(ld.body, '/@context')).to.include('https://ref.gs1.org/standards/resolver/');
  });

  it('are announced by the page, with its two languages', async () => {
    const { headers } = await scene.phone.get(`/01/${stapler}/10/${encodeURIComponent(slashed)}`);
    expect(headers.link).to.include(
      `<${base}/01/${stapler}/10/A%2FB%251%22%3C?linkType=linkset>; rel="linkset"`,
    );
    expect(headers.link).to.include('?lang=en>; rel="alternate"; type="text/html"; hreflang="en"');
  });

  it('are gone to one by one, with the rest of the query', async () => {
    for (const type of ['gs1:recallStatus', `${voc}recallStatus`]) {
      const query = `17=290228&linkType=${encodeURIComponent(type)}&lang=en&x=1`;
      const { status, headers } = await scene.phone.get(`/01/${stapler}/10/${scene.lots.good}?${query}`);
      expect(status).to.equal(307);
      const target = `${base}/01/${stapler}/10/${scene.lots.good}`;
      expect(headers.location).to.equal(`${target}?17=290228&x=1&lang=en#recall`);
      expect(headers['cache-control']).to.equal('no-store');
    }
    for (const type of ['gs1:pip', 'gs1:defaultLink']) {
      const { status, headers } = await scene.phone.get(`/01/${stapler}?linkType=${type}`);
      expect([status, headers.location]).to.deep.equal([307, `${base}/01/${stapler}`]);
    }
    const { bytes } = await scene.phone.get(`/01/${stapler}/10/${scene.lots.good}`);
    expect(bytes.toString()).to.include('id="recall"');
  });

  it('that there are none of answer 404 with those that there are', async () => {
    for (const type of ['gs1:eifu', 'gs1:pips', 'pip', 'https://example.org/pip', '<script>', '']) {
      const path = `/01/${stapler}/10/${scene.lots.good}?linkType=${encodeURIComponent(type)}`;
      const page = await scene.phone.get(path);
      expect(page.status, type).to.equal(404);
      expect(page.bytes.toString()).to.include('#recall').and.not.to.include('<script');
      const json = await scene.phone.get(path, { accept: 'application/json' });
      expect([json.status, textAt(json.body, '/code')]).to.deep.equal([404, 'resolver/link-type']);
      expect(at(json.body, '/info/available')).to.deep.equal([
        'gs1:defaultLink',
        'gs1:pip',
        'gs1:recallStatus',
      ]);
    }
  });

  it('of a device that nobody has made are none, and say of which recall it would be', async () => {
    const json = { accept: 'application/linkset+json' };
    const { status, body } = await scene.phone.get(`/01/${unknown}/10/X`, json);
    expect([status, textAt(body, '/code')]).to.deep.equal([404, 'resolver/device-unknown']);
    const other = await scene.phone.get('/8006/1', json);
    expect([other.status, textAt(other.body, '/code')]).to.deep.equal([404, 'resolver/other-key']);
  });

  it('are described at /.well-known/gs1resolver', async () => {
    const { status, body } = await scene.phone.get('/.well-known/gs1resolver');
    expect(status).to.equal(200);
    expect(at(body, '/resolverRoot')).to.equal(base);
    expect(at(body, '/supportedPrimaryKeys')).to.deep.equal(['01']);
    expect(at(body, '/linkTypeDefaultCanBeLinkset')).to.equal(false);
  });

  it('whatever stands behind /01/, nothing is a fault of ours', async () => {
    const piece = fc.oneof(
      fc.constantFrom(stapler, implant, unknown, '01', '10', '21', '22', '235', '8006', '', '.', '..', '%'),
      fc.constantFrom('%00', '%ff', '%2F', '%E4%B8%AD', '%0d%0a', '?', '#', '&', '=', '17=290228', 'lang=en'),
      fc.constantFrom('linkType=linkset', 'linkType=gs1:pip', 'lang=zh-Hant-CN-x-1', '__proto__', '$gt'),
      fc.string({ unit: 'grapheme-ascii', maxLength: 24 }).map(encodeURIComponent),
      fc.string({ unit: 'binary', maxLength: 12 }).map((text) => encodeURIComponent(text.toWellFormed())),
      fc.constant('9'.repeat(9_000)),
    );
    const accept = fc.constantFrom(
      'text/html',
      'application/json',
      'application/linkset+json',
      ';;,q=',
      '*/*',
    );
    const address = fc
      .tuple(fc.array(piece, { maxLength: 7 }), fc.constantFrom('/', '&', '?'))
      .map(([pieces, glue]) => `/01/${pieces.slice(0, 4).join('/')}${glue}${pieces.slice(4).join('&')}`);
    await fc.assert(
      fc.asyncProperty(address, accept, async (path, media) => {
        const { status, headers } = await scene.phone.get(path.replaceAll('#', ''), { accept: media });
        expect(status, path.slice(0, 200)).to.be.oneOf([200, 307, 400, 404, 413]);
        expect(headers['content-type'] ?? '', path).to.match(/^(|text\/html.*|application\/.*json.*)$/);
      }),
      { numRuns: 120 },
    );
  }).timeout(20_000);

  it('are not for one address to ask for without an end; a proxy’s clients are told apart', async () => {
    const { db, connection, client, close } = scene.world.database;
    const app = await createApp({
      database: { db, connection, client, close },
      clock: systemClock,
      ids: systemIds,
      logger: createLogger('fatal'),
      publicUrl: base,
      masterKey: createSecretKey(new Uint8Array(32).fill(7)),
      trustProxy: 'loopback',
    });
    const server = await serve(app.express);
    const ask = (from: string, accept = 'text/html') =>
      server.client().get('/8006/1', { 'x-forwarded-for': from, accept });
    const untilRefused = async (accept: string) => {
      for (let round = 0; round < 20; round += 1) {
        const asked = await Promise.all(Array.from({ length: 50 }, () => ask('203.0.113.7', accept)));
        const refused = asked.find(({ status }) => status === 429);
        if (refused !== undefined) return refused;
      }
      throw new Error('never refused');
    };
    const page = await untilRefused('text/html');
    expect(page.bytes.toString()).to.include('查询过于频繁');
    expect(Number(page.headers['retry-after'])).to.be.at.least(1);
    const problem = await untilRefused('application/json');
    expect(textAt(problem.body, '/code')).to.equal('access/rate-limited');
    expect((await ask('203.0.113.8')).status).to.equal(404);
    await server.close();
  }).timeout(20_000);
});

describe('what a client would rather have', () => {
  it('is weighed, and nothing that it sends is a fault', () => {
    fc.assert(
      fc.property(fc.string(), (header) => {
        expect(formOf({ media: header })).to.be.a('string');
        expect(languageOf({ languages: header }, header)).to.be.oneOf(['zh', 'en']);
      }),
    );
    expect(languageOf({ languages: 'en;q=0, zh;q=0.1' }, undefined)).to.equal('zh');
    expect(formOf({ media: 'text/html;q=0, */*' })).to.equal('linkset');
  });
});
