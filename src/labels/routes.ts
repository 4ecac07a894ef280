/** Routes of labels: a PDF of the labels of a lot, or of units of it. */
import type { Connection, mongo } from 'mongoose';
import { z } from 'zod';
import { type Route, route } from '../access/route.ts';
import { gtin, lotNumber } from '../catalogue/fields.ts';
import type { Lot } from '../catalogue/lot.ts';
import { readLots } from '../catalogue/lots.ts';
import { readOrganisation } from '../catalogue/organisations.ts';
import { type Product, registrationOn } from '../catalogue/product.ts';
import { readProduct } from '../catalogue/products.ts';
import type { Clock } from '../clock.ts';
import { Failure } from '../errors.ts';
import { quantity, text } from '../http/fields.ts';
import { parseSerial } from '../identifiers/serial.ts';
import { ledgerCollections } from '../ledger/collections.ts';
import { type LotKey, lotId, unitId } from '../ledger/event.ts';
import type { UnitContent } from './content.ts';
import { renderLabels } from './render.ts';
import { loadTemplate } from './template.ts';

export interface LabelParts {
  readonly connection: Connection;
  readonly db: mongo.Db;
  readonly clock: Clock;
  /** What QR codes link to, without a slash at the end. */
  readonly publicUrl: string;
}

const labelsAtOnce = 1_000;

const labelsBody = z.strictObject({
  gtin: gtin(),
  lot: lotNumber(),
  /** Units of the lot, a label each; for a product that is tracked by serial number. */
  serials: z
    .array(z.string().refine((value) => parseSerial(value) !== undefined))
    .min(1)
    .max(labelsAtOnce)
    .optional(),
  /** Labels of the lot, all alike; for a product that is tracked by lot. */
  copies: quantity({ max: labelsAtOnce }).optional(),
  template: text({ max: 60 }).default('unit-60x40'),
  languages: z
    .array(z.enum(['zh', 'en']))
    .min(1)
    .max(2)
    .default(['zh', 'en']),
  /** Dots per inch of the printer that they are made for. */
  dotsPerInch: z.union([z.literal(203), z.literal(300)]).default(203),
});

export function labelRoutes(parts: LabelParts): Route[] {
  return [
    route(
      'POST',
      '/api/v1/labels',
      'label:print',
      {
        summary: 'Labels of a lot or of units of it, as PDF 打印标签',
        body: labelsBody,
        produces: 'application/pdf',
      },
      async ({ caller, body }) => {
        const template = await loadTemplate(body.template);
        const base = await contentOf(parts, caller.organisation, body);
        const contents = await labelsOf(parts, base, body);
        const { languages, dotsPerInch } = body;
        const bytes = await renderLabels(template, contents, {
          now: parts.clock.now(),
          languages,
          dotsPerInch,
        });
        return {
          status: 200,
          contentType: 'application/pdf',
          filename: `labels-${body.gtin}.pdf`,
          bytes,
        };
      },
    ),
  ];
}

/** What the labels of a lot say, but for the serial number. @throws Failure `lot/not-yours` */
async function contentOf(
  { connection, db, publicUrl }: LabelParts,
  organisation: string,
  key: LotKey,
): Promise<UnitContent> {
  const product = await readProduct(db, key.gtin);
  const lot = (await readLots(db, [lotId(key)])).get(lotId(key));
  const maker = await readOrganisation(connection, organisation);
  const own = product?.organisation === organisation && lot?.producedBy === organisation;
  if (product === undefined || lot === undefined || maker === undefined || !own) {
    throw new Failure('lot/not-yours', { gtin: key.gtin, lot: key.lot });
  }
  const registration = registrationOf(product, lot);
  return {
    kind: 'unit',
    gtin: key.gtin,
    lot: key.lot,
    ...(lot.manufacturedOn === undefined ? {} : { manufacturedOn: lot.manufacturedOn }),
    ...(lot.expiresOn === undefined ? {} : { expiresOn: lot.expiresOn }),
    productName: product.names,
    model: product.model,
    specification: product.specification,
    ...(registration === undefined ? {} : { registrationNumber: registration }),
    registrant: { name: maker.name },
    sterile: product.sterile,
    singleUse: product.use.kind === 'single-use',
    publicUrl,
  };
}

/** The registration under which the lot was made; it stays on the label when a newer one follows. */
function registrationOf(product: Product, lot: Lot): string | undefined {
  return lot.manufacturedOn === undefined ? undefined : registrationOn(product, lot.manufacturedOn)?.number;
}

async function labelsOf(
  { db }: LabelParts,
  base: UnitContent,
  { serials, copies }: z.output<typeof labelsBody>,
): Promise<UnitContent[]> {
  const tracked = (await readProduct(db, base.gtin))?.trackedBy === 'serial';
  if (tracked !== (serials !== undefined)) throw new Failure('device/serial-missing', { gtin: base.gtin });
  if (serials === undefined) return Array.from({ length: copies ?? 1 }, () => base);
  const ids = serials.map((serial) => unitId(base.gtin, 'maker', serial));
  const made = new Set(
    await ledgerCollections(db)
      .units.find({ _id: { $in: ids }, lot: base.lot }, { projection: { serial: 1 } })
      .map(({ serial }) => serial)
      .toArray(),
  );
  const unknown = serials.filter((serial) => !made.has(serial));
  if (unknown.length > 0) throw new Failure('label/serial-unknown', { serials: unknown.slice(0, 20) });
  return serials.map((serial) => ({ ...base, serial }));
}
