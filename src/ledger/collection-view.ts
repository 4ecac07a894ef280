/**
 * One collection as a transaction sees it: what was read of it, and what will have been written. A write whose effect
 * is known here at once is kept as a document's new state, one state a document, however often it is written; a write
 * that only the server can carry out is kept as it is, and from then on nothing is known here until it was sent.
 */
import { mongo } from 'mongoose';
import { bulkOperation, type Write } from '../database/write.ts';

export type StoredDocument = mongo.Document & { readonly _id: string };

type Update = Extract<Write, { readonly filter: mongo.Document }>;

/** Not sent yet: the document as it will be, and for one that is there already, which of its fields change. */
type State =
  | { readonly kind: 'new'; readonly document: StoredDocument }
  | { readonly kind: 'changed'; readonly document: StoredDocument; readonly fields: ReadonlySet<string> };

export class CollectionView {
  /** By id; undefined for one that is known not to exist. */
  readonly #documents = new Map<string, StoredDocument | undefined>();
  /** By field and value the ids of all documents that have it, of the values that were asked for. */
  readonly #indexes = new Map<string, Map<string, Set<string>>>();
  readonly #states = new Map<string, State>();
  readonly #raw: Write[] = [];
  /** As a room wrote them, which need not be how the database gives them back. */
  readonly #unread = new Set<string>();
  /** By field and value, and of the collection as a whole, when it last changed; see {@link changedSince}. */
  readonly #changes = new Map<string, number>();
  #changedAt = 0;
  #lostSightAt = 0;

  /** Whether there is something to be sent. */
  get pending(): boolean {
    return this.#states.size > 0 || this.#raw.length > 0;
  }

  /** Whether something has to be sent before anything can be read. */
  get opaque(): boolean {
    return this.#raw.length > 0;
  }

