/**
 * What somebody does, in words of its own: no type of the service is used here, so that the model (model/) and the
 * service are told the same thing by two readers of it. A command's id names what it made: its event, its shipment,
 * its hold, its recall, its check.
 */

export const organisations = ['maker', 'distributor', 'hospitalA', 'hospitalB'] as const;
export type Organisation = (typeof organisations)[number];

/** Of each organisation the first place and the second: store and theatre of a hospital. */
export type Place = 0 | 1;

/** Tracked by lot; by serial number, single use; by serial number, to be used twice; registered by nobody. */
export const products = ['counted', 'unit', 'reusable', 'unknown'] as const;
export type Product = (typeof products)[number];

/** The last expired before any history begins. */
export const lots = ['L1', 'L2', 'OLD'] as const;
export type Lot = (typeof lots)[number];

export const conditionsOfStock = [
  'available',
  'awaiting-acceptance',
  'contaminated',
  'quarantined',
  'rejected',
] as const;
export type Condition = (typeof conditionsOfStock)[number];

/** So many of a lot, or the units with these serial numbers; the lot is the one that the label says. */
export interface Line {
  readonly product: Product;
  readonly lot: Lot;
  readonly count?: number;
  readonly serials?: readonly string[];
}

export interface Device {
  readonly product: Product;
  readonly lot: Lot;
  readonly serial?: string;
  /** The check before use that is named: of which command, and which of its devices. */
  readonly check?: { readonly of: string; readonly device: number };
}

export interface Scope {
  readonly product: Product;
  /** Without one, the whole product. */
  readonly lot?: Lot;
  readonly serials?: readonly string[];
}

interface OneLot {
  readonly product: Product;
  readonly lot: Lot;
}

/** Commands that a correction can put in the place of what was wrong. */
export type Correctable =
  | {
      readonly kind: 'receive';
      readonly shipment: string;
      readonly place: Place;
      readonly intact: readonly Line[];
      readonly damaged: readonly Line[];
    }
  | {
      readonly kind: 'accept';
      readonly shipment?: string;
      readonly place: Place;
      readonly line: Line;
      readonly qualified: boolean;
    }
  | {
      readonly kind: 'move';
      readonly from: Place;
      readonly to: Place;
      readonly condition: Condition;
      readonly lines: readonly Line[];
    }
  | {
      readonly kind: 'quarantine';
      readonly place: Place;
      readonly condition: Exclude<Condition, 'quarantined'>;
      readonly lines: readonly Line[];
    }
  | { readonly kind: 'unquarantine'; readonly place: Place; readonly lines: readonly Line[] }
  | {
      readonly kind: 'destroy';
      readonly place: Place;
      readonly condition: Condition;
      readonly lines: readonly Line[];
    }
  | { readonly kind: 'use'; readonly place: Place; readonly devices: readonly Device[] };

export type Purpose = 'supply' | 'return' | 'recall-return' | 'loan' | 'loan-return';
export type Basis = 'bought' | 'consignment' | 'loan' | 'donated';

export type Act =
  | Correctable
  | (OneLot & { readonly kind: 'produce'; readonly count?: number; readonly serials?: readonly string[] })
  | (OneLot & { readonly kind: 'release' })
  | (OneLot & { readonly kind: 'hold'; readonly serials?: readonly string[] })
  | (OneLot & { readonly kind: 'lift'; readonly hold: string })
  | {
      readonly kind: 'ship';
      readonly place: Place;
      readonly to: Organisation;
      readonly purpose: Purpose;
      readonly basis: Basis;
      readonly condition: Condition;
      readonly lines: readonly Line[];
    }
  | { readonly kind: 'close'; readonly shipment: string }
  | { readonly kind: 'check'; readonly place: Place; readonly devices: readonly Device[] }
  | { readonly kind: 'recall'; readonly scope: readonly Scope[]; readonly returns: boolean }
  | { readonly kind: 'widen'; readonly recall: string; readonly scope: readonly Scope[] }
  | { readonly kind: 'correct'; readonly event: string; readonly right?: Correctable };

export type Kind = Act['kind'];

export type Command = Act & {
  /** In the form of a UUID. */
  readonly id: string;
  readonly by: Organisation;
  /** In a hospital: who keeps stock, or who stands in the theatre. */
  readonly seat: 'keeper' | 'nurse';
};

/** What becomes of a command: why it is refused, or what it answers; two outcomes that are equal agree. */
export type Outcome = { readonly refused: string } | { readonly accepted: Readonly<Record<string, unknown>> };

/** The total that each lot is declared to have. */
export function declaredQuantity(product: Product): number {
  return product === 'unit' || product === 'reusable' ? 6 : 12;
}

export const serials = ['S0', 'S1', 'S2', 'S3', 'S4', 'S5'] as const;

export function tracksSerials(product: Product): boolean {
  return product === 'unit' || product === 'reusable';
}

export function datesOf(lot: Lot): { readonly manufacturedOn: string; readonly expiresOn: string } {
  return lot === 'OLD'
    ? { manufacturedOn: '2024-03-01', expiresOn: '2026-10-31' }
    : { manufacturedOn: '2026-03-01', expiresOn: '2030-12-31' };
}

/** @returns the command as one reads it in a failure: `c3 hospitalA use {...} → refused …`. */
export function describeStep({ id, by, seat: _seat, kind, ...rest }: Command, outcome: Outcome): string {
  const says = 'refused' in outcome ? `refused ${outcome.refused}` : JSON.stringify(outcome.accepted);
  return `${shortId(id)} ${by} ${kind} ${readable(rest)} → ${says}`;
}

function shortId(id: string): string {
  return `c${Number.parseInt(id.slice(-6), 10)}`;
}

function readable(value: object): string {
  const text = JSON.stringify(value).replaceAll(/"([a-z]+)":/gi, '$1: ');
  return text.replaceAll(/"([0-9a-f]{8}-[0-9a-f-]{27})"/g, (_, id: string) => shortId(id));
}
