/** Labels of what was shipped. */
import type { mongo } from 'mongoose';
import { z } from 'zod';
import { type Route, route } from '../access/route.ts';
import { readOrganisations } from '../catalogue/organisations.ts';
import { askedTogether } from '../database/asking-together.ts';
import { Failure } from '../errors.ts';
import { uuid } from '../http/fields.ts';
import { actorOf } from '../inventory/caller-routes.ts';
import { type Actor, runCommand } from '../inventory/command.ts';
import { required } from '../inventory/inputs.ts';
import { readShipment, type Shipment } from '../inventory/shipment.ts';
import { ledgerCollections } from '../ledger/collections.ts';
import { readTexts } from '../ledger/texts.ts';
import { type JobParts, printedAnswer } from './job-routes.ts';
import { type PrintUnitsInput, printUnits, printUnitsBody } from './shipment-print.ts';
import { loadTemplate } from './template.ts';

export function shipmentJobRoutes(parts: JobParts): Route[] {
  return [
    route(
      'POST',
      '/api/v1/shipments/:shipment/label-jobs',
      'label:logistic',
      {
        summary: 'Print labels of the logistic units of a shipment of ours: allocates SSCCs 打印物流标签',
        params: z.strictObject({ shipment: uuid() }),
        body: printUnitsBody,
        answer: z.strictObject(printedAnswer),
      },
      async ({ caller, params, body }) => {
        const actor = actorOf(caller);
        const call = {
          commandId: body.commandId,
          route: 'POST /api/v1/shipments/:shipment/label-jobs',
          actor,
          content: { ...body, ...params },
          prepare: async () => ({
            input: await unitsInput(parts, actor, { ...body, ...params }),
            writes: [],
          }),
        };
        return { status: 201, body: await runCommand(parts, printUnits, call) };
      },
    ),
  ];
}

/** The sender's own number of the papers 随货同行单; undefined where the text was erased. */
async function papersOf(db: mongo.Db, { id, from }: Shipment): Promise<string | undefined> {
  // A shipment has the id of its event.
  const event = await ledgerCollections(db).events.findOne({ _id: id }, { projection: { why: 1 } });
  const papers = event?.why.documents.find(({ kind }) => kind === 'papers')?.number;
  return papers === undefined ? undefined : (await readTexts(db, from, [papers])).get(papers);
}

/** @throws Failure `not-found` for a shipment that is not the organisation's own */
async function unitsInput(
  { connection }: JobParts,
  { organisation }: Actor,
  body: z.output<typeof printUnitsBody> & { readonly shipment: string },
): Promise<PrintUnitsInput> {
  const db = required(connection.db);
  const shipment = await readShipment(db, body.shipment);
  if (shipment === undefined || shipment.from !== organisation || shipment.stated === true) {
    throw new Failure('not-found', { shipment: body.shipment });
  }
  const { from, to } = shipment;
  const organisations = await readOrganisations(askedTogether(connection), [from, to]);
  return {
    ...body,
    templateData: await loadTemplate(body.template),
    sender: required(organisations.get(from)),
    receiver: required(organisations.get(to)),
    papers: await papersOf(db, shipment),
    laidOut: new Set(),
  };
}
