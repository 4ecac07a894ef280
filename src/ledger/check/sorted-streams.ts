/** Walking several sorted streams in step, so that a comparison needs no more memory than one key's items. */

interface Keyed {
  readonly key: string;
}

/** The database compares strings by their UTF-8 bytes; JavaScript's `<` goes by UTF-16 units. */
export function compareKeys(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a, 'utf8'), Buffer.from(b, 'utf8'));
}

/** Puts together what has one key. The stream must be sorted by key. */
export async function* grouped<T extends Keyed>(stream: AsyncIterable<T>): AsyncGenerator<[string, T[]]> {
  let current: [string, T[]] | undefined;
  for await (const item of stream) {
    if (current !== undefined && current[0] === item.key) current[1].push(item);
    else {
      if (current !== undefined) yield current;
      current = [item.key, [item]];
    }
  }
  if (current !== undefined) yield current;
}

/** Yields every key of any of three sorted streams, with the items that each has of it. */
export async function* inStep<A extends Keyed, B extends Keyed, C extends Keyed>(
  first: AsyncIterable<A>,
  second: AsyncIterable<B>,
  third: AsyncIterable<C>,
): AsyncGenerator<{ key: string; first: A[]; second: B[]; third: C[] }> {
  const a = new Head(grouped(first));
  const b = new Head(grouped(second));
  const c = new Head(grouped(third));
  await Promise.all([a.advance(), b.advance(), c.advance()]);
  for (;;) {
    const key = lowest([a.key, b.key, c.key]);
    if (key === undefined) return;
    yield { key, first: await a.take(key), second: await b.take(key), third: await c.take(key) };
  }
}

/** An empty stream, for where there are but two. */
export async function* none(): AsyncGenerator<Keyed> {}

function lowest(keys: readonly (string | undefined)[]): string | undefined {
  return keys.filter((key) => key !== undefined).sort(compareKeys)[0];
}

class Head<T> {
  private readonly groups: AsyncGenerator<[string, T[]]>;
  private current: [string, T[]] | undefined;

  constructor(groups: AsyncGenerator<[string, T[]]>) {
    this.groups = groups;
  }

  get key(): string | undefined {
    return this.current?.[0];
  }

  async advance(): Promise<void> {
    const next = await this.groups.next();
    this.current = next.done === true ? undefined : next.value;
  }

  async take(key: string): Promise<T[]> {
    if (this.current?.[0] !== key) return [];
    const [, items] = this.current;
    await this.advance();
    return items;
  }
}
