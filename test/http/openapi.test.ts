import { expect } from 'chai';
import { z } from 'zod';
import { pageOf, pageQuery, uuid } from '../../src/http/fields.ts';
import { openApiDocument } from '../../src/http/openapi.ts';
import { publicRoute, routeMaker } from '../../src/http/route.ts';
import { at } from '../support/http.ts';

const route = routeMaker<undefined, 'read' | 'write'>();

interface Tree {
  name: string;
  parts: Tree[];
}
const tree: z.ZodType<Tree> = z.strictObject({ name: z.string(), parts: z.array(z.lazy(() => tree)) });
const lot = z.strictObject({ lot: z.string() }).meta({ id: 'Lot' });

const document = openApiDocument(
  [
    route(
      'GET',
      '/api/v1/lots/:id',
      'read',
      {
        summary: 'Lots',
        params: z.strictObject({ id: uuid() }),
        query: z.strictObject({ ...pageQuery }),
        answer: pageOf(lot),
      },
      async () => ({ status: 200, body: { items: [] } }),
    ),
    route(
      'POST',
      '/api/v1/lots/:id',
      'write',
      { summary: 'Make', params: z.strictObject({ id: uuid() }), body: tree, answer: tree },
      async ({ body }) => ({ status: 201, body }),
    ),
    publicRoute('GET', '/paper', { summary: 'Paper', produces: 'application/pdf' }, async () => ({
      status: 200,
      contentType: 'application/pdf',
      bytes: new Uint8Array(),
    })),
  ],
  { version: '1.2.3', sessionCookie: 'session' },
);

describe('http: the OpenAPI document', () => {
  it('has each route with its permission, parameters, body and answers', () => {
    expect(document.paths).to.have.all.keys('/api/v1/lots/{id}', '/paper');
    const lots = Object.entries(document.paths ?? {}).find(([path]) => path.includes('lots'))?.[1];
    expect(at(lots, '/get/x-permission')).to.equal('read');
    expect(at(lots, '/get/parameters/0')).to.deep.include({ name: 'id', in: 'path', required: true });
    expect(at(lots, '/get/parameters/2')).to.deep.include({ name: 'limit', in: 'query', required: false });
    expect(at(lots, '/post/requestBody/required')).to.equal(true);
    expect(at(lots, '/get/responses/4XX/content')).to.have.property('application/problem+json');
    const paper = Object.entries(document.paths ?? {}).find(([path]) => path === '/paper')?.[1];
    expect(at(paper, '/get/security')).to.deep.equal([]);
    expect(at(paper, '/get/responses/2XX/content')).to.have.property('application/pdf');
  });

  it('has no reference that leads nowhere', () => {
    const references = [...JSON.stringify(document).matchAll(/"\$ref":"([^"]+)"/g)].map(
      (match) => match[1] ?? '',
    );
    expect(references).to.include('#/components/schemas/Lot');
    expect(references.length).to.be.greaterThan(4);
    for (const reference of references) {
      expect(reference).to.match(/^#\/components\/schemas\//);
      expect(at(document, reference.slice(1)), reference).to.be.an('object');
    }
  });

  it('gives every operation an id of its own', () => {
    const ids = [...JSON.stringify(document).matchAll(/"operationId":"([^"]+)"/g)].map((match) => match[1]);
    expect(ids).to.have.members(['getLotsId', 'postLotsId', 'getPaper']);
  });
});
