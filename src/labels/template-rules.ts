/** What must hold between the parts of a template, beyond the shape of each. */
import type { ContentKind } from './content.ts';
import { fieldsOfKind } from './label-facts.ts';
import { overlap, type Rectangle } from './rectangle.ts';
import { xDimensionMm, xDimensionOfBarsMm, xDimensionOfLogisticsMm } from './symbol.ts';
import type { LabelTemplate, TextPanel } from './template.ts';
import { faultsByLaw } from './template-law.ts';

interface TemplateFault {
  readonly path: readonly (string | number)[];
  readonly error: string;
}

type Source = 'gs1' | 'link' | 'plain' | 'trade' | 'lot' | 'sscc';

/** What the symbols of a kind of label can carry. */
const sourcesOfKind: Readonly<Record<ContentKind, readonly Source[]>> = {
  unit: ['gs1', 'link'],
  kit: ['gs1', 'link'],
  case: ['gs1', 'link', 'trade', 'lot'],
  logistic: ['gs1', 'sscc'],
  pack: ['gs1', 'link'],
  'patient-record': ['gs1', 'link'],
  'item-code': ['plain'],
  'ma-unit': ['plain'],
};

const kindsWithContents: readonly ContentKind[] = ['kit', 'logistic'];
const kindsInLogistics: readonly ContentKind[] = ['case', 'logistic'];

/** A 203-dpi head prints 8 dots a millimetre; most label printers in hospitals have one. */
const millimetresPerDot203 = 0.125;
/** A tenth of a micrometre: what is left of decimal fractions in binary. */
const epsilonMm = 1e-4;

/** @returns what is wrong, each with the path to it; nothing for a template that can be laid out. */
export function faultsOfTemplate(template: LabelTemplate): TemplateFault[] {
  return [
    ...faultsOfLanguages(template),
    ...faultsOfPlaces(template),
    ...faultsOfSheet(template),
    ...faultsOfCarriers(template),
    ...faultsByLaw(template),
    ...template.panels.flatMap((panel, index) =>
      panel.kind === 'bars'
        ? faultsOfBars(template.draws, panel, ['panels', index])
        : faultsOfElements(template.draws, panel, ['panels', index, 'elements']),
    ),
  ];
}

function faultsOfLanguages({ languages }: LabelTemplate): TemplateFault[] {
  if (new Set(languages).size === languages.length) return [];
  return [{ path: ['languages'], error: 'a language twice' }];
}

function faultsOfPlaces({ sizeMm, marginMm, panels }: LabelTemplate): TemplateFault[] {
  const inside = {
    x: marginMm,
    y: marginMm,
    width: sizeMm.width - 2 * marginMm,
    height: sizeMm.height - 2 * marginMm,
  };
  return panels.flatMap(({ atMm }, index) => {
    const path = ['panels', index, 'atMm'];
    const met = panels.findIndex((other) => other.atMm !== atMm && overlap(other.atMm, atMm));
    return [
      ...(within(inside, atMm) ? [] : [{ path, error: 'outside the margins' }]),
      ...(met === -1 ? [] : [{ path, error: `over panel ${met}` }]),
    ];
  });
}

function within(outer: Rectangle, inner: Rectangle): boolean {
  return (
    inner.x >= outer.x - epsilonMm &&
    inner.y >= outer.y - epsilonMm &&
    inner.x + inner.width <= outer.x + outer.width + epsilonMm &&
    inner.y + inner.height <= outer.y + outer.height + epsilonMm
  );
}

function faultsOfSheet({ sheet, sizeMm }: LabelTemplate): TemplateFault[] {
  if (sheet === undefined) return [];
  const { columns, rows, offsetMm, pitchMm, pageMm } = sheet;
  const right = offsetMm.x + (columns - 1) * pitchMm.x + sizeMm.width;
  const lower = offsetMm.y + (rows - 1) * pitchMm.y + sizeMm.height;
  const meeting =
    (columns > 1 && pitchMm.x < sizeMm.width - epsilonMm) ||
    (rows > 1 && pitchMm.y < sizeMm.height - epsilonMm);
  return [
    ...(right > pageMm.width + epsilonMm || lower > pageMm.height + epsilonMm
      ? [{ path: ['sheet'], error: 'labels beyond the page' }]
      : []),
    ...(meeting ? [{ path: ['sheet', 'pitchMm'], error: 'labels over one another' }] : []),
  ];
}

