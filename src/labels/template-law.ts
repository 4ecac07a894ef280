/** What Order 6 of 2014, Art. 13, has stand on the label of a device, whatever template draws it. */
import type { ContentKind } from './content.ts';
import type { LabelField } from './label-facts.ts';
import type { LabelTemplate } from './template.ts';

/**
 * Labels of a device and of its packages. Stickers for records, sterile packs, item codes and logistic units are in
 * addition to them.
 */
const kindsByLaw: readonly ContentKind[] = ['unit', 'kit', 'case', 'ma-unit'];

/** However small the label is. */
const leastFields: readonly LabelField[] = [
  'productName',
  'model',
  'specification',
  'manufacturedOn',
  'expiresOn',
];

/** Where the label does not say that the rest is in the instructions for use; symbols beside. */
const allFields: readonly LabelField[] = [
  'registrationNumber',
  'filingNumber',
  'registrant',
  'filer',
  'registrantAddress',
  'registrantContact',
  'productionAddress',
  'productionLicence',
  'contractManufacturer',
  'contractManufacturerAddress',
  'contractManufacturerLicence',
  'agent',
  'agentAddress',
  'agentContact',
  'storage',
  'warnings',
];

/** The sentence is the law's, to the letter. */
const seeInstructions = '其他内容详见说明书';

interface LawFault {
  readonly path: readonly (string | number)[];
  readonly error: string;
}

/** @returns what a template of this kind leaves out, nothing for one whose labels are lawful. */
export function faultsByLaw(template: LabelTemplate): LawFault[] {
  if (!kindsByLaw.includes(template.draws)) return [];
  const elements = elementsOf(template);
  const shown = new Set(
    elements.flatMap((element) => (element.kind === 'fields' ? element.fields : []).flatMap(alwaysShown)),
  );
  const wanted = claimsAll(template) ? [...leastFields, ...allFields] : leastFields;
  const wanting: string[] = wanted.filter((field) => !shown.has(field));
  if (claimsAll(template) && !elements.some(({ kind }) => kind === 'marks')) wanting.push('marks');
  if (wanting.length === 0) return [];
  const error = claimsAll(template)
    ? `without ${wanting.join(', ')} it must say ${seeInstructions} (Order 6 Art. 13)`
    : `it must show ${wanting.join(', ')} (Order 6 Art. 13)`;
  return [{ path: ['panels'], error }];
}

/** @returns whether labels of the template are to hold all that Art. 13 asks for, and refer to no instructions. */
export function claimsAll(template: LabelTemplate): boolean {
  if (!kindsByLaw.includes(template.draws)) return false;
  return !elementsOf(template).some(
    (element) => element.kind === 'words' && element.words.zh.includes(seeInstructions),
  );
}

function elementsOf({ panels }: LabelTemplate) {
  return panels.flatMap((panel) => (panel.kind === 'text' ? panel.elements : []));
}

/** What stands in a second language only is not there on a label in one. */
function alwaysShown({
  field,
  language,
}: {
  readonly field: LabelField;
  readonly language?: string | undefined;
}) {
  return language === 'second' ? [] : [field];
}
