/** Every setting: where it comes from, its default, its check. Nothing else reads the environment. */

import { isIP } from 'node:net';
import { homedir } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { CannotStart } from './errors.ts';

export type LogLevel = (typeof logLevels)[number];

export interface Config {
  /** 0 takes any free port. */
  readonly port: number;
  /** The address to listen on; loopback unless told otherwise. */
  readonly host: string;
  /** Absolute. Holds the embedded database, the master key and what the demo writes. */
  readonly dataDirectory: string;
  /** How people and QR codes reach the service, without a slash at the end; undefined: the address it listens on. */
  readonly publicUrl: string | undefined;
  /** Proxies whose `X-Forwarded-For` is believed, as express's `trust proxy` names them; undefined: none. */
  readonly trustProxy: string | undefined;
  readonly printers: PrinterSettings;
  /** undefined: the embedded database. */
  readonly mongodbUri: string | undefined;
  readonly mongod: MongodSettings;
  /** 32 bytes in base64 that wrap the hospitals' keys; undefined: the file in the data directory. */
  readonly masterKey: string | undefined;
  readonly logLevel: LogLevel;
  /** Play the main job into an empty data directory. */
  readonly demo: boolean;
}

/** Where organisations may register printers. */
export interface PrinterSettings {
  /** In CIDR notation; none unless said. */
  readonly networks: readonly string[];
  /** Of print servers there, beside the usual ones of printers. */
  readonly ports: readonly number[];
}

/** Where the embedded database finds its server. */
export interface MongodSettings {
  readonly explicit: string | undefined;
  /** As PATH writes it. */
  readonly searchPath: string;
  /** Absolute: `…/pps-trace/mongod`. */
  readonly cache: string;
}

/** In the repository, wherever the product is started from; a relative one that is given counts from there. */
const defaultDataDirectory = join(import.meta.dirname, '..', 'data');
const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
const masterKeyBytes = 32;
/** The master key is 32 bytes: 43 base64 characters and one `=`. */
const masterKeyPattern = /^[A-Za-z0-9+/]{43}=$/;

const port = z
  .string()
  .regex(/^\d{1,5}$/)
  .transform(Number)
  .refine((value) => value <= 65_535);

/** Each setting with its check and, for the sentence, what it must look like. */
const settings = {
  PORT: { check: port, wanted: 'a number from 0 to 65535' },
  HOST: { check: z.string().regex(/^[A-Za-z0-9.:-]+$/), wanted: 'an address or name to listen on' },
  DATA_DIR: { check: z.string(), wanted: 'a directory' },
  PUBLIC_URL: { check: z.string().refine(isBaseUrl), wanted: 'an http or https address without query' },
  TRUST_PROXY: {
    check: z.string().regex(/^[A-Za-z0-9.:/, ]+$/),
    wanted: 'addresses or networks of proxies, separated by commas (loopback, 10.0.0.0/8)',
  },
  PRINTER_NETWORKS: {
    check: z
      .string()
      .transform(listed)
      .refine((ranges) => ranges.every(isNetwork)),
    wanted: 'networks in which printers are, separated by commas (10.20.0.0/16, 192.168.7.31)',
  },
  PRINTER_PORTS: {
    check: z.string().transform(listed).pipe(z.array(port)),
    wanted: 'ports of print servers, separated by commas (10001, 10002)',
  },
  MONGODB_URI: {
    check: z.string().regex(/^mongodb(\+srv)?:\/\/\S+$/),
    wanted: 'an address that begins with mongodb:// or mongodb+srv://',
  },
  MONGOD_BINARY: { check: z.string().refine(isAbsolute), wanted: 'an absolute path' },
  MASTER_KEY: {
    check: z.string().regex(masterKeyPattern),
    wanted: `${masterKeyBytes} bytes in base64 (make one with: openssl rand -base64 ${masterKeyBytes})`,
  },
  LOG_LEVEL: { check: z.enum(logLevels), wanted: `one of ${logLevels.join(', ')}` },
} as const;

type Setting = keyof typeof settings;
type ValueOf<S extends Setting> = z.output<(typeof settings)[S]['check']>;

const usage =
  'usage: ./scripts/start [--demo] [--port N] [--data-dir DIR] [--host ADDRESS]; other settings come from the environment, see README.md.';

/**
 * Options on the command line win over the environment; an empty variable counts as unset.
 * @throws CannotStart naming the setting that is wrong and what it must look like. It never repeats a value that
 *   may be a secret.
 */
export function readConfig(args: readonly string[], environment: NodeJS.ProcessEnv = process.env): Config {
  const options = readOptions(args);
  const read = <S extends Setting>(name: S, option?: string): ValueOf<S> | undefined => {
    const text = option ?? (environment[name] || undefined);
    return text === undefined ? undefined : checked(name, text);
  };
  return {
    port: read('PORT', options.port) ?? 8080,
    host: read('HOST', options.host) ?? '127.0.0.1',
    dataDirectory: resolve(read('DATA_DIR', options['data-dir']) ?? defaultDataDirectory),
    publicUrl: read('PUBLIC_URL')?.replace(/\/+$/, ''),
    trustProxy: read('TRUST_PROXY'),
    printers: { networks: read('PRINTER_NETWORKS') ?? [], ports: read('PRINTER_PORTS') ?? [] },
    mongodbUri: read('MONGODB_URI'),
    mongod: {
      explicit: read('MONGOD_BINARY'),
      searchPath: environment.PATH ?? '',
      cache: join(cacheDirectory(environment), 'pps-trace', 'mongod'),
    },
    masterKey: read('MASTER_KEY'),
    logLevel: read('LOG_LEVEL') ?? 'info',
    demo: options.demo ?? false,
  };
}

function readOptions(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        demo: { type: 'boolean' },
        port: { type: 'string' },
        'data-dir': { type: 'string' },
        host: { type: 'string' },
      },
    }).values;
  } catch (error) {
    const what = error instanceof Error ? (error.message.split(/[.;] /)[0] ?? '') : '';
    throw new CannotStart(`${what}; ${usage}`);
  }
}

function checked<S extends Setting>(name: S, text: string): ValueOf<S>;
function checked(name: Setting, text: string): unknown {
  const { check, wanted } = settings[name];
  const result = check.safeParse(text);
  if (result.success) return result.data;
  throw new CannotStart(`The setting ${name} is wrong: it must be ${wanted}.`);
}

function listed(text: string): string[] {
  return text.split(',').map((part) => part.trim());
}

/** An IP address, or one with the length of its network. */
function isNetwork(text: string): boolean {
  const [address = '', length, ...more] = text.split('/');
  const version = isIP(address);
  const bits = version === 4 ? 32 : 128;
  return (
    version !== 0 &&
    more.length === 0 &&
    (length === undefined || (/^\d{1,3}$/.test(length) && Number(length) <= bits))
  );
}

function isBaseUrl(text: string): boolean {
  const url = URL.parse(text);
  return (
    url !== null &&
    /^https?:$/.test(url.protocol) &&
    url.search === '' &&
    url.hash === '' &&
    url.username === ''
  );
}

/** As the XDG Base Directory Specification has it: a relative XDG_CACHE_HOME is to be ignored. */
function cacheDirectory({ XDG_CACHE_HOME, HOME }: NodeJS.ProcessEnv): string {
  if (XDG_CACHE_HOME !== undefined && isAbsolute(XDG_CACHE_HOME)) return XDG_CACHE_HOME;
  return join(HOME || homedir(), '.cache');
}
