import { expect } from 'chai';
import { sessionCookie, sessionCookieName } from '../../src/access/cookie.ts';
import { gtinOf } from '../catalogue/samples.ts';
import { type Country, createCountry, done, personOf } from '../disclosure/country.ts';
import { register, Teller } from '../disclosure/story.ts';
import { cookieFrom, type Reply, textAt } from '../support/http.ts';

const password = 'a password of nobody else';

describe('security: what reaches us through somebody’s browser', () => {
  let country: Country;

  before(async function () {
    this.timeout(60_000);
    country = await createCountry();
    await register(new Teller(country));
  });
  after(() => country.close());

  const signIn = (headers = {}) =>
    country.server.client().post('/api/v1/sign-in', { username: 'theatre-shenzhen', password }, headers);

  it('a cookie is out of reach of scripts and other sites, and is never one that was brought along', async () => {
    const reply = await signIn({ cookie: `pps-trace=${'A'.repeat(43)}`, 'sec-fetch-site': 'same-origin' });
    expect(reply.status).to.equal(200);
    const [set = ''] = reply.headers['set-cookie'] ?? [];
    expect(set).to.match(/^pps-trace=[A-Za-z0-9_-]{43}; Path=\/; HttpOnly; SameSite=Lax$/);
    expect(set).not.to.include('A'.repeat(43));
    const https = new URL('https://trace.example.org');
    expect(sessionCookieName(https)).to.equal('__Host-pps-trace');
    expect(sessionCookie(https, 'x')).to.match(/; Secure$/);
    expect(sessionCookie(https, 'x')).not.to.include('Domain');
  });

  it('another site’s page changes nothing, whatever it sends', async () => {
    const cookie = cookieFrom(await signIn());
    const body = JSON.stringify({ text: 'x' });
    const send = (headers: Record<string, string>) =>
      country.server
        .client()
        .send('POST', '/api/v1/udi/parse', { 'content-type': 'application/json', cookie, ...headers }, body);
    const foreign: Record<string, string>[] = [
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
      { 'sec-fetch-site': 'SAME-ORIGIN ' },
      { origin: 'https://evil.example' },
      { origin: 'null' },
      { origin: 'http://127.0.0.1:8080.evil.example' },
      { origin: 'http://127.0.0.1:8080@evil.example' },
      { origin: 'javascript:alert(1)' },
      { origin: '' },
      {},
    ];
    for (const headers of foreign)
      expect((await send(headers)).status, JSON.stringify(headers)).to.equal(403);
    expect((await send({ origin: 'http://127.0.0.1:8080' })).status).to.equal(422);
    const read = await country.server.client().get('/api/v1/me', { cookie, origin: 'https://evil.example' });
    expect(read.headers['access-control-allow-origin']).to.equal(undefined);
    const asked = await country.server.client().send('OPTIONS', '/api/v1/me', {
      origin: 'https://evil.example',
      'access-control-request-method': 'POST',
    });
    expect(asked.headers['access-control-allow-origin']).to.equal(undefined);
  });

  it('a Host or a forwarded host of somebody’s choosing is repeated nowhere', async () => {
    const evil = 'evil.example';
    const headers = {
      host: evil,
      'x-forwarded-host': evil,
      'x-forwarded-proto': 'https',
      forwarded: `host=${evil}`,
    };
    const administrator = personOf(country.members.shenzhen, 'administrator').client;
    const replies = [
      await administrator.get('/api/v1/me', headers),
      await administrator.post('/api/v1/people', { name: 'x' }, headers),
      await administrator.get('/nowhere', headers),
      await country.server.client().get('/api/v1/openapi.json', headers),
      await country.server.client().get(`/01/${gtinOf(1)}/10/X`, headers),
    ];
    for (const reply of replies) {
      expect(reply.bytes.toString()).not.to.include(evil);
      expect(JSON.stringify(reply.headers)).not.to.include(evil);
    }
    expect(replies[1]?.headers.location).to.match(/^\/api\/v1\/people\//);
  });

  it('a name with quotes, line ends and umlauts breaks no header of a download', async () => {
    const { maker } = country.members;
    const quality = personOf(maker, 'quality').client;
    const wording = { zh: '文字', en: 'words' };
    const recall = (number: string) =>
      quality.post('/api/v1/recalls', {
        commandId: crypto.randomUUID(),
        class: 'II',
        basis: 'voluntary',
        reason: wording,
        instructions: wording,
        measures: ['warning'],
        scope: [{ gtin: gtinOf(1), lot: `L${number.length}` }],
        number,
      });
    for (const number of ['a\r\nSet-Cookie: x=1', 'a\u0000b', '\u202Egpj.exe', 'a\nb']) {
      expect((await recall(number)).status, JSON.stringify(number)).to.equal(422);
    }
    const id = textAt(await done(recall(`"; filename="x.exe"; é召/..\\%0d%0a'`)), '/recall');
    const reply = await quality.get(`/api/v1/recalls/${id}/report.pdf`);
    expect(reply.status).to.equal(200);
    const disposition = String(reply.headers['content-disposition']);
    expect(disposition).to.match(
      /^attachment; filename="[A-Za-z0-9._-]+"; filename\*=UTF-8''[A-Za-z0-9._~%-]+$/,
    );
    expect(reply.headers['set-cookie']).to.equal(undefined);
    expect(reply.headers['x-content-type-options']).to.equal('nosniff');
  }).timeout(20_000);

  it('every answer forbids framing, sniffing, caching and foreign scripts', async () => {
    const nobody = country.server.client();
    const replies: Reply[] = [
      await nobody.get('/api/v1/me'),
      await nobody.get('/nowhere'),
      await nobody.get(
        `/01/${gtinOf(1)}/10/<script>alert(1)</script>`.replaceAll('<', '%3C').replaceAll('>', '%3E'),
      ),
      await personOf(country.members.shenzhen, 'theatre').client.get('/api/v1/stock'),
    ];
    for (const { headers, bytes } of replies) {
      expect(headers['content-security-policy']).to.include("default-src 'none'");
      expect(headers['content-security-policy']).not.to.match(/unsafe-inline|'unsafe-eval'|\*/);
      expect(headers['x-frame-options']).to.equal('DENY');
      expect(headers['x-content-type-options']).to.equal('nosniff');
      expect(headers['cache-control']).to.equal('no-store');
      expect(headers['referrer-policy']).to.equal('no-referrer');
      expect(headers['x-powered-by']).to.equal(undefined);
      expect(bytes.toString()).not.to.include('<script>');
    }
  });

  it('a forwarded address does not reset the count of wrong passwords', async () => {
    const wrong = (index: number) =>
      country.server.client().post(
        '/api/v1/sign-in',
        { username: 'materials-beijing', password: 'wrong wrong wrong' },
        {
          'x-forwarded-for': `203.0.113.${index}`,
          forwarded: `for=203.0.113.${index}`,
          'x-real-ip': `203.0.113.${index}`,
        },
      );
    const statuses: number[] = [];
    for (let index = 0; index < 12; index += 1) statuses.push((await wrong(index)).status);
    expect(statuses.slice(0, 10)).to.deep.equal(Array(10).fill(401));
    expect(statuses.slice(10)).to.deep.equal([429, 429]);
  }).timeout(20_000);
});
