/** What anybody may know of a device: its product, lot, dates, and whether something speaks against its use. */
import type { Connection, mongo } from 'mongoose';
import { dayInChina } from '../catalogue/day.ts';
import { expiryState } from '../catalogue/expiry.ts';
import type { Lot } from '../catalogue/lot.ts';
import { readLots } from '../catalogue/lots.ts';
import { readOrganisation } from '../catalogue/organisations.ts';
import { type Product, registrationOn, wasRegistered } from '../catalogue/product.ts';
import { readProductRestrictions } from '../catalogue/product-standings.ts';
import { readProduct } from '../catalogue/products.ts';
import { type Restriction, restrictionsOn } from '../catalogue/restriction.ts';
import { lotId } from '../ledger/event.ts';
import { readUnit } from '../ledger/read.ts';
import { readRecall } from '../recalls/storage.ts';
import type { DeviceFacts, DeviceVerdict } from './device-page.ts';

/** What a link names; without a lot, the unit's own record gives it. */
export interface NamedDevice {
  readonly gtin?: string;
  readonly lot?: string;
  readonly serial?: string;
}

/**
 * @returns undefined for a product, lot or serial number that no maker has registered, and where label and record
 *   disagree on the lot: then the label may be false
 */
export async function readDeviceFacts(
  db: mongo.Db,
  connection: Connection,
  { gtin, lot: named, serial }: NamedDevice,
  now: Date,
): Promise<DeviceFacts | undefined> {
  if (gtin === undefined) return undefined;
  const product = await readProduct(db, gtin);
  if (product === undefined) return undefined;
  const tracked = product.trackedBy === 'serial' && serial !== undefined;
  const unit = tracked ? await readUnit(db, { gtin, issuer: 'maker', serial }) : undefined;
  if (tracked && (unit === undefined || (named !== undefined && unit.lot !== named))) return undefined;
  const number = named ?? unit?.lot;
  if (number === undefined) return undefined;
  const id = lotId({ gtin, lot: number });
  const lot = (await readLots(db, [id])).get(id);
  const registrant = await readOrganisation(connection, product.organisation);
  if (lot === undefined || lot.standing === 'unverified' || registrant === undefined) return undefined;

  const restrictions = restrictionsOn(
    lot,
    { restrictions: (await readProductRestrictions(db, [gtin])).get(gtin) ?? [] },
    {
      ...(serial === undefined ? {} : { serial }),
      ...(unit?.sterilisationLot === undefined ? {} : { sterilisationLot: unit.sterilisationLot }),
    },
  );
  const registration =
    lot.manufacturedOn === undefined ? undefined : registrationOn(product, lot.manufacturedOn);
  return {
    verdict: verdictOf(product, lot, restrictions, dayInChina(now)),
    gtin,
    lot: number,
    ...(serial === undefined ? {} : { serial }),
    name: product.names,
    model: product.model,
    specification: product.specification,
    ...(registration === undefined ? {} : { registrationNumber: registration.number }),
    registrant: registrant.name,
    ...(lot.manufacturedOn === undefined ? {} : { manufacturedOn: lot.manufacturedOn }),
    ...(lot.expiresOn === undefined ? {} : { expiresOn: lot.expiresOn }),
    recalls: await recallsOf(db, restrictions),
    at: now.toISOString(),
  };
}

/** The gravest comes first. */
function verdictOf(
  product: Product,
  lot: Lot,
  restrictions: readonly Restriction[],
  today: string,
): DeviceVerdict {
  if (restrictions.some(({ kind }) => kind === 'recall')) return 'recalled';
  if (restrictions.length > 0) return 'on-hold';
  if (expiryState(lot, today).kind === 'expired') return 'expired';
  if (lot.standing !== 'released') return 'not-released';
  return wasRegistered(product, lot.manufacturedOn) ? 'may-be-used' : 'not-registered';
}

async function recallsOf(
  db: mongo.Db,
  restrictions: readonly Restriction[],
): Promise<DeviceFacts['recalls']> {
  const recalls: { number: string; instruction: Restriction['instruction'] }[] = [];
  for (const { kind, reference, instruction } of restrictions) {
    if (kind !== 'recall') continue;
    const recall = await readRecall(db, reference);
    if (recall !== undefined) recalls.push({ number: recall.number, instruction });
  }
  return recalls;
}
