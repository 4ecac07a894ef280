/**
 * Messages of the Internet Printing Protocol as bytes (RFC 8010, section 3), as much of them as printing takes: values
 * of types that are not needed are read over.
 */

const version = 0x0101;

/** What a group of attributes is about (3.5.1). */
const groupTags = { operation: 0x01, job: 0x02, printer: 0x04, unsupported: 0x05 } as const;
const endOfAttributes = 0x03;
/** Tags below it begin a group, the others a value. */
const firstValueTag = 0x10;

/** Types of values (3.5.2). */
const stringTags = {
  text: 0x41,
  name: 0x42,
  keyword: 0x44,
  uri: 0x45,
  charset: 0x47,
  naturalLanguage: 0x48,
  mimeMediaType: 0x49,
} as const;
const tags = {
  integer: 0x21,
  boolean: 0x22,
  enum: 0x23,
  range: 0x33,
  collection: 0x34,
  endOfCollection: 0x37,
  memberName: 0x4a,
  ...stringTags,
} as const;

/** Collections within collections; `media-col` has two. */
const depthMax = 8;
/** Groups of one answer; printers send two. */
const groupsMax = 64;

type StringType = keyof typeof stringTags;
type GroupName = keyof typeof groupTags;

export type IppValue =
  | { readonly type: 'integer' | 'enum'; readonly value: number }
  | { readonly type: 'boolean'; readonly value: boolean }
  | { readonly type: 'range'; readonly value: readonly [least: number, most: number] }
  | { readonly type: 'collection'; readonly value: IppAttributes }
  | { readonly type: StringType; readonly value: string }
  /** Of a type that is not needed, or none ("no-value", "unknown"). */
  | { readonly type: 'other' };

export type IppAttributes = ReadonlyMap<string, readonly IppValue[]>;

export interface IppGroup {
  readonly name: GroupName | 'other';
  readonly attributes: IppAttributes;
}

export interface IppMessage {
  /** Of a request the operation, of an answer its status. */
  readonly code: number;
  readonly requestId: number;
  readonly groups: readonly IppGroup[];
}

/**
 * @returns the message up to its end-of-attributes tag; a document follows it as it is.
 * @throws RangeError for what cannot be written: a value of type `other`, more than 32,767 bytes in one
 */
export function encodeIpp({ code, requestId, groups }: IppMessage): Buffer {
  const head = Buffer.alloc(8);
  head.writeUInt16BE(version, 0);
  head.writeUInt16BE(code, 2);
  head.writeInt32BE(requestId, 4);
  const body = groups.flatMap(({ name, attributes }) => {
    if (name === 'other') throw new RangeError('a group without a name');
    return [Buffer.of(groupTags[name]), ...encodeAttributes(attributes)];
  });
  return Buffer.concat([head, ...body, Buffer.of(endOfAttributes)]);
}

function encodeAttributes(attributes: IppAttributes): Buffer[] {
  return [...attributes].flatMap(([name, values]) =>
    // A further value of an attribute has an empty name (3.1.5).
    values.flatMap((value, nth) => encodeValue(nth === 0 ? name : '', value)),
  );
}

function encodeValue(name: string, value: IppValue): Buffer[] {
  if (value.type === 'other') throw new RangeError('a value without a type');
  const field = (bytes: Buffer): Buffer[] => [
    Buffer.of(tags[value.type]),
    sized(Buffer.from(name)),
    sized(bytes),
  ];
  switch (value.type) {
    case 'integer':
    case 'enum':
      return field(int32(value.value));
    case 'range':
      return field(Buffer.concat(value.value.map(int32)));
    case 'boolean':
      return field(Buffer.of(value.value ? 1 : 0));
    case 'collection': {
      // Members and the end of a collection are values without a name (3.1.6 and 3.1.7).
      const members = [...value.value].flatMap(([member, [first, ...more]]) =>
        first === undefined
          ? []
          : [
              Buffer.of(tags.memberName),
              sized(Buffer.alloc(0)),
              sized(Buffer.from(member)),
              ...[first, ...more].flatMap((one) => encodeValue('', one)),
            ],
      );
      return [...field(Buffer.alloc(0)), ...members, Buffer.of(tags.endOfCollection, 0, 0, 0, 0)];
    }
    default:
      return field(Buffer.from(value.value, 'utf8'));
  }
}

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}

