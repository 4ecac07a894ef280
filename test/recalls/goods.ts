/** What happened to the goods of the small world, as drafts of events. */
import { type Account, placeAccount } from '../../src/ledger/account.ts';
import type { AnyDraft, LotKey, Transfer, Use } from '../../src/ledger/event.ts';
import type { Identity } from '../../src/patients/identity.ts';
import { draft, nextId } from '../support/ledger-play.ts';
import { bad, members, type Name } from './members.ts';

export interface UseOptions {
  readonly identity?: Identity;
  readonly deviations?: Use['deviations'];
  readonly from?: Account;
  readonly eventTime?: string;
  readonly serial?: string;
  readonly scannedLot?: string;
}

const bought = (name: Name) => ({ owner: members[name].id, basis: 'bought' as const });

export function account(name: Name, at: Account) {
  return { organisation: members[name].id, account: at };
}

export function stock(name: Name, condition: Parameters<typeof placeAccount>[1] = 'available') {
  return account(name, placeAccount(members[name].store, condition));
}

export function produced(lot: LotKey, quantity: number, serials?: readonly string[]): AnyDraft {
  return draft(
    'lotProduced',
    {
      manufacturedOn: '2026-03-01',
      expiresOn: '2029-02-28',
      sterilisationLots: [{ id: 'EO-0301' }],
      declaredQuantity: quantity,
      closed: true,
    },
    {
      transfers: [
        {
          ...lot,
          quantity,
          from: account('maker', 'production'),
          to: stock('maker'),
          title: bought('maker'),
          ...(serials === undefined ? {} : { issuer: 'maker', serials }),
        },
      ],
    },
  );
}

export function shipped(shipment: string, from: Name, to: Name, lot: LotKey, quantity: number): AnyDraft {
  const transit: Account = `transit/${shipment}`;
  return draft(
    'shipped',
    {
      shipment,
      to: members[to].id,
      purpose: 'supply',
      conveys: { basis: 'bought' },
      complete: true,
    },
    {
      transfers: [{ ...lot, quantity, from: stock(from), to: account(from, transit), title: bought(from) }],
    },
  );
}

export function received(
  shipment: string,
  from: Name,
  to: Name,
  lot: LotKey,
  quantity: number,
  condition: Parameters<typeof placeAccount>[1] = 'available',
): AnyDraft {
  return draft(
    'received',
    { shipment, from: members[from].id, lines: [] },
    {
      transfers: [
        {
          ...lot,
          quantity,
          from: account(from, `transit/${shipment}`),
          to: stock(to, condition),
          title: bought(from),
          becomes: bought(to),
        },
      ],
    },
  );
}

export function moved(name: Name, lot: LotKey, quantity: number, to: Transfer['to']): AnyDraft {
  return draft(
    'moved',
    {},
    { transfers: [{ ...lot, quantity, from: stock(name), to, title: bought(name) }] },
  );
}

/** A use that stock knows, or (from `unexplained`) one that it does not. */
export function useOf(name: Name, lot: LotKey, options: UseOptions = {}): AnyDraft {
  const { deviations = [], from, serial, scannedLot, eventTime = '2026-11-10T09:30:00+08:00' } = options;
  const { id } = members[name];
  const unit = serial === undefined ? {} : ({ issuer: 'maker', serials: [serial] } as const);
  return draft(
    'used',
    { procedure: 'PPS', surgeon: nextId(), preUseCheck: true },
    {
      eventTime,
      transfers: [
        {
          ...lot,
          quantity: 1,
          from: from === undefined ? stock(name) : { organisation: id, account: from },
          to: account(name, 'consumed'),
          title: from === undefined ? bought(name) : { owner: id, basis: 'unknown' },
          ...unit,
        },
      ],
      uses: [
        {
          ...lot,
          pseudonym: nextId(),
          implanted: true,
          deviations,
          restrictions: [],
          ...(serial === undefined ? {} : { issuer: 'maker', serial }),
          ...(scannedLot === undefined ? {} : { scannedLot }),
        },
      ],
    },
  );
}

/** The body of a recall of the bad lot; a test changes what it is about. */
export function recallBody(change: Readonly<Record<string, unknown>> = {}) {
  return {
    commandId: nextId(),
    class: 'I',
    basis: 'voluntary',
    reason: {
      zh: '留样检验发现部分吻合器成钉高度超出规定范围,可能导致吻合口闭合不全。',
      en: 'Retained samples formed staples outside the specified height; the anastomosis may not close.',
    },
    instructions: {
      zh: '请勿使用。已植入的吻合钉不取出,按随访方案复查。',
      en: 'Do not use. Staples in place are not removed; follow the patients up as the plan says.',
    },
    measures: ['warning', 'taking-back'],
    scope: [bad],
    returnTo: { organisation: members.maker.id, place: members.maker.store },
    ...change,
  };
}
