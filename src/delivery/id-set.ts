/** A set of uuids at about 24 bytes each: what followed lists hold is the most that a process keeps of anything. */
export interface IdSet extends Iterable<string> {
  readonly size: number;
  has(id: string): boolean;
  /** Whether it wasn't there. */
  add(id: string): boolean;
  /** Whether it was there. */
  delete(id: string): boolean;
}

/** 32-bit words per id. */
const WORDS = 4;
const LEAST = 16;
/** Of a hundred places, how many are taken at most. */
const FULLEST = 70;

/** Open addressing with linear probing. The nil uuid marks a free place: no record has it. */
export function createIdSet(ids: Iterable<string> = []): IdSet {
  let places = LEAST;
  let words = new Uint32Array(places * WORDS);
  let size = 0;
  const wanted = new Uint32Array(WORDS);

  function parse(id: string): void {
    const hex = id.replaceAll('-', '');
    for (let word = 0; word < WORDS; word++) wanted[word] = Number.parseInt(hex.slice(word * 8, word * 8 + 8), 16);
  }

  /** Where an id would be if nothing were in its way: its last words are random, whichever way it was made. */
  const home = (last: number, before: number): number => ((last ^ Math.imul(before, 0x9e3779b1)) >>> 0) & (places - 1);

  const isFree = (place: number): boolean =>
    words[place * WORDS] === 0 &&
    words[place * WORDS + 1] === 0 &&
    words[place * WORDS + 2] === 0 &&
    words[place * WORDS + 3] === 0;

  function holds(place: number): boolean {
    for (let word = 0; word < WORDS; word++) if (words[place * WORDS + word] !== wanted[word]) return false;
    return true;
  }

  /** The place of the wanted id, or the free one where it would go. */
  function find(): number {
    let place = home(wanted[3]!, wanted[2]!);
    while (!isFree(place) && !holds(place)) place = (place + 1) & (places - 1);
    return place;
  }

  function grow(): void {
    const old = words;
    places *= 2;
    words = new Uint32Array(places * WORDS);
    for (let at = 0; at < old.length; at += WORDS) {
      wanted.set(old.subarray(at, at + WORDS));
      if (wanted.some((word) => word !== 0)) words.set(wanted, find() * WORDS);
    }
  }

  /** Closes the gap, so that what was put further because of it is still found. */
  function free(place: number): void {
    for (let next = (place + 1) & (places - 1); !isFree(next); next = (next + 1) & (places - 1)) {
      const ideal = home(words[next * WORDS + 3]!, words[next * WORDS + 2]!);
      const isAhead = (next - ideal + places) % places < (next - place + places) % places;
      if (isAhead) continue;
      words.copyWithin(place * WORDS, next * WORDS, next * WORDS + WORDS);
      place = next;
    }
    words.fill(0, place * WORDS, place * WORDS + WORDS);
  }

  const set: IdSet = {
    get size() {
      return size;
    },
    has(id) {
      parse(id);
      return !isFree(find());
    },
    add(id) {
      parse(id);
      const place = find();
      if (!isFree(place)) return false;
      words.set(wanted, place * WORDS);
      size++;
      if (size * 100 > places * FULLEST) grow();
      return true;
    },
    delete(id) {
      parse(id);
      const place = find();
      if (isFree(place)) return false;
      free(place);
      size--;
      return true;
    },
    *[Symbol.iterator]() {
      for (let place = 0; place < places; place++) {
        if (isFree(place)) continue;
        const hex = Array.from(words.subarray(place * WORDS, place * WORDS + WORDS), (word) =>
          word.toString(16).padStart(8, '0'),
        ).join('');
        yield `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
      }
    },
  };
  for (const id of ids) set.add(id);
  return set;
}
