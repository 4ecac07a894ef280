/** The tale itself, from the factory to the recalls. */
import { type Country, done, idOf, type Name, personOf } from './country.ts';
import { lotPath, lots, produce, register, type Story, serials, Teller } from './story.ts';

/** @returns what the tale made, once it is told. */
export async function tell(country: Country): Promise<Story> {
  const teller = new Teller(country);
  const programme = await register(teller);
  await make(teller);
  await supply(teller);
  await work(teller, programme);
  const holds = await hold(teller);
  const recalls = await recall(teller);
  country.pass();
  const { events, shipments, jobs, printers, sends } = teller;
  return { programme, recalls, holds, events, shipments, jobs, printers, sends };
}

async function make(teller: Teller): Promise<void> {
  const sterile = (id: string) => ({ sterilisationLot: id, quantity: teller.large() });
  await produce(teller, 'maker', { ...lots.bad }, [sterile('STERILE-BAD-1'), sterile('STERILE-BAD-2')]);
  await produce(teller, 'maker', { ...lots.good }, [sterile('STERILE-GOOD-1')]);
  await produce(teller, 'maker', { ...lots.units }, [{ sterilisationLot: 'STERILE-UNITS-1', serials }]);
  await produce(teller, 'otherMaker', { ...lots.foreign }, [sterile('STERILE-FOREIGN-1')]);
  await teller.print('maker', lots.units, { serials });
  await teller.print('maker', lots.good, { quantity: 1 });
  await teller.print('otherMaker', lots.foreign, { quantity: 2 });
  for (const name of ['maker', 'shenzhen'] as const) await teller.setUpPrinter(name);
}

/** Each lot with what is sent on, in the order of the chain. */
async function supply(teller: Teller): Promise<void> {
  const big = (lot: { gtin: string; lot: string }) => ({ ...lot, quantity: 9_000 + teller.small() });
  const units = (...named: string[]) => ({ ...lots.units, serials: named });
  const [first, second, third, fourth] = serials;
  const chain: [Name, Name, ReturnType<typeof big> | ReturnType<typeof units>][] = [
    ['maker', 'distributor', big(lots.bad)],
    ['maker', 'distributor', big(lots.good)],
    ['maker', 'distributor', units(first, second, third)],
    ['maker', 'otherDistributor', big(lots.bad)],
    ['otherMaker', 'otherDistributor', big(lots.foreign)],
  ];
  for (const [from, to, line] of chain) await pass(teller, from, to, line);
  const smaller = (lot: { gtin: string; lot: string }) => ({ ...lot, quantity: 6_000 + teller.small() });
  await pass(teller, 'distributor', 'guangzhou', smaller(lots.bad));
  await pass(teller, 'distributor', 'shenzhen', smaller(lots.good));
  await pass(teller, 'distributor', 'shenzhen', units(first, second));
  await pass(teller, 'otherDistributor', 'beijing', smaller(lots.bad));
  await pass(teller, 'otherDistributor', 'beijing', smaller(lots.foreign));
  await pass(teller, 'maker', 'beijing', units(fourth));
  await partial(teller);
}

async function pass(
  teller: Teller,
  from: Name,
  to: Name,
  line: { gtin: string; lot: string; quantity?: number; serials?: readonly string[] },
): Promise<void> {
  const shipment = await teller.ship(from, to, [line]);
  await teller.receive(to, shipment, [line]);
  await teller.accept(to, shipment, line);
}

/** A shipment of which some is damaged, some rejected, some lost, and one still on its way. */
async function partial(teller: Teller): Promise<void> {
  const part = (quantity: number) => ({ ...lots.bad, quantity });
  const [intact, damaged, lost] = [teller.small(), teller.small(), teller.small()];
  const shipment = await teller.ship('distributor', 'guangzhou', [part(intact + damaged + lost)]);
  await teller.receive('guangzhou', shipment, [part(intact)], [part(damaged)]);
  await teller.accept('guangzhou', shipment, part(intact), 'unqualified');
  const closing = `/api/v1/shipments/${shipment}/closing`;
  const reason = `closing reason of distributor number ${teller.small()}`;
  await teller.command('distributor', 'distributor', closing, { ...teller.happened(), reason });
  const onItsWay = await teller.ship('distributor', 'shenzhen', [{ ...lots.good, quantity: teller.small() }]);
  await teller.printUnits('distributor', onItsWay);
}

/** What goes on inside the hospitals. */
async function work(teller: Teller, programme: string): Promise<void> {
  const one = (lot: { gtin: string; lot: string }) => ({ ...lot, quantity: 1 });
  const stocked: [Name, { gtin: string; lot: string }][] = [
    ['guangzhou', lots.bad],
    ['shenzhen', lots.good],
    ['beijing', lots.bad],
    ['beijing', lots.foreign],
  ];
  for (const [name, lot] of stocked) {
    await teller.move(name, { ...lot, quantity: teller.small() });
    await teller.use(name, one(lot), name === 'shenzhen' ? { programme } : {});
    await relocate(teller, name, lot);
  }
  await teller.use('guangzhou', one(lots.ghost));
  await teller.use('shenzhen', { ...lots.units, serials: [serials[0]] });
  const wrongUse = await teller.use('guangzhou', one(lots.bad), { programme });
  await teller.correct('guangzhou', 'theatre', wrongUse);
  const wrongMove = await teller.move('guangzhou', { ...lots.bad, quantity: teller.small() });
  await teller.correct('guangzhou', 'materials', wrongMove);
  await back(teller);
  await check(teller);
}

