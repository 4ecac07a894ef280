/** Printers of an organisation, registered by its administrators. */
import type { Connection, mongo } from 'mongoose';
import { takeTurn } from '../catalogue/turns.ts';
import type { Clock, IdSource } from '../clock.ts';
import { rawCollection } from '../database/raw-collection.ts';
import { inTransaction, isDuplicateKey } from '../database/transaction.ts';
import { Failure, type FailureCode } from '../errors.ts';
import type { IppPrinter } from './ipp-exchange.ts';
import { allowedAddress, type Resolve, type SendLimits } from './printer-connection.ts';
import { consistent, type PrinterChange, type PrinterFacts } from './printer-facts.ts';
import type { PrinterNetworks } from './printer-networks.ts';

export const printersCollection = 'printers';

/** How many printers an organisation may have, and one list may give. */
export const printersPerOrganisation = 200;

/** How a printer that speaks IPP was found when it was last asked. */
export interface PrinterState {
  /** RFC 3339. */
  readonly at: string;
  /** `unknown`: it did not answer, or not as a printer does. */
  readonly state: 'idle' | 'printing' | 'stopped' | 'unknown';
  /** What somebody has to see to, the most telling first. */
  readonly problems: readonly FailureCode[];
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
  readonly lastState?: PrinterState;
}

type StoredPrinter = { readonly _id: string } & Omit<Printer, 'id'>;

export interface PrinterParts {
  readonly connection: Connection;
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly networks: PrinterNetworks;
  readonly resolve: Resolve;
  /** Default: `sendLimits`. */
  readonly limits?: SendLimits;
}

/** Who does it. */
export interface Administrator {
  readonly organisation: string;
  readonly person: string;
}

function printers(connection: Connection): mongo.Collection<StoredPrinter> {
  return rawCollection<StoredPrinter>(connection, printersCollection);
}

/** @returns the same where it speaks IPP. */
export function ippPrinterOf(printer: Printer): IppPrinter | undefined {
  const { protocol, host, port, path, certificate } = printer;
  if (protocol === 'raw' || path === undefined) return undefined;
  return { protocol, host, port, path, ...(certificate === undefined ? {} : { certificate }) };
}

/**
 * @throws Failure `request/invalid` for facts that do not go together; `printer/not-allowed`, `printer/name-unknown`
 *   for an address that the operator does not allow; `printer/limit`; `conflict` for a name that another printer has
 */
export async function registerPrinter(
  parts: PrinterParts,
  { organisation, person }: Administrator,
  stated: PrinterChange & Pick<PrinterFacts, 'name' | 'host' | 'language' | 'dotsPerInch'>,
): Promise<Printer> {
  const facts = consistent({ ...stated, protocol: stated.protocol ?? 'raw' });
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

/** @throws Failure `not-found`; and as {@link registerPrinter} */
export async function changePrinter(
  parts: PrinterParts,
  { organisation, person }: Administrator,
  id: string,
  change: PrinterChange,
): Promise<Printer> {
  const before = await readPrinter(parts.connection, organisation, id);
  const facts = consistent(change, before);
  const { active = before.active } = change;
  if (active) await allowedAddress(facts, parts);
  const signed = { ...facts, active, changedBy: person, changedAt: parts.clock.now().toISOString() };
  const gone = (['path', 'certificate'] as const).filter((fact) => facts[fact] === undefined);
  const changed = await unlessTaken(facts.name, () =>
    printers(parts.connection).findOneAndUpdate(
      // Checked was this address: another administrator's, set meanwhile, was checked by theirs.
      { _id: id, organisation, host: before.host, port: before.port, protocol: before.protocol },
      // Whatever was seen of it was seen of another, perhaps.
      { $set: signed, $unset: Object.fromEntries([...gone, 'lastState'].map((fact) => [fact, ''])) },
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

/** Notes how a printer was found, unless it is another by now. */
export async function noteState(
  connection: Connection,
  { id, host, port, protocol }: Printer,
  lastState: PrinterState,
): Promise<void> {
  await printers(connection).updateOne({ _id: id, host, port, protocol }, { $set: { lastState } });
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
