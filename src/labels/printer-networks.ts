/**
 * Which addresses printers may have: networks that the operator of the service allows. An administrator of an
 * organisation registers printers; without this list they could have the service speak to its own database.
 */
import { BlockList, isIP, isIPv4 } from 'node:net';

/** A range of addresses, as `10.20.0.0/16` writes it. */
interface Network {
  readonly address: string;
  readonly prefix: number;
  readonly family: 'ipv4' | 'ipv6';
}

/**
 * Addresses that lead to the service's own machine, to no single one, or to others than they seem to (RFC 6890,
 * RFC 6052, RFC 3056). A wide range such as `0.0.0.0/0` does not let them in; one that lies within does.
 */
const special: readonly Network[] = [
  ...['0.0.0.0/8', '127.0.0.0/8', '169.254.0.0/16', '224.0.0.0/4', '240.0.0.0/4'],
  ...['::/127', '64:ff9b::/96', '64:ff9b:1::/48', '2002::/16', 'fe80::/10', 'ff00::/8'],
].map((range) => networkOf(range));

/** How a printer is spoken to: bytes alone, or IPP over HTTP or HTTPS. */
export const printerProtocols = ['raw', 'ipp', 'ipps'] as const;
export type PrinterProtocol = (typeof printerProtocols)[number];

const rawPorts: ReadonlySet<number> = new Set([...Array.from({ length: 8 }, (_, n) => 9100 + n), 6101]);
const ippPorts: ReadonlySet<number> = new Set([631]);

/**
 * Where printers listen: 9100 to 9107 for raw printing (JetDirect and its further ports), 6101 on Zebra's mobile
 * printers; 631 for IPP with TLS and without (RFC 8010, RFC 7472). Databases and web servers in an allowed network stay
 * out of reach, and nothing is said to a port that is not spoken there: a raw printer prints a request of HTTP.
 */
const printerPorts: Readonly<Record<PrinterProtocol, ReadonlySet<number>>> = {
  raw: rawPorts,
  ipp: ippPorts,
  ipps: ippPorts,
};

export interface PrinterNetworks {
  /** @param address an IP address; a name has to be looked up first */
  allows(address: string): boolean;
  allowsPort(port: number, protocol: PrinterProtocol): boolean;
}

/** What the operator allows. */
export interface PrinterSettings {
  /** Addresses, or networks in CIDR notation. */
  readonly networks: readonly string[];
  /** Beside those that printers listen on by themselves: of print servers. */
  readonly ports: readonly number[];
}

/** @throws RangeError naming a network that is none */
export function printerNetworks(settings: PrinterSettings = { networks: [], ports: [] }): PrinterNetworks {
  const { ports } = settings;
  const networks = settings.networks.map((range) => networkOf(range));
  const allowed = listOf(networks);
  const allowedThoughSpecial = listOf(networks.filter(isWithinSpecial));
  const specials = listOf(special);
  return {
    allows: (address) => {
      const [plain, family] = withoutMapping(address);
      if (family === undefined) return false;
      return (specials[family].check(plain, family) ? allowedThoughSpecial : allowed)[family].check(
        plain,
        family,
      );
    },
    allowsPort: (port, protocol) => printerPorts[protocol].has(port) || ports.includes(port),
  };
}

function networkOf(range: string): Network {
  const [address = '', length] = range.trim().split('/');
  const version = isIP(address);
  const bits = version === 4 ? 32 : 128;
  const prefix = length === undefined ? bits : /^\d{1,3}$/.test(length) ? Number(length) : Number.NaN;
  if (version === 0 || !(prefix <= bits)) throw new RangeError(`${range} is not a network`);
  return { address, prefix, family: version === 4 ? 'ipv4' : 'ipv6' };
}

function isWithinSpecial({ address, prefix, family }: Network): boolean {
  return special.some(
    (block) =>
      block.family === family && prefix >= block.prefix && listOf([block])[family].check(address, family),
  );
}

type Lists = Readonly<Record<Network['family'], BlockList>>;

/** One for each family: a BlockList holds IPv4 addresses against networks of IPv6 too. */
function listOf(networks: readonly Network[]): Lists {
  const lists: Lists = { ipv4: new BlockList(), ipv6: new BlockList() };
  for (const { address, prefix, family } of networks) lists[family].addSubnet(address, prefix, family);
  return lists;
}

/** An IPv4 address in an IPv6 one (RFC 4291, 2.5.5.2) is judged as what it is. */
function withoutMapping(address: string): [plain: string, family: 'ipv4' | 'ipv6' | undefined] {
  if (isIPv4(address)) return [address, 'ipv4'];
  // A zone (`fe80::1%eth0`) names an interface of ours.
  if (isIP(address) === 0 || address.includes('%')) return [address, undefined];
  const written = new URL(`http://[${address}]`).hostname;
  const mapped = /^\[::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})\]$/.exec(written);
  if (mapped === null) return [address, 'ipv6'];
  const bytes = [mapped[1], mapped[2]].flatMap((half = '') => {
    const value = Number.parseInt(half, 16);
    return [value >> 8, value & 0xff];
  });
  return [bytes.join('.'), 'ipv4'];
}
