import ipp from '@sealsystems/ipp';
import { expect } from 'chai';
import fc from 'fast-check';
import { decodeIpp, encodeIpp, type IppAttributes, type IppValue } from '../../src/labels/ipp-encoding.ts';

/** RFC 8010, appendix A.1: octets of a Print-Job request, a field a line. */
const example = Buffer.concat(
  [
    ['0101', '0002', '00000001', '01'],
    ['47', '0012', text('attributes-charset'), '0005', text('utf-8')],
    ['48', '001b', text('attributes-natural-language'), '0005', text('en-us')],
    ['45', '000b', text('printer-uri'), '002c', text('ipp://printer.example.com/ipp/print/pinetree')],
    ['42', '0008', text('job-name'), '0006', text('foobar')],
    ['22', '0016', text('ipp-attribute-fidelity'), '0001', '01'],
    ['02'],
    ['21', '0006', text('copies'), '0004', '00000014'],
    ['44', '0005', text('sides'), '0013', text('two-sided-long-edge')],
    ['03'],
  ].map((fields) => Buffer.from(fields.join(''), 'hex')),
);

function text(value: string): string {
  return Buffer.from(value, 'latin1').toString('hex');
}

const exampleMessage = {
  code: 2,
  requestId: 1,
  groups: [
    {
      name: 'operation' as const,
      attributes: new Map<string, IppValue[]>([
        ['attributes-charset', [{ type: 'charset', value: 'utf-8' }]],
        ['attributes-natural-language', [{ type: 'naturalLanguage', value: 'en-us' }]],
        ['printer-uri', [{ type: 'uri', value: 'ipp://printer.example.com/ipp/print/pinetree' }]],
        ['job-name', [{ type: 'name', value: 'foobar' }]],
        ['ipp-attribute-fidelity', [{ type: 'boolean', value: true }]],
      ]),
    },
    {
      name: 'job' as const,
      attributes: new Map<string, IppValue[]>([
        ['copies', [{ type: 'integer', value: 20 }]],
        ['sides', [{ type: 'keyword', value: 'two-sided-long-edge' }]],
      ]),
    },
  ],
};

describe('messages of the Internet Printing Protocol', () => {
  it('are the bytes of the example in the standard', () => {
    expect(encodeIpp(exampleMessage).toString('hex')).to.equal(example.toString('hex'));
    expect(decodeIpp(example)).to.deep.equal(exampleMessage);
    const followed = Buffer.concat([example, Buffer.from('%!PS')]);
    expect(decodeIpp(followed)).to.deep.equal(exampleMessage);
  });

  const words = fc.constantFrom<IppValue['type']>('text', 'name', 'keyword', 'uri', 'mimeMediaType');
  const plain: fc.Arbitrary<IppValue> = fc.oneof(
    fc.tuple(words, fc.string({ unit: 'grapheme' })).map(([type, value]) => ({ type, value }) as IppValue),
    fc.integer().map((value) => ({ type: 'integer' as const, value })),
    fc.integer().map((value) => ({ type: 'enum' as const, value })),
    fc.boolean().map((value) => ({ type: 'boolean' as const, value })),
    fc.tuple(fc.integer(), fc.integer()).map((value) => ({ type: 'range' as const, value })),
  );
  const { value: anyValue } = fc.letrec<{ value: IppValue; attributes: IppAttributes }>((tie) => ({
    attributes: fc
      .array(
        fc.tuple(fc.stringMatching(/^[a-z-]{1,20}$/), fc.array(tie('value'), { minLength: 1, maxLength: 2 })),
      )
      .map((entries) => new Map(entries)),
    value: fc.oneof(
      { maxDepth: 2, depthSize: 'small' },
      plain,
      tie('attributes').map((value) => ({ type: 'collection' as const, value })),
    ),
  }));

  it('say after decoding what they said before, collections within collections too', () => {
    fc.assert(
      fc.property(fc.array(anyValue, { minLength: 1, maxLength: 4 }), fc.nat(0xffff), (values, code) => {
        const groups = [{ name: 'printer' as const, attributes: new Map([['x', values]]) }];
        const message = { code, requestId: 7, groups };
        expect(decodeIpp(encodeIpp(message))).to.deep.equal(message);
      }),
      { numRuns: 40 },
    );
  });

  it('are read alike by a decoder that others wrote', () => {
    const size = new Map<string, IppValue[]>([
      ['x-dimension', [{ type: 'integer', value: 6_000 }]],
      ['y-dimension', [{ type: 'integer', value: 4_000 }]],
    ]);
    const media: IppValue = {
      type: 'collection',
      value: new Map([['media-size', [{ type: 'collection', value: size }]]]),
    };
    const groups = [
      {
        name: 'operation' as const,
        attributes: new Map<string, IppValue[]>([
          ['requested-attributes', ['printer-state', 'job-id'].map((value) => ({ type: 'keyword', value }))],
          ['job-name', [{ type: 'name', value: '批号 7' }]],
        ]),
      },
      { name: 'job' as const, attributes: new Map([['media-col', [media]]]) },
    ];
    expect(ipp.parse(encodeIpp({ code: 2, requestId: 9, groups }))).to.deep.include({
      version: '1.1',
      operation: 'Print-Job',
      id: 9,
      'operation-attributes-tag': {
        'requested-attributes': ['printer-state', 'job-id'],
        'job-name': '批号 7',
      },
      'job-attributes-tag': {
        'media-col': { 'media-size': { 'x-dimension': 6_000, 'y-dimension': 4_000 } },
      },
    });
  });

  it('are refused where they are cut off, wherever that is, and where they are none', () => {
    for (let length = 0; length < example.length; length += 1) {
      expect(() => decodeIpp(example.subarray(0, length)), `${length}`).to.throw(RangeError);
    }
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat(example.length - 1), (rubbish, from) => {
        const spoiled = Buffer.concat([example.subarray(0, from), rubbish]);
        try {
          decodeIpp(spoiled);
        } catch (error) {
          expect(error).to.be.instanceOf(RangeError);
        }
      }),
      { numRuns: 200 },
    );
  });

  it('nest so deep and no deeper, however many brackets somebody sends', () => {
    const opening = Buffer.from('340000' + '0000', 'hex');
    const member = Buffer.from(`4a0000000161${'340000'}0000`, 'hex');
    const group = Buffer.from('010100000000000104', 'hex');
    const first = Buffer.from('34000161' + '0000', 'hex');
    const deep = Buffer.concat([group, first, ...Array.from({ length: 1_000 }, () => member), opening]);
    expect(() => decodeIpp(deep)).to.throw(RangeError, 'too deep');
    const groups = Buffer.concat([group, Buffer.alloc(1_000_000, 4)]);
    expect(() => decodeIpp(groups)).to.throw(RangeError, 'too many groups');
  });
});
