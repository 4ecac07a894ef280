/** What is there before clients begin. */
import { commandId } from './aim.ts';
import type { Act, Command, Lot, Organisation, Product } from './command.ts';
import { serialsOf } from './finding.ts';
import type { Model } from './model/model.ts';
import type { HttpHistory } from './over-http.ts';
import { Disagreement, differenceOf } from './replay.ts';

/** Makes lots, and brings half of each into hospital A, where some of it lies in the theatre. */
export async function stock(
  service: HttpHistory,
  model: Model,
  prefix: number,
  goods: readonly (readonly [Product, Lot])[],
): Promise<void> {
  let sent = 0;
  const act = async (by: Organisation, what: Act): Promise<string> => {
    sent += 1;
    const command: Command = { ...what, id: commandId(prefix, sent), by, seat: 'keeper' };
    const expected = model.apply(command);
    const difference = differenceOf('outcome', await service.perform(command), expected);
    if (difference !== undefined) throw new Disagreement(difference, [JSON.stringify(command)]);
    return command.id;
  };
  for (const [product, lot] of goods) {
    const serials = product === 'counted' ? undefined : serialsOf(lot);
    const part = (from: number, to: number) =>
      serials === undefined
        ? { product, lot, count: to - from }
        : { product, lot, serials: serials.slice(from, to) };
    await act('maker', {
      kind: 'produce',
      ...(serials === undefined ? { product, lot, count: 12 } : part(0, 6)),
    });
    await act('maker', { kind: 'release', product, lot });
    const supply = { purpose: 'supply', basis: 'bought', condition: 'available' } as const;
    const shipment = await act('maker', {
      kind: 'ship',
      place: 0,
      to: 'hospitalA',
      ...supply,
      lines: [part(0, 4)],
    });
    await act('hospitalA', { kind: 'receive', shipment, place: 0, intact: [part(0, 4)], damaged: [] });
    await act('hospitalA', { kind: 'accept', shipment, place: 0, line: part(0, 4), qualified: true });
    await act('hospitalA', { kind: 'move', from: 0, to: 1, condition: 'available', lines: [part(0, 2)] });
  }
}
