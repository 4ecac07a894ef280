/** The OpenAPI 3.1 document, made of the same list of routes and the same schemas that parse requests. */

import { z } from 'zod';
import { problemMediaType } from './problem.ts';
import type { RouteLine, RouteSchemas } from './route.ts';

/** What the document says of a route; any room's route will do. */
export interface DescribedRoute extends RouteLine {
  readonly permission: string;
  readonly open: boolean;
}

type Json = Record<string, unknown>;

const problemSchema = {
  type: 'object',
  required: ['type', 'title', 'status', 'code', 'detail', 'detailZh', 'requestId'],
  properties: {
    type: { type: 'string' },
    title: { type: 'string' },
    status: { type: 'integer' },
    code: { type: 'string', description: 'Of a closed set; for programs.' },
    detail: { type: 'string' },
    detailZh: { type: 'string' },
    faults: {
      type: 'array',
      items: {
        type: 'object',
        required: ['pointer', 'zh', 'en'],
        properties: {
          pointer: {
            type: 'string',
            description: 'RFC 6901, into the body; /query and /params for the rest.',
          },
          zh: { type: 'string' },
          en: { type: 'string' },
        },
      },
    },
    info: { type: 'object' },
    requestId: { type: 'string', format: 'uuid' },
  },
};

/** @returns the document as plain JSON */
export function openApiDocument(
  routes: readonly DescribedRoute[],
  { version, sessionCookie }: { version: string; sessionCookie: string },
): Json {
  const named: Json = { Problem: problemSchema };
  const paths: Record<string, Json> = {};
  for (const route of routes) {
    const path = templateOf(route.path);
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operation(route, named) };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'pps-trace',
      version,
      description: 'Traceability of PPS surgical devices. 保肛手术器械追溯。',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    paths,
    components: {
      schemas: named,
      securitySchemes: {
        token: { type: 'http', scheme: 'bearer' },
        session: { type: 'apiKey', in: 'cookie', name: sessionCookie },
      },
    },
  };
}

/** `/lots/:gtin` is `/lots/{gtin}` in OpenAPI. */
function templateOf(path: string): string {
  return path.replaceAll(/[:*](\w+)/g, '{$1}');
}

function operation(route: DescribedRoute, named: Json): Json {
  const { schemas } = route;
  const id = operationId(route);
  const parameters = [
    ...(schemas.verbatim === true ? wholePaths(route.path) : []),
    ...parametersIn('path', schemas.params, `${id}Params`, named),
    ...parametersIn('query', schemas.query, `${id}Query`, named),
  ];
  return {
    operationId: id,
    summary: schemas.summary,
    ...(route.open
      ? { security: [] }
      : { security: [{ token: [] }, { session: [] }], 'x-permission': route.permission }),
    ...(parameters.length > 0 && { parameters }),
    ...(schemas.body !== undefined && {
      requestBody: {
        required: true,
        content: { 'application/json': { schema: schemaOf(schemas.body, 'input', `${id}Body`, named) } },
      },
    }),
    responses: {
      '2XX': success(schemas, id, named),
      ...(schemas.produces !== undefined && {
        '3XX': {
          description: 'What the client has is still good (304), or the answer is at `Location` (307)',
        },
      }),
      '4XX': refusal('Refused; the code says why', schemas.produces),
      '5XX': refusal('The service is busy, the outcome unknown, or a fault of ours'),
    },
  };
}

/** `GET /api/v1/lots/:gtin` is `getLotsGtin`. */
function operationId({ method, path }: DescribedRoute): string {
  const words = path.replace('/api/v1', '').match(/[A-Za-z0-9]+/g) ?? [];
  return method.toLowerCase() + words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('');
}

function success({ answer, produces }: RouteSchemas, id: string, named: Json): Json {
  if (produces !== undefined) {
    const content = Object.entries(produces).map(([type, schema]) => [
      type,
      { schema: schemaOf(schema, 'output', `${id}Document`, named) },
    ]);
    return { description: 'A document', content: Object.fromEntries(content) };
  }
  if (answer === undefined) return { description: 'Done' };
  const schema = schemaOf(answer, 'output', `${id}Answer`, named);
  return { description: 'Done', content: { 'application/json': { schema } } };
}

/** @param produces where a page for people is among it, the page says in its own words what is wrong */
function refusal(description: string, produces: RouteSchemas['produces'] = {}): Json {
  const problem = { [problemMediaType]: { schema: { $ref: '#/components/schemas/Problem' } } };
  const page = Object.keys(produces).find((type) => type.startsWith('text/html'));
  if (page === undefined) return { description, content: problem };
  return { description, content: { ...problem, [page]: { schema: { type: 'string' } } } };
}

/** No handler reads longer addresses; the server itself refuses a head of twice that. */
const targetAtMost = 8_192;

/** Of an address that its handler reads as it was sent: OpenAPI wants every name in the template said. */
function wholePaths(path: string): Json[] {
  return [...path.matchAll(/\*(\w+)/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    description: 'May hold slashes; a query may follow.',
    schema: { type: 'string', maxLength: targetAtMost },
  }));
}

function parametersIn(
  place: 'path' | 'query',
  schema: z.ZodType | undefined,
  name: string,
  named: Json,
): Json[] {
  if (schema === undefined) return [];
  const { properties, required } = schemaOf(schema, 'input', name, named);
  if (!isJsonObject(properties)) return [];
  const needed: unknown[] = Array.isArray(required) ? required : [];
  return Object.entries(properties).map(([key, value]) => ({
    name: key,
    in: place,
    required: place === 'path' || needed.includes(key),
    schema: value,
  }));
}

/**
 * zod's own JSON Schema (2020-12, as OpenAPI 3.1 takes it). What it puts under `$defs` moves to the document's
 * components: `#` there means the whole document.
 */
function schemaOf(schema: z.ZodType, io: 'input' | 'output', name: string, named: Json): Json {
  const { $schema: _, $defs, ...own } = z.toJSONSchema(schema, { io, unrepresentable: 'any' });
  const names = new Map<string, string>();
  for (const key of Object.keys($defs ?? {})) names.set(key, key.startsWith('__') ? `${name}${key}` : key);
  for (const [key, value] of Object.entries($defs ?? {})) {
    named[names.get(key) ?? key] = rehomed(value, names, name);
  }
  const rooted = rehomed(own, names, name);
  if (!isJsonObject(rooted)) throw new Error(`the schema of ${name} is no object`);
  if (!JSON.stringify(rooted).includes(`"#/components/schemas/${name}"`)) return rooted;
  named[name] = rooted;
  return { $ref: `#/components/schemas/${name}` };
}

function rehomed(value: unknown, names: ReadonlyMap<string, string>, root: string): unknown {
  if (Array.isArray(value)) return value.map((member) => rehomed(member, names, root));
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => {
      if (key !== '$ref' || typeof member !== 'string') return [key, rehomed(member, names, root)];
      const target = member === '#' ? root : (names.get(member.replace('#/$defs/', '')) ?? member);
      return [key, `#/components/schemas/${target}`];
    }),
  );
}

function isJsonObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
