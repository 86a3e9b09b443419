import type { StoredValue } from '../compiler/field-types.ts';
import { seeded, type Random } from './random.ts';

/** A record of the demo, before it has a place. Times are moments of 2025, so that they are the same each time. */
export interface DemoRecord {
  id: string;
  at: Date;
  /** Login name of the owner. */
  owner: string;
  values: Record<string, StoredValue | null>;
}

export interface DemoProcess extends DemoRecord {
  client: string;
}

export interface DemoDocument extends DemoRecord {
  /** Place of its folder in the list of folders. */
  folder: number;
}

const START = Date.UTC(2025, 0, 6, 7);
const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** Moments in order, on weekdays, in working hours. */
function moments(random: Random, count: number): Date[] {
  const days = Array.from({ length: 330 }, (_, day) => START + day * DAY).filter(
    (day) => ![0, 6].includes(new Date(day).getUTCDay()),
  );
  return Array.from({ length: count }, () => random.pick(days) + random.below(10 * 3600) * 1000)
    .sort((a, b) => a - b)
    .map((moment) => new Date(moment));
}

const stamp = (milliseconds: number) => new Date(milliseconds).toISOString();

/** 1,500 permit applications: 1,455 of General, 30 of Customer contact, 15 of Experts. */
export function processes(): DemoProcess[] {
  const random = seeded(1);
  return moments(random, 1500).map((at, index) => {
    const client = index % 100 === 7 ? 'Experts' : index % 50 === 13 ? 'Customer contact' : 'General';
    const due = at.getTime() + 56 * DAY;
    const ended = random.chance(0.9) ? stamp(at.getTime() + (3 + random.below(60)) * DAY) : null;
    return {
      id: random.id(at),
      at,
      owner: client === 'General' ? 'ben' : client === 'Experts' ? 'dara' : 'cleo',
      client,
      values: {
        reference: `P-2025-${String(index + 1).padStart(4, '0')}`,
        channel: random.chance(0.85) ? 'INTERNET' : random.pick(['DESK', 'POST', 'EMAIL', 'INTERN']),
        department: client,
        group: random.chance(0.45) ? `Group ${1 + random.below(8)}` : null,
        responsible: `Official ${String(1 + random.below(39)).padStart(2, '0')}`,
        startedAt: stamp(at.getTime()),
        dueAt: stamp(due),
        plannedEndAt: random.chance(0.8) ? stamp(due - random.below(10) * DAY) : null,
        endedAt: ended,
      },
    };
  });
}

/** The folder tree of Contracts: 40 folders, as paths below the archive's root, parents first. */
export function contractFolders(): string[] {
  const kinds = ['Suppliers', 'Leases', 'Staff', 'Insurance'];
  const years = ['2023', '2024', '2025'];
  const parts = ['Drafts', 'Signed'];
  return kinds.flatMap((kind) => [
    kind,
    ...years.flatMap((year) => [`${kind}/${year}`, ...parts.map((part) => `${kind}/${year}/${part}`)]),
  ]);
}

/** The one folder that the guest sees. */
export const SHARED_FOLDER = 'Leases/2024';

/** 500 documents of Contracts; some are about a permit. */
export function contracts(permits: readonly DemoProcess[], folders: number): DemoDocument[] {
  const random = seeded(2);
  const subjects = [
    'Supply of paper',
    'Office lease',
    'Liability insurance',
    'Cleaning',
    'Software maintenance',
    'Vehicles',
  ];
  return moments(random, 500).map((at, index) => {
    return {
      id: random.id(at),
      at,
      owner: random.pick(['ben', 'cleo', 'dara']),
      folder: random.below(folders),
      values: {
        title: `${random.pick(subjects)}, contract ${index + 1}`,
        documentDate: stamp(at.getTime() - random.below(30) * DAY).slice(0, 10),
        pages: 1 + random.below(60),
        amount: random.chance(0.8) ? String(10_000 + random.below(9_000_000)) : null,
        confidential: random.chance(0.2),
        process: random.chance(0.3) ? random.pick(permits).id : null,
      },
    };
  });
}

/** 40 batches of Matter 1, the last ones still open. */
export function batches(): DemoRecord[] {
  const random = seeded(3);
  return moments(random, 40).map((at, index) => {
    return {
      id: random.id(at),
      at,
      owner: 'ada',
      values: {
        name: `Batch ${String(index + 1).padStart(2, '0')}`,
        status: index < 14 ? 'DONE' : index < 26 ? 'IN_REVIEW' : 'OPEN',
        receivedAt: stamp(at.getTime()),
      },
    };
  });
}

/** 2,000 documents of Matter 1, 50 to a batch; those of the first third have been through the first level. */
export function reviewDocuments(inBatches: readonly DemoRecord[]): DemoRecord[] {
  const random = seeded(4);
  const count = 2000;
  const kinds = ['E-mail', 'Letter', 'Minutes', 'Invoice', 'Memo', 'Report'];
  const topics = ['price agreement', 'delivery dates', 'the merger', 'a complaint', 'travel', 'the annual meeting'];
  const relevancies = ['RELEVANT', 'NOT_RELEVANT', 'NOT_RELEVANT', 'PRIVILEGED', 'UNCLEAR'];
  return moments(random, count).map((at, index) => {
    const reviewed = random.chance(index < count / 3 ? 0.9 : 0.05);
    const privileged = random.chance(0.1);
    return {
      id: random.id(at),
      at,
      owner: 'ada',
      values: {
        title: `${random.pick(kinds)} ${index + 1} about ${random.pick(topics)}`,
        documentDate: stamp(at.getTime() - (100 + random.below(1000)) * DAY).slice(0, 10),
        pages: 1 + random.below(25),
        confidential: privileged,
        relevancy: reviewed ? (privileged ? 'PRIVILEGED' : random.pick(relevancies)) : null,
        coding: reviewed ? `Issue ${1 + random.below(12)}` : null,
        notes: reviewed && random.chance(0.2) ? `See also document ${1 + random.below(count)}.` : null,
        batch: inBatches[Math.floor((index / count) * inBatches.length)]?.id ?? null,
      },
    };
  });
}
