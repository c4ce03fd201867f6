import { ApiError, auth, type User } from '@scheduler-service/client';
import { queryOptions } from '@tanstack/react-query';
import { createContext, useContext } from 'react';
import { queryClient } from './query-client.js';
import { server } from './server.js';

export const isSignedOut = (error: unknown): boolean => error instanceof ApiError && error.status === 401;

/** Who is signed in; null when nobody is. The session itself is a cookie that no script can read. */
export const sessionQuery = queryOptions({
  queryKey: ['session'],
  staleTime: Infinity,
  queryFn: async (): Promise<User | null> => {
    try {
      return await auth.getMe(server);
    } catch (error) {
      if (isSignedOut(error)) return null;
      throw error;
    }
  },
});

/** Asks who is signed in, unless that is known. */
export const session = (): Promise<User | null> =>
  queryClient.query({ ...sessionQuery, staleTime: 'static' });

export const UserContext = createContext<User | null>(null);

/** The user who is signed in. Only pages behind the sign-in ask. */
export function useUser(): User {
  const user = useContext(UserContext);
  if (!user) throw new Error('Nobody is signed in.');
  return user;
}

export async function signIn(email: string, password: string): Promise<void> {
  const { user } = await auth.startBrowserSession(server, { email, password });
  forgetSession();
  queryClient.setQueryData(sessionQuery.queryKey, user);
}

export async function signOut(): Promise<void> {
  await auth.signOut(server);
  forgetSession();
}

/** Forgets everything that the user who was signed in could see. */
export function forgetSession(): void {
  queryClient.setQueryData(sessionQuery.queryKey, null);
  queryClient.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== sessionQuery.queryKey[0] });
}
