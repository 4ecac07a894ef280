import { expect } from 'chai';
import {
  organisationKinds,
  type Permission,
  permissionsOf,
  roles,
  rolesFitting,
} from '../../src/access/permissions.ts';

describe('access: the permission table', () => {
  it('gives a role nothing in an organisation that it does not fit', () => {
    for (const kind of organisationKinds) {
      for (const role of roles) {
        const gained = permissionsOf(kind, [role]).size > permissionsOf(kind, []).size;
        expect(gained, `${role} in ${kind}`).to.equal(rolesFitting(kind).includes(role));
      }
    }
  });

  const only = (permission: Permission) =>
    organisationKinds.flatMap((kind) =>
      roles.filter((role) => permissionsOf(kind, [role]).has(permission)).map((role) => `${kind} ${role}`),
    );

  it('shows a patient to the hospital that treats them, and not to its administrator', () => {
    expect(only('patient:read')).to.deep.equal(['hospital theatre']);
    expect(only('patient:recall')).to.deep.equal([
      'hospital materials',
      'hospital sterile-supply',
      'hospital theatre',
    ]);
    expect(only('use:record')).to.deep.equal(['hospital theatre']);
  });

  it('keeps production and recalls with quality staff, and registration with the operator', () => {
    const ofQuality = ['product:write', 'lot:produce', 'lot:release', 'recall:write'] as const;
    const ofSignals = ['counterfeit:read', 'counterfeit:acknowledge'] as const;
    for (const permission of [...ofQuality, ...ofSignals]) {
      expect(only(permission)).to.deep.equal(['manufacturer quality']);
    }
    expect(only('organisation:register')).to.deep.equal(['operator administrator']);
    expect(only('programme:write')).to.deep.equal(['foundation administrator']);
    expect(only('regulator:read')).to.deep.equal(['regulator regulator']);
  });

  it('has labels printed by those whose they are: of products, of what is shipped, of packs', () => {
    const sterileSupply = 'hospital sterile-supply';
    expect(only('label:print')).to.deep.equal([
      ...['manufacturer quality', 'distributor distributor', sterileSupply],
    ]);
    expect(only('label:pack')).to.deep.equal([sterileSupply]);
    expect(only('label:logistic')).to.deep.equal(['manufacturer quality', 'distributor distributor']);
  });

  it('lets regulator and foundation write nothing', () => {
    const writes =
      /:(write|send|receive|accept|move|destroy|return|correct|record|produce|release|hold|answer)$/;
    for (const role of ['regulator', 'foundation'] as const) {
      expect([...permissionsOf(role, [role])].filter((permission) => writes.test(permission))).to.deep.equal(
        [],
      );
    }
  });
});
