/** What each type of event says beyond the envelope. Types are past tense and a closed union. */
import type { Commitment, LotKey, SerialIssuer, Transfer } from './event.ts';

/** A date without time, ISO 8601. */
export type IsoDate = string;

/** The statutory record of purchase acceptance 验收 (Order 739 Art. 45). Person: the event's actor. */
export interface AcceptanceRecord {
  readonly productName: string;
  readonly model: string;
  readonly specification: string;
  readonly lot: string;
  readonly manufacturedOn?: IsoDate;
  readonly expiresOn?: IsoDate;
  readonly sterilisationLots: readonly string[];
  readonly registrant: string;
  readonly registrationNumber: string;
  readonly supplier: string;
  readonly supplierLicence: string;
  readonly manufacturerLicence: string;
  readonly certificate?: Commitment;
  readonly papers?: Commitment;
  readonly quantity: number;
  readonly conclusion: 'qualified' | 'unqualified';
  readonly reason?: Commitment;
}

export const shipmentPurposes = ['supply', 'return', 'recall-return', 'loan', 'loan-return'] as const;
export type ShipmentPurpose = (typeof shipmentPurposes)[number];

/** On what basis a receiver holds what was shipped: bought and donated things become its own. */
export const conveyedBases = ['bought', 'consignment', 'loan', 'donated'] as const;
export type ConveyedBasis = (typeof conveyedBases)[number];

/** What a recall, hold or widening covers: a product (open scope), a lot, or part of a lot. */
export interface ScopeItem {
  readonly gtin: string;
  readonly lot?: string;
  readonly serials?: readonly string[];
  readonly sterilisationLots?: readonly string[];
}

/** What the makers of a recall ask for, told apart as Order 29 Art. 3 does. */
export const recallMeasures = [
  'warning',
  'inspection',
  'repair',
  'relabelling',
  'changed-instructions',
  'software-update',
  'replacement',
  'taking-back',
  'destruction',
] as const;

/** What WS 310.3 has on a sterile pack, as the hospital's CSSD stated it. */
export interface StatedOfPack {
  /** Person ids. */
  readonly packer: string;
  readonly checker?: string;
  readonly steriliser: string;
  readonly load: string;
  readonly sterilisedOn: IsoDate;
  readonly sterileUntil: IsoDate;
}

