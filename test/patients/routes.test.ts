import { expect } from 'chai';
import { at, listAt, textAt } from '../support/http.ts';
import { createWorld, done, refusal, type World } from '../support/world.ts';
import { stapler } from '../support/world-facts.ts';
import { newLot, stocked, use } from '../support/world-play.ts';

describe('what a hospital’s administrator may do about patients’ identities', () => {
  let world: World;
  const patient = { inpatientNumber: 'ZY-20261102', name: '测试 患者' };

  before(async () => {
    world = await createWorld();
    const line = { gtin: stapler, lot: newLot(), quantity: 2 };
    await stocked(world, line);
    await use(world, [{ ...line, quantity: 1 }], { patient });
    await done(
      world.as('nurseA').post('/api/v1/patient-devices', { inpatientNumber: patient.inpatientNumber }),
    );
  });
  after(() => world.close());

  it('shows every read, by whom and what for, and no identity', async () => {
    const answer = await done(world.as('adminA').get('/api/v1/identity-reads'));
    const [read] = listAt(answer, '/items');
    expect(at(read, '/person')).to.equal(world.people.nurseA);
    expect(at(read, '/purpose')).to.equal('care');
    expect(at(read, '/uses')).to.equal(1);
    expect(JSON.stringify(answer)).to.not.include('ZY-20261102').and.not.include('测试');
  });

  it('shows another hospital nothing of it', async () => {
    expect(listAt(await done(world.as('adminB').get('/api/v1/identity-reads')), '/items')).to.deep.equal([]);
  });

  it('is not open to those who read identities', async () => {
    expect(await refusal(world.as('nurseA').get('/api/v1/identity-reads'))).to.equal('403 access/forbidden');
  });

  it('restricts while the retention runs, and then care cannot read it', async () => {
    const body = { subject: { inpatientNumber: patient.inpatientNumber }, reason: 'patient-request' };
    expect(await refusal(world.as('adminB').post('/api/v1/patient-erasures', body))).to.equal(
      '404 not-found',
    );
    const answer = await done(world.as('adminA').post('/api/v1/patient-erasures', body));
    expect(textAt(answer, '/outcome')).to.equal('restricted');
    expect(textAt(answer, '/until')).to.match(/^2056-/);
    const reading = world
      .as('nurseA')
      .post('/api/v1/patient-devices', { inpatientNumber: patient.inpatientNumber });
    expect(await refusal(reading)).to.equal('403 patient/restricted');
  });

  it('asks for one number', async () => {
    const body = { subject: {}, reason: 'patient-request' };
    expect(await refusal(world.as('adminA').post('/api/v1/patient-erasures', body))).to.equal(
      '422 patient/number-missing',
    );
  });
});
