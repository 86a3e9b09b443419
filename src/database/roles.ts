import { type Queryable, quoteName, quoteText } from './queryable.ts';
import { scramVerifier } from './scram.ts';

interface FixedRole {
  name: string;
  attributes: string;
  /** What the role may become, by SET ROLE only: nothing is inherited. */
  becomes: string | null;
  comment: string;
}

/** The roles that every database of ours on a server shares; all others carry a database's tag in their name. */
const FIXED_ROLES: FixedRole[] = [
  {
    name: 'rowplane_owner',
    attributes: 'nologin createrole noinherit',
    becomes: 'rowplane_sight',
    comment: 'Rowplane: owns all objects, and the roles of planes. Row level security holds for it too.',
  },
  {
    name: 'rowplane_sight',
    attributes: 'nologin noinherit',
    becomes: null,
    comment: 'Rowplane: owns the view of the users whom a viewer may see. Row level security holds for it.',
  },
  {
    name: 'rowplane_log',
    attributes: 'nologin noinherit',
    becomes: null,
    comment: 'Rowplane: owns the log of changes, so that nobody changes it. Nobody may become it.',
  },
  {
    name: 'rowplane_viewer',
    attributes: 'nologin',
    becomes: null,
    comment: "Rowplane: what every viewer's statement runs as.",
  },
  {
    name: 'rowplane_api',
    attributes: 'login noinherit',
    becomes: 'rowplane_viewer',
    comment: 'Rowplane: login of the API; may become rowplane_viewer and nothing else.',
  },
  {
    name: 'rowplane_admin',
    attributes: 'login noinherit',
    becomes: 'rowplane_owner',
    comment: 'Rowplane: login for administration; whoever has it can have everything.',
  },
];

/**
 * Makes the fixed roles and their memberships where they are missing, and refuses roles of these names that have more
 * power than ours. Writes nothing where all is well. To be run in a transaction, and again on a conflict.
 */
export async function ensureRoles(session: Queryable): Promise<void> {
  for (const role of FIXED_ROLES) {
    const [existing] = await session.query<{ super: boolean; bypass: boolean; inherit: boolean }>(
      'select rolsuper as super, rolbypassrls as bypass, rolinherit as inherit from pg_roles where rolname = $1',
      [role.name],
    );
    if (!existing) {
      await session.query(`create role ${role.name} ${role.attributes}`);
      await session.query(`comment on role ${role.name} is ${quoteText(role.comment)}`);
    } else if (existing.super || existing.bypass) {
      throw new Error(
        `The role ${role.name} on this server is a superuser or bypasses row level security, so nothing would be ` +
          `protected. As a superuser, run: alter role ${role.name} nosuperuser nobypassrls`,
      );
    } else if (existing.inherit && role.attributes.includes('noinherit')) {
      await session.query(`alter role ${role.name} noinherit`);
    }
  }
  for (const role of FIXED_ROLES) {
    if (role.becomes) await ensureMembership(session, role.becomes, role.name);
  }
}

/** Lets whoever migrates become the owner. A superuser needs no membership for that. */
export async function ensureOwnership(session: Queryable): Promise<void> {
  const [me] = await session.query<{ name: string; super: boolean }>(
    'select rolname as name, rolsuper as super from pg_roles where rolname = session_user',
  );
  if (!me || me.super) return;
  try {
    await ensureMembership(session, 'rowplane_owner', me.name);
  } catch (error) {
    if ((error as { code?: string }).code !== '42501') throw error;
    throw new Error(
      `The role rowplane_owner exists on this server, but ${me.name} may not become it. As a superuser, run: ` +
        `grant rowplane_owner to ${quoteName(me.name)} with inherit false, set true, admin true`,
      { cause: error },
    );
  }
}

async function ensureMembership(session: Queryable, role: string, member: string): Promise<void> {
  const found = await session.query(
    `select from pg_auth_members
      where roleid = $1::regrole and member = $2::regrole and set_option and not inherit_option`,
    [quoteName(role), quoteName(member)],
  );
  if (found.length === 0) {
    await session.query(`grant ${quoteName(role)} to ${quoteName(member)} with inherit false, set true`);
  }
}

/**
 * Says who may connect to this database: nobody but our roles, and nobody may make temporary objects (a function or
 * domain in pg_temp would run as the next viewer). Privileges on a database aren't copied with it.
 */
export async function ensureDatabasePrivileges(session: Queryable): Promise<void> {
  const [database] = await session.query<{ name: string; mine: boolean; open: boolean; ready: boolean }>(
    `select datname as name, pg_has_role(datdba, 'usage') as mine,
            exists (select from aclexplode(coalesce(datacl, acldefault('d', datdba))) where grantee = 0) as open,
            has_database_privilege('rowplane_owner', oid, 'create')
              and has_database_privilege('rowplane_owner', oid, 'connect')
              and has_database_privilege('rowplane_viewer', oid, 'connect')
              and has_database_privilege('rowplane_api', oid, 'connect')
              and has_database_privilege('rowplane_admin', oid, 'connect') as ready
       from pg_database where datname = current_database()`,
  );
  if (!database || (!database.open && database.ready)) return;
  const name = quoteName(database.name);
  if (!database.mine) {
    throw new Error(
      `DATABASE_URL must name the owner of the database ${database.name}: only the owner may say who connects to it. ` +
        `As a superuser, run: alter database ${name} owner to <the user of DATABASE_URL>`,
    );
  }
  await session.query(`revoke all on database ${name} from public`);
  await session.query(`grant connect, create on database ${name} to rowplane_owner`);
  await session.query(`grant connect on database ${name} to rowplane_viewer, rowplane_api, rowplane_admin`);
  // Databases that were upgraded from before version 15 let everybody create objects here.
  await session.query('revoke create on schema public from public');
}

/** Gives a role a password, without the server seeing it. */
export async function setPassword(session: Queryable, role: string, password: string): Promise<void> {
  await session.query(`alter role ${quoteName(role)} password ${quoteText(await scramVerifier(password))}`);
}
