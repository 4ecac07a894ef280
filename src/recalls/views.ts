/** What a reader is told of a recall, as JSON. Pure: a list of fields by name, so that a new one stays private. */
import { dayInChina } from '../catalogue/day.ts';
import type { IdentityAnswer } from '../patients/interface.ts';
import { balancesOf } from './balance.ts';
import type { Concern } from './concerned.ts';
import type { Exposure } from './exposure.ts';
import { completionOf, type Recall, stateOf } from './recall.ts';
import { coversWholeLots, plainItem } from './scope.ts';
import type { NamedSight, RecallFacts } from './sight.ts';
import type { Holders } from './situation.ts';
import { isNarrowed, sees, seesPlaces } from './viewer.ts';

/** @returns when the decision itself was effective everywhere. */
export function effectiveAtOf(recall: Pick<Recall, 'steps'>): string | undefined {
  return recall.steps.find(({ step }) => step === 1)?.effectiveAt;
}

/** What anybody is told who has a part in it: nothing of those concerned. */
export function summaryOf({ recall, organisations }: Omit<NamedSight, 'viewer'>) {
  const effectiveAt = effectiveAtOf(recall);
  const registrant = organisations.get(recall.organisation);
  return {
    id: recall.id,
    number: recall.number,
    registrant: { id: recall.organisation, ...(registrant === undefined ? {} : { name: registrant.name }) },
    class: recall.class,
    basis: recall.basis,
    state: stateOf(recall),
    decidedAt: recall.decidedAt,
    ...(effectiveAt === undefined ? {} : { effectiveAt }),
    scope: recall.scope.map(({ step, ...item }) => ({ ...plainItem(item), step })),
  };
}

/** With everyone concerned, whom the reader may not see too. */
export interface ConcernedSight extends NamedSight {
  readonly concerned: ReadonlyMap<string, Concern>;
}

/** With the progress of those whom the reader sees, and the completion that still counts. */
export function detailOf(sight: ConcernedSight, facts: RecallFacts) {
  const { recall, viewer } = sight;
  const { reason, instructions, closed, returnTo } = recall;
  const completed = completionOf(recall);
  const summary = completed === undefined ? undefined : facts.wordings.get(completed.summary);
  return {
    ...summaryOf(sight),
    ...present('reason', facts.wordings.get(reason)),
    ...present('instructions', facts.wordings.get(instructions)),
    measures: recall.measures,
    ...present('returnTo', returnTo),
    steps: recall.steps.map(({ step, decidedAt, effectiveAt, reason: why }) => ({
      step,
      decidedAt,
      ...present('effectiveAt', effectiveAt),
      ...present('reason', why === undefined ? undefined : facts.wordings.get(why)),
    })),
    ...(completed === undefined ? {} : { completed: { at: completed.at, ...present('summary', summary) } }),
    ...present('closed', closed),
    /** Parts of others are withheld. */
    narrowed: isNarrowed(viewer),
    progress: progressOf(sight, facts),
  };
}

/** How far each organisation has got that the reader sees. */
export function progressOf(
  { concerned, organisations, viewer }: ConcernedSight,
  { progress, notes }: Pick<RecallFacts, 'progress' | 'notes'>,
) {
  return [...concerned.values()]
    .filter(({ organisation }) => sees(viewer, organisation, organisations))
    .map(({ organisation, had, used }) => {
      const known = organisations.get(organisation);
      const { notified, answered } = progress.get(organisation) ?? {};
      const note = answered?.note === undefined ? undefined : notes.get(answered.note);
      return {
        organisation,
        ...(known === undefined ? {} : { name: known.name, kind: known.kind }),
        had,
        used,
        ...present('notifiedAt', notified?.at),
        ...(answered === undefined
          ? {}
          : {
              answer: {
                at: answered.at,
                found: answered.found,
                quarantined: answered.quarantined,
                used: answered.used,
                ...present('note', note),
              },
            }),
      };
    });
}

/** @returns those that the reader sees. */
export function exposuresSeen(
  { viewer, organisations }: NamedSight,
  exposures: readonly Exposure[],
): readonly Exposure[] {
  // A distributor has no uses; what others recorded is not its business, whoever supplied them.
  return exposures.filter(({ organisation }) => sees(viewer, organisation, organisations));
}

/**
 * @param identities answers by pseudonym, of the reader's own hospital and nobody else's
 */
export function usesOf(
  sight: NamedSight,
  exposures: readonly Exposure[],
  asOf: string,
  identities: ReadonlyMap<string, IdentityAnswer> | undefined,
) {
  const { recall, viewer, organisations } = sight;
  const own = viewer.kind === 'concerned';
  const byOrganisation = [...Map.groupBy(exposures, ({ organisation }) => organisation)].map(
    ([organisation, uses]) => ({
      organisation,
      ...present('name', organisations.get(organisation)?.name),
      ...countsOf(uses),
    }),
  );
  return {
    recall: recall.id,
    number: recall.number,
    state: stateOf(recall),
    asOf,
    narrowed: isNarrowed(viewer),
    // A total over several organisations, some of them withheld, would be one to subtract from.
    ...(isNarrowed(viewer) && !own ? {} : { counts: countsOf(exposures) }),
    byOrganisation,
    items: exposures.map((exposure) => {
      const identity = identities?.get(exposure.pseudonym);
      return { ...useRow(exposure, own), ...present('identity', identity) };
    }),
  };
}

function countsOf(exposures: readonly Exposure[]) {
  return {
    uses: exposures.length,
    late: exposures.filter(({ late }) => late).length,
    corrected: exposures.filter(({ correctedBy }) => correctedBy !== undefined).length,
    implanted: exposures.filter(({ implanted }) => implanted).length,
  };
}

/** An item code 院内码 is the hospital's own; the moment of an operation is told outside it only as a day. */
function useRow(exposure: Exposure, own: boolean) {
  const { pseudonym, organisation, gtin, lot, serial, issuer, correctedBy } = exposure;
  return {
    pseudonym,
    organisation,
    gtin,
    lot,
    ...present('scannedLot', exposure.scannedLot),
    ...(serial !== undefined && (own || issuer === 'maker') ? { serial } : {}),
    usedOn: dayInChina(new Date(exposure.usedAt)),
    ...(own ? { usedAt: exposure.usedAt, event: exposure.event } : {}),
    recordedOn: dayInChina(new Date(exposure.recordedAt)),
    implanted: exposure.implanted,
    deviations: exposure.deviations,
    late: exposure.late,
    corrected: correctedBy !== undefined,
  };
}

/** @param holders some lots of the scope, with all that the reader may see of them or more */
export function balanceOf({ recall, viewer, organisations }: NamedSight, holders: Holders, asOf: string) {
  const narrowed = isNarrowed(viewer);
  return {
    recall: recall.id,
    number: recall.number,
    asOf,
    narrowed,
    /** False where serial numbers or sterilisation lots narrow the scope: quantities are of the whole lot. */
    wholeLots: coversWholeLots(recall.scope),
    lots: balancesOf({ recall, ...holders }, (organisation) => seesPlaces(viewer, organisation)).map(
      ({ gtin, lot, rows, total }) => ({
        gtin,
        lot,
        rows: rows
          .filter(({ organisation }) => sees(viewer, organisation, organisations))
          .map((row) => ({ ...row, ...present('name', organisations.get(row.organisation)?.name) })),
        ...(narrowed ? {} : { total }),
      }),
    ),
  };
}

/** A field that is there only where it has a value. */
function present<K extends string, V>(key: K, value: V | undefined): { [P in K]?: V } {
  return value === undefined ? {} : ({ [key]: value } as { [P in K]?: V });
}
