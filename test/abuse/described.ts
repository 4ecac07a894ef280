/** The OpenAPI document, as a client reads it: what can be called, with what. Nothing here knows the service's schemas. */

/** As much of JSON Schema 2020-12 as the document uses. */
export interface Schema {
  readonly $ref?: string;
  readonly type?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly format?: string;
  readonly pattern?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
}

export interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query';
  readonly required: boolean;
  readonly schema: Schema;
}

export interface Operation {
  readonly method: string;
  /** `/api/v1/lots/{gtin}` */
  readonly path: string;
  /** undefined: for anybody. */
  readonly permission: string | undefined;
  readonly parameters: readonly Parameter[];
  readonly body: Schema | undefined;
}

interface DocumentedOperation {
  readonly 'x-permission'?: string;
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: Schema }>> };
}

export interface Described {
  readonly operations: readonly Operation[];
  /** Follows a reference. */
  resolved(schema: Schema): Schema;
}

/** @param document as `GET /api/v1/openapi.json` answers it */
export function described(document: {
  readonly paths: Readonly<Record<string, Readonly<Record<string, DocumentedOperation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}): Described {
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      method: method.toUpperCase(),
      path,
      permission: operation['x-permission'],
      parameters: operation.parameters ?? [],
      body: operation.requestBody?.content['application/json']?.schema,
    })),
  );
  const resolved = (schema: Schema): Schema => {
    if (schema.$ref === undefined) return schema;
    const target = document.components.schemas[schema.$ref.replace('#/components/schemas/', '')];
    if (target === undefined) throw new Error(`${schema.$ref} leads nowhere`);
    return resolved(target);
  };
  return { operations, resolved };
}

/** @returns the alternatives of a schema: itself, where it is no union. */
export function alternatives({ resolved }: Described, schema: Schema): Schema[] {
  const own = resolved(schema);
  const union = own.anyOf ?? own.oneOf;
  if (union === undefined) return [own];
  return union.flatMap((member) => alternatives({ operations: [], resolved }, member));
}
