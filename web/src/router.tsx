import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  redirect,
} from '@tanstack/react-router';
import { parseRunsSearch, type RunsSearch } from './runs/runs-search.js';
import { parseSchedulesSearch } from './schedules/schedules-search.js';
import { session } from './server/session.js';
import { Fault, NotFound } from './shell/fault.js';
import { Shell } from './shell/shell.js';

const root = createRootRoute({
  notFoundComponent: NotFound,
  errorComponent: Fault,
});

/** A path of ours, and no other site's address. */
const pathOf = (value: unknown): string | undefined =>
  typeof value === 'string' && /^\/(?![/\\])/.test(value) ? value : undefined;
const rowId = (value: unknown): number | undefined =>
  Number.isSafeInteger(value) ? (value as number) : undefined;

/** Pages for who is not signed in; who is goes where they wanted to. */
const visitors = createRoute({
  getParentRoute: () => root,
  id: 'visitors',
  validateSearch: (search: Record<string, unknown>): { to?: string } => ({ to: pathOf(search['to']) }),
  beforeLoad: async ({ search }) => {
    if (await session()) redirect({ to: search.to ?? '/', throw: true });
  },
});

/** Pages for who is signed in. */
const members = createRoute({
  getParentRoute: () => root,
  id: 'members',
  component: Shell,
  beforeLoad: async ({ location }) => {
    const user = await session();
    if (!user)
      redirect({
        to: '/sign-in',
        search: location.pathname === '/' ? {} : { to: location.href },
        throw: true,
      });
  },
});

const visitorPage = <Path extends string>(path: Path, load: Parameters<typeof lazyRouteComponent>[0]) =>
  createRoute({ getParentRoute: () => visitors, path, component: lazyRouteComponent(load) });

const memberPage = <Path extends string>(path: Path, load: Parameters<typeof lazyRouteComponent>[0]) =>
  createRoute({ getParentRoute: () => members, path, component: lazyRouteComponent(load) });

const schedulesPage = createRoute({
  getParentRoute: () => members,
  path: 'schedules',
  validateSearch: parseSchedulesSearch,
  component: lazyRouteComponent(() => import('./schedules/schedules.page.js')),
});

export interface ScheduleSearch extends RunsSearch {
  /** The run that is shown beside the page. */
  run?: number;
}

const runsPage = createRoute({
  getParentRoute: () => members,
  path: 'runs',
  validateSearch: (search: Record<string, unknown>): ScheduleSearch => ({
    ...parseRunsSearch(search),
    run: rowId(search['run']),
  }),
  component: lazyRouteComponent(() => import('./runs/runs.page.js')),
});

const schedulePage = createRoute({
  getParentRoute: () => members,
  path: 'schedules/$id',
  validateSearch: (search: Record<string, unknown>): ScheduleSearch => ({
    ...parseRunsSearch(search),
    run: rowId(search['run']),
  }),
  component: lazyRouteComponent(() => import('./schedule/schedule.page.js')),
});

const tree = root.addChildren([
  visitors.addChildren([
    visitorPage('sign-in', () => import('./sign-in/sign-in.page.js')),
    visitorPage('sign-up', () => import('./sign-in/sign-up.page.js')),
  ]),
  members.addChildren([
    memberPage('/', () => import('./overview/overview.page.js')),
    schedulesPage,
    memberPage('schedules/new', () => import('./schedule-form/new-schedule.page.js')),
    schedulePage,
    memberPage('schedules/$id/edit', () => import('./schedule-form/edit-schedule.page.js')),
    runsPage,
    memberPage('secrets', () => import('./secrets/secrets.page.js')),
    memberPage('api-keys', () => import('./api-keys/api-keys.page.js')),
    memberPage('sessions', () => import('./sessions/sessions.page.js')),
    memberPage('users', () => import('./users/users.page.js')),
    memberPage('audit-log', () => import('./audit-log/audit-log.page.js')),
  ]),
]);

export const router = createRouter({
  routeTree: tree,
  basepath: '/dashboard',
  defaultPreload: 'intent',
  scrollRestoration: true,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
