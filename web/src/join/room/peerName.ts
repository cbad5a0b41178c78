/** How one speaks of the other person: 先生 for a therapist, さん for a client. */
import type { TFunction } from "i18next";
import type { RoomEntry } from "../../api/types";
import { nameOf } from "../../shared/named";

type Party = Pick<RoomEntry, "role" | "peer_name"> & Partial<Pick<RoomEntry, "peer_name_en">>;

/** `said`: another name than the entry's, e.g. a message's sender. */
export function peerName(t: TFunction, party: Party, said = party.peer_name): string {
  const { role, peer_name, peer_name_en } = party;
  const name = said === peer_name ? nameOf({ name: said, name_en: peer_name_en }) : said;
  return t(`room.peer.${role === "client" ? "therapist" : "client"}`, { name });
}
