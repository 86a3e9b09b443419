import type { FormattedExecutionResult } from 'graphql';
import { stringifyResult } from '../graphql/executor/stringify.ts';

/** What stands for a payload in a message that graphql-ws writes. */
const PLACE = '"payload"}';

/** The payload of the message being written: it is written and sent without a pause in between. */
let written: string | null = null;

/**
 * For graphql-ws's `onNext`, a result that has its JSON already: what many subscribers get is written once, and spliced into the message of
 * each. The library writes messages by JSON.stringify, which has no other way to take a text as it is.
 */
export function writtenPayload(result: FormattedExecutionResult): object {
  const text = stringifyResult(result);
  return {
    toJSON() {
      written = text;
      return 'payload';
    },
  };
}

/** The message as it goes out. The payload stands at its end. */
export function withPayload(message: string): string {
  if (written === null) return message;
  const text = written;
  written = null;
  return `${message.slice(0, -PLACE.length)}${text}}`;
}
