import { expect } from 'chai';
import { at, textAt } from '../support/http.ts';
import { implant, implantBox, stapler, staplerCase, unknown } from '../support/world-facts.ts';
import { use } from '../support/world-play.ts';
import { createLabelScene, decide, type LabelScene, slashed, textOf } from './label-scene.ts';

describe('the page behind a label', () => {
  let scene: LabelScene;
  before(async function () {
    this.timeout(30_000);
    scene = await createLabelScene();
  });
  after(() => scene.close());

  const pageOf = async (path: string, headers = {}) => {
    const reply = await scene.phone.get(path, headers);
    return { ...reply, text: textOf(reply), html: reply.bytes.toString('utf8') };
  };
  const lot = (number: string, gtin = stapler) => `/01/${gtin}/10/${encodeURIComponent(number)}`;

  describe('says at once', () => {
    const said: [keyof LabelScene['lots'], string, string][] = [
      ['good', '可以使用', 'May be used'],
      ['expired', '已过失效日期，禁止使用', 'Expired: do not use'],
      ['unreleased', '尚未放行，禁止使用', 'Not released: do not use'],
      ['recalled', '正在召回，禁止使用', 'Recalled: do not use'],
      ['held', '已暂停使用，禁止使用', 'On hold: do not use'],
    ];
    for (const [which, zh, en] of said) {
      it(`${en}, in both languages whatever is asked for`, async () => {
        for (const languages of ['zh-CN', 'en-GB,en;q=0.9', 'fr']) {
          const { status, html, text } = await pageOf(lot(scene.lots[which]), {
            'accept-language': languages,
          });
          expect(status).to.equal(200);
          const heading = /<h1.*?<\/h1>/.exec(html)?.[0] ?? '';
          expect(heading).to.include(zh).and.to.include(en);
          expect(text).to.include(stapler).and.to.include(scene.lots[which]);
          expect(heading.includes('safe')).to.equal(which === 'good');
        }
      });
    }

    it('the recall’s number, class, day and what to do, and nothing that the registrant wrote for those concerned', async () => {
      const { text } = await pageOf(lot(scene.lots.recalled), { 'accept-language': 'en' });
      expect(text).to.include(scene.recallNumber).and.to.include('Class I recall');
      expect(text).to.match(/Decided on\s+2026-11-02/);
      expect(text).to.include('quarantine at once');
      expect(text).not.to.include('internal report');
      const good = await pageOf(lot(scene.lots.good));
      expect(good.text).to.include('没有涉及本器械的召回');
    });

    it('of a lot that is recalled in part, that it is; of a unit of it, whether it is one of them', async () => {
      const whole = await pageOf(lot(scene.lots.partly, implant));
      expect(whole.text).to.include('正在召回，禁止使用').and.to.include('仅部分序列号');
      const inside = await pageOf(`${lot(scene.lots.partly, implant)}/21/P1`);
      expect(inside.text).to.include('正在召回，禁止使用').and.not.to.include('仅部分序列号');
      const outside = await pageOf(`${lot(scene.lots.partly, implant)}/21/P2`);
      expect(outside.text).to.include('可以使用');
    });

    it('of a unit by its serial number alone', async () => {
      const { status, text } = await pageOf(`/01/${implant}/21/U1`);
      expect(status).to.equal(200);
      expect(text).to.include('可以使用').and.to.include(scene.lots.units).and.to.include('U1');
    });

    it('of a lot whose labels all bear a serial number, that the number is needed; not where it is graver', async () => {
      const { status, html, text } = await pageOf(lot(scene.lots.units, implant));
      expect(status).to.equal(200);
      expect(text).to.include('需要序列号才能判断').and.to.include('The serial number is needed to tell');
      expect(html).not.to.include('banner safe');
      const recalled = await pageOf(lot(scene.lots.partly, implant));
      expect(recalled.text).to.include('正在召回，禁止使用');
    });

    it('of a package, by the package’s own GTIN and whatever its serial number', async () => {
      const box = await pageOf(lot(scene.lots.good, staplerCase));
      expect(box.text)
        .to.include('可以使用')
        .and.to.match(/包装内数量\s+20/);
      const serialised = await pageOf(`${lot(scene.lots.units, implantBox)}/21/BOX-1`);
      expect(serialised.text).to.include('可以使用');
    });

    it('of a product without a lot, that the lot is needed', async () => {
      const { status, html, text } = await pageOf(`/01/${stapler}`);
      expect(status).to.equal(200);
      expect(text).to.include('需要批号才能判断');
      expect(html).not.to.include('banner safe');
    });

    it('a recall decided this moment, at the next look', async () => {
      const address = lot(slashed);
      expect((await pageOf(address)).text).to.include('可以使用');
      await decide(scene.world, 'R-3', 'III', { gtin: stapler, lot: slashed });
      expect((await pageOf(address)).text)
        .to.include('正在召回，禁止使用')
        .and.to.include('R-3');
    });
  });

  describe('finds a label false', () => {
    it('whose product, lot or serial number nobody has made: 404, with what to do', async () => {
      for (const path of [
        `/01/${unknown}/10/X`,
        lot('NEVER-MADE'),
        `/01/${implant}/21/NEVER`,
        `${lot(scene.lots.units, implant)}/21/NEVER`,
        `${lot(scene.lots.partly, implant)}/21/U1`,
      ]) {
        const { status, text } = await pageOf(path);
        expect(status, path).to.equal(404);
        expect(text).to.include('禁止使用').and.to.include('假冒').and.to.include('12315');
      }
    });

    it('whose serial number was only ever used, not made', async () => {
      const { world } = scene;
      const forged = { gtin: implant, lot: scene.lots.units, serials: ['FORGED'] };
      await use(world, [forged]);
      const { status } = await pageOf(`${lot(scene.lots.units, implant)}/21/FORGED`);
      expect(status).to.equal(404);
    });

    it('whose dates are not those of the record, and shows both', async () => {
      const { status, text } = await pageOf(`${lot(scene.lots.good)}?17=300131&11=260301`, {
        'accept-language': 'en',
      });
      expect(status).to.equal(200);
      expect(text).to.include('The label disagrees with the record: do not use');
      expect(text).to.match(/Expires\s+as recorded 2029-02-28\s+on the label 2030-01-31/);
      expect(text).not.to.include('on the label 2026-03-01');
      const agreeing = await pageOf(`${lot(scene.lots.good)}?17=290228&11=260301`);
      expect(agreeing.text).to.include('可以使用');
    });

    it('a wrong check digit, a lot in the query, a path out of order: 400, and which part is wrong', async () => {
      const wrong: [string, string][] = [
        [`/01/${stapler.slice(0, 13)}0/10/X`, `${stapler.slice(0, 13)}0`],
        [`/01/${stapler}?10=ABC`, '10=ABC'],
        [`/01/${implant}/21/U1/10/${scene.lots.units}`, '21'],
        [`/01/${stapler}/10/${'X'.repeat(21)}`, 'X'.repeat(21)],
        [`/01/${stapler}/10/X?17=991399`, '17=991399'],
        [`/01/${stapler}/01/${implant}/10/X`, '01'],
        [`/01/${stapler}/10/${scene.lots.recalled}/01/${stapler}`, '01'],
      ];
      for (const [path, part] of wrong) {
        const { status, text } = await pageOf(path);
        expect(status, path).to.equal(400);
        expect(text, path).to.include('有误的部分').and.to.include(part);
        const json = await scene.phone.get(path, { accept: 'application/json' });
        expect(json.status, path).to.equal(400);
        expect(textAt(json.body, '/code')).to.equal('resolver/link-invalid');
        expect(at(json.body, '/info/part'), path).to.be.a('string');
      }
      expect((await pageOf(`/01/${stapler.slice(0, 13)}0/10/X`)).text).to.include('校验位不对');
    });

    it('a lot that cannot be decoded is answered with a page, and not as programs are', async () => {
      for (const written of ['%', '%ff', '%zz']) {
        const { status, text } = await pageOf(`/01/${stapler}/10/${written}`, { accept: 'text/html' });
        expect(status, written).to.be.within(400, 404);
        expect(text, written).to.include('医疗器械查询').and.to.include('请勿使用');
      }
      for (const nothing of ['/01', '/01/']) {
        const { status, text } = await pageOf(nothing, { accept: 'text/html' });
        expect(status).to.equal(400);
        expect(text).to.include('条码内容有误');
      }
    });

    it('other GS1 keys are not looked up, and it says so', async () => {
      for (const path of ['/8006/012345678901280102/10/X', '/8013/1987654Ad4X4bL5ttr2310c2K', '/00/1']) {
        const { status, text } = await pageOf(path);
        expect(status).to.equal(404);
        expect(text).to.include('GTIN');
      }
    });
  });

  describe('as a page', () => {
    it('is in the language of ?lang=, of Accept-Language, or Chinese, and leads to the other one', async () => {
      const address = `${lot(scene.lots.good)}?17=290228`;
      const languageOf = async (path: string, languages?: string) => {
        const headers = languages === undefined ? {} : { 'accept-language': languages };
        return /<html lang="([^"]*)"/.exec((await pageOf(path, headers)).html)?.[1];
      };
      expect(await languageOf(address)).to.equal('zh-CN');
      expect(await languageOf(address, 'de,*;q=0.1')).to.equal('zh-CN');
      expect(await languageOf(address, 'en-US,en;q=0.9,zh;q=0.8')).to.equal('en');
      expect(await languageOf(address, 'en;q=0.5,zh-TW')).to.equal('zh-CN');
      expect(await languageOf(`${address}&lang=en`, 'zh')).to.equal('en');
      expect(await languageOf(`${address}&lang=zh`, 'en')).to.equal('zh-CN');
      const { html, headers } = await pageOf(address);
      expect(html).to.include('href="?17=290228&amp;lang=en"');
      // What speaks against the label stands in its query: it goes along.
      expect(headers.link).to.include('?17=290228&lang=en>; rel="alternate"');
      expect(headers['content-language']).to.equal('zh-CN');
      expect((await pageOf(`${address}&lang=en`)).headers['content-language']).to.equal('en');
    });

    it('is kept by nobody, forbids scripts, tells of no stock, and may be read from any site', async () => {
      const { headers, html } = await pageOf(lot(scene.lots.good));
      expect(headers['cache-control']).to.equal('no-store');
      expect(headers.vary).to.equal('Accept, Accept-Language');
      expect(headers['content-security-policy']).to.include("default-src 'none'");
      expect(headers['access-control-allow-origin']).to.equal('*');
      expect(headers['set-cookie']).to.equal(undefined);
      expect(html).not.to.match(/<script|<style|style=|onload|javascript:/i);
      for (const name of ['示例医院', 'Hospital', '健达', 'theatre']) {
        expect(html.replaceAll('Hospital staff', '')).not.to.include(name);
      }
    });

    it('writes a hostile lot as it is, in text and in links', async () => {
      const hostile = '"<&\'>/%';
      const unknownLot = await pageOf(`${lot(hostile)}?x=%22%3E%3Cscript%3E`);
      expect(unknownLot.status).to.equal(404);
      expect(unknownLot.html).not.to.include('<script');
      expect(unknownLot.text).to.include(hostile);
      const { html, text } = await pageOf(`${lot(hostile)}?x="><script>`);
      expect(html).not.to.include('<script');
      expect((await pageOf(`${lot(scene.lots.good)}?x=">,<y`)).status).to.equal(400);
      const { status, headers } = await pageOf(lot(slashed));
      expect(status).to.equal(200);
      expect(headers.link).to.include('/10/A%2FB%251%22%3C?linkType=linkset');
      expect(text.length).to.be.above(0);
    });

    it('answers HEAD like GET, OPTIONS with what is allowed, a slash at the end as if it were not there', async () => {
      const address = lot(scene.lots.recalled);
      const head = await scene.phone.send('HEAD', address);
      const got = await scene.phone.get(address);
      expect(head.status).to.equal(200);
      expect(head.bytes.length).to.equal(0);
      expect(head.headers['content-length']).to.equal(got.headers['content-length']);
      expect(head.headers.link).to.equal(got.headers.link);
      const options = await scene.phone.send('OPTIONS', address);
      expect([options.status, options.headers.allow]).to.deep.equal([204, 'GET, HEAD, OPTIONS']);
      expect((await scene.phone.send('POST', address)).status).to.equal(405);
      expect((await scene.phone.get(`${address}/`)).status).to.equal(200);
    });

    it('has its style under an address that changes with it', async () => {
      const { html } = await pageOf(lot(scene.lots.good));
      const href = /<link rel="stylesheet" href="([^"]*)"/.exec(html)?.[1] ?? '';
      const sheet = await scene.phone.get(href);
      expect(sheet.headers['cache-control']).to.include('immutable');
      expect((await scene.phone.get('/assets/device.css')).headers['cache-control']).to.equal('no-store');
    });
  });
});
