import { readdir } from 'node:fs/promises';
import { expect } from 'chai';
import { Failure } from '../../src/errors.ts';
import { loadTemplate, parseTemplate } from '../../src/labels/template.ts';

const unit = await loadTemplate('unit-60x40');

function faultPointers(json: unknown): string[] {
  try {
    parseTemplate(json);
    return [];
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    expect(error.code).to.equal('label/template-invalid');
    return error.faults.map(({ pointer }) => pointer);
  }
}

describe('label templates', () => {
  it('are all readable, each under its own name', async () => {
    const files = await readdir(new URL('../../labels/', import.meta.url));
    expect(files).to.include('unit-60x40.json');
    for (const file of files) {
      const name = file.replace(/\.json$/, '');
      expect(await loadTemplate(name)).to.have.property('name', name);
    }
  });

  for (const name of ['no-such', '../package', 'UNIT', '', 'a/b']) {
    it(`are looked up, never a path: ${JSON.stringify(name)}`, async () => {
      const error: unknown = await loadTemplate(name).catch((thrown: unknown) => thrown);
      expect(error).to.be.instanceOf(Failure).with.property('code', 'label/template-unknown');
    });
  }

  it('name their fault: an unknown element, a wrong size, a module of no whole dots', () => {
    const { elements } = unit;
    expect(faultPointers({ ...unit, elements: [...elements, { kind: 'picture' }] })).to.deep.equal([
      `/elements/${elements.length}`,
    ]);
    expect(faultPointers({ ...unit, sizeMm: { width: -1, height: 40 } })).to.deep.equal(['/sizeMm/width']);
    expect(faultPointers({ ...unit, colour: 'red' })).to.deep.equal(['']);
    for (const xDimensionMm of [0.25, 0.3, 0.5]) {
      const symbol = { kind: 'symbol', symbol: 'gs1DataMatrix', place: 'bottom', xDimensionMm };
      const others = elements.filter((element) => element.kind !== 'symbol');
      expect(
        faultPointers({ ...unit, elements: [symbol, ...others] }),
        String(xDimensionMm),
      ).to.have.lengthOf(1);
    }
  });

  it('have a UDI carrier and its human-readable text', () => {
    const without = (kind: string): unknown => ({
      ...unit,
      elements: unit.elements.filter((element) => element.kind !== kind),
    });
    expect(faultPointers(without('symbol'))).to.deep.equal(['/elements']);
    expect(faultPointers(without('humanReadable'))).to.deep.equal(['/elements']);
  });
});
