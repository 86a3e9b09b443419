/**
 * A condition that can't be used. `path` leads to the place (`['and', 0, 'dueAt', 'atMost']`); the message names it
 * too and says what would be right.
 */
export class ConditionError extends Error {
  readonly path: readonly (string | number)[];

  constructor(path: readonly (string | number)[], problem: string) {
    super(path.length === 0 ? problem : `at ${path.join('.')}: ${problem}`);
    this.path = path;
  }
}
