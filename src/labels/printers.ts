/** Printers of an organisation, registered by its administrators. */
import type { Connection, mongo } from 'mongoose';
import { takeTurn } from '../catalogue/turns.ts';
import type { Clock, IdSource } from '../clock.ts';
import { rawCollection } from '../database/raw-collection.ts';
import { inTransaction, isDuplicateKey } from '../database/transaction.ts';
import { Failure } from '../errors.ts';
import { allowedAddress, type PrinterAddress, type Resolve } from './printer-connection.ts';
import type { PrinterNetworks } from './printer-networks.ts';

export const printersCollection = 'printers';

/** How many printers an organisation may have, and one list may give. */
export const printersPerOrganisation = 200;

/** What a printer understands. */
export const printerLanguages = ['zpl', 'pdf'] as const;
export type PrinterLanguage = (typeof printerLanguages)[number];

/** What an administrator states of a printer. */
export interface PrinterFacts extends PrinterAddress {
  /** Of a label printer in ward 3, say: what people choose it by; unique in the organisation. */
  readonly name: string;
  readonly language: PrinterLanguage;
  /** Of its head. */
  readonly dotsPerInch: 203 | 300;
}

export interface Printer extends PrinterFacts {
  /** UUID. */
  readonly id: string;
  readonly organisation: string;
  /** One that is not is kept: what was sent to it names it. */
  readonly active: boolean;
  /** Who said where it is: person id, and RFC 3339. */
  readonly registeredBy: string;
  readonly registeredAt: string;
  readonly changedBy?: string;
  readonly changedAt?: string;
}

type StoredPrinter = { readonly _id: string } & Omit<Printer, 'id'>;

export interface PrinterParts {
  readonly connection: Connection;
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly networks: PrinterNetworks;
  readonly resolve: Resolve;
}

/** Who does it. */
export interface Administrator {
  readonly organisation: string;
  readonly person: string;
}

function printers(connection: Connection): mongo.Collection<StoredPrinter> {
  return rawCollection<StoredPrinter>(connection, printersCollection);
}

/**
 * @throws Failure `printer/not-allowed`, `printer/name-unknown` for an address that the operator does not allow;
 *   `printer/limit`; `conflict` for a name that another printer has
 */
export async function registerPrinter(
  parts: PrinterParts,
  { organisation, person }: Administrator,
  facts: PrinterFacts,
): Promise<Printer> {
  await allowedAddress(facts, parts);
  const { connection, clock, ids } = parts;
  const id = ids.uuid();
  const stored: StoredPrinter = {
    _id: id,
    organisation,
    ...facts,
    active: true,
    registeredBy: person,
    registeredAt: clock.now().toISOString(),
  };
  await unlessTaken(facts.name, () =>
    inTransaction(connection, async (session) => {
      await takeTurn(connection, session, organisation);
      const known = await printers(connection).countDocuments({ organisation }, { session });
      if (known >= printersPerOrganisation) {
        throw new Failure('printer/limit', { limit: printersPerOrganisation });
      }
      await printers(connection).insertOne(stored, { session });
    }),
  );
  return printerOf(stored);
}

export type PrinterChange = { readonly [K in keyof PrinterFacts]?: PrinterFacts[K] | undefined } & {
  readonly active?: boolean | undefined;
};

/** @throws Failure `not-found`; and as {@link registerPrinter} */
export async function changePrinter(
  parts: PrinterParts,
  { organisation, person }: Administrator,
  id: string,
  change: PrinterChange,
): Promise<Printer> {
  const before = await readPrinter(parts.connection, organisation, id);
  const { host = before.host, port = before.port } = change;
  if (change.active !== false) await allowedAddress({ host, port }, parts);
  const stated = Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined));
  const signed = { ...stated, changedBy: person, changedAt: parts.clock.now().toISOString() };
  const changed = await unlessTaken(change.name, () =>
    printers(parts.connection).findOneAndUpdate(
      // Checked was this address: another administrator's, set meanwhile, was checked by theirs.
      { _id: id, organisation, host: before.host, port: before.port },
      { $set: signed },
      { returnDocument: 'after', writeConcern: { w: 'majority', j: true } },
    ),
  );
  if (changed === null) throw new Failure('conflict', { printer: id });
  return printerOf(changed);
}

/** @throws Failure `not-found` where there is none, or it is another organisation's */
export async function readPrinter(
  connection: Connection,
  organisation: string,
  id: string,
): Promise<Printer> {
  const found = await printers(connection).findOne({ _id: id });
  if (found?.organisation !== organisation) throw new Failure('not-found', { printer: id });
  return printerOf(found);
}

/** @returns every printer of the organisation, active or not, by name. */
export async function listPrinters(connection: Connection, organisation: string): Promise<Printer[]> {
  const found = await printers(connection)
    .find({ organisation })
    .sort({ name: 1 })
    .limit(printersPerOrganisation)
    .toArray();
  return found.map(printerOf);
}

async function unlessTaken<T>(name: string | undefined, write: () => Promise<T>): Promise<T> {
  try {
    return await write();
  } catch (error) {
    if (isDuplicateKey(error)) throw new Failure('conflict', { name });
    throw error;
  }
}

function printerOf({ _id, ...rest }: StoredPrinter): Printer {
  return { id: _id, ...rest };
}
