import { expect } from 'chai';
import { createDocument } from '../../src/documents/document.ts';
import { Pdf } from '../../src/documents/pdf.ts';
import { Failure } from '../../src/errors.ts';
import { rasterise, textOfPages, withoutSpace } from './pdf-reading.ts';
import { lotOfRow, sampleNotice, sampleNow } from './sample-notice.ts';

const plain = { title: 'T', number: 'N-1', issuer: 'I', now: sampleNow } as const;

describe('a document', () => {
  it('holds both languages, the first larger', async () => {
    for (const language of ['zh-CN', 'en'] as const) {
      const text = (await textOfPages(await sampleNotice(language).finish())).join('');
      for (const words of ['医疗器械召回通知', 'Medical device recall notice', '召回原因', 'Reason']) {
        expect(text).to.contain(words);
      }
      expect(text.indexOf('召回原因') < text.indexOf('Reason')).to.equal(language === 'zh-CN');
    }
  });

  it('is the same file for the same input, and another at another time', async () => {
    const [first, again] = [await sampleNotice().finish(), await sampleNotice().finish()];
    expect(first.equals(again)).to.equal(true);
    const make = (now: Date): Promise<Buffer> => createDocument({ ...plain, now }).finish();
    expect((await make(sampleNow)).equals(await make(new Date(0)))).to.equal(false);
  });

  it('bears issuer, number and page X of Y on every page', async () => {
    const pages = await textOfPages(await sampleNotice('zh-CN', 90).finish());
    expect(pages.length).to.be.greaterThan(3);
    for (const [index, page] of pages.entries()) {
      expect(page).to.contain('苏州澄明医疗器械有限公司').and.to.contain('PPS-RC-2026-0003/N-017');
      expect(page).to.contain(`第 ${index + 1} 页，共 ${pages.length} 页`);
      expect(page).to.contain(`Page ${index + 1} of ${pages.length}`);
      expect(page).to.contain('2026-11-24 10:30 (UTC+08:00)');
    }
  });

  it('says in the file what it is: title, language, PDF/A-3a, structure', async () => {
    const paper = createDocument({ ...plain, title: 'A & B <c>' });
    const file = (await paper.finish()).toString('latin1');
    const xmp = /<\?xpacket begin[\s\S]*<\?xpacket end/.exec(file)?.[0] ?? '';
    expect(Buffer.from(xmp, 'latin1').toString()).to.contain('A ＆ B ＜c>');
    expect(xmp).to.contain('<pdfaid:part>3</pdfaid:part>').and.to.contain('>A</pdfaid:conformance>');
    expect(file).to.contain('/Lang (zh-CN)').and.to.contain('/StructTreeRoot').and.to.contain('/Marked true');
  });

  it('prints nothing outside its margins, however long the words', async () => {
    const paper = createDocument({ ...plain, issuer: '很长的单位名称'.repeat(40), number: 'N'.repeat(60) });
    paper.heading({ zh: '标题'.repeat(40), en: 'Heading '.repeat(40) });
    paper.paragraph('X'.repeat(900));
    paper.keyValues([{ key: 'K'.repeat(200), value: 'V'.repeat(9_000) }]);
    paper.notice('危'.repeat(3_000));
    paper.signatures([{ party: '单位'.repeat(60), name: '名'.repeat(80), date: '2026-11-24', seal: true }]);
    for (const { width, height, grey } of await rasterise(await paper.finish(), 36)) {
      const margin = Math.floor((20 / 25.4) * 36) - 1;
      for (let y = 0; y < height; y += 1) {
        for (let x = 0; x < margin; x += 1) {
          expect(grey[y * width + x], `left, ${x},${y}`).to.equal(255);
          expect(grey[y * width + width - 1 - x], `right, ${x},${y}`).to.equal(255);
        }
      }
    }
  });

  it('never waits for a structure element that nobody ended', async () => {
    const pdf = new Pdf({ title: 'T', language: 'en', now: sampleNow, pageSize: [100, 100], archival: true });
    pdf.kit.addPage();
    pdf.kit.ref({});
    const failure = await pdf.finish().then(
      () => undefined,
      (error: unknown) => error,
    );
    expect(failure).to.be.instanceOf(Error).with.property('message', 'a part of the PDF was never ended');
  });

  it('is refused when it would not end', () => {
    const paper = createDocument(plain);
    const endless = (): void => {
      for (let page = 0; page < 2_001; page += 1) {
        paper.paragraph('x');
        paper.pageBreak();
      }
    };
    expect(endless).to.throw(Failure).with.property('code', 'document/too-long');
  });
});

describe('a table', () => {
  it('has its header on every page, and every row whole on one page', async () => {
    const pages = await textOfPages(await sampleNotice('zh-CN', 90).finish());
    const withRows = pages.filter((page) => page.includes('PPS3-'));
    expect(withRows.length).to.be.greaterThan(2);
    for (const page of withRows) expect(page).to.contain('In stock');
    for (let row = 1; row <= 90; row += 1) {
      const page = withRows.find((text) => text.includes(lotOfRow(row)));
      expect(page, lotOfRow(row))
        .to.contain(`二级库 ${row}`)
        .and.to.contain(`1,${String(row).padStart(3, '0')}`);
    }
  });

  it('sets digits under digits at the right edge', async () => {
    const paper = createDocument(plain);
    const columns = [{ title: 'Q', weight: 1, align: 'end' as const }];
    paper.table(columns, [{ cells: [1_234_567] }, { cells: [8] }]);
    const text = (await textOfPages(await paper.finish())).join('');
    expect(text).to.contain('1,234,567');
  });

  it('splits a row that is higher than a page from where it stands, and loses nothing of it', async () => {
    const paper = createDocument(plain);
    const long = Array.from({ length: 2_500 }, (_, index) => `#${index}`).join(' ');
    const columns = [
      { title: 'Heading', weight: 1 },
      { title: 'B', weight: 2 },
    ];
    paper.table(columns, [
      { cells: ['one', 'two'] },
      { cells: ['three', long] },
      { cells: ['four', 'five'] },
    ]);
    const pages = await textOfPages(await paper.finish());
    expect(pages.length).to.be.greaterThan(1);
    expect(pages[0]).to.contain('#40');
    for (const page of pages) expect(page).to.contain('Heading');
    const numbers = pages
      .join('')
      .match(/#(\d+)/g)
      ?.map((mark) => Number(mark.slice(1)));
    expect(numbers).to.deep.equal(Array.from({ length: 2_500 }, (_, index) => index));
    expect(withoutSpace(pages.at(-1) ?? '')).to.contain('four');
  });

  it('says so when it is empty', async () => {
    const paper = createDocument(plain);
    paper.table([{ title: 'A', weight: 1 }], [], { whenEmpty: { zh: '未登记使用', en: 'No use recorded' } });
    expect((await textOfPages(await paper.finish())).join(''))
      .to.contain('未登记使用')
      .and.to.contain('No use recorded');
  });

  it('refuses a row with too few cells', () => {
    const paper = createDocument(plain);
    expect(() => paper.table([{ title: 'A', weight: 1 }], [{ cells: [] }])).to.throw('0 cells');
  });
});
