import { randomBytes } from 'node:crypto';
import { inject } from 'vitest';
import { connect, type Queryable } from '../../src/database/queryable.ts';
import { onDatabase } from './database.ts';

/** Hands `work` a new database of the run's server that nothing was done to yet: a superuser's URL, and a session. */
export async function withEmptyDatabase<T>(work: (url: string, session: Queryable) => Promise<T>): Promise<T> {
  const name = `empty_${randomBytes(4).toString('hex')}`;
  const maintenance = await connect(onDatabase(inject('template'), 'postgres'), 'test superuser');
  try {
    await maintenance.query(`create database ${name}`);
    const url = onDatabase(inject('template'), name);
    const session = await connect(url, 'test superuser');
    try {
      return await work(url, session);
    } finally {
      await session.end();
    }
  } finally {
    await maintenance.query(`drop database if exists ${name} with (force)`);
    await maintenance.end();
  }
}
