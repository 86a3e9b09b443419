import type { ServerResponse } from 'node:http';
import { sendJson } from './http.ts';

export interface Readiness {
  ready: boolean;
  /** Each thing that must be in order, with "ok" or what is wrong. Without names or addresses: anyone may ask. */
  checks: Record<string, string>;
}

export type CheckReadiness = () => Promise<Readiness>;

/** Milliseconds that an answer is repeated: a balancer, or anyone else, that asks often costs the database nothing. */
const REPEATED_FOR = 1000;
/** Milliseconds after which a check that hangs counts as failed. */
const PATIENCE = 3000;

/** `/livez` says that the process answers, `/readyz` whether it can do its work. */
export function createHealth(check: CheckReadiness) {
  let last: { at: number; readiness: Promise<Readiness> } | null = null;
  let stopping = false;

  function readiness(): Promise<Readiness> {
    if (!last || Date.now() - last.at > REPEATED_FOR)
      last = { at: Date.now(), readiness: inTime(check()).catch(() => failed('the check failed; see the log')) };
    return last.readiness;
  }

  return {
    live: (response: ServerResponse) => {
      sendJson(response, 200, { live: true });
    },
    ready: async (response: ServerResponse) => {
      const answer = stopping ? failed('stopping') : await readiness();
      sendJson(response, answer.ready ? 200 : 503, answer);
    },
    /** From now on not ready, so that balancers send requests elsewhere before the port closes. */
    stop: () => {
      stopping = true;
    },
  };
}

function failed(server: string): Readiness {
  return { ready: false, checks: { server } };
}

async function inTime(check: Promise<Readiness>): Promise<Readiness> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<Readiness>((resolve) => {
    timer = setTimeout(() => {
      resolve(failed('the database did not answer in time'));
    }, PATIENCE);
  });
  try {
    return await Promise.race([check, late]);
  } finally {
    clearTimeout(timer);
  }
}