  /** @returns which of the values have to be asked of the database. */
  unknown(field: string, values: readonly string[]): string[] {
    const index = this.#indexes.get(field);
    return values.filter(
      (value) => index?.has(value) !== true && !(field === '_id' && this.#documents.has(value)),
    );
  }

  /**
   * Takes in what the database answered.
   * @param values all those that were asked for @param at the time when it was asked
   */
  learn(field: string, values: readonly string[], found: readonly mongo.Document[], at: number): void {
    // Of before a write that only the server could carry out: it is to be asked again.
    if (this.#lostSightAt > at) return;
    for (const document of found as readonly StoredDocument[]) {
      // What is known already may have been written since.
      if (!this.#documents.has(document._id)) this.#documents.set(document._id, document);
    }
    if (field === '_id') {
      for (const id of values) if (!this.#documents.has(id)) this.#documents.set(id, undefined);
      return;
    }
    const index = this.#indexes.get(field) ?? new Map<string, Set<string>>();
    this.#indexes.set(field, index);
    for (const value of values) if (!index.has(value)) index.set(value, new Set());
    for (const [id, document] of this.#documents) this.#list(index, document?.[field], id);
  }

  /** @returns the documents, all of whose values are known. */
  known(field: string, values: readonly string[]): StoredDocument[] {
    const ids =
      field === '_id' ? values : values.flatMap((value) => [...(this.#indexes.get(field)?.get(value) ?? [])]);
    return [...new Set(ids)].flatMap((id) => this.#read(id) ?? []);
  }

  /** Takes a write in. @param at counts the commands that write */
  write(write: Write, at: number): void {
    this.#changedAt = at;
    if (!this.opaque && ('insert' in write ? this.#insert(write.insert, at) : this.#update(write, at)))
      return;
    this.#raw.push(write);
    // Only the server knows what comes of it: from here on everything is to be asked anew.
    this.#lostSightAt = at;
    this.#documents.clear();
    this.#indexes.clear();
    this.#unread.clear();
  }

  /** @returns whether what these values find may be another than it was at that time. */
  changedSince(at: number, field: string, values: readonly string[]): boolean {
    if (this.#lostSightAt > at) return true;
    return values.some((value) => (this.#changes.get(keyOf(field, value)) ?? 0) > at);
  }

  /** The same for a question of which we know only that it is about this collection. */
  anyChangeSince(at: number): boolean {
    return this.#changedAt > at;
  }

  /** @returns what has to be sent, in order, which counts as sent from now on. */
  take(): mongo.AnyBulkWriteOperation[] {
    const operations = [...this.#states].map(([id, state]): mongo.AnyBulkWriteOperation => {
      if (state.kind === 'new') return bulkOperation({ collection: '', insert: state.document });
      return bulkOperation({ collection: '', filter: { _id: id }, update: changeOf(state) });
    });
    operations.push(...this.#raw.map(bulkOperation));
    this.#states.clear();
    this.#raw.length = 0;
    return operations;
  }

  #insert(insert: mongo.Document, at: number): boolean {
    const { _id: id } = insert;
    if (typeof id !== 'string' || this.#documents.get(id) !== undefined) return false;
    const document = insert as StoredDocument;
    this.#states.set(id, { kind: 'new', document });
    this.#become(id, document, at);
    return true;
  }

  /** @returns whether its effect is known: it is of one document that was read, and changes whole fields. */
  #update(write: Update, at: number): boolean {
    const { filter, update, upsert = false } = write;
    const id: unknown = filter._id;
    if (Object.keys(filter).length !== 1 || typeof id !== 'string' || !this.#documents.has(id)) return false;
    const before = this.#documents.get(id);
    if (before === undefined && !upsert) return false;
    const after = afterUpdate(before ?? { _id: id, ...(update.$setOnInsert ?? {}) }, update);
    if (after === undefined) return false;
    const state = this.#states.get(id);
    if (before === undefined || state?.kind === 'new') {
      this.#states.set(id, { kind: 'new', document: after.document });
    } else {
      const fields = new Set([...(state?.fields ?? []), ...after.fields]);
      this.#states.set(id, { kind: 'changed', document: after.document, fields });
    }
    this.#become(id, after.document, at);
    return true;
  }

  #become(id: string, document: StoredDocument, at: number): void {
    const before = this.#documents.get(id);
    this.#documents.set(id, document);
    this.#unread.add(id);
    this.#changes.set(keyOf('_id', id), at);
    for (const [field, index] of this.#indexes) {
      for (const value of new Set<unknown>([before?.[field], document[field]])) {
        if (typeof value !== 'string') continue;
        this.#changes.set(keyOf(field, value), at);
        if (value !== document[field]) index.get(value)?.delete(id);
      }
      this.#list(index, document[field], id);
    }
  }

  #list(index: ReadonlyMap<string, Set<string>>, value: unknown, id: string): void {
    if (typeof value === 'string') index.get(value)?.add(id);
  }

  #read(id: string): StoredDocument | undefined {
    const document = this.#documents.get(id);
    if (document === undefined || !this.#unread.delete(id)) return document;
    const { BSON } = mongo;
    // As the driver does it: an undefined field is kept as null.
    const bytes = BSON.serialize(document, { ignoreUndefined: false });
    const stored = BSON.deserialize(bytes) as StoredDocument;
    this.#documents.set(id, stored);
    return stored;
  }
}

function keyOf(field: string, value: string): string {
  return `${field}\n${value}`;
}

const wholeFields: ReadonlySet<string> = new Set(['$set', '$unset', '$inc', '$setOnInsert']);

/** @returns undefined for an update whose effect only the server knows. */
function afterUpdate(
  before: StoredDocument,
  update: mongo.Document,
): { readonly document: StoredDocument; readonly fields: readonly string[] } | undefined {
  if (Array.isArray(update) || !Object.keys(update).every((operator) => wholeFields.has(operator))) {
    return undefined;
  }
  const { $set = {}, $unset = {}, $inc = {}, $setOnInsert = {} } = update;
  const fields = [...Object.keys($set), ...Object.keys($unset), ...Object.keys($inc)];
  const named = [...fields, ...Object.keys($setOnInsert)];
  if (named.some((field) => field === '_id' || field.includes('.') || field.startsWith('$')))
    return undefined;
  const document: Record<string, unknown> & { _id: string } = { ...before, ...$set };
  for (const field of Object.keys($unset)) delete document[field];
  for (const [field, step] of Object.entries($inc)) {
    const value: unknown = before[field] ?? 0;
    if (typeof value !== 'number' || typeof step !== 'number') return undefined;
    document[field] = value + step;
  }
  return { document, fields };
}

function changeOf({ document, fields }: Extract<State, { kind: 'changed' }>): mongo.Document {
  const set = [...fields].filter((field) => field in document);
  const gone = [...fields].filter((field) => !(field in document));
  return {
    ...(set.length === 0 ? {} : { $set: Object.fromEntries(set.map((field) => [field, document[field]])) }),
    ...(gone.length === 0 ? {} : { $unset: Object.fromEntries(gone.map((field) => [field, ''])) }),
  };
}
