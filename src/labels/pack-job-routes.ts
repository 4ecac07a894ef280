/** Labels of sterile packs. */
import { z } from 'zod';
import { type Route, route } from '../access/route.ts';
import { readOrganisation } from '../catalogue/organisations.ts';
import { askedTogether } from '../database/asking-together.ts';
import { Failure } from '../errors.ts';
import { actorOf } from '../inventory/caller-routes.ts';
import { type Actor, runCommand } from '../inventory/command.ts';
import { required } from '../inventory/inputs.ts';
import { type JobParts, printedAnswer } from './job-routes.ts';
import type { NamedPerson } from './pack-content.ts';
import { type PrintPacksInput, printPacks, printPacksBody } from './pack-print.ts';
import { loadTemplate } from './template.ts';

export interface PackJobParts extends JobParts {
  /** Which of these person ids are active people of the organisation, and how they are called. */
  readonly colleagues: (
    organisation: string,
    ids: readonly string[],
  ) => Promise<ReadonlyMap<string, NamedPerson>>;
}

export function packJobRoutes(parts: PackJobParts): Route[] {
  const print = printPacks(parts.publicUrl);
  return [
    route(
      'POST',
      '/api/v1/pack-label-jobs',
      'label:pack',
      {
        summary: 'Print labels of sterile packs, with what the packer states 打印灭菌包标签',
        body: printPacksBody,
        answer: z.strictObject(printedAnswer),
      },
      async ({ caller, body }) => {
        const actor = actorOf(caller);
        const call = {
          commandId: body.commandId,
          route: 'POST /api/v1/pack-label-jobs',
          actor,
          content: body,
          prepare: async () => ({ input: await packsInput(parts, actor, body), writes: [] }),
        };
        return { status: 201, body: await runCommand(parts, print, call) };
      },
    ),
  ];
}

/** @throws Failure `people/unknown` naming, by pointer, who is not one of the organisation's people */
async function packsInput(
  { connection, colleagues }: PackJobParts,
  { organisation }: Actor,
  body: z.output<typeof printPacksBody>,
): Promise<PrintPacksInput> {
  const named = Object.entries({ '/packer': body.packer, '/checker': body.checker }).filter(
    (entry): entry is [string, string] => entry[1] !== undefined,
  );
  const people = await colleagues(
    organisation,
    named.map(([, id]) => id),
  );
  const unknown = named.filter(([, id]) => !people.has(id)).map(([pointer]) => pointer);
  if (unknown.length > 0) throw new Failure('people/unknown', { pointers: unknown });
  const hospital = required(await readOrganisation(askedTogether(connection), organisation));
  return { ...body, templateData: await loadTemplate(body.template), hospital, people, laidOut: new Set() };
}
