/**
 * The plain model: what every command has to come to, decided on simple maps by code that shares nothing with the
 * service. One command after another; `copy()` gives a checker of concurrent histories another branch to try.
 */
import {
  type Command,
  type Device,
  type Lot,
  type Organisation,
  type Outcome,
  organisations,
  type Product,
  type Scope,
} from '../command.ts';
import { correct } from './corrections.ts';
import { decide } from './decisions.ts';
import { Goods, type Move } from './goods.ts';
import { Standing } from './standing.ts';

/** A use as it was recorded. */
export interface RecordedUse {
  readonly product: Product;
  /** The unit's own, or the one on the label. */
  readonly lot: Lot;
  readonly label: Lot;
  readonly serial?: string;
}

/** What a command did, for corrections to take back. */
export interface Deed {
  readonly by: Organisation;
  /** As corrections name it; a correction stands for what it corrected. */
  readonly type: string;
  /** What its movements come to; of a correction: what is right instead. */
  readonly moves: readonly Move[];
  readonly uses: readonly RecordedUse[];
  readonly corrected: boolean;
  /** `{product}/{lot}` of what it moved or used. */
  readonly touches: readonly string[];
  /** Of each recall: its steps that were taken when the uses were recorded. */
  readonly steps: Readonly<Record<string, number>>;
}

export interface Shipment {
  readonly from: Organisation;
  readonly to: Organisation;
  readonly basis: string;
  readonly lines: readonly { readonly product: Product; readonly lot: Lot }[];
  readonly open: boolean;
}

export interface Recall {
  /** Each with the step that brought it in. */
  readonly scope: readonly (Scope & { readonly step: number })[];
  readonly steps: number;
  readonly returns: boolean;
}

/** One line of a recall's list. */
export interface Listed {
  /** `{command id}#{index}`. */
  readonly use: string;
  readonly hospital: Organisation;
  readonly late: boolean;
  readonly corrected: boolean;
}

export interface ModelSettings {
  /** In which order things of several owners are drawn from one shelf: the order of the service's ids. */
  readonly owners?: readonly Organisation[];
  /** The day on which everything happens, `YYYY-MM-DD`. */
  readonly day: string;
  /** Whether people have roles: who may not speak of lots as a whole is not listened to. */
  readonly roles?: boolean;
}

const saidByMakers: readonly Command['kind'][] = ['produce', 'release', 'hold', 'lift', 'recall', 'widen'];

export class Model {
  readonly day: string;
  private readonly roles: boolean;
  goods: Goods;
  standing = new Standing();
  readonly deeds = new Map<string, Deed>();
  readonly shipments = new Map<string, Shipment>();
  readonly recalls = new Map<string, Recall>();
  /** By command: of each device, what it was and whether it might be used. */
  readonly checks = new Map<
    string,
    readonly (Device & { readonly by: Organisation; readonly allowed: boolean })[]
  >();

  /** What was received under which shipment, `{product}/{lot}`; it stands while the command is not corrected. */
  readonly receipts: {
    readonly command: string;
    readonly shipment: string;
    readonly lots: readonly string[];
  }[] = [];
  /** By check of a device, `{command}#{index}`: the use that it was spent on. */
  readonly spentChecks = new Map<string, string>();

  constructor({ owners = organisations, day, roles = false }: ModelSettings) {
    this.day = day;
    this.roles = roles;
    this.goods = new Goods(owners);
  }

  copy(): Model {
    const copy = new Model({ day: this.day, roles: this.roles });
    copy.goods = this.goods.copy();
    copy.standing = this.standing.copy();
    for (const [key, deed] of this.deeds) copy.deeds.set(key, deed);
    for (const [key, shipment] of this.shipments) copy.shipments.set(key, shipment);
    for (const [key, recall] of this.recalls) copy.recalls.set(key, recall);
    for (const [key, check] of this.checks) copy.checks.set(key, check);
    copy.receipts.push(...this.receipts);
    for (const [key, use] of this.spentChecks) copy.spentChecks.set(key, use);
    return copy;
  }

