import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { apiKeyKey } from '../database/keys.ts';

/**
 * API keys (U11): `rpk_`, 256 random bits, and a seal of the deployment over them. The seal tells made-up keys without
 * asking the database, so they cost a server no more than made-up tokens.
 */
export interface ApiKeys {
  mint(): MintedKey;
  /** What the database knows a key by; null for what this deployment never gave out. */
  hashOf(key: string): Buffer | null;
}

export interface MintedKey {
  /** Shown once, to who made it. */
  key: string;
  /** What is stored. */
  hash: Buffer;
}

export const KEY_PREFIX = 'rpk_';
const SECRET_BYTES = 32;
/** 72 bits: nobody guesses them at a server that answers. */
const SEAL_BYTES = 9;
const FORM = /^rpk_([\w-]{43})([\w-]{12})$/;

export function createApiKeys(deploymentSecret: string): ApiKeys {
  const sealKey = apiKeyKey(deploymentSecret);
  const sealOf = (secret: Buffer) => createHmac('sha256', sealKey).update(secret).digest().subarray(0, SEAL_BYTES);
  const hash = (secret: Buffer) => createHash('sha256').update(secret).digest();
  return {
    mint() {
      const secret = randomBytes(SECRET_BYTES);
      const key = `${KEY_PREFIX}${secret.toString('base64url')}${sealOf(secret).toString('base64url')}`;
      return { key, hash: hash(secret) };
    },
    hashOf(key) {
      const [, text = '', seal = ''] = FORM.exec(key) ?? [];
      const secret = Buffer.from(text, 'base64url');
      // One spelling only: the last character of 43 has bits to spare.
      if (secret.length !== SECRET_BYTES || secret.toString('base64url') !== text) return null;
      return timingSafeEqual(Buffer.from(seal, 'base64url'), sealOf(secret)) ? hash(secret) : null;
    },
  };
}
