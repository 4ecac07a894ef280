import { expect } from 'chai';
import { at, listAt, textAt } from '../support/http.ts';
import { createWorld, done, type World } from '../support/world.ts';
import { implant, stapler } from '../support/world-facts.ts';
import { newLot } from '../support/world-play.ts';
import { figuresOf, print } from './job-world.ts';
import { scanLabels } from './label-reading.ts';

const ofImplant = 'MA.156.M0.100204.13351764';
const ofStapler = 'MA.156.M0.100204.13351775';

describe('verification of a label with an MA code', () => {
  let world: World;
  before(async () => {
    world = await createWorld();
    await identify(implant, ofImplant);
    await identify(stapler, ofStapler);
  });
  after(() => world.close());

  async function identify(gtin: string, ...ids: readonly string[]): Promise<void> {
    const otherIdentifiers = ids.map((id) => ({ agency: 'nmpa-ma', id }));
    const products = world.database.db.collection<{ _id: string }>('products');
    await products.updateOne({ _id: gtin }, { $set: { otherIdentifiers } });
  }

  async function printed(gtin: string, template = 'ma-unit-60x40') {
    const lot = newLot();
    const { job } = await print(world, { gtin, lot }, { quantity: 2, template });
    const { bytes } = await world.as('quality').get(`/api/v1/label-jobs/${job}/labels.pdf`);
    const scans = (await scanLabels(bytes, 203)).flatMap((page) => page.map(({ text }) => text));
    return { job, lot, scans };
  }

  const verify = (scan: string | undefined, job?: string, who: 'quality' | 'otherQuality' = 'quality') =>
    done(world.as(who).post('/api/v1/labels/verify', { scan, ...(job === undefined ? {} : { job }) }));

  it('finds the product that bears the identifier, and every element as it was printed', async () => {
    const { job, lot, scans } = await printed(implant);
    expect(scans[0]).to.match(/^MA\.156\.M0\.100204\.13351764\.L.+\.S00000001\.M261020\.E291019$/);
    const answer = await verify(scans[0], job);
    const told = { verdict: 'agrees', gtin: implant, maIdentifier: ofImplant, lot, serial: '00000001' };
    expect(answer).to.include(told);
    expect(at(answer, '/jobs/0/job')).to.equal(job);
    const elements = listAt(answer, '/elements');
    expect(elements.map((one) => at(one, '/agrees'))).to.not.include(false);
    expect(elements[0]).to.deep.equal({
      element: 'maIdentifier',
      name: { zh: '产品标识（MA）', en: 'UDI-DI (MA)' },
      ...{ scanned: ofImplant, printed: ofImplant, recorded: ofImplant, agrees: true },
    });
    expect(await figuresOf(world, job)).to.include({ verified: 1 });
  });

  it('knows labels that are all alike, and says what disagrees or was never printed', async () => {
    const { lot, scans } = await printed(stapler);
    expect(await verify(scans[1])).to.include({ verdict: 'agrees', maIdentifier: ofStapler, lot });
    const later = await verify(scans[0]?.replace('.E291019', '.E301019'));
    expect(later).to.include({ verdict: 'disagrees' });
    expect(await verify(scans[0]?.replace(`.L${lot}`, '.LNEVER'))).to.include({ verdict: 'never-printed' });
    // Labels with a GS1 code are others, of the same lot or with the same number.
    expect(await verify(`(01)${stapler}(17)291019(11)261020(10)${lot}`)).to.include({
      verdict: 'never-printed',
    });
    const gs1 = await printed(implant, 'unit-30x20');
    const serial = gs1.scans[0]?.split('\u001d21')[1];
    const other = await verify(`${ofImplant}.L${gs1.lot}.S${serial}.M261020.E291019`);
    expect(other).to.include({ verdict: 'never-printed', serial });
  });

  it('says what is missing where no product of ours bears the identifier', async () => {
    const { scans } = await printed(stapler);
    await identify(stapler);
    const missing = await verify(scans[0]);
    expect(missing).to.deep.include({
      ...{ verdict: 'identifier-not-registered', maIdentifier: ofStapler, jobs: [], elements: [] },
    });
    expect(textAt(missing, '/zh')).to.match(/其他标识/);
    expect(missing).to.not.have.property('gtin');
    // Of two that bear it, the one whose label it is.
    await identify(stapler, ofStapler);
    await identify(implant, ofImplant, ofStapler);
    expect(await verify(scans[0])).to.include({ verdict: 'agrees', gtin: stapler });
    await identify(implant, ofImplant);
    await identify(stapler, ofStapler, ofImplant);
    const others = await printed(implant);
    expect(await verify(others.scans[0])).to.include({ verdict: 'agrees', gtin: implant });
    await identify(stapler, ofStapler);
    // Another maker learns nothing of ours.
    const foreign = await verify(scans[0], undefined, 'otherQuality');
    expect(foreign).to.include({ verdict: 'identifier-not-registered' });
    expect(foreign).to.not.have.property('gtin');
  });
});