  isReceived(shipment: string, { product, lot }: { readonly product: Product; readonly lot: Lot }): boolean {
    return this.receipts.some(
      (receipt) =>
        receipt.shipment === shipment &&
        receipt.lots.includes(`${product}/${lot}`) &&
        this.deeds.get(receipt.command)?.corrected !== true,
    );
  }

  /** Carries a command out, wholly or not at all. */
  apply(command: Command): Outcome {
    const { by, kind } = command;
    if (this.roles && by !== 'maker' && saidByMakers.includes(kind)) return { refused: 'access/forbidden' };
    this.goods.start();
    const decided =
      command.kind === 'correct' ? correct(this, command, command) : decide(this, command, command);
    if (typeof decided === 'string') {
      this.goods.rollBack();
      return { refused: decided };
    }
    const { deed, corrects } = decided;
    if (deed !== undefined) {
      this.goods.log(command.id, corrects);
      this.noteHolders(command.by, deed.uses);
      const steps = Object.fromEntries([...this.recalls].map(([id, recall]) => [id, recall.steps]));
      const touches = this.touched(deed.uses);
      this.deeds.set(command.id, { by: command.by, corrected: false, steps, touches, ...deed });
    }
    decided.settle?.();
    return { accepted: decided.answer };
  }

  private touched(uses: readonly RecordedUse[]): string[] {
    const moved = this.goods.lays().map(({ product, lot }) => `${product}/${lot}`);
    const used = uses.flatMap(({ product, lot, label }) => [`${product}/${lot}`, `${product}/${label}`]);
    return [...new Set([...moved, ...used])].sort();
  }

  private noteHolders(by: Organisation, uses: readonly RecordedUse[]): void {
    const { held } = this.standing;
    for (const { product, lot, from, to } of this.goods.lays()) {
      held.add(`${product}/${lot}@${from.org}`).add(`${product}/${lot}@${to.org}`);
    }
    for (const { product, lot, label } of uses) {
      held.add(`${product}/${lot}@${by}`).add(`${product}/${label}@${by}`);
    }
  }

  /** The recall's list: every use that was ever recorded of what it covers. */
  list(recall: string): Listed[] {
    const { scope = [] } = this.recalls.get(recall) ?? {};
    const found: Listed[] = [];
    for (const [id, { by, uses, corrected, steps }] of this.deeds) {
      for (const [index, use] of uses.entries()) {
        const covering = scope.filter((item) => covers(item, use)).map(({ step }) => step);
        if (covering.length === 0) continue;
        const late = Math.min(...covering) <= (steps[recall] ?? 0);
        found.push({ use: `${id}#${index}`, hospital: by, late, corrected });
      }
    }
    return found.sort((a, b) => (a.use < b.use ? -1 : 1));
  }

  /** Units by lot, organisation and account; titles are added up. */
  balances(): Map<string, number> {
    const sums = new Map<string, number>();
    for (const [book, counts] of this.goods.counts) {
      for (const [key, count] of counts) {
        const id = `${book} ${key.slice(0, key.indexOf(' '))}`;
        sums.set(id, (sums.get(id) ?? 0) + count);
      }
    }
    return sums;
  }

  /** Equal for states that cannot be told apart by any later command. */
  key(): string {
    const sorted = <T>(entries: Iterable<readonly [string, T]>) =>
      [...entries].sort(([a], [b]) => (a < b ? -1 : 1));
    const books = sorted(this.goods.counts).map(([key, counts]) => [key, sorted(counts)]);
    return JSON.stringify([
      books,
      sorted(this.goods.units),
      sorted(this.standing.lots),
      sorted(this.standing.restrictions),
      [...this.standing.held].sort(),
      sorted(this.deeds),
      sorted(this.shipments),
      sorted(this.recalls),
      sorted(this.checks),
    ]);
  }
}

function covers({ product, lot, serials }: Scope, use: RecordedUse): boolean {
  if (product !== use.product) return false;
  if (lot !== undefined && lot !== use.lot && lot !== use.label) return false;
  return serials === undefined || use.serial === undefined || serials.includes(use.serial);
}