async function relocate(teller: Teller, name: Name, lot: { gtin: string; lot: string }): Promise<void> {
  const place = teller.store(name);
  const member = teller.country.members[name];
  const line = (quantity: number) => [{ ...lot, quantity }];
  const reason = () => `reason of ${name} number ${teller.small()}`;
  const [isolated, freed, scrapped] = [2_500 + teller.small(), teller.small(), teller.small()];
  const send = (path: string, body: object) => teller.command(name, 'materials', path, body);
  await send('/api/v1/quarantines', { ...teller.happened(), place, lines: line(isolated), reason: reason() });
  const freeing = { ...teller.happened(), place, lines: line(freed), reason: reason() };
  await send('/api/v1/quarantine-releases', freeing);
  await send('/api/v1/destructions', {
    ...teller.happened(),
    place,
    lines: line(scrapped),
    method: `method of ${name}`,
    witness: personOf(member, 'theatre').id,
    reason: reason(),
    supervisor: `Supervisor at ${name}`,
  });
}

async function back(teller: Teller): Promise<void> {
  const line = { ...lots.bad, quantity: teller.small() };
  const shipment = await teller.ship('guangzhou', 'distributor', [line], { purpose: 'return' });
  await teller.receive('distributor', shipment, [line]);
}

async function check(teller: Teller): Promise<void> {
  for (const name of ['guangzhou', 'shenzhen', 'beijing'] as const) {
    const nurse = personOf(teller.country.members[name], 'theatre').client;
    const place = teller.place(name, 'theatre');
    teller.country.pass();
    await done(nurse.post('/api/v1/checks', { place, devices: [{ ...lots.bad, quantity: 1 }] }));
  }
}

/** One hold that was lifted, one that stands. */
async function hold(teller: Teller): Promise<string[]> {
  const put = async () => {
    const reason = `hold reason of maker number ${teller.small()}`;
    const path = lotPath(lots.good, '/holds');
    const answer = await teller.command('maker', 'quality', path, { ...teller.happened(), reason });
    return idOf(answer, '/hold');
  };
  const lifted = await put();
  const reason = `lifting reason of maker number ${teller.small()}`;
  const path = lotPath(lots.good, `/holds/${lifted}/lifting`);
  await teller.command('maker', 'quality', path, { ...teller.happened(), reason });
  return [lifted, await put()];
}

/** Each maker recalls a lot; one of them a few units; everybody concerned fetches its notice, some answer. */
async function recall(teller: Teller): Promise<Story['recalls']> {
  const decide = async (name: Name, scope: object[]) => {
    const place = teller.place(name, 'warehouse');
    const answer = await teller.command(name, 'quality', '/api/v1/recalls', {
      class: 'I',
      basis: 'voluntary',
      reason: both(`recall reason of ${name} number ${teller.small()}`),
      instructions: both(`recall instructions of ${name} number ${teller.small()}`),
      measures: ['taking-back'],
      scope,
      returnTo: { organisation: teller.country.members[name].id, place },
    });
    return idOf(answer, '/recall');
  };
  const bad = await decide('maker', [{ ...lots.bad }]);
  const units = await decide('maker', [{ ...lots.units, serials: [serials[0], serials[1]] }]);
  const foreign = await decide('otherMaker', [{ gtin: lots.foreign.gtin }]);
  // A use that the recall could not stop: recorded late, and listed.
  await teller.use('guangzhou', { ...lots.bad, quantity: 1 });
  const concerned: [string, Name[]][] = [
    [bad, ['distributor', 'otherDistributor', 'guangzhou', 'beijing']],
    [units, ['distributor', 'shenzhen']],
    [foreign, ['otherDistributor', 'beijing']],
  ];
  for (const [id, all] of concerned) for (const name of all) await answer(teller, id, name);
  return { bad, units, foreign };
}

async function answer(teller: Teller, recall: string, name: Name): Promise<void> {
  const { country } = teller;
  const member = country.members[name];
  const role = member.kind === 'hospital' ? 'materials' : 'distributor';
  country.pass();
  await done(personOf(member, role).client.get(`/api/v1/recalls/${recall}/notices/${member.id}.pdf`));
  const [quarantined, used] = [teller.small(), teller.small()];
  await teller.command(name, role, `/api/v1/recalls/${recall}/responses`, {
    found: quarantined + teller.small(),
    quarantined,
    used,
    note: `answer note of ${name} number ${teller.small()}`,
  });
}

function both(text: string) {
  return { zh: `${text} 中文`, en: text };
}
