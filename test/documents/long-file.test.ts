import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect } from 'chai';
import { Pdf } from '../../src/documents/pdf.ts';

const pageSize = [200, 100] as const;

function begin(): Pdf {
  return new Pdf({ title: 'Roll', language: 'zh-CN', now: new Date(0), pageSize, archival: false });
}

/** As a label: what is the same on each, a text of its own, a stamp. */
function drawOn(pdf: Pdf, page: number): void {
  pdf.line('一次性使用管型吻合器 Circular stapler', 10, 20, { size: 8, weight: 'bold' });
  pdf.line(`(21)SN${page} – ${page % 2 === 0 ? '偶' : '奇'}`, 10, 40, { size: 6 });
  pdf.stamp('square', [0, 0, 10, 10], () => '0 0 10 10 re f', { x: 50 + page, y: 50, scale: 1 });
  pdf.kit.rect(100, 10, 20 + page, 1).fill('#000000');
}

describe('a long file', () => {
  it('comes to the bytes that pdfkit writes of its own pages, however it is taken', async () => {
    const [pages, long] = [begin(), begin()];
    const pieces: Buffer[] = [];
    for (let page = 0; page < 40; page += 1) {
      pages.kit.addPage({ size: [...pageSize], margin: 0 });
      drawOn(pages, page);
      long.nextPage(pageSize);
      drawOn(long, page);
      // A stream's data comes in a turn of its own.
      await nextTurn();
      if (page % 4 !== 0) continue;
      expect(long.waiting).to.be.greaterThan(0);
      pieces.push(long.take());
      expect(long.waiting).to.equal(0);
    }
    pieces.push(await long.finish());
    expect(Buffer.concat(pieces).equals(await pages.finish())).to.equal(true);
  });

  it('holds no page that is written, and no word for ever', () => {
    const pdf = begin();
    pdf.nextPage(pageSize);
    const { page } = pdf.kit;
    drawOn(pdf, 0);
    pdf.nextPage(pageSize);
    // Its number is all that the list of pages names.
    expect(Object.values(page.dictionary.data).filter((value) => value !== undefined)).to.deep.equal([]);
    for (let more = 1; more < 100; more += 1) {
      drawOn(pdf, more);
      pdf.nextPage(pageSize);
    }
    const font: unknown = Reflect.get(pdf.kit.font('regular'), '_font');
    if (typeof font !== 'object' || font === null || !('layoutCache' in font)) throw new Error('no cache');
    expect(Object.keys(font.layoutCache ?? {}).length).to.be.within(1, 40);
  });
});