/** Lengths are signed in the standard (3.2). */
function sized(bytes: Buffer): Buffer {
  if (bytes.length > 0x7fff) throw new RangeError(`${bytes.length} bytes in one field`);
  const length = Buffer.alloc(2);
  length.writeUInt16BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

/**
 * @param bytes a whole answer; what follows its attributes is left alone
 * @throws RangeError where they are none, or cut off
 */
export function decodeIpp(bytes: Buffer): IppMessage {
  const reader = new Reader(bytes);
  const major = reader.byte();
  if (major !== 1 && major !== 2) throw new RangeError(`version ${major} of the protocol`);
  reader.byte();
  const code = reader.length();
  const requestId = reader.take(4).readInt32BE(0);
  const groups: IppGroup[] = [];
  for (;;) {
    const tag = reader.byte();
    if (tag === endOfAttributes) return { code, requestId, groups };
    if (tag >= firstValueTag) throw new RangeError('a value outside of any group');
    if (groups.length === groupsMax) throw new RangeError('too many groups');
    groups.push({ name: groupNames.get(tag) ?? 'other', attributes: decodeAttributes(reader) });
  }
}

const groupNames: ReadonlyMap<number, GroupName> = new Map(
  (Object.keys(groupTags) as GroupName[]).map((name) => [groupTags[name], name]),
);
const stringTypes: ReadonlyMap<number, StringType> = new Map(
  (Object.keys(stringTags) as StringType[]).map((type) => [stringTags[type], type]),
);

/** Walks through the bytes; whoever asks for more than there are is told so. */
class Reader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  /** @returns the next byte, which stays where it is. */
  peek(): number {
    const byte = this.#bytes[this.#at];
    if (byte === undefined) throw new RangeError('cut off');
    return byte;
  }

  byte(): number {
    const byte = this.peek();
    this.#at += 1;
    return byte;
  }

  length(): number {
    return this.take(2).readUInt16BE(0);
  }

  take(count: number): Buffer {
    const end = this.#at + count;
    if (end > this.#bytes.length) throw new RangeError('cut off');
    const taken = this.#bytes.subarray(this.#at, end);
    this.#at = end;
    return taken;
  }

  /** @returns a field with its length in front. */
  field(): Buffer {
    return this.take(this.length());
  }
}

/** Of a name that comes twice the first counts: which one a printer means cannot be known. */
function decodeAttributes(reader: Reader): IppAttributes {
  const attributes = new Map<string, IppValue[]>();
  let values: IppValue[] | undefined;
  while (reader.peek() >= firstValueTag) {
    const tag = reader.byte();
    const name = reader.field().toString('latin1');
    const value = decodeValue(reader, tag, 0);
    if (name !== '') {
      values = [];
      if (!attributes.has(name)) attributes.set(name, values);
    }
    if (values === undefined) throw new RangeError('a further value of no attribute');
    values.push(value);
  }
  return attributes;
}

function decodeValue(reader: Reader, tag: number, depth: number): IppValue {
  const bytes = reader.field();
  const ofLength = (length: number): Buffer => {
    if (bytes.length !== length) throw new RangeError(`${bytes.length} bytes for ${length}`);
    return bytes;
  };
  switch (tag) {
    case tags.integer:
      return { type: 'integer', value: ofLength(4).readInt32BE(0) };
    case tags.enum:
      return { type: 'enum', value: ofLength(4).readInt32BE(0) };
    case tags.boolean:
      return { type: 'boolean', value: ofLength(1)[0] !== 0 };
    case tags.range:
      return { type: 'range', value: [ofLength(8).readInt32BE(0), bytes.readInt32BE(4)] };
    case tags.collection:
      return { type: 'collection', value: decodeMembers(reader, depth + 1) };
    default: {
      const type = stringTypes.get(tag);
      return type === undefined ? { type: 'other' } : { type, value: bytes.toString('utf8') };
    }
  }
}

function decodeMembers(reader: Reader, depth: number): IppAttributes {
  if (depth > depthMax) throw new RangeError('too deep');
  const members = new Map<string, IppValue[]>();
  let values: IppValue[] | undefined;
  for (;;) {
    const tag = reader.byte();
    if (tag < firstValueTag) throw new RangeError('a collection without an end');
    // Names stand in values here; the field for them is empty.
    reader.field();
    if (tag === tags.endOfCollection) {
      reader.field();
      return members;
    }
    if (tag === tags.memberName) {
      values = [];
      const name = reader.field().toString('latin1');
      if (!members.has(name)) members.set(name, values);
      continue;
    }
    if (values === undefined) throw new RangeError('a value of no member');
    values.push(decodeValue(reader, tag, depth));
  }
}
