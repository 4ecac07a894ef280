/** What an administrator states of a printer, made whole: what one protocol needs makes no sense with another. */
import { Failure, type InputFault } from '../errors.ts';
import type { PrinterAddress } from './printer-connection.ts';
import type { PrinterProtocol } from './printer-networks.ts';

/** What a printer understands. */
export const printerLanguages = ['zpl', 'pdf'] as const;
export type PrinterLanguage = (typeof printerLanguages)[number];

/** What an administrator states of a printer. */
export interface PrinterFacts extends PrinterAddress {
  /** Of a label printer in ward 3, say: what people choose it by; unique in the organisation. */
  readonly name: string;
  readonly language: PrinterLanguage;
  /** Of its head. */
  readonly dotsPerInch: 203 | 300;
  /** With IPP: of its address there. */
  readonly path?: string;
  /** With IPP over TLS: SHA-256 of the certificate that it made for itself, 64 hexadecimal digits in lower case. */
  readonly certificate?: string;
}

/** What is stated; `null` takes a certificate back. */
export type PrinterChange = {
  readonly [K in Exclude<keyof PrinterFacts, 'certificate'>]?: PrinterFacts[K] | undefined;
} & {
  readonly certificate?: string | null | undefined;
  readonly active?: boolean | undefined;
};

const usualPorts: Readonly<Record<PrinterProtocol, number>> = { raw: 9100, ipp: 631, ipps: 631 };
/** Where printers of "IPP Everywhere" are (PWG 5100.14). */
const usualPath = '/ipp/print';

/**
 * A path of plain segments, which leads nowhere but where it says: no escapes, no query, no way up.
 */
export function isPrinterPath(path: string): boolean {
  const segments = path.split('/');
  return (
    path.length <= 127 &&
    /^(\/[A-Za-z0-9._~-]+)+$/.test(path) &&
    !segments.includes('.') &&
    !segments.includes('..')
  );
}

/**
 * @param before as it is registered; not given for a new one, of which `stated` says the rest
 * @returns all facts, with the usual port and path of the protocol where none are stated
 * @throws Failure `request/invalid` naming what does not go together
 */
export function consistent(stated: PrinterChange, before?: PrinterFacts): PrinterFacts {
  const protocol = stated.protocol ?? before?.protocol ?? 'raw';
  const turned = protocol !== before?.protocol;
  const kept = turned ? undefined : before;
  const facts = {
    name: stated.name ?? before?.name ?? '',
    host: stated.host ?? before?.host ?? '',
    port: stated.port ?? kept?.port ?? usualPorts[protocol],
    protocol,
    language: stated.language ?? before?.language ?? 'zpl',
    dotsPerInch: stated.dotsPerInch ?? before?.dotsPerInch ?? 203,
  };
  const path = stated.path ?? (protocol === 'raw' ? undefined : (before?.path ?? usualPath));
  const certificate = stated.certificate === undefined ? kept?.certificate : stated.certificate;
  const pinned = typeof certificate === 'string' ? { certificate } : {};
  const whole: PrinterFacts = { ...facts, ...(path === undefined ? {} : { path }), ...pinned };
  const faults = faultsOf(whole);
  if (faults.length > 0) throw new Failure('request/invalid', {}, faults);
  return whole;
}

function faultsOf({ protocol, language, path, certificate }: PrinterFacts): InputFault[] {
  const faults: InputFault[] = [];
  if (protocol !== 'raw' && language !== 'pdf') {
    const pointer = '/language';
    faults.push({
      pointer,
      zh: '以 IPP 连接的打印机只接收 PDF。',
      en: 'A printer that speaks IPP takes PDF alone.',
    });
  }
  if (protocol === 'raw' && path !== undefined) {
    faults.push({
      pointer: '/path',
      zh: '只有 IPP 打印机有路径。',
      en: 'Only printers that speak IPP have a path.',
    });
  }
  if (protocol !== 'ipps' && certificate !== undefined) {
    const en = 'Only a printer that speaks IPP over TLS (ipps) has a certificate.';
    faults.push({ pointer: '/certificate', zh: '只有以加密方式（ipps）连接的打印机有证书。', en });
  }
  return faults;
}
