/**
 * Pure: what of the relay's findings about one-way media this person should know. Whose end is
 * at fault is said, because it decides who can help; what is being done is said, so that
 * nobody hangs up meanwhile.
 */
import type { OneWayFault } from "../room/protocol";

export interface OneWayView {
  /** In: we do not get theirs. Out: they do not get ours. */
  direction: "in" | "out";
  what: "audio" | "video" | "both";
  /** At whose end; on the way, or only once it has arrived. */
  where: "mine" | "theirs" | "my_device" | "their_device";
  /** False: all was tried. */
  trying: boolean;
}

/** One line for each direction and place, what does not reach us first. */
export function oneWayViews(faults: readonly OneWayFault[], me: string): OneWayView[] {
  const lines = new Map<string, OneWayView>();
  for (const fault of faults) {
    const view = viewOf(fault, me);
    const key = `${view.direction} ${view.where}`;
    const known = lines.get(key);
    lines.set(key, known ? together(known, view) : view);
  }
  return [...lines.values()].sort((a, b) => a.direction.localeCompare(b.direction));
}

function viewOf(fault: OneWayFault, me: string): OneWayView {
  const arrived = fault.leg === "decoding";
  const atViewer = arrived || fault.leg === "to_viewer";
  const mine = (atViewer ? fault.viewer_id : fault.publisher_id) === me;
  return {
    direction: fault.viewer_id === me ? "in" : "out",
    what: fault.kind,
    where: arrived ? (mine ? "my_device" : "their_device") : mine ? "mine" : "theirs",
    trying: fault.step !== null,
  };
}

function together(one: OneWayView, other: OneWayView): OneWayView {
  const what = one.what === other.what ? one.what : "both";
  return { ...one, what, trying: one.trying || other.trying };
}
