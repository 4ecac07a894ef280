/**
 * How many requests a network address may make of what anybody may ask: a bucket each. An address is one subscriber:
 * in IPv6 that is a /64, of which each holds more addresses than could be counted.
 */
import { isIPv6 } from 'node:net';
import { type RateLimits, RequestRate } from './request-rate.ts';

/** A whole hospital behind one address opens cases and scans them; nobody scans twenty labels a second for long. */
export const defaultAddressLimits: RateLimits = { perSecond: 20, burst: 200 };

export class AddressRate {
  readonly #rate: RequestRate;

  /** @param nowMs a clock that only goes forward, in milliseconds */
  constructor(limits: RateLimits = defaultAddressLimits, nowMs?: () => number) {
    this.#rate = new RequestRate(limits, nowMs);
  }

  /**
   * Loopback is a proxy on this machine that nobody has named in TRUST_PROXY: all of its clients would share a bucket,
   * and one of them could keep the others from learning of a recall.
   * @throws Failure `access/rate-limited` with the seconds to wait
   */
  take(address: string): void {
    const network = networkOf(address);
    if (network === '::1' || /^127\./.test(network)) return;
    this.#rate.take(network);
  }
}

/** @returns what one subscriber has: an IPv4 address, or the first 64 bits of an IPv6 address */
function networkOf(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped !== undefined) return mapped;
  if (!isIPv6(address) || address === '::1') return address;
  const [head = '', tail] = address.split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const groups = tail === undefined ? left : [...left, ...missing(left, right), ...right];
  return groups
    .slice(0, 4)
    .map((group) => group.toLowerCase().padStart(4, '0'))
    .join(':');
}

function missing(left: readonly string[], right: readonly string[]): string[] {
  return Array.from({ length: Math.max(0, 8 - left.length - right.length) }, () => '0');
}
