import { z } from 'zod';
import { jsonIn } from './content-file.ts';
import { misuse } from './output.ts';

const NewUsers = z.array(
  z.strictObject({
    name: z.string(),
    role: z.enum(['ADMINISTRATOR', 'INTERNAL', 'EXTERNAL', 'GUEST']),
    displayName: z.string().optional(),
    email: z.string().optional(),
    workflowAccess: z.boolean().optional(),
    service: z.boolean().optional(),
    /** By name or id. */
    groups: z.array(z.string()).default([]),
  }),
);

/** The accounts that a file has for `users create --file`. Throws with the file's name and the place of what is wrong. */
export async function newUsersIn(file: string): Promise<z.infer<typeof NewUsers>> {
  const parsed = NewUsers.safeParse(await jsonIn(file));
  if (parsed.success) return parsed.data;
  throw misuse(`${file} holds no accounts: ${z.prettifyError(parsed.error)}`);
}