export interface EventDetails {
  lotProduced: {
    readonly manufacturedOn: IsoDate;
    readonly expiresOn?: IsoDate;
    readonly sterilisationLots: readonly {
      readonly id: string;
      readonly quantity?: number;
      readonly serials?: readonly string[];
    }[];
    /** The total that the lot will have; the lot is open until its events add up to it. */
    readonly declaredQuantity: number;
    readonly closed: boolean;
  };
  lotReleased: { readonly certificate?: Commitment };
  lotHeld: { readonly hold: string; readonly scope: readonly ScopeItem[]; readonly reason: Commitment };
  holdLifted: { readonly hold: string; readonly reason: Commitment };
  shipped: {
    readonly shipment: string;
    readonly to: string;
    readonly purpose: ShipmentPurpose;
    /** Whose the things are once they have been received. */
    readonly conveys: { readonly basis: ConveyedBasis; readonly programme?: string };
    readonly recall?: string;
    readonly sscc?: string;
    /** False while further events of the same shipment follow. */
    readonly complete: boolean;
  };
  received: {
    readonly shipment: string;
    readonly from: string;
    /** What the receiver saw, a line a lot; the ledger's transfers follow from it. */
    readonly lines: readonly {
      readonly gtin: string;
      readonly lot: string;
      readonly intact: number;
      readonly damaged: number;
      /** Part of the above that the sender had not shipped: drawn from `unexplained`. */
      readonly unshipped: number;
    }[];
    readonly note?: Commitment;
    /** No shipment was made here: the receiver states who delivered (`from`), and on what basis. */
    readonly conveys?: { readonly basis: ConveyedBasis; readonly programme?: string };
  };
  shipmentClosed: { readonly shipment: string; readonly missing: number; readonly reason?: Commitment };
  accepted: { readonly record: AcceptanceRecord };
  rejected: { readonly record: AcceptanceRecord };
  moved: { readonly requisition?: Commitment };
  quarantined: { readonly reason: Commitment; readonly recall?: string };
  quarantineReleased: { readonly reason: Commitment };
  used: {
    readonly procedure: string;
    readonly surgeon: string;
    readonly scrubNurse?: string;
    readonly circulatingNurse?: string;
    readonly programme?: string;
    /** Both nurses stated that label, packing, sterility and expiry were checked before use. */
    readonly preUseCheck: boolean;
    readonly note?: Commitment;
  };
  destroyed: {
    readonly method: string;
    readonly witness: string;
    readonly reason: Commitment;
    readonly recall?: string;
    /** Where law asks for the authority to be present (Order 29 Art. 21). */
    readonly supervisor?: Commitment;
  };
  counted: { readonly count: string; readonly found: number; readonly booked: number };
  reportedDelivered: { readonly to: Commitment; readonly recall?: string };
  reconciled: { readonly reason: Commitment };
  titleChanged: { readonly reason: 'consumed' | 'purchased' | 'returned' | 'donated' };
  itemCoded: { readonly issuer: SerialIssuer; readonly codes: readonly string[] };
  assembled: { readonly kit: LotKey & { readonly serial?: string }; readonly components: number };
  opened: {
    readonly kit: LotKey & { readonly serial?: string };
    readonly fates: readonly {
      readonly gtin: string;
      readonly lot: string;
      readonly serial?: string;
      readonly quantity: number;
      readonly fate: 'used' | 'implanted' | 'discarded' | 'opened-unused' | 'to-cssd' | 'failed-and-kept';
    }[];
  };
  packed: {
    readonly package: string;
    readonly contents: readonly (LotKey & {
      readonly serials?: readonly string[];
      readonly quantity: number;
    })[];
  };
  unpacked: { readonly package: string };
  reprocessingStarted: { readonly cycle: string };
  reprocessed: {
    readonly cycle: string;
    readonly load: string;
    readonly steriliser: string;
    readonly sterileUntil: IsoDate;
    readonly released: boolean;
  };
  labelsPrinted: {
    /** Id of the job, which is that of its first event: a long list of serial numbers goes over several. */
    readonly job: string;
    readonly template: string;
    readonly templateVersion: number;
    /** Labels of this event. */
    readonly quantity: number;
    readonly firstSerial?: string;
    readonly lastSerial?: string;
    /** Absent where the numbers from the first to the last follow one another, none left out, or there are none. */
    readonly serials?: readonly string[];
    readonly reprintOf?: string;
    readonly reason?: Commitment;
    /** Labels of its logistic units: the numbers are SSCCs. */
    readonly shipment?: string;
    /** Labels of sterile packs: what the packer stated. The sterilisation itself is no fact of this ledger. */
    readonly stated?: StatedOfPack;
  };
  labelsSpoiled: {
    readonly job: string;
    /** Empty where the labels bear none, or all of the job are given up. */
    readonly serials: readonly string[];
    readonly quantity: number;
    /** The job was cancelled: every label of it is void that was not spoiled before. */
    readonly cancelled?: boolean;
  };
  /** The end of a print run: so many of its labels were scanned and agreed with the ledger. */
  labelsVerified: { readonly job: string; readonly quantity: number; readonly verified: number };
  suspicionReported: { readonly suspicion: string; readonly description: Commitment };
  recallInitiated: {
    readonly recall: string;
    readonly number: string;
    readonly basis: 'voluntary' | 'ordered';
    readonly class: 'I' | 'II' | 'III';
    readonly scope: readonly ScopeItem[];
    readonly measures: readonly (typeof recallMeasures)[number][];
    readonly reason: Commitment;
    readonly instructions: Commitment;
    /** Organisation and place of it to which devices go back. */
    readonly returnTo?: { readonly organisation: string; readonly place: string };
    readonly drill: boolean;
  };
  recallWidened: {
    readonly recall: string;
    readonly scope: readonly ScopeItem[];
    readonly reason: Commitment;
    /** As the recall names it: what is widened into goes back to the same address. */
    readonly returnTo?: { readonly organisation: string; readonly place: string };
  };
  recallNotified: { readonly recall: string; readonly organisation: string; readonly notice: string };
  recallResponded: {
    readonly recall: string;
    readonly found: number;
    readonly quarantined: number;
    readonly used: number;
    readonly note?: Commitment;
  };
  recallCompleted: { readonly recall: string; readonly summary: Commitment };
  recallClosed: {
    readonly recall: string;
    readonly review: 'adequate' | 'inadequate';
    readonly liftsRestrictions: boolean;
    /** Products that had been recalled as a whole, whether or not a lot of them was ever seen. */
    readonly gtins: readonly string[];
  };
  recalledAgain: { readonly recall: string; readonly reason: Commitment };
  disputed: { readonly event: string; readonly reason: Commitment };
  corrected: {
    readonly correctedType: CorrectableType;
    readonly reason: Commitment;
    /** Whether the right facts are in this event too, or the wrong event simply did not happen. */
    readonly replaced: boolean;
    /** Details of the right facts, as the corrected type writes them. */
    readonly right?: Partial<Pick<EventDetails, CorrectableType>>;
    /**
     * What the wrong event's transfers come to from now on; empty where it did not happen. The transfers of this
     * event are only the difference. A correction of this correction starts from here.
     */
    readonly effective: readonly Transfer[];
    /** The uses that did not happen as written; they stay in exposure lists, marked. */
    readonly voidedUses: readonly {
      readonly pseudonym: string;
      readonly gtin: string;
      readonly issuer?: SerialIssuer;
      readonly serial?: string;
    }[];
    /** Units that had moved on and were drawn from `unexplained` to undo the wrong event. */
    readonly shortfall: number;
  };
}

/** Types whose goods can be put right by a correction (and again, by correcting the correction). */
export type CorrectableType =
  | 'received'
  | 'accepted'
  | 'rejected'
  | 'moved'
  | 'quarantined'
  | 'quarantineReleased'
  | 'used'
  | 'destroyed';

export type EventType = keyof EventDetails;
