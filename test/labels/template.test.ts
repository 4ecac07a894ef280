import { readdir } from 'node:fs/promises';
import { expect } from 'chai';
import { Failure } from '../../src/errors.ts';
import {
  type LabelElement,
  type LabelTemplate,
  loadTemplate,
  parseTemplate,
  readTemplate,
} from '../../src/labels/template.ts';

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

  it('are no templates where the file is no JSON, or another one’s', () => {
    for (const text of ['', '{"name": "unit-60x40",', JSON.stringify(unit).slice(0, -1)]) {
      expect(() => readTemplate('unit-60x40', text), text.slice(0, 30))
        .to.throw(Failure)
        .with.property('code', 'label/template-invalid');
    }
    expect(() => readTemplate('other', JSON.stringify(unit)))
      .to.throw(Failure)
      .with.property('code', 'label/template-invalid');
    expect(readTemplate('unit-60x40', JSON.stringify(unit))).to.deep.equal(unit);
  });

  const [panel] = unit.panels;
  if (panel?.kind !== 'text') throw new Error('the unit label has a panel of text');
  const { elements } = panel;
  const withElements = (changed: readonly unknown[]): unknown => ({
    ...unit,
    panels: [{ ...panel, elements: changed }],
  });

  it('name their fault: an unknown element, a wrong size, a field of another kind, a module of no whole dots', () => {
    const at = `/panels/0/elements/${elements.length}`;
    expect(faultPointers(withElements([...elements, { kind: 'picture' }]))).to.deep.equal([at]);
    expect(faultPointers({ ...unit, sizeMm: { width: -1, height: 40 } })).to.include('/sizeMm/width');
    expect(faultPointers({ ...unit, colour: 'red' })).to.deep.equal(['']);
    expect(faultPointers({ ...unit, draws: 'case', panels: [{ ...panel, kind: 'bar' }] })).to.deep.equal([
      '/panels/0/kind',
    ]);
    const packer = {
      kind: 'fields',
      fields: [{ field: 'packer' }],
      size: { minimum: 5, maximum: 5 },
      weight: 'bold',
    };
    expect(faultPointers(withElements([...elements, packer]))).to.deep.equal([`${at}/fields/0`]);
    for (const xDimensionMm of [0.25, 0.3, 0.5]) {
      const symbol = {
        ...{ kind: 'symbol', symbology: 'gs1datamatrix', source: 'gs1', place: 'bottom', xDimensionMm },
      };
      const others = elements.filter((element) => element.kind !== 'symbol');
      expect(faultPointers(withElements([symbol, ...others])), String(xDimensionMm)).to.deep.equal([
        '/panels/0/elements/0/xDimensionMm',
      ]);
    }
  });

  it('have their panels inside the margins and none over another, and their sheets inside the page', () => {
    expect(faultPointers({ ...unit, marginMm: 2 })).to.deep.equal(['/panels/0/atMm']);
    const second = { ...panel, atMm: { ...panel.atMm, y: 30, height: 8 } };
    expect(faultPointers({ ...unit, panels: [panel, second] })).to.deep.equal([
      '/panels/0/atMm',
      '/panels/1/atMm',
    ]);
    const sheet = {
      ...{ pageMm: { width: 210, height: 297 }, columns: 3, rows: 7, offsetMm: { x: 10, y: 5 } },
      pitchMm: { x: 65, y: 41 },
    };
    expect(faultPointers({ ...unit, sheet })).to.deep.equal([]);
    expect(faultPointers({ ...unit, sheet: { ...sheet, columns: 4 } })).to.deep.equal(['/sheet']);
    expect(faultPointers({ ...unit, sheet: { ...sheet, pitchMm: { x: 59, y: 41 } } })).to.deep.equal([
      '/sheet/pitchMm',
    ]);
  });

  it('hold of a device what the law asks for at least, and all of it or where the rest is', async () => {
    const without = (template: LabelTemplate, left: (element: LabelElement) => boolean): unknown => ({
      ...template,
      panels: template.panels.map((one) =>
        one.kind === 'text' ? { ...one, elements: one.elements.filter((element) => !left(element)) } : one,
      ),
    });
    const shows = (field: string) => (element: LabelElement) =>
      element.kind === 'fields' && element.fields.some((one) => one.field === field);
    const templates = await Promise.all(
      ['unit-60x40', 'kit-100x80', 'case-150x100', 'ma-unit-60x40'].map(loadTemplate),
    );
    for (const template of templates) {
      for (const field of ['productName', 'model', 'manufacturedOn']) {
        expect(faultPointers(without(template, shows(field))), `${template.name} ${field}`).to.deep.equal([
          '/panels',
        ]);
      }
    }
    // Symbols and their text alone.
    const bare = without(unit, ({ kind }) => kind !== 'symbol' && kind !== 'humanReadable');
    expect(faultPointers(bare)).to.deep.equal(['/panels']);
    // A small label refers to the instructions; what refers to nothing says it all.
    expect(faultPointers(without(unit, ({ kind }) => kind === 'words'))).to.deep.equal(['/panels']);
    const box = await loadTemplate('case-150x100');
    for (const field of ['agent', 'productionAddress', 'registrant', 'storage', 'warnings']) {
      expect(faultPointers(without(box, shows(field))), field).to.deep.equal(['/panels']);
    }
    expect(faultPointers(without(box, ({ kind }) => kind === 'marks'))).to.deep.equal(['/panels']);
    // The sticker for a record is no label of the device.
    const record = await loadTemplate('patient-record-80x120');
    expect(faultPointers(without(record, shows('manufacturedOn')))).to.deep.equal([]);
  });

  it('have a UDI carrier and its human-readable text', () => {
    for (const kind of ['symbol', 'humanReadable']) {
      const others = elements.filter((element) => element.kind !== kind);
      expect(faultPointers(withElements(others))).to.deep.equal(['/panels']);
    }
  });
});
