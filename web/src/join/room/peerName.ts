/** How one speaks of the other person: 先生 for a therapist, さん for a client. */
import type { TFunction } from "i18next";
import type { RoomEntry } from "../../api/types";

type Party = Pick<RoomEntry, "role" | "peer_name">;

/** `name`: another spelling than the entry's, e.g. a message's sender. */
export function peerName(t: TFunction, { role, peer_name }: Party, name = peer_name): string {
  return t(`room.peer.${role === "client" ? "therapist" : "client"}`, { name });
}
