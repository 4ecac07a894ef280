/** The composition root: what exists, in one readable list. */
import { hkdfSync, type KeyObject } from 'node:crypto';
import type { Express } from 'express';
import type { Logger } from 'pino';
import { authorise, createAuthenticator, describeCaller } from './access/authenticate.ts';
import type { Caller, OrganisationLookup } from './access/caller.ts';
import { sessionCookieName } from './access/cookie.ts';
import { accessMigrations } from './access/migrations.ts';
import { createFirstAdministrator, ensureFirstAdministrator } from './access/new-person.ts';
import { findPeople } from './access/people.ts';
import type { Permission } from './access/permissions.ts';
import { RequestRate } from './access/request-rate.ts';
import type { Route } from './access/route.ts';
import { accessRoutes } from './access/routes.ts';
import { catalogueMigrations } from './catalogue/migrations.ts';
import { insertOrganisation, newOrganisation, readOrganisation } from './catalogue/organisations.ts';
import { projectCatalogue } from './catalogue/projector.ts';
import { catalogueRoutes } from './catalogue/routes.ts';
import type { Clock, IdSource } from './clock.ts';
import { askedTogether } from './database/asking-together.ts';
import { type Database, transactionLifetimeSeconds } from './database/connection.ts';
import { type Documents, documentsOf } from './database/documents.ts';
import type { Migration } from './database/migrations.ts';
import type { AdmissionLimits } from './http/admission.ts';
import { createApplication } from './http/application.ts';
import type { ReadyCheck } from './http/health.ts';
import { safeError } from './http/log.ts';
import { createMetrics } from './http/metrics.ts';
import { viewerOf } from './inventory/caller-routes.ts';
import { counterfeitRoutes } from './inventory/counterfeit-routes.ts';
import { CounterfeitWatch } from './inventory/counterfeit-watch.ts';
import { projectIncidents } from './inventory/incident.ts';
import { inventoryMigrations } from './inventory/migrations.ts';
import { inventoryRoutes } from './inventory/routes.ts';
import { projectShipments } from './inventory/shipment.ts';
import { lotsSeenBy, placeHoldsStock } from './inventory/visibility.ts';
import { labelJobMigrations } from './labels/job-migrations.ts';
import { labelFaults } from './labels/job-void.ts';
import { printedStates } from './labels/printed-states.ts';
import { systemResolve } from './labels/printer-connection.ts';
import { printerMigrations } from './labels/printer-migrations.ts';
import { type PrinterSettings, printerNetworks } from './labels/printer-networks.ts';
import { printerRoutes } from './labels/printer-routes.ts';
import { PrinterSends } from './labels/printer-sends.ts';
import { labelRoutes } from './labels/routes.ts';
import type { Projector } from './ledger/append.ts';
import { ledgerMigrations } from './ledger/migrations.ts';
import type { CarryOver } from './ledger/rebuild-projections.ts';
import { Ledger } from './ledger/run.ts';
import { patientsMigrations } from './patients/migrations.ts';
import { createPatients } from './patients/patients.ts';
import { patientRoutes } from './patients/routes.ts';
import { resumeRecalls } from './recalls/effect.ts';
import { RecallFinisher } from './recalls/finisher.ts';
import { projectRecalls } from './recalls/projector.ts';
import { recallRoutes } from './recalls/routes.ts';
import { keepSteps, recallsCollection, recallsMigrations } from './recalls/storage.ts';
import { version } from './version.ts';
import { webRoutes } from './web/routes.ts';

/** What a process brings to the service. */
export interface AppParts {
  readonly database: Database;
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly logger: Logger;
  /** Without a slash at the end. */
  readonly publicUrl: string;
  readonly masterKey: KeyObject;
  /** Proxies whose `X-Forwarded-For` is believed; none unless said. */
  readonly trustProxy?: string | undefined;
  /** Where organisations may register printers; nowhere unless said. */
  readonly printers?: PrinterSettings;
  /** How much is worked for at once; the defaults are for one process on a few cores. */
  readonly admissionLimits?: AdmissionLimits;
  /** In tests: an answer that its own schema does not accept is a fault of ours. */
  readonly validateAnswers?: boolean;
}

/** Every room's steps, in the order in which the rooms build on each other. */
export const migrations: readonly Migration[] = [
  ...ledgerMigrations,
  ...catalogueMigrations,
  ...patientsMigrations,
  ...inventoryMigrations,
  ...labelJobMigrations,
  ...recallsMigrations,
  ...accessMigrations,
  ...printerMigrations,
];

/** What a projected document holds that follows from no event, for a rebuild. */
export const carryOver: Readonly<Record<string, CarryOver>> = { [recallsCollection]: keepSteps };

/** Every room's fold of the ledger's events; a rebuild runs the same list. */
export const projectors: readonly Projector[] = [
  projectCatalogue,
  projectShipments,
  projectIncidents,
  projectRecalls,
];

export interface App {
  readonly express: Express;
  /**
   * What any process does from time to time: finishes recalls whose process died between their steps, and stores what
   * was noticed of labels that may be false.
   */
  tend(): Promise<void>;
  /** Breaks off what goes on without a request: labels that are being sent to printers, recalls that are being finished. */
  close(): Promise<void>;
  readonly routes: readonly Route[];
}

