/** A viewer that the page can look as: one of the demo's users, or anonymous. */
export interface OfferedViewer {
  name: string;
  role: string;
  note: string;
}

export const ANONYMOUS_NAME = 'anonymous';
const REMEMBERED = 'rowplane:view-as';

let token: string | null = null;

/** The viewers on offer; none when this server isn't in demo mode, and then the page works with the headers editor. */
export async function offeredViewers(): Promise<OfferedViewer[]> {
  const response = await fetch('/view-as');
  if (!response.ok) return [];
  const { viewers } = (await response.json()) as { viewers: OfferedViewer[] };
  return viewers;
}

/** Makes every following request this viewer's. Throws with the server's reason when it gives no token. */
export async function viewAs(name: string): Promise<void> {
  if (name === ANONYMOUS_NAME) {
    token = null;
  } else {
    const response = await fetch('/view-as', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ user: name }),
    });
    const answer = (await response.json()) as { token?: string; error?: string };
    if (!answer.token) throw new Error(answer.error ?? `no token for ${name}`);
    token = answer.token;
  }
  localStorage.setItem(REMEMBERED, name);
}

/** Whom to look as at first: what the address asks for (`/?as=cleo`), else the last choice, else somebody who sees something. */
export function firstViewer(offered: OfferedViewer[]): string {
  const wanted = [new URLSearchParams(location.search).get('as'), localStorage.getItem(REMEMBERED)];
  const somebody = offered.find(({ role }) => role === 'INTERNAL')?.name ?? ANONYMOUS_NAME;
  return wanted.find((name) => offered.some((viewer) => viewer.name === name)) ?? somebody;
}

export function authorization(): string | null {
  return token && `Bearer ${token}`;
}

/** fetch with the picked viewer's token, unless the headers editor names another one. */
export const fetchAsViewer: typeof fetch = (input, init) => {
  const headers = new Headers(init?.headers);
  const own = authorization();
  if (own && !headers.has('authorization')) headers.set('authorization', own);
  return fetch(input, { ...init, headers });
};
