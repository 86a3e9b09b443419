import type { HttpResult } from './http-section.ts';
import type { LayersResult } from './layers-section.ts';
import type { SavingResult } from './saving-section.ts';
import type { Measure } from './sql-section.ts';
import type { StartingResult } from './starting-section.ts';
import type { SubscriptionsResult } from './subscriptions-section.ts';

/** What a run leaves in bench/results.json; times are milliseconds, memory is megabytes. */
export interface Results {
  machine: string;
  /** ISO 8601, when it began. */
  date: string;
  /** Documents in each workspace. */
  size: number;
  /** How many processes wanted a processor, on average over a minute: before and after. */
  load: number[];
  sql?: Measure[];
  http?: HttpResult;
  saving?: SavingResult;
  starting?: StartingResult;
  layers?: LayersResult;
  subscriptions?: SubscriptionsResult;
}
