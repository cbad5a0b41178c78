/** Beginning and ending a signed-in session in this tab. Who may see which page is routes.ts's. */
import { notifications } from "@mantine/notifications";
import type { QueryClient } from "@tanstack/react-query";
import i18next from "i18next";
import type { Me } from "../api/types";
import { asApiError, request } from "../shared/api";
import { errorText } from "../shared/errors";
import { go } from "./navigation";
import { ME } from "./queries";
import { afterSignIn } from "./routes";

/** Shows this person's page, or the wanted one. */
export function enter(queries: QueryClient, me: Me, wanted: string | null): void {
  queries.clear();
  queries.setQueryData(ME, me);
  go(afterSignIn(me.roles, wanted), { replace: true });
}

export async function signOut(queries: QueryClient): Promise<void> {
  try {
    await request("DELETE", "/sessions/current");
  } catch (error) {
    // Somebody whose session is already gone is signed out, too.
    if (asApiError(error).status !== 401) {
      const text = errorText(i18next.t, error);
      notifications.show({ color: "red", title: text.title, message: text.next });
      return;
    }
  }
  go("/sign-in?signed_out=1");
  queries.setQueryData(ME, null);
  queries.removeQueries({ predicate: (query) => query.queryKey[0] !== ME[0] });
}
