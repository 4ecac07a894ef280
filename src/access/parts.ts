/** What this room works with, given by the composition root. */

import type { Connection } from 'mongoose';
import type { Clock, IdSource } from '../clock.ts';

export interface AccessParts {
  readonly connection: Connection;
  readonly clock: Clock;
  readonly ids: IdSource;
}
