/** What stands around every page: the way to the content, one's own pages, the language, signing out. */
import { Button, Text } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { type ReactNode, type Ref, useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import type { Me } from "../../api/types";
import { BrandMark } from "../../shared/BrandMark";
import { LanguageSwitch } from "../../shared/LanguageSwitch";
import { OfflineBanner } from "../../shared/OfflineBanner";
import { useCareRequests } from "../care/cares";
import { PageLink, usePathname } from "../navigation";
import { useRequests } from "../queries";
import { signOut } from "../session";
import { placeAt, roleNeeded } from "../routes";

const OWN_PAGES = [
  ["/therapist", "app.header.today"],
  ["/therapist/clients", "app.header.clients"],
  ["/therapist/week", "app.header.week"],
  ["/therapist/pace", "app.header.pace"],
  ["/therapist/exercises", "app.header.exercises"],
  ["/staff", "app.header.rooms"],
  ["/staff/waiting", "app.header.waiting"],
] as const;

export function Shell(props: { me: Me | null; mainRef: Ref<HTMLElement>; children: ReactNode }) {
  const { t } = useTranslation();
  return (
    <>
      <a className="skip-link" href="#content">
        {t("common.skipToContent")}
      </a>
      <OfflineBanner />
      <header className="header">
        <div className="header-inner">
          <PageLink href="/" className="brand">
            <BrandMark />
            <span>Todoku</span>
            <span className="visually-hidden">{t("app.header.home")}</span>
          </PageLink>
          <OwnPages me={props.me} />
          <div className="header-end">
            <Account me={props.me} />
            <LanguageSwitch />
          </div>
        </div>
      </header>
      <main id="content" className="main" tabIndex={-1} ref={props.mainRef}>
        {props.children}
      </main>
    </>
  );
}

function OwnPages({ me }: { me: Me | null }) {
  const { t } = useTranslation();
  const here = usePathname();
  const requests = useRequests(me?.roles.includes("therapist") ?? false).data?.sessions.length ?? 0;
  const careRequests = useCareRequests(me);
  const mine = OWN_PAGES.filter(([path]) => {
    const needed = roleNeeded(placeAt(path).page);
    return needed && me?.roles.includes(needed);
  });
  const row = useInSight(`${here} ${mine.length}`);
  if (mine.length === 0) return null;
  return (
    <nav aria-label={t("app.header.nav")} className="own-pages" ref={row}>
      {mine.map(([path, text]) => (
        <PageLink key={path} href={path} aria-current={here === path ? "page" : undefined}>
          {t(text)}
          {path === "/therapist" ? (
            <Count count={requests} said="app.requests.count" testId="nav-requests" />
          ) : null}
          {path === "/therapist/clients" ? (
            <Count count={careRequests} said="app.header.requests" testId="requests-count" />
          ) : null}
        </PageLink>
      ))}
    </nav>
  );
}

/** On a phone the row moves sideways, so that the page one is on is seen in it. */
function useInSight(changed: string) {
  const row = useRef<HTMLElement>(null);
  useEffect(() => {
    const own = row.current?.querySelector("[aria-current]")?.getBoundingClientRect();
    const seen = row.current?.getBoundingClientRect();
    if (!row.current || !own || !seen) return;
    row.current.scrollLeft +=
      Math.max(0, own.right - seen.right) + Math.min(0, own.left - seen.left);
  }, [changed]);
  return row;
}

/** How many wait for an answer there; nothing where none does. */
function Count({
  count,
  said,
  testId,
}: {
  count: number;
  said: "app.requests.count" | "app.header.requests";
  testId: string;
}) {
  const { t } = useTranslation();
  if (count === 0) return null;
  return (
    <span className="count" data-testid={testId}>
      <span aria-hidden="true">{count}</span>
      <span className="visually-hidden">{t(said, { count })}</span>
    </span>
  );
}

function Account({ me }: { me: Me | null }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  if (!me) return null;
  return (
    <div className="account">
      <Text size="sm" c="dimmed" className="account-name">
        {me.name}
      </Text>
      <Button
        variant="default"
        size="sm"
        data-testid="sign-out"
        onClick={() => void signOut(queries)}
      >
        {t("app.header.sign_out")}
      </Button>
    </div>
  );
}
