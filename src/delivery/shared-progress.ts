import { orderOf, type Progress } from './cursors.ts';
import type { Told } from './subscriber.ts';

/**
 * How far followers have come with each thing that they are told in one round: one object for all who see the same and
 * were told the same, so that their cursors share what they can. `make` is given null for `through` with the last one.
 */
export function sharedProgress(make: (sight: string, through: string | null) => Progress) {
  const known = new Map<string, Progress>();
  /** Members of a group are told the very same list. */
  const ofLists = new Map<readonly Told[], Map<string, readonly Progress[]>>();

  function reached(sight: string, through: string | null): Progress {
    const name = through === null ? sight : `${sight} ${through}`;
    let progress = known.get(name);
    if (progress === undefined) known.set(name, (progress = make(sight, through)));
    return progress;
  }

  return (sight: string, news: readonly Told[]): readonly Progress[] => {
    let bySight = ofLists.get(news);
    if (bySight === undefined) ofLists.set(news, (bySight = new Map()));
    let all = bySight.get(sight);
    if (all === undefined) {
      all = news.map(({ workspace, id }, index) =>
        reached(sight, index === news.length - 1 ? null : orderOf(workspace, id)),
      );
      bySight.set(sight, all);
    }
    return all;
  };
}
