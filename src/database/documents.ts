/**
 * Reading documents by a field, so that what many ask at once becomes one question: whoever reads says which
 * collection, which field and which values, and whoever answers may put what it is asked together.
 */
import type { mongo } from 'mongoose';

export interface Documents {
  /**
   * @param field one at the top level of the document, whose value is a text
   * @returns every document whose field has one of the values, in no order; not to be changed
   */
  where<T extends { readonly _id: string }>(
    collection: string,
    field: string,
    values: readonly string[],
  ): Promise<T[]>;
}

export interface Ask {
  readonly collection: string;
  readonly field: string;
  readonly values: readonly string[];
}

/** More values than this are asked for by collection: the answer to one question is one document, of 16 MB at most. */
const valuesTogether = 400;

/**
 * Answers several asks: in one question to the server where there are few values, for a question costs as much as
 * what it brings.
 * @returns for each ask its documents
 */
export async function readTogether(
  db: mongo.Db,
  asks: readonly Ask[],
  options: mongo.AggregateOptions & mongo.FindOptions = {},
): Promise<mongo.Document[][]> {
  const values = asks.reduce((sum, ask) => sum + ask.values.length, 0);
  if (asks.length > 1 && values <= valuesTogether) {
    const stages = asks.map(({ collection, ...ask }, index) => ({
      $lookup: { from: collection, pipeline: [{ $match: filterOf(ask) }], as: nameOf(index) },
    }));
    const [found] = await db.aggregate([{ $documents: [{}] }, ...stages], options).toArray();
    return asks.map((_, index): mongo.Document[] => found?.[nameOf(index)] ?? []);
  }
  const answers: mongo.Document[][] = [];
  // One after another: a session in a transaction takes one operation at a time.
  for (const { collection, ...ask } of asks) {
    answers.push(await db.collection(collection).find(filterOf(ask), options).toArray());
  }
  return answers;
}

function filterOf({ field, values }: Pick<Ask, 'field' | 'values'>): mongo.Document {
  return { [field]: { $in: [...values] } };
}

function nameOf(index: number): string {
  return `a${index}`;
}

/** Where functions read that serve inside and outside of transactions. */
export type DocumentSource = mongo.Db | Documents;

/** @returns a database as documents, or a session of it, in which one question waits for the other. */
export function documentsOf(source: DocumentSource, session?: mongo.ClientSession): Documents {
  if ('where' in source) return source;
  const options = session === undefined ? {} : { session };
  let before: Promise<unknown> = Promise.resolve();
  return {
    async where<T extends { readonly _id: string }>(
      collection: string,
      field: string,
      values: readonly string[],
    ) {
      if (values.length === 0) return [];
      const ask = () => readTogether(source, [{ collection, field, values }], options);
      const asking = session === undefined ? ask() : before.then(ask);
      before = asking.catch(() => undefined);
      const [found = []] = await asking;
      return found as unknown as T[];
    },
  };
}

/**
 * Waits for all of what was asked at once: nothing of it is still under way afterwards.
 * @throws of several that went wrong, what the first of them in this order threw
 */
export async function allOf<T extends readonly unknown[]>(
  asked: readonly [...{ [K in keyof T]: Promise<T[K]> }],
): Promise<T> {
  await Promise.allSettled(asked);
  return (await Promise.all(asked)) as unknown as T;
}
