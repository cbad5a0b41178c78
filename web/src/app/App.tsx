/** Which page is shown: the address decides, the guard asks who is there. */
import { type ReactElement, Suspense, lazy, useEffect, useRef } from "react";
import type { Me } from "../api/types";
import { go, usePathname } from "./navigation";
import { Shell } from "./layout/Shell";
import { Loading, NotAllowed, NotFound, Unreachable } from "./layout/Screens";
import { Home } from "./home/Home";
import { useMe } from "./queries";
import { type Place, type PageName, placeAt, roleNeeded, signInPath } from "./routes";
import { LinkPage } from "./sign-in/LinkPage";
import { SignIn } from "./sign-in/SignIn";
import { Rooms } from "./staff/Rooms";
import { Devices } from "./therapist/Devices";
import { Today } from "./therapist/Today";
import { WithPractice } from "./therapist/WithPractice";

const WaitingPage = lazy(() => import("./staff/waiting/WaitingPage"));
const ClientsPage = lazy(() => import("./therapist/clients/ClientsPage"));
const ExercisePage = lazy(() => import("./therapist/exercises/ExercisePage"));
const ExercisesPage = lazy(() => import("./therapist/exercises/ExercisesPage"));
const PacePage = lazy(() => import("./therapist/pace/PacePage"));
const WebhooksPage = lazy(() => import("./staff/webhooks/WebhooksPage"));
const WeekPage = lazy(() => import("./therapist/week/WeekPage"));

const PAGES: Readonly<Record<PageName, (place: Place) => ReactElement>> = {
  home: () => <Home />,
  "sign-in": () => <SignIn />,
  "sign-in-link": ({ token }) => <LinkPage key={token} token={token ?? ""} />,
  therapist: () => (
    <WithPractice>
      <Today />
    </WithPractice>
  ),
  week: () => (
    <WithPractice>
      <WeekPage />
    </WithPractice>
  ),
  pace: () => (
    <WithPractice>
      <PacePage />
    </WithPractice>
  ),
  clients: () => (
    <WithPractice>
      <ClientsPage />
    </WithPractice>
  ),
  exercises: () => <ExercisesPage />,
  exercise: ({ exerciseId }) => <ExercisePage key={exerciseId} exerciseId={exerciseId ?? ""} />,
  devices: ({ roomId }) => <Devices key={roomId} roomId={roomId ?? ""} />,
  staff: () => <Rooms />,
  webhooks: () => <WebhooksPage />,
  waiting: () => <WaitingPage />,
  "not-found": () => <NotFound />,
};

export function App() {
  const place = placeAt(usePathname());
  const me = useMe();
  const main = useFocusOnArrival(place.page);
  return (
    <Shell me={me.data ?? null} mainRef={main}>
      <Guarded place={place} me={me.data} failed={me.isError} />
    </Shell>
  );
}

interface Guard {
  place: Place;
  /** undefined: not known yet. null: nobody is signed in. */
  me: Me | null | undefined;
  failed: boolean;
}

function Guarded({ place, me, failed }: Guard) {
  const needed = roleNeeded(place.page);
  if (needed && me === undefined) return failed ? <Unreachable /> : <Loading />;
  if (needed && me === null) return <ToSignIn />;
  if (needed && me && !me.roles.includes(needed)) return <NotAllowed me={me} />;
  return <Suspense fallback={<Loading />}>{PAGES[place.page](place)}</Suspense>;
}

/** Keeps the wanted address, so that signing in leads back to it. */
function ToSignIn() {
  useEffect(() => go(signInPath(location.pathname + location.search), { replace: true }), []);
  return <Loading />;
}

/** A new page's content gets the focus, as a page load would do; not at the first one. */
function useFocusOnArrival(page: PageName) {
  const main = useRef<HTMLElement>(null);
  const shown = useRef(page);
  useEffect(() => {
    if (shown.current === page) return;
    shown.current = page;
    main.current?.focus();
    window.scrollTo(0, 0);
  }, [page]);
  return main;
}
