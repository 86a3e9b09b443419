import type { Administration } from '../../access/administrators.ts';
import type { Definitions } from '../../compiler/definition.ts';
import type { Change } from './fact.ts';
import type { Names } from './names.ts';

/** What steps work with. None asks for a confirmation: that is asked for the change as a whole. */
export interface Work {
  a: Administration;
  definitions: Definitions;
  names: Names;
}

/** Brings one change about. The parts of the key are those of its kind. */
export type Step = (work: Work, key: readonly string[], change: Change) => Promise<unknown>;

/** How facts of a kind are made and changed, and removed, if ever. */
export interface Steps {
  put: Step;
  drop?: Step;
}
