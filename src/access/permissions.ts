/**
 * Who may do what: the closed list of permissions, the roles that carry them, and the kinds of organisation in
 * which a role exists. Routes name a permission; nothing else decides.
 */

export const organisationKinds = [
  'operator',
  'manufacturer',
  'distributor',
  'hospital',
  'regulator',
  'foundation',
] as const;
export type OrganisationKind = (typeof organisationKinds)[number];

export const roles = [
  'quality',
  'distributor',
  'materials',
  'sterile-supply',
  'theatre',
  'regulator',
  'foundation',
  'administrator',
] as const;
export type Role = (typeof roles)[number];

export const permissions = [
  'self',
  'udi:parse',
  'catalogue:read',
  'organisation:register',
  'organisation:administer',
  'product:write',
  'lot:produce',
  'lot:release',
  'lot:hold',
  'label:print',
  'label:logistic',
  'label:pack',
  'recall:write',
  'recall:read',
  'recall:answer',
  'shipment:send',
  'shipment:receive',
  'stock:accept',
  'stock:move',
  'stock:quarantine',
  'stock:destroy',
  'stock:return',
  'stock:read',
  'trace:read',
  'event:correct',
  'use:check',
  'use:record',
  'patient:read',
  'patient:recall',
  'regulator:read',
  'programme:read',
  'programme:write',
  'counterfeit:read',
  'counterfeit:acknowledge',
] as const;
export type Permission = (typeof permissions)[number];

const everyone: readonly Permission[] = ['self', 'udi:parse', 'catalogue:read'];

const keepsStock: readonly Permission[] = [
  'shipment:send',
  'shipment:receive',
  'stock:accept',
  'stock:move',
  'stock:quarantine',
  'stock:destroy',
  'stock:return',
  'stock:read',
  'trace:read',
  'event:correct',
];

const answersRecalls: readonly Permission[] = ['recall:read', 'recall:answer'];

/** A hospital names its own patients within a recall; an administrator does not, by virtue of that role. */
const hospitalInRecall: readonly Permission[] = [...answersRecalls, 'patient:recall'];

const permissionsOfRole: Readonly<Record<Role, readonly Permission[]>> = {
  quality: [
    'product:write',
    'lot:produce',
    'lot:release',
    'lot:hold',
    'label:print',
    'label:logistic',
    'recall:write',
    'recall:read',
    'counterfeit:read',
    'counterfeit:acknowledge',
    ...keepsStock,
  ],
  /** It has no product whose labels it could make: it prints those of what it ships. */
  distributor: ['label:print', 'label:logistic', ...keepsStock, ...answersRecalls],
  materials: [...keepsStock, 'use:check', ...hospitalInRecall],
  'sterile-supply': ['label:print', 'label:pack', ...keepsStock, 'use:check', ...hospitalInRecall],
  theatre: [
    'use:check',
    'use:record',
    'stock:move',
    'stock:quarantine',
    'stock:read',
    'trace:read',
    'event:correct',
    'patient:read',
    ...hospitalInRecall,
  ],
  regulator: ['recall:read', 'trace:read', 'regulator:read'],
  foundation: ['programme:read'],
  administrator: ['organisation:administer'],
};

/** What an administrator may do beyond the own organisation's people, by the kind of organisation. */
const permissionsOfAdministrator: Readonly<Record<OrganisationKind, readonly Permission[]>> = {
  operator: ['organisation:register'],
  manufacturer: [],
  distributor: [],
  hospital: [],
  regulator: [],
  foundation: ['programme:read', 'programme:write'],
};

const rolesOfKind: Readonly<Record<OrganisationKind, readonly Role[]>> = {
  operator: ['administrator'],
  manufacturer: ['quality', 'administrator'],
  distributor: ['distributor', 'administrator'],
  hospital: ['materials', 'sterile-supply', 'theatre', 'administrator'],
  regulator: ['regulator', 'administrator'],
  foundation: ['foundation', 'administrator'],
};

/** @returns the roles that people of such an organisation can have. */
export function rolesFitting(kind: OrganisationKind): readonly Role[] {
  return rolesOfKind[kind];
}

/**
 * @returns what a person with these roles may do. A role that does not fit the organisation's kind gives
 *   nothing, whatever the database says.
 */
export function permissionsOf(kind: OrganisationKind, held: readonly Role[]): ReadonlySet<Permission> {
  const granted = new Set<Permission>(everyone);
  for (const role of held) {
    if (!rolesOfKind[kind].includes(role)) continue;
    for (const permission of permissionsOfRole[role]) granted.add(permission);
    if (role !== 'administrator') continue;
    for (const permission of permissionsOfAdministrator[kind]) granted.add(permission);
  }
  return granted;
}
