/** Every template, in both languages, with the least and the most that it holds: one file each. */
import { readdir } from 'node:fs/promises';
import type { LabelContent } from '../../src/labels/content.ts';
import type { TextRuler } from '../../src/labels/placed-text.ts';
import type { LabelLayout } from '../../src/labels/primitive.ts';
import type { RenderOptions } from '../../src/labels/render.ts';
import { pagesOf } from '../../src/labels/sheet.ts';
import { type LabelTemplate, loadTemplate } from '../../src/labels/template.ts';
import type { LabelLanguage } from '../../src/labels/wording.ts';
import { galleryContents } from './contents.ts';

export interface GalleryLabel {
  /** Without an ending. */
  readonly file: string;
  readonly template: LabelTemplate;
  /** The language that comes first, or the only one. */
  readonly lead: LabelLanguage;
  readonly length: 'shortest' | 'longest';
  readonly contents: readonly LabelContent[];
  readonly options: RenderOptions & { readonly languages: readonly LabelLanguage[] };
}

/** The symbols of one page, as a scanner reads them: FNC1 between elements as U+001D, none in front. */
export interface ExpectedPage {
  readonly file: string;
  /** From 1. */
  readonly page: number;
  readonly template: string;
  readonly symbols: readonly {
    readonly kind: 'gs1datamatrix' | 'datamatrix' | 'qr' | 'gs1-128';
    readonly text: string;
  }[];
}

/** The one time in the files, so that they are the same every time. */
export const galleryTime = new Date('2026-11-24T00:00:00Z');

/** On a sheet, from its second place on, as if one label had been used. */
const labelsOnSheet = 3;

/** @returns a label for each template in labels/, language and length, in the order of their names. */
export async function galleryLabels(): Promise<GalleryLabel[]> {
  const files = await readdir(new URL('../../labels/', import.meta.url));
  const labels: GalleryLabel[] = [];
  for (const name of files.map((file) => file.replace(/\.json$/, '')).toSorted()) {
    const template = await loadTemplate(name);
    const extremes = galleryContents[name];
    if (extremes === undefined) throw new Error(`scripts/gallery/contents.ts has nothing for ${name}`);
    for (const lead of ['zh', 'en'] as const) {
      for (const length of ['shortest', 'longest'] as const) {
        const content = extremes[length];
        labels.push({
          ...{ file: `${name}.${lead}.${length}`, template, lead, length },
          contents:
            template.sheet === undefined ? [content] : Array.from({ length: labelsOnSheet }, () => content),
          options: {
            now: galleryTime,
            languages: languagesOf(template, lead),
            ...(template.sheet === undefined ? {} : { startPosition: 2 }),
          },
        });
      }
    }
  }
  return labels;
}

function languagesOf({ languages }: LabelTemplate, lead: LabelLanguage): readonly LabelLanguage[] {
  if (languages.length === 1) return [lead];
  return lead === 'zh' ? ['zh', 'en'] : ['en', 'zh'];
}

/** @returns the pages of a label's file, laid out for a 203-dpi head. */
export function layoutsOf({ template, contents, options }: GalleryLabel, ruler: TextRuler): LabelLayout[] {
  const pages = pagesOf(template, ruler, { ...options, dotsPerInch: 203.2 });
  return [...contents.map((content) => pages.add(content)), pages.rest()].filter(
    (page) => page !== undefined,
  );
}

/** @returns what is to be read from each page of a label's file. */
export function expectedOf(label: GalleryLabel, ruler: TextRuler): ExpectedPage[] {
  return layoutsOf(label, ruler).map(({ primitives }, index) => ({
    file: `${label.file}.pdf`,
    page: index + 1,
    template: label.template.name,
    symbols: primitives.flatMap((primitive) =>
      primitive.kind === 'matrix' || primitive.kind === 'bars'
        ? [{ kind: primitive.symbology, text: primitive.text }]
        : [],
    ),
  }));
}
