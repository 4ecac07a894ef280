/** What the model's decisions have in common. */
import type { Act, Command, Kind } from '../command.ts';
import type { Deed, Model, RecordedUse } from './model.ts';

export interface Decided {
  readonly answer: Readonly<Record<string, unknown>>;
  /** Absent where nothing is written into history (a check). */
  readonly deed?: Pick<Deed, 'type' | 'moves' | 'uses'>;
  /** What changes beside goods once it is accepted. */
  readonly settle?: () => void;
  /** Of a correction: what it corrects. */
  readonly corrects?: string;
}

export type Of<K extends Kind> = Extract<Act, { kind: K }>;

export type Who = Pick<Command, 'id' | 'by'>;

export function deed(model: Model, type: string, uses: readonly RecordedUse[] = []) {
  return { type, moves: model.goods.lays(), uses };
}

export function sum(things: readonly { readonly count: number }[]): number {
  return things.reduce((total, { count }) => total + count, 0);
}
