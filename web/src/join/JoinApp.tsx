/** Picks the page for the address: a client's join link, a therapist's room. */
import { ApiError } from "../shared/api";
import { addressOf } from "./address";
import { RoomPage } from "./room/RoomPage";
import { ErrorScreen } from "./ui/ErrorScreen";
import { Page } from "./ui/Page";
import { WayOut } from "./ui/WayOut";

export function JoinApp({ path }: { path: string }) {
  const address = addressOf(path);
  switch (address.page) {
    case "join":
      return <RoomPage invitation={{ by: "link", token: address.token }} />;
    case "room":
      return <RoomPage invitation={{ by: "account", bookingId: address.bookingId }} />;
    case "unknown":
      return (
        <Page>
          <ErrorScreen error={new ApiError({ code: "not_found" })}>
            <WayOut />
          </ErrorScreen>
        </Page>
      );
  }
}