/** @returns the service as an express application, ready to be given requests, and the list of its routes. */
export async function createApp(parts: AppParts): Promise<App> {
  const { database, clock, ids, logger } = parts;
  const { connection, client, db } = database;
  const publicUrl = new URL(parts.publicUrl);
  const organisations: OrganisationLookup = {
    find: async (id) => {
      const found = await readOrganisation(askedTogether(connection), id);
      if (found === undefined) return undefined;
      const { kind, active, authority, area } = found;
      return {
        id,
        kind,
        active,
        ...(authority === undefined || area === undefined ? {} : { authority: { ...authority, area } }),
      };
    },
  };
  const patients = createPatients({ db, masterKey: parts.masterKey, clock, ids });
  await patients.ready();
  await patients.applyErasures();
  const ledger = new Ledger({ client, db, clock, projectors, commandKey: commandKeyOf(parts.masterKey) });
  const watch = new CounterfeitWatch(db, (gtin, serials) => printedStates(db, gtin, serials));
  const tend = async () => {
    const { failed } = await resumeRecalls({ client, db, clock });
    for (const { recall, trouble } of failed) {
      logger.error({ recall, err: safeError(trouble) }, 'a recall could not be made effective');
    }
    await watch.flush();
  };

  const finisher = new RecallFinisher({ client, db, clock });
  const unfinished = (recall: string, trouble: unknown) => {
    logger.error({ recall, err: safeError(trouble) }, 'a recall could not be made effective');
    void finisher.soon(recall);
  };

  const networks = printerNetworks(parts.printers);
  const printing = { connection, clock, ids, networks, resolve: systemResolve };
  const sends = new PrinterSends({
    ...printing,
    report: (trouble) => logger.error({ err: safeError(trouble) }, 'labels could not be sent to a printer'),
  });

  const access = { connection, clock, ids };
  const inventory = {
    ledger,
    connection,
    clock,
    ids,
    patients,
    watch,
    labelFaults,
    knownPeople: async (organisation: string, people: readonly string[], documents: Documents) => {
      const found = await findPeople(documents, organisation, people);
      return new Set([...found.values()].filter(({ active }) => active).map(({ id }) => id));
    },
  };
  const routes: readonly Route[] = [
    ...accessRoutes({ ...access, organisations, publicUrl }),
    ...catalogueRoutes({
      ...access,
      db,
      createFirstAdministrator: (administrator, session) =>
        createFirstAdministrator(access, administrator, session),
      holdsStock: ({ organisation, id }) => placeHoldsStock(db, organisation, id),
      visibleLots: (caller, lotIds) => lotsSeenBy(db, connection, viewerOf(caller), lotIds),
    }),
    ...patientRoutes(patients),
    ...inventoryRoutes(inventory),
    ...printerRoutes({ ...printing, sends }),
    ...labelRoutes({
      ...{ sends, ledger, connection, db, clock, ids, publicUrl: parts.publicUrl, version },
      colleagues: async (organisation, people) => {
        const found = await findPeople(documentsOf(db), organisation, people);
        return new Map([...found].filter(([, { active }]) => active));
      },
    }),
    ...counterfeitRoutes({ connection, clock }),
    ...webRoutes({ db, connection, clock, publicUrl: parts.publicUrl, watch }),
    ...recallRoutes({ ledger, client, db, connection, clock, ids, patients, unfinished }),
  ];
  const express = createApplication<Caller, Permission>({
    routes,
    authenticate: createAuthenticator({ ...access, organisations, publicUrl, rate: new RequestRate() }),
    authorise,
    describeCaller,
    sessionCookie: sessionCookieName(publicUrl),
    publicUrl,
    ids,
    log: logger,
    metrics: createMetrics(),
    checks: readyChecks(database),
    version,
    ...(parts.trustProxy === undefined ? {} : { trustProxy: parts.trustProxy }),
    ...(parts.admissionLimits === undefined ? {} : { admissionLimits: parts.admissionLimits }),
    ...(parts.validateAnswers === undefined ? {} : { validateAnswers: parts.validateAnswers }),
  });
  const close = async () => {
    finisher.close();
    await sends.close();
  };
  return { express, tend, close, routes };
}

/** The ledger's key must not be the key that wraps patients' keys: each secret has one use (RFC 5869). */
function commandKeyOf(masterKey: KeyObject): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', masterKey, new Uint8Array(0), 'pps-trace/commands/1', 32));
}

/** Killed writers hold their locks for as long as the server lets a transaction live. */
const transactionLifetimeWanted = 5;

function readyChecks(database: Database): ReadyCheck[] {
  return [
    {
      name: 'database',
      check: async () => {
        await database.db.command({ ping: 1 });
        return undefined;
      },
    },
    {
      name: 'transaction-lifetime',
      check: async () => {
        const seconds = await transactionLifetimeSeconds(database.client);
        return seconds === undefined || seconds > transactionLifetimeWanted
          ? `Set transactionLifetimeLimitSeconds to ${transactionLifetimeWanted}: a killed process blocks its lots for that long.`
          : undefined;
      },
    },
  ];
}

/**
 * The very first start: an administrator of the service's operator.
 * @returns what to sign in with, to be shown once; undefined where there is somebody already
 */
export async function firstAdministrator({
  database,
  clock,
  ids,
}: Pick<AppParts, 'database' | 'clock' | 'ids'>): Promise<
  { readonly username: string; readonly oneTimeSecret: string } | undefined
> {
  const { connection } = database;
  return await ensureFirstAdministrator({ connection, clock, ids }, async (session) => {
    const operator = newOrganisation(
      { clock, ids },
      {
        kind: 'operator',
        name: { zh: '系统运营方', en: 'Operator of this service' },
        country: 'CN',
        licences: [],
      },
    );
    await insertOrganisation(connection, operator, session);
    return operator.id;
  });
}
