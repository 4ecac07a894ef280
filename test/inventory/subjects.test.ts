import { expect } from 'chai';
import { subjectsOf } from '../../src/inventory/subjects.ts';

describe('the subjects of a command', () => {
  it('are lots by scan and by parts, and the shipment', () => {
    const body = {
      shipment: '7f0c2a66-0f3e-4b52-9d3b-0a4b1c5d6e7f',
      lines: [{ gtin: '06901234500011', lot: 'A/1', quantity: 2 }, { scan: '(01)06901234500011(10)B2' }],
      devices: [{ device: { scan: '(01)06901234500011(10)B2(21)7' } }, { device: { scan: 'no code' } }],
    };
    expect(subjectsOf(body)).to.have.members([
      'shipment/7f0c2a66-0f3e-4b52-9d3b-0a4b1c5d6e7f',
      '06901234500011/A/1',
      '06901234500011/B2',
    ]);
  });

  it('are bounded', () => {
    const lines = Array.from({ length: 1000 }, (_, index) => ({ gtin: '06901234500011', lot: `L${index}` }));
    expect(subjectsOf({ lines })).to.have.length(50);
  });
});
