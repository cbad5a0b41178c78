/** What every dialog about one client is given. */
import type { OwnClient } from "../../care/cares";

export interface DialogProps {
  /** Stands there closed, too; null: nothing was opened yet. */
  client: OwnClient | null;
  opened: boolean;
  zone: string;
  onClose: () => void;
  /** It is done; with the sentence that says so. */
  onDone: (said: string) => void;
}

export type FormProps = Omit<DialogProps, "client" | "opened"> & { client: OwnClient };
