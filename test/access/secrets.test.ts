import { expect } from 'chai';
import { createPerson } from '../../src/access/new-person.ts';
import { openSession } from '../../src/access/sessions.ts';
import { issueToken } from '../../src/access/tokens.ts';
import { inTransaction } from '../../src/database/transaction.ts';
import { accessBench } from './bench.ts';

describe('access: secrets', () => {
  it('cannot be foretold by who knows the seed that ids are made from', async () => {
    const bench = await accessBench();
    try {
      let made = 0;
      const uuid = () => {
        made += 1;
        return `00000000-0000-4000-8000-${String(made).padStart(12, '0')}`;
      };
      const seeded = { ...bench.parts, ids: { uuid, bytes: (count: number) => new Uint8Array(count) } };
      const organisation = bench.organisation('hospital');
      const wanted = {
        organisation,
        organisationKind: 'hospital' as const,
        name: '护士',
        username: 'nurse',
        roles: [],
      };
      const person = await createPerson(seeded, wanted);
      const { secret } = await inTransaction(seeded.connection, (session) =>
        openSession(seeded, person.person, session),
      );
      const credential = { kind: 'session' as const, id: 'x' };
      const caller = {
        person: person.person,
        organisation,
        organisationKind: 'hospital' as const,
        roles: [],
        permissions: new Set(['self' as const]),
        credential,
      };
      const by = { person: person.person, credential, address: '127.0.0.1', requestId: 'test' };
      const { token } = await issueToken(seeded, caller, { name: 'x', permissions: ['self'] }, by);
      for (const found of [person.oneTimePassword, secret, token.slice(4)]) {
        expect(new Set(found?.replaceAll('-', '')).size, found).to.be.greaterThan(6);
      }
    } finally {
      await bench.close();
    }
  });
});
