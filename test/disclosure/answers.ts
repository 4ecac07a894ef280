/** What an answer tells, whatever its form: JSON at any depth, a cursor's inside, a header, the text of a PDF. */
import { textOfPages, withoutSpace } from '../documents/pdf-reading.ts';
import type { Fact } from './facts.ts';
import { leaves } from './json.ts';
import type { Visit } from './walker.ts';

export interface Told {
  /** All of its text, to be searched. */
  readonly text: string;
  readonly moments: ReadonlySet<number>;
  readonly numbers: ReadonlySet<number>;
  readonly isPaper: boolean;
}

/** RFC 3339 with a time of day. */
const moment = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)/g;
/** A number that a small count cannot be. */
const smallest = 100;

export async function toldBy({ reply, position }: Visit): Promise<Told> {
  if (reply.headers['content-type'] === 'application/pdf') {
    const pages = (await textOfPages(reply.bytes)).join('\n');
    const apart = pages.replace(/(\d)[,\u202f ](?=\d{3})/g, '$1');
    const numbers = new Set([...apart.matchAll(/\d{3,}/g)].map(([digits]) => Number(digits)));
    return {
      text: withoutSpace(pages) + String(reply.headers['content-disposition']),
      moments: new Set(),
      numbers,
      isPaper: true,
    };
  }
  if (reply.body === undefined) return toldByPage(reply.bytes.toString('utf8'));
  const { requestId: _fresh, status: _status, ...body } = (reply.body ?? {}) as Record<string, unknown>;
  const all = [...leaves(body), ...leaves(position)];
  const strings = all.filter((leaf) => typeof leaf === 'string');
  const text = strings.join('\n');
  return {
    text,
    moments: new Set([...text.matchAll(moment)].map(([written]) => Date.parse(written))),
    numbers: new Set(
      all
        .filter((leaf) => typeof leaf === 'number')
        .map(Math.abs)
        .filter((number) => number >= smallest),
    ),
    isPaper: false,
  };
}

function toldByPage(text: string): Told {
  const moments = new Set([...text.matchAll(moment)].map(([written]) => Date.parse(written)));
  return { text, moments, numbers: new Set(), isPaper: false };
}

/** @returns a moment as our papers print it, in China, to the minute; without white space. */
function printed(ms: number): string {
  return new Date(ms + 8 * 3_600_000).toISOString().slice(0, 16).replace('T', '');
}

const id = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;
const isId = new RegExp(`^${id.source}$`);

function idsIn(text: string): string[] {
  return [...new Set([...text.matchAll(id)].map(([found]) => found))];
}

/** Facts by what they look like in an answer. */
export class Search {
  readonly #ids = new Map<string, Fact[]>();
  /** Every fact that has this value. */
  readonly #texts = new Map<string, Fact[]>();
  readonly #moments = new Map<number, Fact[]>();
  readonly #numbers = new Map<number, Fact[]>();

  constructor(facts: readonly Fact[]) {
    const add = <K>(map: Map<K, Fact[]>, key: K, fact: Fact) => map.set(key, [...(map.get(key) ?? []), fact]);
    for (const fact of facts) {
      const { value } = fact;
      if (typeof value === 'number') {
        if (value >= smallest) add(this.#numbers, value, fact);
      } else if (/^\d{4}-\d\d-\d\dT/.test(value)) add(this.#moments, Date.parse(value), fact);
      else if (isId.test(value)) add(this.#ids, value, fact);
      else if (value !== '') add(this.#texts, value, fact);
    }
  }

  /** @returns for each value that an answer tells, the facts that have it. */
  found({ text, moments, numbers, isPaper }: Told): Fact[][] {
    const hits: Fact[][] = idsIn(text)
      .map((found) => this.#ids.get(found) ?? [])
      .filter((facts) => facts.length > 0);
    for (const [value, facts] of this.#texts) {
      if (text.includes(isPaper ? withoutSpace(value) : value)) hits.push(facts);
    }
    for (const [value, facts] of this.#moments) {
      if (isPaper ? text.includes(printed(value)) : moments.has(value)) hits.push(facts);
    }
    for (const [value, facts] of this.#numbers) if (numbers.has(value)) hits.push(facts);
    return hits;
  }

  /** @returns what an answer tells that is in no fact: it cannot be judged, so it must not be there. */
  unknown(
    { text, moments, numbers, isPaper }: Told,
    known: ReadonlySet<string | number>,
  ): (string | number)[] {
    if (isPaper) return [];
    return [
      ...idsIn(text).filter((id) => !this.#ids.has(id) && !known.has(id)),
      ...[...moments]
        .filter((at) => !this.#moments.has(at) && !known.has(at))
        .map((at) => new Date(at).toISOString()),
      ...[...numbers].filter((number) => !this.#numbers.has(number) && !known.has(number)),
    ];
  }
}
