import { expect } from 'chai';
import { z } from 'zod';
import { Failure } from '../../src/errors.ts';
import { email, pageOf, pageQuery, uuid } from '../../src/http/fields.ts';
import { openApiDocument } from '../../src/http/openapi.ts';
import { problemOf } from '../../src/http/problem.ts';
import { publicRoute, rawBytes, routeMaker } from '../../src/http/route.ts';
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
    publicRoute(
      'GET',
      '/page',
      {
        summary: 'Page',
        produces: { 'text/html; charset=utf-8': z.string(), 'application/linkset+json': pageOf(lot) },
      },
      async () => ({ status: 200, contentType: 'text/html; charset=utf-8', bytes: new Uint8Array() }),
    ),
    publicRoute(
      'GET',
      '/paper',
      { summary: 'Paper', produces: { 'application/pdf': rawBytes } },
      async () => ({
        status: 200,
        contentType: 'application/pdf',
        bytes: new Uint8Array(),
      }),
    ),
  ],
  { version: '1.2.3', sessionCookie: 'session' },
);

describe('http: the OpenAPI document', () => {
  it('has each route with its permission, parameters, body and answers', () => {
    expect(document.paths).to.have.all.keys('/api/v1/lots/{id}', '/page', '/paper');
    const lots = Object.entries(document.paths ?? {}).find(([path]) => path.includes('lots'))?.[1];
    expect(at(lots, '/get/x-permission')).to.equal('read');
    expect(at(lots, '/get/parameters/0')).to.deep.include({ name: 'id', in: 'path', required: true });
    expect(at(lots, '/get/parameters/2')).to.deep.include({ name: 'limit', in: 'query', required: false });
    expect(at(lots, '/post/requestBody/required')).to.equal(true);
    expect(at(lots, '/get/responses/4XX/content')).to.have.property('application/problem+json');
    const paper = Object.entries(document.paths ?? {}).find(([path]) => path === '/paper')?.[1];
    expect(at(paper, '/get/security')).to.deep.equal([]);
  });

  const answersOf = (path: string) => {
    const operation = Object.entries(document.paths ?? {}).find(([one]) => one === path)?.[1];
    return (statuses: string) => at(operation, `/get/responses/${statuses}/content`);
  };

  it('says of bytes nothing but their media type', () => {
    expect(answersOf('/paper')('2XX')).to.deep.equal({ 'application/pdf': { schema: {} } });
    expect(answersOf('/paper')('4XX')).to.have.all.keys('application/problem+json');
  });

  it('has each form in which an answer is given, and the page that says no in its own words', () => {
    const content = answersOf('/page')('2XX');
    expect(content).to.deep.include({ 'text/html; charset=utf-8': { schema: { type: 'string' } } });
    expect(JSON.stringify(content)).to.include('#/components/schemas/Lot');
    expect(content).to.have.all.keys('text/html; charset=utf-8', 'application/linkset+json');
    expect(answersOf('/page')('4XX')).to.have.all.keys(
      'application/problem+json',
      'text/html; charset=utf-8',
    );
  });

  it('describes the problem that is answered, to the last key', () => {
    const fault = { pointer: '', zh: '有误', en: 'Wrong' };
    const problem = problemOf(new Failure('conflict', { at: 1 }, [fault]), 'id');
    const schema = at(document, '/components/schemas/Problem');
    expect(problem).to.have.all.keys(at(schema, '/properties') as object);
    expect(problemOf(new Failure('conflict'), 'id')).to.have.all.keys(at(schema, '/required') as string[]);
  });

  it('shows the one pattern by which an e-mail address is taken', () => {
    const schema = z.toJSONSchema(email());
    expect(schema).to.include({ format: 'email', maxLength: 200 });
    expect(email().safeParse('nurse@ward.example').success).to.equal(true);
    expect(new RegExp(schema.pattern ?? '').test('nurse@ward-.example')).to.equal(false);
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
    expect(ids).to.have.members(['getLotsId', 'postLotsId', 'getPage', 'getPaper']);
  });
});
