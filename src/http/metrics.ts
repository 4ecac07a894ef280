/** Figures for Prometheus: durations by route and status. Never an organisation, a person, a lot. */

import type { Request, Response } from 'express';
import { collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { Failure } from '../errors.ts';

const secondsBuckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

export interface Metrics {
  observe(method: string, route: string, status: number, seconds: number): void;
  /** Shows what is being done at the moment of a scrape, by stage. */
  watch(load: () => Readonly<Record<string, number>>): void;
  text(): Promise<string>;
  readonly contentType: string;
}

/** @returns a registry of its own, so that two applications in one process do not share figures. */
export function createMetrics({ process = true }: { process?: boolean } = {}): Metrics {
  const registry = new Registry();
  if (process) collectDefaultMetrics({ register: registry });
  const duration = new Histogram({
    name: 'http_request_duration_seconds',
    help: 'Time from the first byte of a request to the end of its answer',
    labelNames: ['method', 'route', 'status'],
    buckets: secondsBuckets,
    registers: [registry],
  });
  return {
    observe: (method, route, status, seconds) => {
      duration.observe({ method: known(method), route, status: String(status) }, seconds);
    },
    watch: (load) => {
      new Gauge({
        name: 'http_requests_in_progress',
        help: 'Requests without an answer yet, units in work, units that wait for their turn',
        labelNames: ['stage'],
        registers: [registry],
        collect() {
          for (const [stage, value] of Object.entries(load())) this.set({ stage }, value);
        },
      });
    },
    text: () => registry.metrics(),
    contentType: registry.contentType,
  };
}

/** A client can send any method: a label made of it would grow without bound. */
function known(method: string): string {
  return ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'].includes(method) ? method : 'other';
}

/** Answers a scraper on this machine alone: load and error rates are not for everybody to see. */
export function serveMetrics(metrics: Metrics) {
  return async (request: Request, response: Response): Promise<void> => {
    if (!isFromThisMachine(request)) throw new Failure('route/not-found');
    response.type(metrics.contentType).send(await metrics.text());
  };
}

/** A proxy on this machine connects from loopback too; but it says for whom. */
function isFromThisMachine({ socket, headers }: Request): boolean {
  if (headers['x-forwarded-for'] !== undefined || headers.forwarded !== undefined) return false;
  const address = socket.remoteAddress ?? '';
  return address === '::1' || /^(::ffff:)?127\./.test(address);
}
