import { expect } from 'chai';
import fc from 'fast-check';
import { printerNetworks } from '../../src/labels/printer-networks.ts';

const allowing = (...networks: string[]) => printerNetworks({ networks, ports: [] });

describe('the networks in which printers may be', () => {
  it('are none unless the operator names them', () => {
    const { allows } = printerNetworks();
    for (const address of ['10.20.0.7', '127.0.0.1', '8.8.8.8', '::1', 'fd00::1']) {
      expect(allows(address), address).to.equal(false);
    }
  });

  it('are what the operator names, and nothing beside it', () => {
    const { allows } = allowing('10.20.0.0/16', '192.168.7.31', 'fd12:3456::/32');
    for (const address of [
      '10.20.0.0',
      '10.20.255.255',
      '192.168.7.31',
      'fd12:3456::9',
      '::ffff:10.20.3.4',
    ]) {
      expect(allows(address), address).to.equal(true);
    }
    for (const address of [
      '10.19.255.255',
      '10.21.0.0',
      '192.168.7.30',
      '192.168.7.32',
      'fd12:3457::',
      'x',
      '',
    ]) {
      expect(allows(address), address).to.equal(false);
    }
  });

  it('never hold the own machine, its neighbours by link, or many at once, however wide they are', () => {
    const { allows } = allowing('0.0.0.0/0', '::/0', '0.0.0.0/1', '127.0.0.0/7');
    expect(allows('10.1.2.3')).to.equal(true);
    expect(allows('2001:db8::7')).to.equal(true);
    for (const address of [
      ...[
        '127.0.0.1',
        '127.255.255.255',
        '0.0.0.0',
        '0.1.2.3',
        '169.254.169.254',
        '224.0.0.1',
        '255.255.255.255',
      ],
      ...[
        '::',
        '::1',
        '::ffff:127.0.0.1',
        '::ffff:7f00:1',
        '::ffff:169.254.169.254',
        '0:0:0:0:0:FFFF:7F00:0001',
      ],
      ...['64:ff9b::7f00:1', '2002:7f00:1::', 'fe80::1', 'fe80::1%eth0', 'ff02::1'],
    ]) {
      expect(allows(address), address).to.equal(false);
    }
  });

  it('hold even these where the operator names just them', () => {
    const { allows } = allowing('127.0.0.1', 'fe80::/64');
    expect(allows('127.0.0.1')).to.equal(true);
    expect(allows('::ffff:127.0.0.1')).to.equal(true);
    expect(allows('fe80::7')).to.equal(true);
    expect(allows('127.0.0.2')).to.equal(false);
    expect(allows('::1')).to.equal(false);
  });

  it('judge an IPv4 address alike however it is written as IPv6', () => {
    const { allows } = allowing('10.20.0.0/16', '172.16.0.0/12');
    const hex = (a: number, b: number): string => ((a << 8) | b).toString(16);
    fc.assert(
      fc.property(fc.ipV4(), (address) => {
        const [a = 0, b = 0, c = 0, d = 0] = address.split('.').map(Number);
        for (const written of [`::ffff:${address}`, `::ffff:${hex(a, b)}:${hex(c, d)}`]) {
          expect(allows(written), written).to.equal(allows(address));
        }
      }),
    );
  });

  it('let only ports of printers through, and those of print servers that the operator names', () => {
    const { allowsPort } = printerNetworks({ networks: ['10.0.0.0/8'], ports: [10_001] });
    for (const port of [9100, 9107, 6101, 10_001]) expect(allowsPort(port, 'raw'), `${port}`).to.equal(true);
    for (const port of [1, 22, 80, 443, 631, 3306, 6379, 8080, 9099, 9108, 9200, 27_017]) {
      expect(allowsPort(port, 'raw'), `${port}`).to.equal(false);
    }
    for (const protocol of ['ipp', 'ipps'] as const) {
      for (const port of [631, 10_001]) expect(allowsPort(port, protocol), `${port}`).to.equal(true);
      for (const port of [80, 443, 6101, 8080, 9100, 27_017]) {
        expect(allowsPort(port, protocol), `${port}`).to.equal(false);
      }
    }
  });
});