/** A label that no machine reads, or whose symbol no person can, is none. */
function faultsOfCarriers({ draws, panels }: LabelTemplate): TemplateFault[] {
  const elements = panels.flatMap((panel) => (panel.kind === 'text' ? panel.elements : []));
  const carrier = sourcesOfKind[draws].includes('plain') ? 'plain' : 'gs1';
  const carries = elements.some((element) => element.kind === 'symbol' && element.source === carrier);
  const said = elements.some((element) => element.kind === 'humanReadable');
  return [
    ...(carries ? [] : [{ path: ['panels'], error: `no symbol with the source ${carrier}` }]),
    ...(said ? [] : [{ path: ['panels'], error: 'no human-readable text beside the symbol' }]),
  ];
}

function faultsOfBars(
  draws: ContentKind,
  {
    source,
    xDimensionMm: { minimum, preferred },
  }: Extract<LabelTemplate['panels'][number], { kind: 'bars' }>,
  path: readonly (string | number)[],
): TemplateFault[] {
  const allowed = xDimensionOfBarsMm;
  const right = minimum >= allowed.minimum && minimum <= preferred && preferred <= allowed.maximum;
  return [
    ...(right
      ? []
      : [{ path: [...path, 'xDimensionMm'], error: `${allowed.minimum} to ${allowed.maximum} mm` }]),
    ...faultsOfSource(draws, source, path),
  ];
}

function faultsOfSource(
  draws: ContentKind,
  source: Source,
  path: readonly (string | number)[],
): TemplateFault[] {
  if (sourcesOfKind[draws].includes(source)) return [];
  return [{ path: [...path, 'source'], error: `a label of kind ${draws} has nothing of that` }];
}

function faultsOfElements(
  draws: ContentKind,
  { elements }: TextPanel,
  panel: readonly (string | number)[],
): TemplateFault[] {
  return elements.flatMap((element, index): TemplateFault[] => {
    const path = [...panel, index];
    switch (element.kind) {
      case 'symbol':
        return [
          ...faultsOfSource(draws, element.source, path),
          ...faultsOfXDimension(draws, element.xDimensionMm, [...path, 'xDimensionMm']),
        ];
      case 'humanReadable':
        return faultsOfSource(draws, element.source, path);
      case 'fields':
        return element.fields.flatMap(({ field }, at) =>
          fieldsOfKind[draws].includes(field)
            ? []
            : [{ path: [...path, 'fields', at], error: `a label of kind ${draws} has no such field` }],
        );
      case 'contents':
        return kindsWithContents.includes(draws)
          ? []
          : [{ path, error: `a label of kind ${draws} has no contents` }];
      case 'words':
      case 'marks':
      case 'space':
      case 'rule':
        return [];
      default: {
        const impossible: never = element;
        throw new Error(`unreachable: ${JSON.stringify(impossible)}`);
      }
    }
  });
}

function faultsOfXDimension(
  draws: ContentKind,
  wanted: number,
  path: readonly (string | number)[],
): TemplateFault[] {
  const { minimum, maximum } = kindsInLogistics.includes(draws) ? xDimensionOfLogisticsMm : xDimensionMm;
  const dots = wanted / millimetresPerDot203;
  return [
    ...(wanted >= minimum && wanted <= maximum ? [] : [{ path, error: `${minimum} to ${maximum} mm` }]),
    ...(Math.abs(dots - Math.round(dots)) < epsilonMm
      ? []
      : [{ path, error: 'a whole number of printer dots of 0.125 mm' }]),
  ];
}
